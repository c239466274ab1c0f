# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.plugins.module_utils import _ip_ranges as ip
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError

MAPPED = range(0xFFFF << 32, (0xFFFF << 32) + 2**32)


def pairs(family: type, base: int, width: int) -> st.SearchStrategy:
    """Ranges that lie close together, so that many overlap and touch."""
    number = st.integers(base, base + width)
    return st.tuples(number, number).map(lambda ends: {"start_ip": str(family(min(ends))), "end_ip": str(family(max(ends)))})


V4_LOW = pairs(ipaddress.IPv4Address, 0, 300)
V4_HIGH = pairs(ipaddress.IPv4Address, 2**32 - 301, 300)
V6_LOW = pairs(ipaddress.IPv6Address, 0, 300)
V6_HIGH = pairs(ipaddress.IPv6Address, 2**128 - 301, 300)
RANGES = st.lists(st.one_of(V4_LOW, V4_HIGH, V6_LOW, V6_HIGH), max_size=12)

ANY_V4 = st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)).map(sorted)
ANY_V6 = st.tuples(*[st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None)] * 2).map(sorted)


def addresses(ranges: list[dict]) -> set:
    found = set()
    for item in ranges:
        start, end = ipaddress.ip_address(item["start_ip"]), ipaddress.ip_address(item["end_ip"])
        found |= {type(start)(number) for number in range(int(start), int(end) + 1)}
    return found


def in_order(networks: list) -> list:
    return sorted(networks, key=lambda network: (network.version, network))


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES)
def test_cidrs_cover_the_union_exactly(ranges):
    networks = [ipaddress.ip_network(cidr) for cidr in ip.to_cidrs(ranges)]
    covered = [address for network in networks for address in network]
    assert len(covered) == len(set(covered))
    assert set(covered) == addresses(ranges)


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES)
def test_cidrs_are_the_fewest_and_sorted(ranges):
    networks = [ipaddress.ip_network(cidr) for cidr in ip.to_cidrs(ranges)]
    fewest = []
    for version in (4, 6):
        summarized = [
            network
            for item in ranges
            if ipaddress.ip_address(item["start_ip"]).version == version
            for network in ipaddress.summarize_address_range(ipaddress.ip_address(item["start_ip"]), ipaddress.ip_address(item["end_ip"]))
        ]
        fewest += list(ipaddress.collapse_addresses(summarized))
    assert networks == fewest
    assert networks == in_order(networks)


@settings(deadline=None)  # the machine may be busy with other tests
@given(st.one_of(ANY_V4, ANY_V6))
def test_one_range_of_any_size_is_summarized_as_ipaddress_does(ends):
    start, end = ends
    expected = [str(network) for network in ipaddress.summarize_address_range(start, end)]
    assert ip.to_cidrs([{"start": str(start), "end": str(end)}]) == expected


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES)
def test_merged_ranges_neither_touch_nor_lose_anything(ranges):
    merged = ip.merge(ranges)
    assert addresses(merged) == addresses(ranges)
    assert ip.merge(merged) == merged
    assert ip.to_cidrs(merged) == ip.to_cidrs(ranges)
    for before, after in zip(merged, merged[1:]):
        end, start = ipaddress.ip_address(before["end_ip"]), ipaddress.ip_address(after["start_ip"])
        assert end.version < start.version or int(end) + 1 < int(start)


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES, st.randoms())
def test_the_order_of_the_input_does_not_matter(ranges, random):
    shuffled = list(ranges)
    random.shuffle(shuffled)
    assert ip.to_cidrs(shuffled) == ip.to_cidrs(ranges)
    assert ip.to_network_access(shuffled) == ip.to_network_access(ranges)


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES)
def test_addresses_are_those_of_the_union(ranges):
    listed = ip.to_addresses(ranges)
    assert len(listed) == len(set(listed))
    assert {ipaddress.ip_address(text) for text in listed} == addresses(ranges)


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES, st.one_of(st.integers(0, 302), st.integers(2**32 - 302, 2**32 - 1)), st.sampled_from([ipaddress.IPv4Address, ipaddress.IPv6Address]))
def test_contains_agrees_with_the_addresses(ranges, number, family):
    address = family(number)
    assert ip.contains(ranges, str(address)) == (address in addresses(ranges))


@settings(deadline=None)  # the machine may be busy with other tests
@given(st.lists(st.one_of(ANY_V4, ANY_V6), max_size=6))
def test_what_salesforce_sends_is_read_whole(ranges):
    value = json.dumps([{"startIp": str(start), "endIp": str(end)} for start, end in ranges])
    parsed = ip.parse_source_ip_ranges(value)
    assert {(item["start_ip"], item["end_ip"]) for item in parsed} == {(str(start), str(end)) for start, end in ranges}
    assert parsed == ip.parse_source_ip_ranges(json.loads(value))
    assert parsed == ip.parse_source_ip_ranges(json.dumps(value)), "encoded twice"


