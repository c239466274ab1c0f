# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts against options: which differences are told, with what is there and what is wanted, and whether their repair interrupts traffic."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _drift as drift
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import TAG, VPCS_TAG
from ansible_collections.privatelink.salesforce.plugins.module_utils._selection import RULE_MARK, Blockers
from ansible_collections.privatelink.salesforce.plugins.module_utils._selection_dns import ZONE_COMMENT

HOST, OURS, VPC, REGION = "acme.my.salesforce.com", "acme.my.salesforce.com/Acme", "vpc-1", "eu-central-1"
Json = dict[str, t.Any]


def params(**more: t.Any) -> Json:
    return {"name": "Acme", "my_domain": HOST, "vpc_id": VPC, "label": None, "description": None, "security_group_ids": [], "tags": {}, **more}


def rule(source: str, description: str = RULE_MARK) -> Json:
    return {"protocol": "tcp", "from_port": 443, "to_port": 443, "source": source, "description": description}


def group(**more: t.Any) -> Json:
    return {"id": "sg-1", "name": "g", "ingress": [rule("10.0.0.0/16")], "tags": {TAG: OURS}, **more}


def endpoint(**more: t.Any) -> Json:
    made = {"id": "vpce-1", "state": "available", "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"], "private_dns_enabled": False, "tags": {TAG: OURS}}
    return {**made, **more}


def connection(**more: t.Any) -> Json:
    made = {"name": "Acme", "label": "Acme", "description": "", "active": True, "region": REGION, "status": "Ready", "vpc_endpoint_id": "vpce-1"}
    return {**made, **more}


def record(**more: t.Any) -> Json:
    return {"name": HOST, "type": "A", "ttl": 60, "values": ["10.0.0.9"], "alias": None, "set_identifier": None, **more}


def entry(**more: t.Any) -> Json:
    zone = {"id": "Z1", "name": HOST, "vpcs": [{"id": VPC, "region": REGION}], "tags": {TAG: OURS}, "comment": ""}
    wanted = {"zone_name": HOST, "host": HOST, "dropped_vpcs": [], "wanted_vpcs": [{"id": VPC, "region": REGION}], "wanted_record": record()}
    return {"zone": zone, "record": record(), **wanted, **more}


# It lost a VPC that the role had associated.
REMEMBERING = {**entry()["zone"], "tags": {TAG: OURS, VPCS_TAG: f"{REGION}/vpc-2"}}


def facts(**more: t.Any) -> Json:
    """All as it is wanted."""
    return {
        "region": REGION, "tag_value": OURS, "group_name": "g", "service_name": "s", "own_group": group(), "own_endpoints": [endpoint()],
        "endpoint": endpoint(), "endpoint_is_ours": True, "connection": connection(),
        "wanted_subnet_ids": ["subnet-1"], "wanted_group_ids": ["sg-1"], "allowed_cidrs": ["10.0.0.0/16"],
        "moved_from": None, "other_places": [], "group_users": [], "zones": [], "endpoints": [],
        "dns": [entry()], "dns_leftovers": {"records": [], "zones": [], "kept": []}, **more,
    }  # fmt: skip


NOTHING = {"own_group": None, "own_endpoints": [], "endpoint": None, "endpoint_is_ours": False, "connection": None, "wanted_group_ids": None}


def told(found: Json, **options: t.Any) -> list[tuple[str, t.Any, t.Any]]:
    return [(item["what"], item["have"], item["want"]) for item in drift.present(found, params(**options))]


def words(found: Json, **options: t.Any) -> list[str]:
    return [what for what, _have, _want in told(found, **options)]


def test_all_as_wanted_is_no_drift() -> None:
    assert told(facts()) == []
    assert drift.next_step([], []) == "nothing"


def test_nothing_there_is_told_in_the_order_in_which_it_is_made() -> None:
    bare = facts(**NOTHING, dns=[entry(zone=None, record=None, wanted_record=None)])
    assert words(bare) == ["security_group", "endpoint", "connection", "zone", "record"]
    assert words(bare, security_group_ids=["sg-9"]) == ["endpoint", "connection", "zone", "record"]
    assert drift.next_step(drift.present(bare, params()), []) == "create the security group"


