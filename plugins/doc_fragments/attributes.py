# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change without changing anything.
  diff_mode:
    description: Returns details of what has changed, or would change in C(check_mode), in diff mode.
  idempotent:
    description:
      - Run again with the same options, nothing changes.
      - This assumes that nothing outside changed in between.
"""

    ORG = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/privatelink.salesforce.org) in C(module_defaults) to set the org's options once for these modules.
    support: full
    membership:
      - privatelink.salesforce.org
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
"""

    LOCAL_ACTION = r"""
options: {}
attributes:
  local_action:
    description:
      - On a local connection the task runs in the controller's own process, which saves the start of a module. Where that cannot be
        (another connection, C(become), C(async), another Python interpreter, a library that the controller lacks) the module runs as usual.
    support: full
"""

    AWS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/privatelink.salesforce.aws) in C(module_defaults) to set the AWS options once for these modules.
    support: full
    membership:
      - privatelink.salesforce.aws
"""

    BOTH = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/privatelink.salesforce.org) and C(group/privatelink.salesforce.aws) in C(module_defaults) to set the options of both sides once.
    support: full
    membership:
      - privatelink.salesforce.org
      - privatelink.salesforce.aws
"""
