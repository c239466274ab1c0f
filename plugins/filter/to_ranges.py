# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_ranges
short_description: IP ranges as start and end
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns ranges of IP addresses into a list of C(start) and C(end), both inclusive.
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
- name: Join ranges
  ansible.builtin.debug:
    msg: "{{ ['10.10.10.4/30', '10.10.10.0-10.10.10.3'] | privatelink.salesforce.to_ranges }}"
  # => [{"start": "10.10.10.0", "end": "10.10.10.7"}]
"""

RETURN = r"""
_value:
  description: Ranges; no two of them overlap or touch.
  type: list
  elements: dict
  sample: [{"start": "10.10.10.0", "end": "10.10.10.7"}]
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import filtered


def to_ranges(value: t.Any) -> list[t.Any]:
    return filtered("ranges", value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_ranges": to_ranges}
