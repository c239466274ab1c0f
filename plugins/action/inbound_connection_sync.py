# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection_sync import DEFINITION
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._action import LocalActionBase


class ActionModule(LocalActionBase):
    definition = DEFINITION
    module_name = "privatelink.salesforce.inbound_connection_sync"
    writes = True
