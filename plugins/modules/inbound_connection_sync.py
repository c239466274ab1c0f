#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inbound_connection_sync
short_description: Sync an inbound connection of Salesforce Private Connect until it has a wanted status
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Syncs the connection and reads its status until it is one of O(wait_for).
  - While it waits, each look (status, seconds so far, deadline) appears in the play's output.
  - V(RejectedRemotely) and V(DeletedRemotely) end the wait at once with what to do next, unless they are waited for.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.wait
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.org
  - privatelink.salesforce.attributes.local_action
attributes:
  check_mode:
    support: partial
    details:
      - A Sync is an action on the org, so none is sent. C(changed) tells whether the status is other than those waited for.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - The developer name of the connection.
    type: str
    required: true
  wait:
    description:
      - Whether to go on until the status is wanted. Without it there is one Sync.
  wait_for:
    description:
      - The statuses that end the wait.
    type: list
    elements: str
    choices:
      - Unprovisioned
      - Allocating
      - PendingAcceptance
      - PendingActivation
      - Ready
      - RejectedRemotely
      - DeletedRemotely
      - TeardownInProgress
    default:
      - Ready
  settle:
    description:
      - Seconds to wait after the status was reached. Salesforce asks for a few minutes between V(Ready) and the first call.
    type: int
    default: 0
  settle_when:
    description:
      - When O(settle) is waited for.
    type: str
    choices:
      changed: If the status changed during this task.
      always: Also if the status was the wanted one from the start.
    default: changed
seealso:
  - module: privatelink.salesforce.inbound_connection
"""

EXAMPLES = r"""
- name: Wait until the connection is ready, and some minutes more
  privatelink.salesforce.inbound_connection_sync:
    name: Acme_Inbound
    wait_timeout: 1800
    settle: 180

- name: Fetch the latest status after a change in AWS
  privatelink.salesforce.inbound_connection_sync:
    name: Acme_Inbound
    wait: false
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
status_history:
  description: The statuses that were seen, in order, and when.
  returned: success
  type: list
  elements: dict
  sample:
    - status: PendingAcceptance
      seconds: 0.0
    - status: Ready
      seconds: 45.2
  contains:
    status:
      description: The status.
      type: str
      returned: always
    seconds:
      description: Seconds since the wait began.
      type: float
      returned: always
syncs:
  description: How many Syncs the org answered.
  returned: success
  type: int
  sample: 3
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection_sync import DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
