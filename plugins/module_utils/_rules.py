# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ingress rules of a security group that are known by their description: pure. This module util is PRIVATE to the collection.

A rule is ``{protocol, from_port, to_port, source, description}``, as :func:`._aws.security_group` gives them.
"""

from __future__ import annotations

import ipaddress
import typing as t

Rule = t.Mapping[str, t.Any]


def wanted(cidrs: t.Iterable[str], ports: t.Iterable[int], mark: str) -> list[dict[str, t.Any]]:
    """TCP from each CIDR to each port, marked by the description."""
    return [{"protocol": "tcp", "from_port": port, "to_port": port, "source": cidr, "description": mark} for cidr in cidrs for port in ports]


def plan(have: t.Sequence[Rule], want: t.Sequence[Rule], mark: str) -> tuple[list[Rule], list[Rule]]:
    """What to add and what to remove. Only rules from CIDR blocks that carry the mark are removed; what a rule that stays lets in is not added again."""
    remove = [rule for rule in have if rule["description"] == mark and network(rule) is not None and not any(_same(rule, item) for item in want)]
    staying = [rule for rule in have if rule not in remove]
    return [rule for rule in want if not any(covers(other, rule) for other in staying)], remove


def network(rule: Rule) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The source, if it is a CIDR block; groups and prefix lists are none."""
    try:
        return ipaddress.ip_network(rule["source"])
    except (ValueError, TypeError):
        return None


def covers(rule: Rule, wanted: Rule) -> bool:
    """Whether a rule lets in all that another, from a CIDR block to one port, would."""
    have, want = network(rule), network(wanted)
    if have is None or want is None or have.version != want.version:
        return False
    return admits(rule, wanted["to_port"]) and want.subnet_of(have)  # type: ignore[arg-type]


def admits(rule: Rule, port: int) -> bool:
    """Whether TCP to the port is let in, from wherever."""
    if rule["protocol"] == "-1":
        return True
    first, last = (0 if rule["from_port"] is None else rule["from_port"]), (65535 if rule["to_port"] is None else rule["to_port"])
    return rule["protocol"] in ("tcp", "6") and bool(first <= port <= last)


def _same(rule: Rule, wanted: Rule) -> bool:
    return network(rule) == network(wanted) and all(str(rule[key]) == str(wanted[key]) for key in ("protocol", "from_port", "to_port"))
