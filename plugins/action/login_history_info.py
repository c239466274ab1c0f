# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.privatelink.salesforce.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.privatelink.salesforce.plugins.module_utils._logins_info import LOGINS_DEFINITION
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._action import LocalActionBase


class ActionModule(LocalActionBase):
    definition = LOGINS_DEFINITION
    module_name = "privatelink.salesforce.login_history_info"
    import_errors = (REQUESTS_IMPORT_ERROR,)
