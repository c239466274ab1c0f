# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of ranges becomes, in each spelling of its ends; and the options that ask for it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.plugins.module_utils import _ip_ranges as ip
from ansible_collections.privatelink.salesforce.plugins.module_utils import _range_list as ranges

SPELLINGS = [ranges.SETTINGS, ranges.PROFILE, ranges.EXTERNAL_APP]


def entry(start, end, description="theirs", ends=ranges.SETTINGS):
    return {"description": description, ends.end: end, ends.start: start}


def combined(current, given, mode, ends=ranges.SETTINGS):
    entries = [entry(*item, ends=ends) for item in current]
    return [(item[ends.start], item[ends.end], item.get("description")) for item in ranges.combine(entries, ip.merge(given), mode, "ours", ends)]


THEIRS = [("10.0.0.0", "10.0.0.9"), ("2001:DB8::", "2001:db8::f")]
KEPT = [(start, end, "theirs") for start, end in THEIRS]


@pytest.mark.parametrize("ends", SPELLINGS)
@pytest.mark.parametrize(
    ("mode", "given", "wanted"),
    [
        ("merge", ["10.0.1.0/30"], [*KEPT, ("10.0.1.0", "10.0.1.3", "ours")]),
        ("merge", ["10.0.0.3", "2001:db8::1"], KEPT),
        ("merge", ["10.0.0.5-10.0.0.12"], [*KEPT, ("10.0.0.10", "10.0.0.12", "ours")]),
        ("merge", ["9.255.255.255-10.0.0.12"], [*KEPT, ("9.255.255.255", "9.255.255.255", "ours"), ("10.0.0.10", "10.0.0.12", "ours")]),
        ("merge", [{"start": "10.2.0.0", "end": "10.2.0.1", "description": "own"}], [*KEPT, ("10.2.0.0", "10.2.0.1", "own")]),
        ("merge", [], KEPT),
        ("replace", ["10.0.1.0/30"], [("10.0.1.0", "10.0.1.3", "ours")]),
        # An entry that is there already is kept to the letter.
        ("replace", [{"start": "2001:db8::", "end": "2001:db8::f", "description": "theirs"}], [KEPT[1]]),
        ("replace", [], []),
        ("remove", ["10.0.0.0/24"], [KEPT[1]]),
        ("remove", ["10.0.0.0/30"], KEPT),
        ("remove", ["10.0.0.0-10.0.0.4", "10.0.0.5-10.0.0.9", "::/0"], []),
        ("remove", [], KEPT),
    ],
)
def test_combine(ends, mode, given, wanted):
    assert combined(THEIRS, given, mode, ends) == wanted


def test_remove_by_description_alone():
    current = [entry("10.0.0.0", "10.0.0.1", "ours"), entry("10.0.0.2", "10.0.0.3", "ours too"), {"start": "10.0.0.4", "end": "10.0.0.4"}]
    assert ranges.combine(current, [], ranges.REMOVE, "ours", ranges.SETTINGS) == current[1:]


def low(number):
    return str(ipaddress.IPv4Address(number))


PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (low(min(pair)), low(max(pair)))), max_size=6)


@settings(deadline=None)  # the machine may be busy with other tests
@given(PAIRS, PAIRS)
def test_merge_adds_and_is_done_once(current, given_ranges):
    entries = [entry(*item) for item in current]
    wanted = ip.merge([f"{start}-{end}" for start, end in given_ranges])
    after = ranges.combine(entries, wanted, ranges.MERGE, "ours", ranges.SETTINGS)
    assert after[: len(entries)] == entries
    assert all(ip.covers([ranges.plainly(item, ranges.SETTINGS) for item in after], item) for item in wanted)
    assert ranges.combine(after, wanted, ranges.MERGE, "ours", ranges.SETTINGS) == after
    assert ranges.lost(entries, after, ranges.SETTINGS) == []
    assert ranges.same(ranges.combine(after, [], ranges.REMOVE, "ours", ranges.SETTINGS), entries, ranges.SETTINGS)


def test_sizes():
    widest = ["10.0.0.0/7", "2001:db8::/32", "10.0.0.1"]
    assert ranges.too_large(ip.parse_ranges(widest)) == []
    assert ranges.too_large(ip.parse_ranges([*widest, "10.0.0.0-12.0.0.0", "2001::-2002::"])) == [
        "range 10.0.0.0-12.0.0.0 is larger than the /7 that Salesforce takes; split it",
        "range 2001::-2002:: is larger than the /32 that Salesforce takes; split it",
    ]


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_neighbours_that_are_too_large_together_are_split_again(mode):
    wanted = [("10.0.0.0", "11.255.255.255", "ours"), ("12.0.0.0", "13.255.255.255", "ours"), ("14.0.0.0", "14.0.0.9", "ours")]
    given = ["10.0.0.0/7", "12.0.0.0/7", "14.0.0.0-14.0.0.9"]
    assert combined([], given, mode) == wanted
    assert combined([item[:2] for item in wanted], given, "merge") == [(*item[:2], "theirs") for item in wanted]


@pytest.mark.parametrize("ends", SPELLINGS)
def test_limits(ends):
    long = entry("10.0.0.0", "10.0.0.0", "x" * 256, ends)
    assert ranges.problems([long], [], ends) == ["the description of 10.0.0.0-10.0.0.0 has 256 characters, at most 255 are taken"]
    assert ranges.problems([long], [long], ends) == []
    many = [entry(low(number), low(number), "x" * 255, ends) for number in range(129)]
    assert ranges.problems(many, [], ends) == ["the list would hold 129 entries, the most allowed are 128"]
    assert ranges.problems(many[:128], [], ends) == []


def test_same_and_shown():
    left = [{"start": "::1", "end": "0:0::1"}, entry("10.0.0.1", "10.0.0.1")]
    right = [entry("10.0.0.1", "10.0.0.1"), {"start": "0::1", "end": "::1", "description": None}]
    assert ranges.same(left, right, ranges.SETTINGS)
    assert not ranges.same(left, right[:1], ranges.SETTINGS)
    assert ranges.shown(left, ranges.SETTINGS) == [
        {"start_ip": "10.0.0.1", "end_ip": "10.0.0.1", "description": "theirs"},
        {"start_ip": "::1", "end_ip": "::1", "description": ""},
    ]
