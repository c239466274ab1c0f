# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What the filters take.
    FILTERS = r"""
options:
  _input:
    description:
      - IP ranges, or connections as M(privatelink.salesforce.inbound_connection_info) returns them; a single one need not be in a list.
      - A range is a CIDR, an address, V(start-end), or a dictionary with a start, an end, and if wanted a C(description). The two ends may be spelt
        C(start) and C(end), C(start_ip) and C(end_ip), C(startIp) and C(endIp), C(startAddress) and C(endAddress), or C(startIpAddress) and
        C(endIpAddress).
      - Refused are reversed and mixed ranges, networks with host bits set, IPv6 addresses with a zone, IPv4-mapped IPv6 addresses, and
        connections without source IP ranges. The error names every one of them.
    type: list
    elements: raw
    required: true
"""
