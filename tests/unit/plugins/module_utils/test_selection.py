# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choices over plain facts: which endpoint, subnets and groups are meant, what stands in the way, and what a tear-down takes along."""

from __future__ import annotations

import ipaddress
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _selection as select
from ansible_collections.privatelink.salesforce.plugins.module_utils import _selection_dns as dns
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import TAG, VPCS_TAG

HOST, NAME, VPC = "acme.my.salesforce.com", "Acme", "vpc-1"
OURS = f"{HOST}/{NAME}"
Json = dict[str, t.Any]
SERVICE = "com.amazonaws.vpce.eu-central-1.vpce-svc-1"


def params(**more: t.Any) -> dict[str, t.Any]:
    return {
        "my_domain": HOST, "name": NAME, "vpc_id": VPC, "vpc_endpoint_id": None, "subnet_ids": [], "security_group_ids": [], "allowed_cidrs": [],
        "tags": {}, "dns_names": [], "dns_zone": None, "dns_record": "addresses", "dns_ttl": 60, "dns_vpcs": [], "manage_dns": True, **more,
    }  # fmt: skip


def endpoint(id: str, state: str = "available", **more: t.Any) -> dict[str, t.Any]:
    return {"id": id, "state": state, "type": "Interface", "service_name": SERVICE, "tags": {}, "subnet_ids": [], "dns_entries": [], **more}


def facts(**more: t.Any) -> dict[str, t.Any]:
    return {
        "endpoints": [], "connection": None, "service_name": SERVICE, "service": None, "vpc": {"id": VPC}, "subnets": [], "security_groups": [],
        "zones": [], "zone_names": [], "resolver_rules": [], "interfaces": [], "own_endpoints": [], "endpoint": None, "tag_value": OURS,
        "moved_from": None, "unused_addresses": set(), **more,
    }  # fmt: skip


def chosen(found: dict[str, t.Any], **options: t.Any) -> tuple[str | None, list[dict[str, str]]]:
    blockers = select.Blockers()
    item = select.endpoint(found, params(**options), blockers)
    return (item["id"] if item else None), blockers.items


@pytest.mark.parametrize("state", ["deleted", "deleting", "rejected", "failed", "expired"])
def test_a_dead_endpoint_is_never_taken(state: str) -> None:
    dead = endpoint("vpce-1", state, tags={TAG: OURS})
    assert chosen(facts(endpoints=[dead], connection={"vpc_endpoint_id": "vpce-1"})) == (None, [])
    item, blockers = chosen(facts(endpoints=[dead]), vpc_endpoint_id="vpce-1")
    assert item is None
    assert f"is {state}" in blockers[0]["problem"]


@pytest.mark.parametrize("state", ["pendingAcceptance", "pending", "available", "Available"])
def test_the_only_live_one_of_the_service_is_adopted(state: str) -> None:
    assert chosen(facts(endpoints=[endpoint("vpce-1", state)])) == ("vpce-1", [])


def test_our_tag_comes_before_the_registered_one_and_that_before_the_only_one() -> None:
    tagged, registered, other = endpoint("vpce-1", tags={TAG: OURS}), endpoint("vpce-2"), endpoint("vpce-3")
    connection = {"vpc_endpoint_id": "vpce-2"}
    assert chosen(facts(endpoints=[other, registered, tagged], connection=connection))[0] == "vpce-1"
    assert chosen(facts(endpoints=[other, registered], connection=connection))[0] == "vpce-2"


def test_ambiguity_lists_the_candidates() -> None:
    item, blockers = chosen(facts(endpoints=[endpoint("vpce-1"), endpoint("vpce-2", "pending")]))
    assert item is None
    assert "vpce-1 (available), vpce-2 (pending)" in blockers[0]["problem"]


