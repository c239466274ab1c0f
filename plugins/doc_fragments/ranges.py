# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ranges:
    description:
      - The IP ranges, each a CIDR, an address, C(start-end), or a dict with C(start), C(end) and C(description). Lists in the list are
        flattened, so that it can come straight from P(privatelink.salesforce.source_ips#lookup).
      - Overlaps and doubles among them are settled.
    type: list
    elements: raw
    default: []
  description:
    description:
      - The description of entries that have none of their own, at most 255 characters.
    type: str
    default: Salesforce Private Connect
  mode:
    description:
      - How the list and O(ranges) come together. Entries that are not told about are never dropped.
    type: str
    default: merge
    choices:
      merge: What no entry holds yet is added.
      replace: The list becomes exactly O(ranges).
      remove: Entries that lie wholly in O(ranges) are taken out; without O(ranges) those whose description is O(description).
requirements:
  - defusedxml
"""
