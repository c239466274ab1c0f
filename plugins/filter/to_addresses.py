# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_addresses
short_description: IP ranges as single addresses
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Lists every address of the ranges, for tools that know neither CIDRs nor ranges.
  - Addresses that are in several ranges appear once. The result is sorted, IPv4 before IPv6.
positional: _input, max_addresses
options:
  max_addresses:
    description: Refuse to list more addresses than this.
    type: int
    default: 4096
extends_documentation_fragment:
  - privatelink.salesforce.ip_ranges.filters
seealso:
  - plugin: privatelink.salesforce.source_ips
    plugin_type: lookup
  - module: privatelink.salesforce.inbound_connection_info
"""

EXAMPLES = r"""
- name: List the addresses of a range
  ansible.builtin.debug:
    msg: "{{ '10.10.10.0/30' | privatelink.salesforce.to_addresses(max_addresses=16) }}"
  # => ["10.10.10.0", "10.10.10.1", "10.10.10.2", "10.10.10.3"]
"""

RETURN = r"""
_value:
  description: Addresses.
  type: list
  elements: str
  sample: ["10.10.10.0", "10.10.10.1", "10.10.10.2", "10.10.10.3"]
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import filtered


def to_addresses(value: t.Any, max_addresses: int = 4096) -> list[t.Any]:
    return filtered("addresses", value, max_addresses=max_addresses)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_addresses": to_addresses}