@pytest.mark.parametrize(
    ("changed", "options", "item"),
    [
        ({"own_group": group(ingress=[])}, {}, ("security_group.rules", [], [rule("10.0.0.0/16")])),
        (
            {"own_group": group(ingress=[rule("10.0.0.0/16"), rule("10.9.0.0/16")])},
            {},
            ("security_group.rules", [rule("10.0.0.0/16"), rule("10.9.0.0/16")], [rule("10.0.0.0/16")]),
        ),
        (
            {"own_group": group(tags={TAG: OURS, "b": "x"})},
            {"tags": {"team": "a"}, "own": "group"},
            ("security_group.tags", {"team": None}, {"team": "a"}),
        ),
        ({"endpoint": endpoint(subnet_ids=["subnet-2"])}, {}, ("endpoint.subnet_ids", ["subnet-2"], ["subnet-1"])),
        ({"endpoint": endpoint(security_group_ids=["sg-1", "sg-2"])}, {}, ("endpoint.security_group_ids", ["sg-1", "sg-2"], ["sg-1"])),
        ({"endpoint": endpoint(private_dns_enabled=True)}, {}, ("endpoint.private_dns_enabled", True, False)),
        ({"endpoint": endpoint(tags={})}, {}, ("endpoint.tags", {TAG: None}, {TAG: OURS})),
        ({"endpoint": endpoint(state="Pending")}, {}, ("endpoint.state", "Pending", "available")),
        ({"connection": connection(active=False)}, {}, ("connection.active", False, True)),
        ({}, {"label": "New"}, ("connection.label", "Acme", "New")),
        ({}, {"description": "New"}, ("connection.description", "", "New")),
        ({"connection": connection(region="us-east-1")}, {}, ("connection.region", "us-east-1", REGION)),
        ({"connection": connection(vpc_endpoint_id="vpce-0")}, {}, ("connection.vpc_endpoint_id", "vpce-0", "vpce-1")),
        ({"connection": connection(status="PendingAcceptance")}, {}, ("connection.status", "PendingAcceptance", "Ready")),
        ({"dns": [entry(record=record(ttl=300))]}, {}, ("record", record(ttl=300), record())),
        ({"dns": [entry(record=None)]}, {}, ("record", None, record())),
        (
            {"dns": [entry(zone=REMEMBERING, wanted_vpcs=[{"id": VPC, "region": REGION}, {"id": "vpc-2", "region": REGION}])]},
            {},
            ("zone.vpcs", [{"id": VPC, "region": REGION}], [{"id": VPC, "region": REGION}, {"id": "vpc-2", "region": REGION}]),
        ),
        (
            {"moved_from": {"vpc_id": "vpc-0", "region": "us-east-1", "endpoint_id": None, "ours": True}},
            {},
            ("moved_from", {"region": "us-east-1", "vpc_id": "vpc-0"}, None),
        ),
    ],
)
def test_one_difference_is_told_alone(changed: Json, options: Json, item: tuple[str, t.Any, t.Any]) -> None:
    if options.pop("own", None):
        # The same tag is wanted of all that is ours.
        changed = {**changed, "endpoint": endpoint(tags={TAG: OURS, **options["tags"]}), "dns": []}
    assert told(facts(**changed), **options) == [item]


def test_rules_of_others_and_wider_ones_are_no_drift() -> None:
    assert told(facts(own_group=group(ingress=[rule("0.0.0.0/0", "theirs"), rule("192.0.2.0/24", "theirs")]))) == []


def test_a_tag_that_is_to_be_absent_is_told_where_it_is() -> None:
    there = facts(endpoint=endpoint(tags={TAG: OURS, "old": "x"}), own_group=group(), dns=[])
    assert told(there, tags={"old": None}) == [("endpoint.tags", {"old": "x"}, {"old": None})]
    assert told(facts(dns=[]), tags={"old": None}) == []


def test_an_endpoint_of_others_is_left_without_our_marks_and_group() -> None:
    adopted = facts(endpoint=endpoint(tags={}, security_group_ids=["sg-9"]), endpoint_is_ours=False, own_group=None, own_endpoints=[], wanted_group_ids=None)
    assert told(adopted) == []
    assert words(adopted, tags={"team": "a"}) == ["endpoint.tags", "zone.tags"]


def test_a_zone_of_others_keeps_its_tags_and_further_vpcs() -> None:
    theirs = {"id": "Z1", "name": HOST, "vpcs": [{"id": VPC, "region": REGION}, {"id": "vpc-9", "region": REGION}], "tags": {}, "comment": "theirs"}
    assert told(facts(dns=[entry(zone=theirs)]), tags={}) == []
    ours_by_comment = {**theirs, "comment": f"{ZONE_COMMENT} {OURS}"}
    assert told(facts(dns=[entry(zone=ours_by_comment)])) == [("zone.tags", {TAG: None}, {TAG: OURS})]


def test_two_names_in_one_zone_tell_of_the_zone_once() -> None:
    both = [entry(zone=None, record=None), entry(zone=None, record=None, host=f"login.{HOST}")]
    assert words(facts(dns=both)) == ["zone", "record", "record"]