@pytest.mark.parametrize("value", [None, "", "  ", "null", "[]", [], '""'])
def test_nothing_allocated_yet(value):
    assert ip.parse_source_ip_ranges(value) == []


def test_source_ip_ranges_are_sorted_and_keep_their_neighbours_apart():
    value = '[{"startIp":"2001:db8::","endIp":"2001:db8::3"},{"startIp":"10.10.10.4","endIp":"10.10.10.7","x":1},{"startIp":"10.10.10.0","endIp":"10.10.10.3"}]'
    assert ip.parse_source_ip_ranges(value) == [
        {"start_ip": "10.10.10.0", "end_ip": "10.10.10.3"},
        {"start_ip": "10.10.10.4", "end_ip": "10.10.10.7"},
        {"start_ip": "2001:db8::", "end_ip": "2001:db8::3"},
    ]


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("[{", "is not JSON"),
        ("10.0.0.0", "is not JSON"),
        ("7", "is not a list"),
        ({"ranges": []}, "it needs one start and one end"),
        ([{"startIp": "10.0.0.0"}], "endIp is missing"),
        ([{"startIp": "10.0.0.0", "endIp": None}], "endIp is missing"),
        ([{"startIp": "10.0.0.9", "endIp": "10.0.0.1"}], "it is reversed"),
        ([None], "neither text nor a mapping"),
    ],
)
def test_malformed_source_ip_ranges_name_the_value(value, named):
    with pytest.raises(InputError, match=named) as caught:
        ip.parse_source_ip_ranges(value)
    assert "10.0.0" in caught.value.message or "10.0.0" not in str(value)


@pytest.mark.parametrize(
    ("item", "start", "end"),
    [
        ("10.0.0.0/24", "10.0.0.0", "10.0.0.255"),
        (" 10.0.0.1 ", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1/32", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.1 - 10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
        ("2001:DB8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
        ("2001:db8::1-2001:db8::2", "2001:db8::1", "2001:db8::2"),
        ({"start": "10.0.0.1", "end": "10.0.0.2"}, "10.0.0.1", "10.0.0.2"),
        ({"start_ip": "10.0.0.1", "end_ip": "10.0.0.2", "description": None}, "10.0.0.1", "10.0.0.2"),
        ({"startIp": "10.0.0.1", "endIp": "10.0.0.2"}, "10.0.0.1", "10.0.0.2"),
        ({"startAddress": "10.0.0.1", "endAddress": "10.0.0.2"}, "10.0.0.1", "10.0.0.2"),
        ({"startIpAddress": "10.0.0.1", "endIpAddress": "10.0.0.2"}, "10.0.0.1", "10.0.0.2"),
    ],
)
def test_every_accepted_form(item, start, end):
    assert ip.parse_range(item) == {"start_ip": start, "end_ip": end}


def test_a_description_is_kept():
    assert ip.parse_range({"start": "::1", "end": "::1", "description": "Paris"}) == {"start_ip": "::1", "end_ip": "::1", "description": "Paris"}


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("10.0.0.9-10.0.0.1", "it is reversed: 10.0.0.9 lies after 10.0.0.1"),
        ("10.0.0.1-::1", "different address families"),
        ({"start": "::1", "end": "10.0.0.1"}, "different address families"),
        ("10.0.0.1/24", "host bits set; write 10.0.0.0/24 for the network or 10.0.0.1 for the address"),
        ("2001:db8::1/64", "host bits set; write 2001:db8::/64"),
        ("10.0.0.0/255.255.255.0", "prefix length must be a number from 0 to 32"),
        ("10.0.0.0/0.0.0.255", "prefix length must be a number from 0 to 32"),
        ("10.0.0.0/33", "prefix length must be a number from 0 to 32"),
        ("2001:db8::/129", "prefix length must be a number from 0 to 128"),
        ("10.0.0.0/", "prefix length"),
        ("10.0.0.0/24/24", "prefix length"),
        ("fe80::1%eth0", "with a zone"),
        ("fe80::%1/64", "with a zone"),
        ("::ffff:10.0.0.1", "write 10.0.0.1"),
        ("::ffff:0:0/96", "IPv6 clothes"),
        ("10.0.0", "'10.0.0' is not an IP address"),
        ("10.0.0.1-", "'' is not an IP address"),
        ("10.0.0.1-10.0.0.2-10.0.0.3", "is not an IP address"),
        ("", "is not an IP address"),
        ("acme.my.salesforce.com", "is not an IP address"),
        (167772161, "neither text nor a mapping"),
        (True, "neither text nor a mapping"),
        (None, "neither text nor a mapping"),
        (["10.0.0.1"], "neither text nor a mapping"),
        ({}, "needs one start and one end"),
        ({"start": "10.0.0.1"}, "end is missing"),
        ({"end": "10.0.0.1"}, "start is missing"),
        ({"start": 167772161, "end": 167772162}, "is not the text of an IP address"),
        ({"start": "10.0.0.1", "end": "10.0.0.2", "endIp": "10.0.0.3"}, "in two spellings"),
        ({"start": "10.0.0.1", "end": "10.0.0.2", "descripton": "Paris"}, "unknown members: descripton"),
        ({"start": "10.0.0.1", "end": "10.0.0.2", "description": 5}, "its description is not text"),
    ],
)
def test_refused(item, problem):
    with pytest.raises(InputError) as caught:
        ip.parse_range(item)
    assert problem in caught.value.message
    assert json.dumps(item) in caught.value.message


