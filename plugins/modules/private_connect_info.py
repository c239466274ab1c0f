#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: private_connect_info
short_description: Read both halves of a private connection and what differs from what is wanted
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Reads the inbound connection in the org, and endpoint, interfaces, security groups, subnets, VPC and private zones in AWS, side by side.
  - Compares them with the given options. RV(drift) lists what differs, RV(blockers) what stands in the way of changing it,
    RV(next_step) says what to do first.
  - The role P(privatelink.salesforce.private_connect#role) decides by it.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.aws
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.info
  - privatelink.salesforce.attributes.both
  - privatelink.salesforce.attributes.local_action
options:
  name:
    description:
      - The developer name of the connection.
    type: str
    required: true
  vpc_id:
    description:
      - The VPC that the connection serves; that of the registered endpoint if it is left out.
    type: str
  state:
    description:
      - What RV(drift) compares with.
    type: str
    default: present
    choices:
      present: The connection works.
      absent: Nothing of it is left.
  label:
    description:
      - The wanted label; any if it is left out.
    type: str
  description:
    description:
      - The wanted description; any if it is left out.
    type: str
  my_domain:
    description:
      - The org's My Domain host; the host of O(instance_url) if it is left out.
    type: str
  vpc_endpoint_id:
    description:
      - The endpoint that is meant. Without it the one with our tag, the one that the connection names, or the only live one of the
        service in the VPC.
    type: str
  subnet_ids:
    description:
      - The wanted subnets. Without it one subnet of the VPC for each zone that the service offers.
    type: list
    elements: str
    default: []
  security_group_ids:
    description:
      - The wanted security groups of the endpoint. Without it one that the role makes.
    type: list
    elements: str
    default: []
  allowed_cidrs:
    description:
      - Who may reach the endpoint through the role's security group, as CIDR blocks or single addresses; the VPC's own CIDR blocks if it is left out.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Wanted tags of the endpoint, whether the role made or adopted it, and of the role's own security group and zones, beside those that they have.
        A tag whose value is null is to be absent. Numbers and booleans become text.
    type: dict
    default: {}
  replace:
    description:
      - Whether a repair may take down a connection that is provisioned. Without it such a repair is one of RV(blockers), with the plan.
    type: bool
    default: false
  preflight:
    description:
      - Whether, if something differs, what would be written or deleted is checked beforehand, by further calls that change nothing. The org is asked
        what this user may do and which edition it is, AWS for zones of the same name in O(dns_vpcs) and for dry runs of the EC2 calls.
        Route 53 has no dry runs.
      - Whether a licence is left and whether a sandbox may hold a connection is not among it, as no page tells how to ask.
        The org's refusal at Provision shows it.
      - What is in the way is added to RV(blockers).
    type: bool
    default: false
  manage_dns:
    description:
      - Whether private zones and records are looked at.
    type: bool
    default: true
  dns_names:
    description:
      - Further hosts that are to lead to the endpoint.
    type: list
    elements: str
    default: []
  dns_zone:
    description:
      - The zone for the hosts that it covers. Other hosts have a zone named as they are, which shadows no other name.
    type: str
  dns_record:
    description:
      - What the records hold.
    type: str
    default: addresses
    choices:
      addresses: The endpoint's private addresses.
      alias: An alias of the endpoint's regional DNS name.
  dns_ttl:
    description:
      - The TTL of records that hold addresses, in seconds.
    type: int
    default: 60
  dns_vpcs:
    description:
      - Further VPCs that resolve the zones.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description:
          - The VPC's ID.
        type: str
        required: true
      region:
        description:
          - The VPC's region; O(region) if it is left out.
        type: str
"""

EXAMPLES = r"""
- name: What is, and what differs
  privatelink.salesforce.private_connect_info:
    region: eu-central-1
    vpc_id: vpc-0123456789abcdef0
    name: Acme_Inbound
    my_domain: acme.my.salesforce.com
  register: acme

- name: Show what to do next
  ansible.builtin.debug:
    msg: "{{ acme.next_step }}"
"""

RETURN = r"""
my_domain:
  description: The My Domain host that is meant.
  returned: success
  type: str
  sample: acme.my.salesforce.com
vpc_id:
  description: The VPC that is meant.
  returned: success
  type: str
  sample: vpc-0123456789abcdef0
region:
  description: The region that is meant.
  returned: success
  type: str
  sample: eu-central-1
tag:
  description: The tag by which what the role made is known.
  returned: success
  type: dict
  sample:
    privatelink.salesforce/connection: acme.my.salesforce.com/Acme_Inbound
connection:
  description: The inbound connection, as M(privatelink.salesforce.inbound_connection) returns it; null without one.
  returned: success
  type: dict
  sample:
    id: 0kZHs000000000KMAQ
    name: Acme_Inbound
    label: Acme inbound
    description: Kept by automation
    active: true
    status: Ready
    region: eu-central-1
    vpc_endpoint_id: vpce-0123456789abcdef0
    source_cidrs: [10.10.10.0/30]
service:
  description: >-
    The endpoint service as this AWS account sees it, with C(name), C(zones), C(zone_ids), C(acceptance_required), C(private_dns_names) and
    C(address_types); null where it is not visible, or not looked at.
  returned: success
  type: dict
  sample:
    name: com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0
    zones: [eu-central-1a, eu-central-1b]
    zone_ids: [euc1-az2, euc1-az3]
    acceptance_required: true
    private_dns_names: []
    address_types: [ipv4]
vpc:
  description: The VPC with C(id), C(cidrs), C(dns_support) and C(dns_hostnames); null where it is not there.
  returned: success
  type: dict
  sample:
    id: vpc-0123456789abcdef0
    cidrs: [10.0.0.0/16]
    dns_support: true
    dns_hostnames: true
endpoint:
  description: The endpoint that is meant; null without one.
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
own_endpoint_ids:
  description: The endpoints that carry our tag and are not deleted.
  returned: success
  type: list
  elements: str
  sample: [vpce-0123456789abcdef0]
security_group:
  description: The security group that the role made, with C(id), C(name), C(ingress) and C(tags); null without one.
  returned: success
  type: dict
  sample:
    id: sg-0123456789abcdef0
    name: salesforce-private-connect/acme.my.salesforce.com/Acme_Inbound
    ingress:
      - protocol: tcp
        from_port: 443
        to_port: 443
        source: 10.0.0.0/16
        description: Salesforce Private Connect
    tags:
      privatelink.salesforce/connection: acme.my.salesforce.com/Acme_Inbound
wanted:
  description: What the options come to.
  returned: success
  type: dict
  sample:
    service_name: com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    dropped_subnets:
      - id: subnet-0123456789abcdef2
        zone: eu-central-1c
        zone_id: euc1-az1
        why: the service is not offered in its zone, only in euc1-az2, euc1-az3
    tags:
      privatelink.salesforce/connection: acme.my.salesforce.com/Acme_Inbound
    endpoint_tags:
      privatelink.salesforce/connection: acme.my.salesforce.com/Acme_Inbound
    security_group_rules:
      - protocol: tcp
        from_port: 443
        to_port: 443
        source: 10.0.0.0/16
        description: Salesforce Private Connect
    security_group_ids: [sg-0123456789abcdef0]
    security_group_name: salesforce-private-connect/acme.my.salesforce.com/Acme_Inbound
    allowed_cidrs: [10.0.0.0/16]
  contains:
    service_name:
      description: The endpoint service.
      type: str
      returned: always
    subnet_ids:
      description: The subnets.
      type: list
      elements: str
      returned: always
    dropped_subnets:
      description: Subnets that were passed over, with C(id), C(zone), C(zone_id) and C(why).
      type: list
      elements: dict
      returned: always
    tags:
      description: The tags of what the role makes, with our mark.
      type: dict
      returned: always
    endpoint_tags:
      description: The tags of the endpoint, with our mark unless it was found; those that are null are to be absent.
      type: dict
      returned: always
    security_group_rules:
      description: The rules of the role's own group.
      type: list
      elements: dict
      returned: always
    security_group_ids:
      description: The security groups; null where they stay as they are, or are not made yet.
      type: list
      elements: str
      returned: always
    security_group_name:
      description: The name of the role's own group.
      type: str
      returned: always
    allowed_cidrs:
      description: Who may reach the endpoint through the role's own group.
      type: list
      elements: str
      returned: always
dns:
  description: For each host its zone and record as they are and as they are wanted.
  returned: success
  type: list
  elements: dict
  sample:
    - host: acme.my.salesforce.com
      zone_name: acme.my.salesforce.com
      zone:
        id: Z0123456789ABCDEFGHIJ
        name: acme.my.salesforce.com
        comment: Salesforce Private Connect of acme.my.salesforce.com/Acme_Inbound
        vpcs: [{id: vpc-0123456789abcdef0, region: eu-central-1}]
        tags:
          privatelink.salesforce/connection: acme.my.salesforce.com/Acme_Inbound
      record: {name: acme.my.salesforce.com, type: A, ttl: 60, values: [10.0.1.23, 10.0.2.42], alias: null, set_identifier: null}
      wanted_record: {name: acme.my.salesforce.com, type: A, ttl: 60, values: [10.0.1.23, 10.0.2.42], alias: null, set_identifier: null}
      wanted_tags: null
      wanted_vpcs: [{id: vpc-0123456789abcdef0, region: eu-central-1}]
      dropped_vpcs: []
dns_leftovers:
  description:
    - What a tear-down takes out of Route 53, as C(records) and C(zones), and what it leaves, as C(kept), with the reason.
    - Records are those of the names in zones of ours, and those that lead, or led, to our endpoint and to nothing else.
  returned: success
  type: dict
  sample:
    records:
      - zone_id: Z0123456789ABCDEFGHIJ
        zone_name: acme.my.salesforce.com
        record: {name: acme.my.salesforce.com, type: A, ttl: 60, values: [10.0.1.23, 10.0.2.42], alias: null, set_identifier: null}
    zones:
      - id: Z0123456789ABCDEFGHIJ
        name: acme.my.salesforce.com
    kept: []
drift:
  description:
    - What differs, in the order in which the role repairs it. C(what) is one of V(security_group), V(security_group.tags), V(security_group.rules),
      V(endpoint), V(endpoint.subnet_ids), V(endpoint.security_group_ids), V(endpoint.private_dns_enabled), V(endpoint.tags), V(endpoint.state), V(connection),
      V(connection.label), V(connection.description), V(connection.active), V(connection.region), V(connection.vpc_endpoint_id),
      V(connection.status), V(zone), V(zone.tags), V(record), V(zone.vpcs), V(endpoint.replaced), V(moved_from).
  returned: success
  type: list
  elements: dict
  sample:
    - what: connection.status
      have: PendingAcceptance
      want: Ready
      repair: Sync until it is Ready
  contains:
    what:
      description: What differs.
      type: str
      returned: always
    have:
      description: What is; null where it is missing.
      type: raw
      returned: always
    want:
      description: What is wanted; null where nothing is.
      type: raw
      returned: always
    repair:
      description: What would be done.
      type: str
      returned: always
blockers:
  description:
    - What stands in the way, each with its cure. C(what) is one of V(vpc), V(subnets), V(security_groups), V(endpoint), V(service), V(region), V(zone),
      V(record), V(resolver_rule), V(replace), V(name), V(package); with O(preflight) also of V(permission), V(edition), V(iam), V(aws).
  returned: success
  type: list
  elements: dict
  sample: []
  contains:
    what:
      description: What it is about.
      type: str
      returned: always
    problem:
      description: What is wrong.
      type: str
      returned: always
    cure:
      description: What to do about it.
      type: str
      returned: always
moved_from:
  description: >-
    Where the registered endpoint lies if in another VPC or region, with C(vpc_id), C(region), C(endpoint_id), C(state) and C(ours). After a move
    that broke off it is the place that is still to be taken down, and C(endpoint_id) is null. Else it is null.
  returned: success
  type: dict
  sample:
    vpc_id: vpc-0fedcba9876543210
    region: eu-central-1
    endpoint_id: vpce-0fedcba9876543210
    state: available
    ours: true
other_places:
  description: >-
    With O(state=absent) the other VPCs in which there is something of the connection, with C(region) and C(vpc_id). A tear-down takes it down too.
  returned: success
  type: list
  elements: dict
  sample: []
resolver_rules:
  description: The Resolver rules of the VPC, with C(id), C(name), C(domain) and C(type).
  returned: success
  type: list
  elements: dict
  sample:
    - id: rslvr-rr-0123456789abcdef0
      name: corporate
      domain: corp.example.com
      type: FORWARD
replacing:
  description: Whether the repair takes down a connection that was provisioned.
  returned: success
  type: bool
  sample: false
names_first:
  description:
    - Whether the records are taken out before anything else is done. So it is where RV(replacing) is, and where a record in a zone of others leads to where
      our endpoint was.
  returned: success
  type: bool
  sample: false
next_step:
  description: What to do first, in a sentence; V(nothing) where all is well.
  returned: success
  type: str
  sample: nothing
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._private_connect_info import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