def test_the_state_of_the_endpoint_counts_only_once_the_connection_is_ready() -> None:
    pending = {"endpoint": endpoint(state="pendingAcceptance")}
    assert words(facts(**pending, connection=connection(status="Allocating"))) == ["connection.status"]
    assert words(facts(**pending)) == ["endpoint.state"]
    # AWS spells its states in more than one way.
    assert words(facts(endpoint=endpoint(state="Available"))) == []


@pytest.mark.parametrize(
    ("other", "registered", "told"),
    [
        ({"id": "vpce-0", "state": "available"}, "vpce-1", ["endpoint.replaced"]),
        ({"id": "vpce-0", "state": "rejected"}, "vpce-1", ["endpoint.replaced"]),
        # AWS is at it.
        ({"id": "vpce-0", "state": "Deleting"}, "vpce-1", []),
        # Before the replacement the connection's difference tells of it.
        ({"id": "vpce-0", "state": "available"}, "vpce-0", ["connection.vpc_endpoint_id"]),
    ],
)
def test_an_endpoint_of_ours_that_was_replaced_is_to_go(other: Json, registered: str, told: list[str]) -> None:
    assert words(facts(own_endpoints=[endpoint(**other), endpoint()], connection=connection(vpc_endpoint_id=registered))) == told


def test_a_place_that_is_left_counts_only_after_the_move() -> None:
    place = {"vpc_id": "vpc-0", "region": REGION, "endpoint_id": "vpce-0", "ours": False}
    moving = facts(connection=connection(vpc_endpoint_id="vpce-0"), moved_from=place)
    assert words(moving) == ["connection.vpc_endpoint_id"]


# -- what interrupts traffic -----------------------------------------------------------------------------------------

STATUSES = ("Unprovisioned", "Allocating", "PendingAcceptance", "PendingActivation", "RejectedRemotely", "DeletedRemotely", "TeardownInProgress", "Ready")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("moved", [{}, {"vpc_endpoint_id": "vpce-0"}, {"region": "us-east-1"}])
def test_replacing_is_what_takes_down_a_provisioned_connection(status: str, moved: Json) -> None:
    found = facts(connection=connection(status=status, **moved))
    lost = status in ("RejectedRemotely", "DeletedRemotely")
    up = status not in ("Unprovisioned", "TeardownInProgress")
    assert drift.replacing(drift.present(found, params()), found) is (up and (lost or bool(moved)))


@pytest.mark.parametrize(
    ("status", "repair"),
    [
        ("Unprovisioned", "provision the connection"),
        ("RejectedRemotely", "tear down and provision again (needs replace)"),
        ("DeletedRemotely", "tear down and provision again (needs replace)"),
        ("TeardownInProgress", "wait until it is torn down, provision it, then Sync"),
        ("Allocating", "Sync until"),
    ],
)
def test_the_repair_says_what_a_status_needs(status: str, repair: str) -> None:
    (item,) = drift.present(facts(connection=connection(status=status)), params())
    assert item["repair"].startswith(repair)


def test_another_endpoint_needs_no_consent_while_nothing_is_provisioned() -> None:
    for status, needs in (("Unprovisioned", False), ("TeardownInProgress", False), ("Ready", True)):
        items = drift.present(facts(connection=connection(status=status, vpc_endpoint_id="vpce-0")), params())
        assert ("needs replace" in items[0]["repair"]) is needs


STRANGER = {"id": "vpce-0", "state": "available", "vpc_id": "vpc-7"}


@pytest.mark.parametrize(
    ("more", "what", "words"),
    [
        ({}, "name", "deleted, or of another AWS account"),
        ({"endpoints": [STRANGER]}, "name", "available in vpc-7, not ours"),
        ({"moved_from": {**STRANGER, "region": "us-east-1", "endpoint_id": "vpce-0", "ours": False}}, "name", "available in vpc-7 in us-east-1, not ours"),
        ({"moved_from": {**STRANGER, "region": "us-east-1", "endpoint_id": "vpce-0", "ours": True}}, "replace", "interrupts traffic"),
        ({"own_endpoints": [endpoint()]}, "replace", "interrupts traffic"),
        ({"own_group": group()}, "replace", "interrupts traffic"),
        ({"zones": [entry()["zone"]]}, "replace", "interrupts traffic"),
    ],
)
def test_another_name_is_the_first_cure_where_nothing_shows_the_connection_to_be_ours(more: Json, what: str, words: str) -> None:
    found, blockers = facts(**{**NOTHING, "connection": connection(vpc_endpoint_id="vpce-0"), **more}), Blockers()
    drift.refuse_replacing(found, blockers)
    (item,) = blockers.items
    assert item["what"] == what
    assert words in item["problem"]
    assert item["cure"].startswith("give this connection another name; only if" if what == "name" else "set replace to true")
    assert "vpce-0" in item["cure"]