def test_all_bad_items_are_named_at_once():
    with pytest.raises(InputError) as caught:
        ip.to_cidrs(["10.0.0.1/24", "10.0.0.0/24", "nonsense", {"start": "10.0.0.1"}])
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("ranges", [None, 5, True])
def test_no_list(ranges):
    with pytest.raises(InputError, match="is not a list of IP ranges"):
        ip.to_cidrs(ranges)


def test_a_single_item_is_a_list_of_one():
    assert ip.to_cidrs("10.0.0.0-10.0.0.3") == ip.to_cidrs({"start": "10.0.0.0", "end": "10.0.0.3"}) == ["10.0.0.0/30"]


def test_families_are_never_joined():
    assert ip.to_cidrs(["255.255.255.255", "::", "0.0.0.0"]) == ["0.0.0.0/32", "255.255.255.255/32", "::/128"]


def test_ranges_of_the_other_spellings():
    source = ["10.0.0.4/30", "10.0.0.0/30", "2001:db8::/127"]
    assert ip.to_ranges(source) == [{"start": "10.0.0.0", "end": "10.0.0.7"}, {"start": "2001:db8::", "end": "2001:db8::1"}]
    assert ip.to_login_ip_ranges(source, "Acme") == [
        {"startAddress": "10.0.0.0", "endAddress": "10.0.0.7", "description": "Acme"},
        {"startAddress": "2001:db8::", "endAddress": "2001:db8::1", "description": "Acme"},
    ]
    assert ip.to_network_access(source)[0] == {"start": "10.0.0.0", "end": "10.0.0.7", "description": "Salesforce Private Connect"}


def test_neighbours_with_descriptions_of_their_own_stay_apart_and_overlaps_carry_both():
    paris = {"start": "10.0.0.0", "end": "10.0.0.9", "description": "Paris"}
    lyon = {"start": "10.0.0.10", "end": "10.0.0.19", "description": "Lyon"}
    nice = {"start": "10.0.0.15", "end": "10.0.0.29", "description": "Nice"}
    assert ip.merge([lyon, paris]) == ip.parse_ranges([paris, lyon])
    assert ip.merge([nice, lyon, paris])[1] == {"start_ip": "10.0.0.10", "end_ip": "10.0.0.29", "description": "Lyon; Nice"}
    assert ip.to_network_access([paris, "10.0.0.10"], "Paris") == [{"start": "10.0.0.0", "end": "10.0.0.10", "description": "Paris"}]
    assert ip.to_cidrs([paris, lyon, nice]) == ip.to_cidrs(["10.0.0.0-10.0.0.29"])


def test_addresses_have_a_limit_that_says_the_size():
    assert len(ip.to_addresses(["10.0.0.0/20"])) == 4096
    with pytest.raises(InputError, match="hold 4097 addresses, more than the 4096 allowed"):
        ip.to_addresses(["10.0.0.0/20", "::1"])
    with pytest.raises(InputError, match=str(2**128)):
        ip.to_addresses(["::/0"])
    assert ip.to_addresses(["::1", "10.0.0.2", "10.0.0.1-10.0.0.2"], max_addresses=3) == ["10.0.0.1", "10.0.0.2", "::1"]


