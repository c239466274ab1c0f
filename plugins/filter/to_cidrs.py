# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_cidrs
short_description: IP ranges as the fewest CIDRs
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns ranges of IP addresses into the fewest CIDRs that cover exactly the same addresses.
  - Addresses that are in several ranges appear once. The result is sorted, IPv4 before IPv6.
positional: _input
extends_documentation_fragment:
  - privatelink.salesforce.ip_ranges.filters
seealso:
  - plugin: privatelink.salesforce.source_ips
    plugin_type: lookup
  - module: privatelink.salesforce.inbound_connection_info
"""

EXAMPLES = r"""
- name: Fill the allow list of a load balancer from a connection
  ansible.builtin.debug:
    msg: "{{ acme | privatelink.salesforce.to_cidrs }}"
  vars:
    acme:
      name: Acme
      source_ip_ranges:
        - start_ip: 10.10.10.0
          end_ip: 10.10.10.5
  # => ["10.10.10.0/30", "10.10.10.4/31"]
"""

RETURN = r"""
_value:
  description: CIDRs.
  type: list
  elements: str
  sample: ["10.10.10.0/30", "10.10.10.4/31"]
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import filtered


def to_cidrs(value: t.Any) -> list[t.Any]:
    return filtered("cidrs", value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_cidrs": to_cidrs}