def test_the_endpoint_of_another_connection_is_not_adopted() -> None:
    assert chosen(facts(endpoints=[endpoint("vpce-1", tags={TAG: f"{HOST}/Other"})])) == (None, [])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"type": "Gateway"}, "is of type Gateway"),
        ({"service_name": "com.amazonaws.eu-central-1.s3"}, "is for com.amazonaws.eu-central-1.s3"),
    ],
)
def test_a_given_endpoint_must_fit(more: dict[str, t.Any], words: str) -> None:
    item, blockers = chosen(facts(endpoints=[endpoint("vpce-1", **more)]), vpc_endpoint_id="vpce-1")
    assert item is None
    assert words in blockers[0]["problem"]


# -- subnets ------------------------------------------------------------------------------------------------------

SUBNETS = [
    {"id": "subnet-b2", "zone": "b", "zone_id": "z2", "cidr": "10.0.3.0/24"},
    {"id": "subnet-a2", "zone": "a", "zone_id": "z1", "cidr": "10.0.10.0/24"},
    {"id": "subnet-a1", "zone": "a", "zone_id": "z1", "cidr": "10.0.9.0/24"},
    {"id": "subnet-c1", "zone": "c", "zone_id": "z3", "cidr": "10.0.4.0/24"},
]
OFFER = {"zones": ["a", "b"], "zone_ids": ["z1", "z2"]}


def subnets(chosen_endpoint: t.Any = None, service: t.Any = None, **options: t.Any) -> tuple[list[str], list[str]]:
    blockers = select.Blockers()
    found = select.subnets(facts(subnets=SUBNETS, service=service or OFFER), params(**options), chosen_endpoint, blockers)
    return found, [item["problem"] for item in blockers.items]


def test_one_subnet_for_each_zone_that_is_offered_the_lowest_address_first() -> None:
    # By number: 10.0.9.0 comes before 10.0.10.0.
    assert subnets() == (["subnet-a1", "subnet-b2"], [])


def test_zones_are_compared_by_id_and_by_name_only_without_ids() -> None:
    assert subnets(service={"zones": ["c"], "zone_ids": ["z1"]})[0] == ["subnet-a1"]
    assert subnets(service={"zones": ["c"], "zone_ids": []})[0] == ["subnet-c1"]


def test_an_endpoint_of_ours_keeps_its_subnets_and_gets_the_zones_that_it_lacks() -> None:
    assert subnets(endpoint("vpce-1", subnet_ids=["subnet-a2"], tags={TAG: OURS}))[0] == ["subnet-a2", "subnet-b2"]


def test_no_subnet_in_an_offered_zone() -> None:
    found, problems = subnets(service={"zones": ["x"], "zone_ids": ["z9"]})
    assert found == []
    assert "no subnet in a zone that the service offers (z9)" in problems[0]


def test_subnets_that_are_passed_over_are_told_with_the_reason() -> None:
    found = facts(service=OFFER, subnets=SUBNETS)
    found["wanted_subnet_ids"] = select.subnets(found, params(), None, select.Blockers())
    told = {item["id"]: item["why"] for item in select.dropped(found, params())}
    assert set(told) == {item["id"] for item in SUBNETS} - set(found["wanted_subnet_ids"])
    assert set(told.values()) == {"another subnet of its zone is taken", "the service is not offered in its zone, only in z1, z2"}
    assert select.dropped(found, params(subnet_ids=["subnet-a1"])) == []


def test_given_subnets_are_judged_all_at_once() -> None:
    problems = " | ".join(subnets(subnet_ids=["subnet-c1", "subnet-a1", "subnet-a2", "subnet-x"])[1])
    for words in ("subnet-c1 (c, z3) lies in a zone that the service lacks", "subnet-a1, subnet-a2 lie in the same zone z1", "subnet-x is not in vpc-1"):
        assert words in problems


# -- DNS ----------------------------------------------------------------------------------------------------------


def test_a_zone_is_named_as_its_host_unless_one_that_covers_it_is_asked_for() -> None:
    site = "acme.my.site.com"
    options = params(dns_names=[site], dns_zone="my.salesforce.com")
    assert dns.zone_names(options) == ["my.salesforce.com", site]
    assert dns.zone_names(params(dns_zone="salesforce.co")) == [HOST]
    assert "hides every name below it" in dns.shadowing(facts(), options)[0]
    assert dns.shadowing(facts(), params(dns_names=[site])) == []