def test_the_plan_of_a_replacement_names_both_endpoints() -> None:
    found = facts(connection=connection(vpc_endpoint_id="vpce-0"))
    for word in ("vpce-0", "vpce-1", "Ready", "tear down Acme", REGION):
        assert word in drift.replacement_plan(found)
    assert "a new endpoint" in drift.replacement_plan({**found, "endpoint": None})


def test_the_next_step_is_the_first_obstacle_else_the_first_repair() -> None:
    items = drift.present(facts(dns=[entry(record=None)]), params())
    assert drift.next_step(items, []) == f"write the record {HOST}"
    assert drift.next_step(items, [{"what": "vpc", "problem": "it is off", "cure": "switch it on"}]) == "it is off: switch it on"


# -- absent ----------------------------------------------------------------------------------------------------------


def gone(found: Json, **options: t.Any) -> list[tuple[str, t.Any]]:
    return [(item["what"], item["have"]) for item in drift.absent(found, params(**options))]


def test_a_tear_down_takes_all_of_ours_names_first() -> None:
    left = {"records": [{"zone_id": "Z1", "zone_name": HOST, "record": record()}], "zones": [{"id": "Z1", "name": HOST}], "kept": []}
    dying = endpoint(id="vpce-0", state="deleting")
    assert gone(facts(dns_leftovers=left, own_endpoints=[endpoint(), dying])) == [
        ("record", record()),
        ("zone", {"id": "Z1", "name": HOST}),
        ("connection", "Ready"),
        ("endpoint", {"id": "vpce-1", "state": "available"}),
        ("endpoint", {"id": "vpce-0", "state": "deleting"}),
        ("security_group", "sg-1"),
    ]


def test_a_tear_down_takes_down_other_places() -> None:
    place = {"region": "us-east-1", "vpc_id": "vpc-0"}
    assert gone(facts(**NOTHING, other_places=[place])) == [("moved_from", place)]


@pytest.mark.parametrize(
    ("changed", "options", "state", "blocked"),
    [
        ({}, {}, "absent", True),
        (NOTHING, {}, "absent", False),
        ({}, {}, "present", False),
        ({"connection": connection(status="Unprovisioned")}, {}, "present", False),
        ({}, {"label": "New"}, "present", True),
        ({"endpoint": endpoint(id="vpce-2")}, {}, "present", True),
    ],
)
def test_a_packaged_connection_stands_in_the_way_of_what_would_change_it(changed: Json, options: Json, state: str, blocked: bool) -> None:
    found = facts(**changed)
    if found["connection"]:
        found["connection"] = {**found["connection"], "namespace_prefix": "pkg"}
    blockers = Blockers()
    drift.check_packaged(found, getattr(drift, state)(found, params(**options)), blockers)
    assert [item["what"] for item in blockers.items] == (["package"] if blocked else [])


def test_a_tear_down_of_nothing_is_nothing() -> None:
    assert gone(facts(**NOTHING)) == []


@pytest.mark.parametrize(("changed", "options"), [({"group_users": ["vpce-9"]}, {}), ({}, {"security_group_ids": ["sg-1"]})])
def test_a_group_that_others_wear_or_that_was_given_stays(changed: Json, options: Json) -> None:
    assert "security_group" not in [what for what, _have in gone(facts(**changed), **options)]


def test_an_endpoint_of_others_is_not_taken_down() -> None:
    assert gone(facts(own_endpoints=[], own_group=None)) == [("connection", "Ready")]


def test_a_vpc_of_ours_that_is_dropped_is_told_beside_one_that_is_missing() -> None:
    far, next_one = {"id": "vpc-8", "region": "us-west-2"}, {"id": "vpc-9", "region": REGION}
    theirs = {"id": "vpc-7", "region": REGION}
    zone = {**entry()["zone"], "vpcs": [{"id": VPC, "region": REGION}, theirs, far]}
    (item,) = drift.present(facts(dns=[entry(zone=zone, dropped_vpcs=[far])]), params())
    assert (item["what"], item["have"], item["want"]) == ("zone.vpcs", zone["vpcs"], [{"id": VPC, "region": REGION}, theirs])
    assert item["repair"].startswith(f"dissociate the zone {HOST} from vpc-8 in us-west-2")
    tags = {**zone["tags"], VPCS_TAG: f"{REGION}/vpc-9"}
    both = entry(zone={**zone, "tags": tags}, dropped_vpcs=[far], wanted_vpcs=[{"id": VPC, "region": REGION}, next_one])
    (item,) = drift.present(facts(dns=[both]), params())
    assert "; dissociate" in item["repair"]
    assert item["repair"].startswith("associate")
