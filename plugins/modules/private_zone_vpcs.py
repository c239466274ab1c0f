#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: private_zone_vpcs
short_description: Associate VPCs with an existing private hosted zone of Route 53
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Associates VPCs with a private hosted zone that exists, one at a time, and dissociates others if that is asked for.
  - M(amazon.aws.route53_zone) associates VPCs only when it creates a zone; given another set of VPCs it makes a second zone of the same name.
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
  hosted_zone_id:
    description:
      - The ID of the private hosted zone.
    type: str
    required: true
  vpcs:
    description:
      - The VPCs that resolve the zone.
    type: list
    elements: dict
    required: true
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
      account:
        description:
          - How to reach the VPC's account, if it is another than the zone's. The zone's account then authorises the association, the VPC's
            account makes it, and the authorisation is taken back. What is left out is as for the zone's account, credentials apart.
        type: dict
        suboptions:
          profile:
            description: A named profile.
            type: str
          access_key:
            description: The access key ID.
            type: str
          secret_key:
            description: The secret access key.
            type: str
          session_token:
            description: The session token.
            type: str
          endpoint_url:
            description: Another URL to send the AWS calls to.
            type: str
          aws_ca_bundle:
            description: A file with the CA certificates to trust.
            type: path
  absent_vpcs:
    description:
      - VPCs that are dissociated, where they are associated; all others stay.
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
  purge_vpcs:
    description:
      - Whether VPCs that are not in O(vpcs) are dissociated.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Let a second VPC resolve the zone
  privatelink.salesforce.private_zone_vpcs:
    region: eu-central-1
    hosted_zone_id: Z0123456789ABCDEFGHIJ
    vpcs:
      - id: vpc-0123456789abcdef0
      - id: vpc-0fedcba9876543210
        region: us-east-1

- name: Let a VPC of another account resolve it
  privatelink.salesforce.private_zone_vpcs:
    region: eu-central-1
    hosted_zone_id: Z0123456789ABCDEFGHIJ
    vpcs:
      - id: vpc-00112233445566778
        account:
          profile: payments

- name: Take one VPC away, leave all others
  privatelink.salesforce.private_zone_vpcs:
    region: eu-central-1
    hosted_zone_id: Z0123456789ABCDEFGHIJ
    vpcs:
      - id: vpc-0123456789abcdef0
    absent_vpcs:
      - id: vpc-0fedcba9876543210
        region: us-east-1
"""

RETURN = r"""
vpcs:
  description: The VPCs of the zone at the end, or in check mode as they would be.
  returned: success
  type: list
  elements: dict
  sample:
    - id: vpc-0123456789abcdef0
      region: eu-central-1
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module
from ansible_collections.privatelink.salesforce.plugins.module_utils._private_zone_vpcs import DEFINITION


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