@pytest.mark.parametrize(
    ("rules", "blocked"),
    [
        ([("FORWARD", HOST)], True),
        ([("FORWARD", "salesforce.com")], False),
        ([("FORWARD", ".")], False),
        ([("SYSTEM", HOST)], False),
        ([("FORWARD", "other.my.salesforce.com")], False),
        ([("FORWARD", "xacme.my.salesforce.com")], False),
    ],
)
def test_a_forwarding_rule_wins_if_it_is_as_specific_as_the_zone(rules: list[tuple[str, str]], blocked: bool) -> None:
    blockers = select.Blockers()
    found = [{"id": f"rslvr-{index}", "name": None, "type": kind, "domain": domain} for index, (kind, domain) in enumerate(rules)]
    dns.check_resolver_rules(facts(resolver_rules=found), params(), blockers)
    assert bool(blockers.items) is blocked


def test_a_system_rule_of_the_host_cures_a_rule_of_the_wide_zone() -> None:
    blockers = select.Blockers()
    found = [
        {"id": "rslvr-1", "name": "all", "type": "FORWARD", "domain": "my.salesforce.com"},
        {"id": "rslvr-2", "name": "not us", "type": "SYSTEM", "domain": HOST},
    ]
    dns.check_resolver_rules(facts(resolver_rules=found), params(dns_zone="my.salesforce.com"), blockers)
    assert blockers.items == []


def test_records_are_in_one_order() -> None:
    record = dns.wanted_record(HOST, params(), None, ["10.0.0.9", "10.0.0.10"])
    assert record is not None
    assert record["values"] == ["10.0.0.10", "10.0.0.9"]
    assert dns.wanted_record(HOST, params(), None, []) is None


def zone(records: list[dict[str, t.Any]], ours: bool, name: str = HOST) -> dict[str, t.Any]:
    return {"id": "Z1", "name": name, "vpcs": [{"id": VPC, "region": "r"}], "comment": "", "tags": {TAG: OURS} if ours else {}, "records": records}


def record(name: str, values: list[str], kind: str = "A") -> dict[str, t.Any]:
    return {"name": name, "type": kind, "ttl": 60, "values": values, "alias": None, "set_identifier": None}


def test_a_zone_of_ours_goes_with_our_records_and_stays_for_those_of_others() -> None:
    mine, soa, theirs = record(HOST, ["10.0.0.9"]), record(HOST, ["ns"], "SOA"), record(f"x.{HOST}", ["192.0.2.1"])
    gone = dns.dns_leftovers(facts(zones=[zone([mine, soa], ours=True)]), params())
    assert [item["name"] for item in gone["zones"]] == [HOST]
    assert [item["record"] for item in gone["records"]] == [mine]
    kept = dns.dns_leftovers(facts(zones=[zone([mine, soa, theirs], ours=True)]), params())
    assert kept["zones"] == []
    assert f"x.{HOST} A" in kept["kept"][0]["why"]


REGISTERED = {"vpc_endpoint_id": "vpce-1"}
ALIVE = {"connection": REGISTERED, "endpoints": [endpoint("vpce-1")]}
LOST = {"connection": REGISTERED, "endpoints": [endpoint("vpce-1", "rejected")]}
ELSEWHERE = {"connection": REGISTERED, "moved_from": {"endpoint_id": "vpce-1"}}
OTHERS = {TAG: f"{HOST}/Other"}


def alias(target: str, kind: str = "A") -> dict[str, t.Any]:
    return {**record(HOST, [], kind), "ttl": None, "alias": {"dns_name": target, "hosted_zone_id": "Z2"}}


