# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: connection_variables
short_description: Variables that make the role manage a connection which exists already
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns what M(privatelink.salesforce.private_connect_info) returned with O(privatelink.salesforce.private_connect_info#module:state=absent)
    into variables of the role P(privatelink.salesforce.private_connect#role). A run of the role with them changes nothing of what variables describe.
  - P(privatelink.salesforce.to_variables_file#filter) makes a file of them.
positional: _input
options:
  _input:
    description:
      - The result of the module.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Read a connection that was made by hand
  privatelink.salesforce.private_connect_info:
    name: Acme_Inbound
    state: absent
  register: acme

- name: Show the variables
  ansible.builtin.debug:
    msg: "{{ acme | privatelink.salesforce.connection_variables }}"
"""

RETURN = r"""
_value:
  description: The variables by name.
  type: dict
  sample:
    private_connect_name: Acme_Inbound
    private_connect_label: Acme inbound
    private_connect_region: eu-central-1
    private_connect_vpc_id: vpc-0123456789abcdef0
    private_connect_my_domain: acme.my.salesforce.com
    private_connect_vpc_endpoint_id: vpce-0123456789abcdef0
    private_connect_manage_dns: true
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._import import variables


def connection_variables(value: t.Any) -> dict[str, t.Any]:
    return variables(value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"connection_variables": connection_variables}
