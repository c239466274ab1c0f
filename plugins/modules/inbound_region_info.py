#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inbound_region_info
short_description: List the regions and endpoint services of Salesforce Private Connect
author:
  - privatelink.salesforce contributors (@privatelink)
version_added: 1.0.0
description:
  - Lists the AWS regions in which the org offers inbound connections, with the service name to make the VPC endpoint for.
  - It is what Setup shows in the dropdown 'AWS Regions'.
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.info
  - privatelink.salesforce.attributes.org
  - privatelink.salesforce.attributes.local_action
options:
  regions:
    description:
      - The regions to list; all of them if it is left out. A region that is not offered is missing in the result.
    type: list
    elements: str
notes:
  - The property names of the org's answer are not documented and not yet seen on a live org. Each spelling that Salesforce's
    documents suggest is understood, and a service name is known by its form.
"""

EXAMPLES = r"""
- name: Look up the service name of a region
  privatelink.salesforce.inbound_region_info:
    regions: [eu-central-1]
  register: inbound

- name: Show it
  ansible.builtin.debug:
    msg: "{{ inbound.regions[0].service_name }}"
"""

RETURN = r"""
regions:
  description: The regions, sorted by name.
  returned: success
  type: list
  elements: dict
  sample:
    - region: eu-central-1
      service_name: com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0
      status: Available
  contains:
    region:
      description: The AWS region.
      type: str
      returned: always
    service_name:
      description: The name of the endpoint service; null where the org gives none.
      type: str
      returned: always
    status:
      description: The status that the org gives the region, in its own words; null where it gives none.
      type: str
      returned: always
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_region_info import DEFINITION
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main as run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
