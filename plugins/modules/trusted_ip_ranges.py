#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: trusted_ip_ranges
short_description: Keep trusted IP ranges of a Salesforce org
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Keeps entries of Setup > Network Access. Users who log in from these addresses are not asked to verify their device.
  - Trusted ranges keep nobody out; that is what M(privatelink.salesforce.profile_login_ip_ranges) does.
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
  allow_lockout:
    description:
      - Whether this task may take the address out that the org sees this run come from. Whoever logs in with a password from there has to verify
        the device then. Without it such a change is refused, naming the address.
    type: bool
    default: false
notes:
  - The Metadata API (SOAP) is used, which takes opaque session IDs only. An app that issues JWT-based access tokens is refused with the reason.
  - Whether an update leaves members that it does not hold as they are is not documented and not yet seen on a live org. All of them are compared
    before and after, and sent back with a warning if they changed. If they cannot be set right the task fails, and what it changed is put back.
"""

EXAMPLES = r"""
- name: No login challenge for what comes through the private connection
  privatelink.salesforce.trusted_ip_ranges:
    ranges: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound', format='ranges') }}"
    description: Salesforce Private Connect Acme_Inbound

- name: Take out what an earlier run put in
  privatelink.salesforce.trusted_ip_ranges:
    description: Salesforce Private Connect Acme_Inbound
    mode: remove
"""

RETURN = r"""
ranges:
  description: The whole list at the end, or in check mode as it would be.
  returned: success
  type: list
  elements: dict
  sample:
    - start_ip: 10.10.10.0
      end_ip: 10.10.10.3
      description: Salesforce Private Connect Acme_Inbound
previous:
  description: The whole list before.
  returned: success
  type: list
  elements: dict
  sample:
    - start_ip: 198.51.100.0
      end_ip: 198.51.100.255
      description: Office
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._trusted_ip_ranges import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
