# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a security group: who gets in, what is added and removed, and what is left alone."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _rules as rules

MARK = "ours"
Json = dict[str, t.Any]


def rule(source: str, first: int | None = 443, last: int | None = 443, protocol: str = "tcp", description: str | None = None) -> Json:
    return {"protocol": protocol, "from_port": first, "to_port": last, "source": source, "description": description}


def ours(source: str, port: int = 443) -> Json:
    return rule(source, port, port, description=MARK)


@pytest.mark.parametrize(
    ("ingress", "open_to"),
    [
        (rule("10.0.0.0/8"), True),
        (rule("10.1.0.0/16"), True),
        (rule("10.1.2.0/24"), False),
        (rule("0.0.0.0/0", 0, 1023), True),
        (rule("10.0.0.0/8", None, None, "-1"), True),
        (rule("10.0.0.0/8", 80, 80), False),
        (rule("10.0.0.0/8", protocol="udp"), False),
        (rule("::/0"), False),
        (rule("sg-1"), False),
    ],
)
def test_who_gets_in(ingress: Json, open_to: bool) -> None:
    assert rules.covers(ingress, ours("10.1.0.0/16")) is open_to


@pytest.mark.parametrize(
    ("have", "want", "add", "remove"),
    [
        ([], [ours("10.0.0.0/8")], [ours("10.0.0.0/8")], []),
        ([ours("10.0.0.0/8")], [ours("10.0.0.0/8")], [], []),
        ([ours("10.0.0.0/8"), rule("10.0.0.0/8", description="theirs")], [ours("10.1.0.0/16")], [], [ours("10.0.0.0/8")]),
        # What only a rule that goes lets in is added.
        ([ours("10.0.0.0/8")], [ours("10.1.0.0/16")], [ours("10.1.0.0/16")], [ours("10.0.0.0/8")]),
        # Ours for another port.
        ([ours("10.0.0.0/8", 8443)], [ours("10.0.0.0/8")], [ours("10.0.0.0/8")], [ours("10.0.0.0/8", 8443)]),
        # Sources as AWS may spell them.
        ([ours("2001:DB8:0::/48")], [ours("2001:db8::/48")], [], []),
        ([ours("10.0.0.1/32")], [ours("10.0.0.1")], [], []),
        # Others' groups and prefix lists, whatever they are called.
        ([ours("sg-1"), ours("pl-1")], [], [], []),
    ],
)
def test_the_plan_takes_only_marked_rules_away_and_adds_only_what_is_closed(have: list[Json], want: list[Json], add: list[Json], remove: list[Json]) -> None:
    assert rules.plan(have, want, MARK) == (add, remove)
