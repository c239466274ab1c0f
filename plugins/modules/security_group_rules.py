#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: security_group_rules
short_description: Keep those ingress rules of a security group that carry a mark
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Adds TCP ingress rules for CIDR blocks to an existing security group and removes those of its own that are not asked for any more.
  - Its own are the rules whose description is O(mark). M(amazon.aws.ec2_security_group) can remove rules only by purging all that are not listed.
  - Where another rule, which stays, lets in as much or more, none is added beside it.
extends_documentation_fragment:
  - privatelink.salesforce.aws
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.aws
  - privatelink.salesforce.attributes.local_action
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  group_id:
    description:
      - The ID of the security group.
    type: str
    required: true
  cidrs:
    description:
      - The CIDR blocks or single addresses, IPv4 or IPv6, to let in. An empty list removes all rules that carry O(mark).
    type: list
    elements: str
    required: true
  ports:
    description:
      - The TCP ports.
    type: list
    elements: int
    default: [443]
  mark:
    description:
      - The description by which the rules are known.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Let the source addresses of a connection in, and take out those of earlier
  privatelink.salesforce.security_group_rules:
    region: eu-central-1
    group_id: sg-0123456789abcdef0
    cidrs: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound') }}"
    mark: Salesforce Acme_Inbound
"""

RETURN = r"""
added:
  description: The rules that were added, or would be in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - protocol: tcp
      from_port: 443
      to_port: 443
      source: 10.10.10.0/30
      description: Salesforce Acme_Inbound
removed:
  description: The rules that were removed, or would be in check mode.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._security_group_rules import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