@pytest.mark.parametrize(
    ("item", "more", "tags", "ours"),
    [
        (record(HOST, ["10.0.0.9"]), {}, {}, True),
        (record(HOST, ["10.0.0.9"]), {}, OTHERS, True),
        (record(f"x.{HOST}", ["10.0.0.9"]), {}, {}, True),
        (record(HOST, ["10.0.0.9", "192.0.2.1"]), LOST, {}, False),
        (record(HOST, ["192.0.2.1"]), LOST, {}, False),
        # Of addresses that nobody has, those beside ours, or those of the endpoint that is gone.
        (record(HOST, ["10.0.0.9", "10.0.0.5"]), ALIVE, {}, True),
        (record(HOST, ["10.0.0.5"]), ALIVE, {}, False),
        (record(HOST, ["10.0.0.5"]), LOST, {}, True),
        (record(HOST, ["10.0.0.5"]), {"connection": REGISTERED}, {}, True),
        (record(HOST, ["10.0.0.5"]), {}, {}, False),
        (record(HOST, ["10.0.0.5"]), ELSEWHERE, {}, False),
        (record(HOST, ["10.0.0.5"]), LOST, OTHERS, False),
        (record(HOST, ["10.0.0.5"]), LOST, {TAG: "globex.my.salesforce.com/Globex"}, True),
        (record(f"x.{HOST}", ["10.0.0.5"]), LOST, {}, False),
        (record(HOST, ["fd00::9"], "AAAA"), {}, {}, True),
        (record(HOST, ["fd00::5"], "AAAA"), LOST, {}, False),
        (record(HOST, ["x.example.com"], "CNAME"), LOST, {}, False),
        (alias("vpce-1-a.vpce-svc.example"), LOST, {}, True),
        (alias("vpce-1-a.vpce-svc.example"), {}, {}, False),
        (alias("vpce-11-a.vpce-svc.example"), LOST, {}, False),
        ({**record(HOST, ["10.0.0.9"]), "set_identifier": "blue"}, {}, {}, False),
        # A zone of ours.
        (record(HOST, ["192.0.2.1"]), {}, {TAG: OURS}, True),
        (alias("elsewhere.example.com"), {}, {TAG: OURS}, True),
        (record(HOST, ["2001:db8::1"], "AAAA"), {}, {TAG: OURS}, False),
        ({**record(HOST, ["192.0.2.1"]), "set_identifier": "blue"}, {}, {TAG: OURS}, False),
    ],
)
def test_whose_a_record_is_tells_what_is_written_anew_taken_away_or_in_the_way(item: Json, more: Json, tags: dict[str, str], ours: bool) -> None:
    place = {**zone([item], ours=False), "tags": tags}
    interfaces = [{"id": "eni-1", "address": "10.0.0.9", "ipv6_addresses": ["fd00:0:0::9"]}]
    found = facts(zones=[place], interfaces=interfaces, unused_addresses={ipaddress.ip_address("10.0.0.5")}, **more)
    assert [other["record"] for other in dns.dns_leftovers(found, params())["records"]] == ([item] if ours else [])
    blockers = select.Blockers()
    dns.check_names(found, params(), blockers)
    assert bool(blockers.items) is (not ours and item["name"] == HOST)
    kept = dns.dns_leftovers(found, params())["kept"]
    assert bool(kept) is bool(blockers.items)


def test_only_addresses_of_the_vpc_in_records_of_our_names_in_zones_of_others_are_doubtful() -> None:
    values = [record(HOST, ["10.0.0.9", "10.0.0.5", "10.9.0.1"]), record(f"x.{HOST}", ["10.0.0.6"])]
    more: Json = {"interfaces": [{"id": "eni-1", "address": "10.0.0.9", "ipv6_addresses": []}], "vpc": {"id": VPC, "cidrs": ["10.0.0.0/16"]}}
    assert dns.doubtful_addresses(facts(zones=[zone(values, ours=False)], **more), params()) == ["10.0.0.5"]
    assert dns.doubtful_addresses(facts(zones=[zone(values, ours=True)], **more), params()) == []
    assert dns.doubtful_addresses(facts(zones=[zone(values, ours=False)], **{**more, "vpc": None}), params()) == []


