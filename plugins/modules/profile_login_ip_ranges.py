#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: profile_login_ip_ranges
short_description: Keep login IP ranges of profiles in a Salesforce org
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Keeps the login IP ranges of one or several profiles. A profile that has any refuses logins from all other addresses.
  - A change that would shut out the running user, or after which no admin could log in, is refused. It is judged by the user's newest login and
    current session, and by the admins' logins of the last 30 days. Admins are the users of the profile V(Admin), and of each other profile
    that lets them manage users or IP ranges.
  - Up to ten profiles are changed by one call, all of them or none. If a later call fails, what the earlier ones changed is put back.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.ranges
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
  profiles:
    description:
      - The full names of the profiles, such as V(Admin) for System Administrator. Signs beside letters, digits, spaces, hyphens and underscores
        are percent-encoded in them, as in V(Custom%3A Sales). If a label is given, the error tells the full name.
    type: list
    elements: str
    required: true
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
- name: Let integration users in through the private connection alone
  privatelink.salesforce.profile_login_ip_ranges:
    profiles: [Integration User]
    ranges: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound', format='ranges') }}"
    description: Salesforce Private Connect Acme_Inbound
"""

RETURN = r"""
profiles:
  description: The profiles at the end, or in check mode as they would be.
  returned: success
  type: list
  elements: dict
  sample:
    - name: Integration User
      changed: true
      ranges:
        - start_ip: 10.10.10.0
          end_ip: 10.10.10.3
          description: Salesforce Private Connect Acme_Inbound
  contains:
    name:
      description: The full name.
      type: str
      returned: always
    changed:
      description: Whether this profile changed.
      type: bool
      returned: always
    ranges:
      description: All of its ranges.
      type: list
      elements: dict
      returned: always
    previous:
      description: All of its ranges before.
      type: list
      elements: dict
      returned: always
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._profile_login_ip_ranges import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
