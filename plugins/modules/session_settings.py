#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: session_settings
short_description: Keep the session settings of a Salesforce org that concern IP addresses
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Sets whether login IP ranges are enforced on every request, and whether sessions are locked to the address that they began at.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.org
  - privatelink.salesforce.attributes.local_action
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  enforce_ip_ranges_every_request:
    description:
      - Whether the login IP ranges of profiles are checked on every request and not at login alone. Left out, it stays as it is.
      - It concerns every profile that has ranges. Server-side callbacks that use a session from elsewhere stop working.
    type: bool
  lock_sessions_to_ip:
    description:
      - Whether a session works only from the address that it began at. Left out, it stays as it is.
    type: bool
  allow_lockout:
    description:
      - Whether this task may shut out the running user, or leave no admin able to log in. Without it such a change is refused, naming address,
        profile and rule.
    type: bool
    default: false
  verify_login:
    description:
      - Whether a new login is made after the change. If it fails, the change is taken back and the task fails.
      - With O(auth_method=access_token) there is no new login, only a call in the same session.
    type: bool
    default: true
notes:
  - The Metadata API (SOAP) is used, which takes opaque session IDs only. An app that issues JWT-based access tokens is refused with the reason.
  - Whether an update leaves members that it does not hold as they are is not documented and not yet seen on a live org. All of them are compared
    before and after, and sent back with a warning if they changed. If they cannot be set right the task fails, and what it changed is put back.
"""

EXAMPLES = r"""
- name: Check login IP ranges on every request
  privatelink.salesforce.session_settings:
    enforce_ip_ranges_every_request: true
"""

RETURN = r"""
settings:
  description: The settings at the end, or in check mode as they would be.
  returned: success
  type: dict
  sample:
    enforce_ip_ranges_every_request: true
    lock_sessions_to_ip: false
previous:
  description: The settings before.
  returned: success
  type: dict
  sample:
    enforce_ip_ranges_every_request: false
    lock_sessions_to_ip: false
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._session_settings import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
