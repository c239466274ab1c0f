# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Salesforce org as far as Private Connect inbound needs it: OAuth, REST, Tooling, Connect."""

from __future__ import annotations

from .cloud import Endpoints
from .emulator import SalesforceEmulator, parse_seeds
from .seed import OrgSeed, UserSeed
from .switches import Switches, variations

__all__ = ["Endpoints", "OrgSeed", "SalesforceEmulator", "Switches", "UserSeed", "parse_seeds", "variations"]
