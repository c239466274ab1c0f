# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as far as PrivateLink inbound needs it: moto in this process, with its gaps closed and its calls counted.

Only one :class:`AwsEmulator` can run in a process at a time, because moto keeps its state in modules.
"""

from __future__ import annotations

from .emulator import AwsEmulator
from .world import SERVICE_OWNER, USER_ACCOUNT, Switches

__all__ = ["SERVICE_OWNER", "USER_ACCOUNT", "AwsEmulator", "Switches"]
