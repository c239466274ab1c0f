# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_security_group_rules
short_description: IP ranges as rules of a security group
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns ranges of IP addresses into TCP rules for M(amazon.aws.ec2_security_group), one for each port, address family and description.
  - Overlapping ranges are joined and carry the descriptions of both; ranges that only touch are joined if they are described alike.
    The result is sorted, IPv4 before IPv6.
positional: _input, ports, description
options:
  ports:
    description: Ports, each a number or V(first-last).
    type: list
    elements: str
    default: [443]
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
- name: Let Salesforce in
  amazon.aws.ec2_security_group:
    name: from-salesforce
    description: Traffic that comes from Salesforce through PrivateLink
    vpc_id: vpc-0123456789abcdef0
    rules: "{{ acme | privatelink.salesforce.to_security_group_rules(ports=[443, '8443-8444']) }}"
"""

RETURN = r"""
_value:
  description: Rules.
  type: list
  elements: dict
  sample:
    - proto: tcp
      from_port: 443
      to_port: 443
      cidr_ip: ["10.10.10.0/30"]
      rule_desc: Salesforce Private Connect Acme
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import filtered


def to_security_group_rules(value: t.Any, ports: t.Any = (443,), description: str | None = None) -> list[t.Any]:
    return filtered("security_group_rules", value, ports=ports, description=description)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_security_group_rules": to_security_group_rules}
