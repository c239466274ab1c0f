#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connected_app_ip_policy
short_description: Keep IP ranges and relaxation of a connected app
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Keeps the trusted IP ranges of a connected app, and how strictly logins through it meet IP ranges.
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
  name:
    description:
      - The full name of the connected app.
    type: str
    required: true
  ip_relaxation:
    description:
      - How strictly logins through the app meet the IP ranges. Left out, it stays as it is.
    type: str
    choices:
      enforce: IP ranges are enforced.
      bypass: IP ranges do not concern this app.
      bypass_2factor: With ranges in the app, only they may use the web-server flow; without, it takes identity verification.
      enforce_relaxrefresh: IP ranges are enforced, but not for refresh tokens.
  allow_lockout:
    description:
      - Whether this task may shut out the running user, who comes through the app. Without it such a change is refused, naming address, app and rule.
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
- name: Take the OAuth web-server flow from trusted addresses alone
  privatelink.salesforce.connected_app_ip_policy:
    name: Payments
    ip_relaxation: bypass_2factor
    ranges: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound', format='ranges') }}"
    description: Salesforce Private Connect Acme_Inbound
"""

RETURN = r"""
ranges:
  description: The app's ranges at the end, or in check mode as they would be.
  returned: success
  type: list
  elements: dict
  sample:
    - start_ip: 10.10.10.0
      end_ip: 10.10.10.3
      description: Salesforce Private Connect Acme_Inbound
ip_relaxation:
  description: The relaxation at the end, or in check mode as it would be.
  returned: success
  type: str
  sample: enforce
previous:
  description: Ranges and relaxation before.
  returned: success
  type: dict
  sample:
    ranges: []
    ip_relaxation: bypass
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._app_ip_policies import CONNECTED_APP_DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(CONNECTED_APP_DEFINITION)


if __name__ == "__main__":
    main()
