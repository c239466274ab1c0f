#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_endpoint
short_description: Keep an interface VPC endpoint as it is wanted
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Creates an interface endpoint, converges subnets, security groups, private DNS and tags of a live one, waits for what it says, and deletes it.
  - It does what M(amazon.aws.ec2_vpc_endpoint) leaves out. That module matches deleted endpoints, does not modify existing ones, cannot be given a
    client token, and returns before the endpoint is available or gone.
extends_documentation_fragment:
  - privatelink.salesforce.aws
  - privatelink.salesforce.wait
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
  vpc_endpoint_id:
    description:
      - The ID of the endpoint. Without it the live endpoint of O(vpc_id) and O(service_name) is meant that carries all of O(tags);
        several are an error, none means that one is created.
    type: str
  vpc_id:
    description:
      - The VPC. Needed without O(vpc_endpoint_id).
    type: str
  service_name:
    description:
      - The endpoint service. Needed without O(vpc_endpoint_id).
    type: str
  subnet_ids:
    description:
      - The subnets, at most one for each zone. Left out, those of an existing endpoint stay. Needed to create one.
    type: list
    elements: str
  security_group_ids:
    description:
      - The security groups. Left out, those of an existing endpoint stay. Needed to create one.
    type: list
    elements: str
  private_dns_enabled:
    description:
      - Whether AWS's own private DNS name is switched on. Salesforce's names are mapped by a private hosted zone instead.
    type: bool
    default: false
  tags:
    description:
      - Tags to set, as strings. A tag whose value is null is removed. Other tags of the endpoint stay.
    type: dict
  idempotency_key:
    description:
      - A text from which, with region, VPC, service and generation, the client token of the creation is made. With it a creation that is
        tried again after its answer was lost gives the same endpoint.
    type: str
  state:
    description:
      - What to bring the endpoint to.
    type: str
    default: present
    choices:
      present: It exists and is as the options say.
      available: The same, and it is waited for until it is available with an address in each subnet.
      absent: It is deleted, and its interfaces are gone.
  wait:
    description:
      - Whether O(state=absent) waits for the end of the deletion.
  wait_timeout:
    default: 600
"""

EXAMPLES = r"""
- name: Make an endpoint
  privatelink.salesforce.vpc_endpoint:
    region: eu-central-1
    vpc_id: vpc-0123456789abcdef0
    service_name: com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
    security_group_ids: [sg-0123456789abcdef0]
    tags:
      purpose: salesforce
    idempotency_key: acme.my.salesforce.com/Acme_Inbound

- name: Delete it, and wait until its interfaces are gone
  privatelink.salesforce.vpc_endpoint:
    region: eu-central-1
    vpc_endpoint_id: vpce-0123456789abcdef0
    state: absent
"""

RETURN = r"""
endpoint:
  description: The endpoint; null once it is gone.
  returned: success
  type: dict
  sample:
    id: vpce-0123456789abcdef0
    service_name: com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0
    state: available
    last_error: null
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0]
    security_group_ids: [sg-0123456789abcdef0]
    private_dns_enabled: false
    addresses: [10.0.1.23]
  contains:
    id:
      description: The endpoint's ID; null in check mode for one that would be made.
      type: str
      returned: always
    service_name:
      description: The endpoint service.
      type: str
      returned: always
    state:
      description: The state in AWS's words.
      type: str
      returned: always
    last_error:
      description: What AWS says went wrong last; null without it.
      type: str
      returned: always
    vpc_id:
      description: The VPC.
      type: str
      returned: always
    subnet_ids:
      description: The subnets, sorted.
      type: list
      elements: str
      returned: always
    security_group_ids:
      description: The security groups, sorted.
      type: list
      elements: str
      returned: always
    private_dns_enabled:
      description: Whether AWS's private DNS name is on.
      type: bool
      returned: always
    dns_entries:
      description: The endpoint's own DNS names, the regional one first.
      type: list
      elements: dict
      returned: always
    tags:
      description: The tags.
      type: dict
      returned: always
    interfaces:
      description: The network interfaces, each with C(id), C(subnet_id), C(zone), C(address), C(ipv6_addresses), C(security_group_ids), C(status).
      type: list
      elements: dict
      returned: always
    addresses:
      description: The private IPv4 addresses, in numeric order.
      type: list
      elements: str
      returned: always
actions:
  description: What was done, in order; in check mode what would be done. Any of V(create), V(tag), V(modify), V(delete).
  returned: success
  type: list
  elements: str
  sample: [create]
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._vpc_endpoint import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
