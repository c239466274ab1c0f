# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: status_table
short_description: The status of connections as a readable table
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns statuses into the lines of a table, with what differs below each connection.
positional: _input
options:
  _input:
    description:
      - The facts C(private_connect_status) that the entry point C(status) of the role P(privatelink.salesforce.private_connect#role) leaves, in a list.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "{{ statuses | privatelink.salesforce.status_table }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
  sample:
    - "connection    status  endpoint                addresses                records                             source IPs     next step"
    - "------------  ------  ----------------------  -----------------------  ----------------------------------  -------------  ---------"
    - "Acme_Inbound  Ready   vpce-0123456789abcdef0  10.0.1.23 eu-central-1a  acme.my.salesforce.com: 10.0.1.23,  10.10.10.0/30  nothing"
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._status import table


def status_table(value: t.Any) -> t.Any:
    return table(value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"status_table": status_table}