@pytest.mark.parametrize(("more", "tags", "first"), [(LOST, {}, True), (LOST, {TAG: OURS}, False), (ALIVE, {}, False)])
def test_a_record_in_a_zone_of_others_goes_before_the_lost_endpoint_has_a_successor(more: Json, tags: dict[str, str], first: bool) -> None:
    found = facts(zones=[{**zone([record(HOST, ["10.0.0.5"])], ours=False), "tags": tags}], unused_addresses={ipaddress.ip_address("10.0.0.5")}, **more)
    assert dns.orphaned({**found, "dns_leftovers": dns.dns_leftovers(found, params())}) is first


@pytest.mark.parametrize(
    ("tags", "groups", "given", "ours"),
    [
        ({TAG: OURS}, ["sg-9"], None, True),
        ({TAG: OURS}, ["sg-9"], "vpce-1", True),
        ({TAG: "another"}, ["sg-1"], None, False),
        # Somebody took the tag away.
        ({}, ["sg-1"], None, True),
        ({}, ["sg-1", "sg-2"], None, False),
        # Made by hand with the role's group, and named: it stays somebody's when it is registered.
        ({}, ["sg-1"], "vpce-1", False),
    ],
)
def test_which_endpoint_is_ours(tags: dict[str, str], groups: list[str], given: str | None, ours: bool) -> None:
    found = facts(own_group={"id": "sg-1"}, connection={"vpc_endpoint_id": "vpce-1"})
    item = endpoint("vpce-1", tags=tags, security_group_ids=groups)
    assert select.is_our_endpoint(item, found, params(vpc_endpoint_id=given)) is ours


def test_only_vpcs_that_the_role_associated_are_dropped() -> None:
    here, mine, theirs = ({"id": f"vpc-{number}", "region": "eu-central-1"} for number in (1, 2, 3))
    tags = {TAG: OURS, VPCS_TAG: "eu-central-1/vpc-2 us-west-2/vpc-3"}
    made = {"name": HOST, "comment": "", "tags": tags, "vpcs": [here, mine, theirs]}
    assert dns.dropped_vpcs(made, [here], facts()) == [mine]
    assert dns.dropped_vpcs(made, [here, mine], facts()) == []
    assert dns.dropped_vpcs({**made, "tags": {**tags, TAG: "another"}}, [here], facts()) == []
    assert dns.dropped_vpcs({**made, "tags": {TAG: OURS}}, [here], facts()) == []


def test_a_zone_remembers_what_the_role_associates_and_forgets_what_is_dropped() -> None:
    here, mine, theirs = ({"id": f"vpc-{number}", "region": "eu-central-1"} for number in (1, 2, 3))
    made = {"name": HOST, "comment": "", "tags": {TAG: OURS}, "vpcs": [here, theirs]}

    def tag(zone: Json | None, *vpcs: Json) -> str | None:
        return dns.our_zone_tags(zone, [here, *vpcs], facts(), params(tags={}))[VPCS_TAG]

    assert tag(None, mine, theirs) == "eu-central-1/vpc-2 eu-central-1/vpc-3"
    assert tag(made, mine, theirs) == "eu-central-1/vpc-2"
    known = {**made, "tags": {TAG: OURS, VPCS_TAG: "eu-central-1/vpc-2"}, "vpcs": [here, mine, theirs]}
    assert tag(known, mine, theirs) == "eu-central-1/vpc-2"
    assert tag(known, theirs) is None
    # A tag's value has 256 characters; what does not fit is not remembered, rather than half an ID.
    many = [{"id": f"vpc-{number:017x}", "region": "ap-southeast-1"} for number in range(20)]
    long = tag(None, *many)
    assert long
    assert len(long) <= 256
    assert long.split() == [f"ap-southeast-1/{vpc['id']}" for vpc in many[: len(long.split())]]