def test_security_group_rules():
    ranges = ["2001:db8::/64", "10.0.0.0/30", {"start": "10.0.0.8", "end": "10.0.0.8", "description": "Paris"}]
    assert ip.to_security_group_rules(ranges, ports=["443", "8000-8100"], description="Acme") == [
        {"proto": "tcp", "from_port": 443, "to_port": 443, "cidr_ip": ["10.0.0.0/30"], "rule_desc": "Acme"},
        {"proto": "tcp", "from_port": 443, "to_port": 443, "cidr_ip": ["10.0.0.8/32"], "rule_desc": "Paris"},
        {"proto": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv6": ["2001:db8::/64"], "rule_desc": "Acme"},
        {"proto": "tcp", "from_port": 8000, "to_port": 8100, "cidr_ip": ["10.0.0.0/30"], "rule_desc": "Acme"},
        {"proto": "tcp", "from_port": 8000, "to_port": 8100, "cidr_ip": ["10.0.0.8/32"], "rule_desc": "Paris"},
        {"proto": "tcp", "from_port": 8000, "to_port": 8100, "cidr_ipv6": ["2001:db8::/64"], "rule_desc": "Acme"},
    ]


@pytest.mark.parametrize("ports", [443, "443", [443], ["443"], (443, "443")])
def test_spellings_of_one_port(ports):
    assert [(rule["from_port"], rule["to_port"]) for rule in ip.to_security_group_rules(["10.0.0.0/30"], ports)] == [(443, 443)]


@pytest.mark.parametrize("ports", [[], [None], [True], [70000], ["9-1"], ["https"], [-1], ["443,80"], [4.5]])
def test_refused_ports(ports):
    with pytest.raises(InputError, match="port"):
        ip.to_security_group_rules(["10.0.0.0/30"], ports)


@pytest.mark.parametrize("text", ["Zürich", "x" * 256, "a\nb", 'say "hi"'])
def test_rule_descriptions_that_ec2_refuses(text):
    with pytest.raises(InputError, match="EC2 does not take the rule description"):
        ip.to_security_group_rules(["10.0.0.0/30"], description=text)


@settings(deadline=None)  # the machine may be busy with other tests
@given(RANGES, RANGES)
def test_subtract_leaves_what_is_in_none_of_the_others(ranges, others):
    left = ip.subtract(ranges, others)
    assert addresses(left) == addresses(ranges) - addresses(others)
    assert ip.merge(left) == left
    assert all(ip.covers(ranges, item) for item in left)
    assert all(ip.covers(others, item) == (addresses([item]) <= addresses(others)) for item in ranges)


def test_subtract_keeps_descriptions_and_meets_both_ends_of_a_family():
    paris = {"start": "10.0.0.0", "end": "10.0.0.9", "description": "Paris"}
    assert ip.subtract([paris], ["10.0.0.3-10.0.0.4", "::/0"]) == [
        {"start_ip": "10.0.0.0", "end_ip": "10.0.0.2", "description": "Paris"},
        {"start_ip": "10.0.0.5", "end_ip": "10.0.0.9", "description": "Paris"},
    ]
    assert ip.subtract(["0.0.0.0/0"], ["0.0.0.0", "255.255.255.255"]) == [{"start_ip": "0.0.0.1", "end_ip": "255.255.255.254"}]
    assert ip.subtract(["::/0"], ["::/0"]) == []
    assert ip.subtract([], ["10.0.0.1"]) == []


@pytest.mark.parametrize(("item", "size"), [("10.0.0.1", 1), ("10.0.0.0/24", 256), ("0.0.0.0/0", 2**32), ("::/0", 2**128), ("10.0.0.1-10.0.0.9", 9)])
def test_size(item, size):
    assert ip.size(item) == size


@pytest.mark.parametrize(("item", "covered"), [("10.0.0.0/25", True), ("10.0.0.0-10.0.1.0", False), ("10.0.0.250-10.0.2.5", True), ("::1", False)])
def test_covers_looks_at_neighbours_as_one(item, covered):
    assert ip.covers(["10.0.0.0/24", "10.0.1.1-10.0.2.9", *(["10.0.1.0"] if covered else [])], item) is covered


@pytest.mark.parametrize(
    ("item", "most", "ends"),
    [
        ("10.0.0.0-10.0.0.9", 4, [("10.0.0.0", "10.0.0.3"), ("10.0.0.4", "10.0.0.7"), ("10.0.0.8", "10.0.0.9")]),
        ("10.0.0.0/30", 4, [("10.0.0.0", "10.0.0.3")]),
        ("255.255.255.254-255.255.255.255", 1, [("255.255.255.254", "255.255.255.254"), ("255.255.255.255", "255.255.255.255")]),
        ("::/31", 2**96, [("::", "::ffff:ffff:ffff:ffff:ffff:ffff"), ("0:1::", "0:1:ffff:ffff:ffff:ffff:ffff:ffff")]),
    ],
)
def test_pieces(item, most, ends):
    assert [(part["start_ip"], part["end_ip"]) for part in ip.pieces(item, most)] == [tuple(str(ipaddress.ip_address(end)) for end in pair) for pair in ends]
