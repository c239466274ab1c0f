# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's own read of both sides, with the org's session from Salesforce's CLI."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.cli.conftest import Cli
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

REGION, ALIAS = "eu-central-1", "both_sides"


@pytest.fixture(scope="module")
def rig(cli: Cli) -> t.Iterator[Rig]:
    with Rig(regions=(REGION,)) as rig:
        org = rig.ready["orgs"]["acme"]
        words = ("org", "login", "access-token", "--no-prompt", "--json", "--instance-url", org["instance_url"], "--alias", ALIAS)
        assert cli.run(*words, SF_ACCESS_TOKEN=org["access_token"]).code == 0
        yield rig


def role(rig: Rig, state: str) -> dict[str, t.Any]:
    org, region = rig.ready["orgs"]["acme"], rig.ready["aws"]["regions"][REGION]
    variables = {
        "private_connect_state": state,
        "private_connect_name": "Acme_Inbound",
        "private_connect_region": REGION,
        "private_connect_vpc_id": region["vpc_id"],
        "private_connect_my_domain": org["host"],
        "private_connect_settle": 0,
        "private_connect_poll_interval": 1,
        "private_connect_salesforce": {"auth_method": "cli", "target_org": ALIAS},
        "private_connect_aws": {"endpoint_url": rig.ready["aws"]["url"], "access_key": "test", "secret_key": "test"},
    }
    return {"name": state, "ansible.builtin.include_role": {"name": "privatelink.salesforce.private_connect"}, "vars": variables}


TELL = {"name": "Tell", "ansible.builtin.set_fact": {"told": "{{ private_connect_result }}"}, "register": "told"}


@pytest.fixture(scope="module")
def set_up(cli: Cli, rig: Rig) -> dict[str, t.Any]:
    """``private_connect_result`` of a first run."""
    done, results = cli.play([role(rig, "present"), TELL])
    assert done.code == 0, done.said
    secret = rig.ready["orgs"]["acme"]["access_token"].partition("!")[2]
    assert secret not in done.said
    assert not [line for line in done.argv if secret in line]
    return results["told"]["ansible_facts"]["told"]


def test_the_role_sets_up(set_up: dict[str, t.Any]) -> None:
    assert (set_up["connection"]["status"], set_up["endpoint"]["state"]) == ("Ready", "available")
    assert set_up["dns"]["zones"][0]["records"][0]["values"] == set_up["endpoint"]["addresses"]


def test_a_second_run_changes_nothing_and_asks_the_cli_once(cli: Cli, rig: Rig, set_up: dict[str, t.Any]) -> None:
    rig.client.clear_calls()
    done, results = cli.play([role(rig, "present"), TELL])
    assert done.code == 0, done.said
    assert results["told"]["ansible_facts"]["told"] == set_up
    assert rig.client.calls(write=True) == []
    assert cli.calls() == [f"org display --target-org {ALIAS} --json", f"org auth show-access-token --target-org {ALIAS} --json"]
