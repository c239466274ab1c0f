#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: auth_session_info
short_description: List sessions of a Salesforce org by user, time and source address
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - List sessions of a Salesforce org by user, time and source address. Admins see all sessions, others their own.
  - Source addresses are matched on this side, since Salesforce's documents contradict each other on whether a query can filter by them.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.info
  - privatelink.salesforce.attributes.org
  - privatelink.salesforce.attributes.local_action
options:
  users:
    description:
      - User names to look at; all users if it is left out.
    type: list
    elements: str
    default: []
  own:
    description:
      - Whether to look at the running user alone; O(users) is not looked at then.
    type: bool
    default: false
  since:
    description:
      - The earliest time, such as V(2026-11-24T08:00:00Z).
    type: str
  until:
    description:
      - The latest time.
    type: str
  source_ranges:
    description:
      - IP ranges to compare the source addresses with, each a CIDR, an address, C(start-end), or a dict with C(start) and C(end).
    type: list
    elements: raw
    default: []
  source:
    description:
      - Which to list, those from inside O(source_ranges), those from outside, or any.
    type: str
    choices: [any, inside, outside]
    default: any
  limit:
    description:
      - How many of the newest to read at most, up to 2000.
    type: int
    default: 200
"""

EXAMPLES = r"""
- name: Who came from elsewhere today
  privatelink.salesforce.auth_session_info:
    since: "2026-11-24T00:00:00Z"
    source_ranges: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound') }}"
    source: outside
"""

RETURN = r"""
sessions:
  description: The sessions, newest first. C(inside) tells whether the source address lies in O(source_ranges); null where that cannot be told.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0Akxx0000000001AAA
      users_id: 005xx0000000001AAA
      username: integration@acme.example
      source_ip: 10.10.10.1
      session_type: Oauth2
      created_date: "2026-11-24T08:00:00.000+0000"
      is_current: true
      inside: true
summary:
  description: Counts over all that were read, whatever O(source) lists.
  returned: success
  type: dict
  sample:
    total: 12
    inside: 10
    outside: 1
    unknown: 1
    users_inside: [integration@acme.example]
    users_outside: [admin@acme.example]
    addresses_outside: [203.0.113.9]
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._logins_info import SESSIONS_DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(SESSIONS_DEFINITION)


if __name__ == "__main__":
    main()
