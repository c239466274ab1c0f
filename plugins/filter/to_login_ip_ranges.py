# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_login_ip_ranges
short_description: IP ranges as login IP ranges of a profile
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns ranges of IP addresses into C(loginIpRanges) of the metadata type C(Profile).
  - Overlapping ranges are joined and carry the descriptions of both; ranges that only touch are joined if they are described alike.
    The result is sorted, IPv4 before IPv6.
positional: _input, description
options:
  description:
    description:
      - Text for the ranges without one of their own.
      - Without it, it is C(Salesforce Private Connect), followed by the name of the connection where the range comes from one.
    type: str
extends_documentation_fragment:
  - privatelink.salesforce.ip_ranges.filters
seealso:
  - plugin: privatelink.salesforce.source_ips
    plugin_type: lookup
  - module: privatelink.salesforce.inbound_connection_info
"""

EXAMPLES = r"""
- name: Write the login IP ranges of a profile
  ansible.builtin.debug:
    msg: "{{ ['10.10.10.0/30'] | privatelink.salesforce.to_login_ip_ranges(description='Paris office') }}"
  # => [{"startAddress": "10.10.10.0", "endAddress": "10.10.10.3", "description": "Paris office"}]
"""

RETURN = r"""
_value:
  description: Login IP ranges.
  type: list
  elements: dict
  sample: [{"startAddress": "10.10.10.0", "endAddress": "10.10.10.3", "description": "Paris office"}]
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import filtered


def to_login_ip_ranges(value: t.Any, description: str | None = None) -> list[t.Any]:
    return filtered("login_ip_ranges", value, description=description)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_login_ip_ranges": to_login_ip_ranges}
