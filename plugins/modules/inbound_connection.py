#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inbound_connection
short_description: Manage an inbound connection of Salesforce Private Connect
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Creates, updates, provisions, tears down and deletes the record of an inbound connection (AWS PrivateLink) in a Salesforce org.
  - The VPC endpoint is made beforehand, for example with M(amazon.aws.ec2_vpc_endpoint), for the service name that
    M(privatelink.salesforce.inbound_region_info) gives.
  - Reaching V(Ready) takes Syncs; that is the work of M(privatelink.salesforce.inbound_connection_sync).
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.wait
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
      - The developer name (API name) of the connection. Letters, digits and single underscores, beginning with a letter.
      - V(ns__Name) names a connection that came with a package of namespace C(ns). Such a connection can be provisioned and torn down;
        its fields are its developer's, and it is not deleted.
    type: str
    required: true
  label:
    description:
      - The label, at most 80 characters. On creation it is made from O(name) if it is left out.
      - Space before and after it is dropped.
    type: str
  description:
    description:
      - The description, at most 255 characters. Salesforce requires one; on creation it is the label if it is left out.
      - Space before and after it is dropped, so it may come from a YAML block.
    type: str
  region:
    description:
      - The AWS region of the VPC endpoint. Needed to create the connection.
    type: str
  vpc_endpoint_id:
    description:
      - The ID of the VPC endpoint. Needed to create the connection.
    type: str
  active:
    description:
      - Whether the connection is marked active. On creation it is V(true) if it is left out.
    type: bool
  state:
    description:
      - What to bring the connection to.
      - Options that are left out stay as they are in the org.
    type: str
    default: present
    choices:
      present: The record exists with the given fields. Never provisions, never tears down.
      provisioned: The same, and Provision was asked for. A connection that is on its way or V(Ready) is left alone.
      unprovisioned: The same, and it is torn down to V(Unprovisioned).
      absent: It is torn down and its record deleted.
  replace:
    description:
      - Whether O(state=provisioned) may tear down a connection, which interrupts its traffic, to point it at another endpoint or region,
        or to bring it back from V(RejectedRemotely) or V(DeletedRemotely). Without it such a task fails and prints the plan.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait for the end of a tear-down. Without it the task ends where it would begin to wait; a later run goes on from there.
notes:
  - Which status follows which action, and whether the status moves without a Sync, is not documented by Salesforce and not yet seen on a
    live org. A tear-down is followed by reading the status and by Sync, whichever shows V(Unprovisioned) first.
seealso:
  - module: privatelink.salesforce.inbound_connection_sync
  - module: privatelink.salesforce.inbound_connection_info
"""

EXAMPLES = r"""
- name: Register the endpoint and provision the connection
  privatelink.salesforce.inbound_connection:
    instance_url: https://acme.my.salesforce.com
    client_id: "{{ salesforce_client_id }}"
    client_secret: "{{ salesforce_client_secret }}"
    name: Acme_Inbound
    description: API traffic of the payments VPC
    region: eu-central-1
    vpc_endpoint_id: vpce-0123456789abcdef0
    state: provisioned

- name: Point it at a new endpoint; its traffic is interrupted
  privatelink.salesforce.inbound_connection:
    name: Acme_Inbound
    vpc_endpoint_id: vpce-0fedcba9876543210
    state: provisioned
    replace: true

- name: Take it away
  privatelink.salesforce.inbound_connection:
    name: Acme_Inbound
    state: absent
"""

RETURN = r"""
connection:
  description: The inbound connection as the org shows it at the end; null where there is none.
  returned: success
  type: dict
  sample:
    id: 0hXKd0000000001MAA
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
actions:
  description:
    - What was done, in order; in check mode what would be done. Any of V(create), V(update), V(provision), V(teardown), V(delete).
  returned: success
  type: list
  elements: str
  sample: [create, provision]
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection import DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
