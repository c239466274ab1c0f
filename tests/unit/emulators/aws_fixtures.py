# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures around one emulated AWS; a test module names this one in pytest_plugins."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.emulators.control import Control
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import client


@pytest.fixture(scope="module")
def running() -> t.Iterator[tuple[Control, AwsEmulator]]:
    """One emulator for a module, as only one can run in a process."""
    control = Control()
    aws = AwsEmulator(control)
    aws.start()
    yield control, aws
    aws.stop()


@pytest.fixture
def control(running: tuple[Control, AwsEmulator]) -> Control:
    return running[0]


@pytest.fixture
def aws(running: tuple[Control, AwsEmulator]) -> AwsEmulator:
    """The emulator at its seed."""
    running[1].reset()
    running[0].clear()
    return running[1]


@pytest.fixture
def ec2(aws: AwsEmulator) -> t.Any:
    return client(aws, "ec2")


@pytest.fixture
def route53(aws: AwsEmulator) -> t.Any:
    return client(aws, "route53")
