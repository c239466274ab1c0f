#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inbound_connection_info
short_description: List inbound connections of Salesforce Private Connect
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Lists the inbound connections (AWS PrivateLink) of a Salesforce org with their endpoints, statuses and source IP ranges.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.info
  - privatelink.salesforce.attributes.org
  - privatelink.salesforce.attributes.local_action
options:
  name:
    description:
      - The developer names of the connections to list; all of them if it is left out. A name that the org does not have is passed over.
    type: list
    elements: str
  query:
    description:
      - A JMESPath expression over the list of connections; what it gives is returned as RV(result).
      - Needs the Python library C(jmespath).
    type: str
"""

EXAMPLES = r"""
- name: List all connections
  privatelink.salesforce.inbound_connection_info:
  register: inbound

- name: Names of those that are not ready
  privatelink.salesforce.inbound_connection_info:
    query: "[?status != 'Ready'].name"
  register: not_ready
"""

RETURN = r"""
connections:
  description: The inbound connections, sorted by name.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0hXKd0000000001MAA
      name: Acme_Inbound
      label: Acme Inbound
      description: API traffic of the payments VPC
      active: true
      status: Ready
      region: eu-central-1
      vpc_endpoint_id: vpce-0123456789abcdef0
      source_ip_ranges:
        - start_ip: 10.10.10.0
          end_ip: 10.10.10.3
      source_cidrs:
        - 10.10.10.0/30
      connection_type: AwsPrivateLink
      namespace_prefix: null
  contains:
    id:
      description: The record's ID.
      type: str
      returned: always
    name:
      description: The developer name.
      type: str
      returned: always
    label:
      description: The label.
      type: str
      returned: always
    description:
      description: The description.
      type: str
      returned: always
    active:
      description: Whether it is marked active.
      type: bool
      returned: always
    status:
      description:
        - One of V(Unprovisioned), V(Allocating), V(PendingAcceptance), V(PendingActivation), V(Ready), V(RejectedRemotely),
          V(DeletedRemotely), V(TeardownInProgress).
      type: str
      returned: always
    region:
      description: The AWS region.
      type: str
      returned: always
    vpc_endpoint_id:
      description: The ID of the VPC endpoint.
      type: str
      returned: always
    source_ip_ranges:
      description: The addresses that Salesforce sees the traffic come from, as inclusive ranges; empty until they are allocated.
      type: list
      elements: dict
      returned: always
      contains:
        start_ip:
          description: First address.
          type: str
          returned: always
        end_ip:
          description: Last address.
          type: str
          returned: always
    source_cidrs:
      description: The same addresses as CIDR blocks, exact and fewest, sorted.
      type: list
      elements: str
      returned: always
    connection_type:
      description: Always V(AwsPrivateLink).
      type: str
      returned: always
    namespace_prefix:
      description: The namespace of the package that the connection came with; null without one.
      type: str
      returned: always
result:
  description: What O(query) gives.
  returned: if O(query) is given
  type: raw
  sample: [Acme_Inbound]
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection_info import DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
