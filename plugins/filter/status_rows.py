# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: status_rows
short_description: The status of connections as plain rows
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns statuses into one flat dict for each connection, as the report in JSON has it.
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
    msg: "{{ statuses | privatelink.salesforce.status_rows }}"
"""

RETURN = r"""
_value:
  description: One dict for each connection. Its C(state) is V(ok), V(drift) or V(error).
  type: list
  elements: dict
  sample:
    - host: acme_payments
      name: Acme_Inbound
      my_domain: acme.my.salesforce.com
      region: eu-central-1
      vpc_id: vpc-0123456789abcdef0
      state: ok
      connection_status: Ready
      endpoint_id: vpce-0123456789abcdef0
      endpoint_state: available
      interfaces: [{zone: eu-central-1a, address: 10.0.1.23}]
      records: [{host: acme.my.salesforce.com, leads_to: [10.0.1.23], right: true}]
      source_cidrs: [10.10.10.0/30]
      drift: []
      blockers: []
      next_step: nothing
      error: null
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._status import row


def status_rows(value: t.Any) -> t.Any:
    return [row(status) for status in value]


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"status_rows": status_rows}
