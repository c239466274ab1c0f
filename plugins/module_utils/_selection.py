# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which endpoint, subnets and groups are meant: pure choices over what was read. This module util is PRIVATE to the collection.

A choice that cannot be made becomes a blocker ``{what, problem, cure}``; all of them are collected, none is raised.
"""

from __future__ import annotations

import ipaddress
import typing as t

from . import _rules as rules
from ._aws import GONE, MOVED_TAG, TAG, given_tags, is_live

RULE_MARK = "Salesforce Private Connect"

Facts = t.Mapping[str, t.Any]
Params = t.Mapping[str, t.Any]


class Blockers:
    """What stands in the way, each thing once."""

    def __init__(self) -> None:
        self.items: list[dict[str, str]] = []

    def add(self, what: str, problem: str, cure: str) -> None:
        item = {"what": what, "problem": problem, "cure": cure}
        if item not in self.items:
            self.items.append(item)


def tag_value(my_domain: str, name: str) -> str:
    """The value by which what the role made is known again."""
    return f"{my_domain}/{name}"


def group_name(my_domain: str, name: str) -> str:
    return f"salesforce-private-connect/{my_domain}/{name}"


# -- the endpoint -------------------------------------------------------------------------------------------------


def endpoint(facts: Facts, params: Params, blockers: Blockers) -> dict[str, t.Any] | None:
    """By ID, by our tag, as the connection's registered one, or as the only live one of the service; never a dead one."""
    ours = tag_value(params["my_domain"], params["name"])
    if params["vpc_endpoint_id"]:
        return _by_id(facts, params, blockers)
    live = [item for item in facts["endpoints"] if is_live(item) and item["type"] == "Interface"]
    registered = (facts["connection"] or {}).get("vpc_endpoint_id")
    for why, candidates in (
        (f"tagged {TAG}={ours}", [item for item in live if item["tags"].get(TAG) == ours]),
        ("registered in the org", [item for item in live if item["id"] == registered]),
        (
            "a live endpoint of the service in this VPC",
            [item for item in live if item["service_name"] == facts["service_name"] and TAG not in item["tags"]],
        ),
    ):
        if len(candidates) > 1:
            candidates = [item for item in candidates if item["id"] == registered] or candidates
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            listed = ", ".join(f"{item['id']} ({item['state']})" for item in candidates)
            blockers.add(
                "endpoint", f"{len(candidates)} endpoints could be meant, each {why}: {listed}", "say which by vpc_endpoint_id, or delete those not in use"
            )
            return None
    return None


def _by_id(facts: Facts, params: Params, blockers: Blockers) -> dict[str, t.Any] | None:
    wanted, service = params["vpc_endpoint_id"], facts["service_name"]
    found = next((item for item in facts["endpoints"] if item["id"] == wanted), None)
    problem = cure = None
    if found is None:
        problem, cure = f"is not in {params['vpc_id']}", "give the ID of an endpoint of this VPC, or leave it out"
    elif not is_live(found):
        problem, cure = f"is {found['state']}, it carries no traffic again", "leave vpc_endpoint_id out to have a new one made"
    elif found["type"] != "Interface":
        problem, cure = f"is of type {found['type']}, not Interface", "give an interface endpoint of Salesforce's service"
    elif service and found["service_name"] != service:
        problem, cure = f"is for {found['service_name']}, not {service}", "give an endpoint of Salesforce's service"
    if problem and cure:
        blockers.add("endpoint", f"VPC endpoint {wanted} {problem}", cure)
        return None
    return found


def is_our_endpoint(item: t.Mapping[str, t.Any], facts: Facts, params: Params) -> bool:
    """By tag; where somebody took the tag away, the registered one that wears the group which the role made, unless it was given by its ID."""
    if TAG in item["tags"]:
        return item["tags"][TAG] == facts["tag_value"]
    if params["vpc_endpoint_id"]:
        return False
    group = facts["own_group"]
    return bool(group) and item["security_group_ids"] == [group["id"]] and item["id"] == (facts["connection"] or {}).get("vpc_endpoint_id")


def replaced_endpoints(facts: Facts) -> list[t.Mapping[str, t.Any]]:
    """Endpoints of ours beside the one that is meant; AWS is at those that it deletes."""
    meant = (facts["endpoint"] or {}).get("id")
    return [item for item in facts["own_endpoints"] if item["id"] != meant and str(item["state"]).lower() != "deleting"]


def endpoint_tags(facts: Facts, params: Params) -> dict[str, str | None]:
    """Wanted tags; our marks only on what is ours or is made."""
    if facts["endpoint"] is not None and not facts["endpoint_is_ours"]:
        return dict(params["tags"])
    moved = facts["moved_from"]
    place = {MOVED_TAG: f"{moved['region']}/{moved['vpc_id']}"} if moved and moved["ours"] and moved["endpoint_id"] else {}
    return {**params["tags"], TAG: facts["tag_value"], **place}


def group_tags(facts: Facts, params: Params) -> dict[str, str]:
    """Of what is made anew."""
    return {**given_tags(params["tags"]), TAG: facts["tag_value"]}


# -- subnets and groups -------------------------------------------------------------------------------------------


def offered(subnet: Params, service: t.Mapping[str, t.Any]) -> bool:
    """By zone ID, since zone names differ from account to account; by name where AWS gives no IDs."""
    return subnet["zone_id"] in service["zone_ids"] if service["zone_ids"] else subnet["zone"] in service["zones"]


def subnets(facts: Facts, params: Params, chosen: t.Mapping[str, t.Any] | None, blockers: Blockers) -> list[str]:
    """The wanted subnet IDs, sorted: those given, else those that the endpoint has and one for each zone that is still without."""
    service, known = facts["service"], {item["id"]: item for item in facts["subnets"]}
    if params["subnet_ids"]:
        _check_given_subnets(params, known, service, blockers)
        return sorted(params["subnet_ids"])
    have = list(chosen["subnet_ids"]) if chosen else []
    if service is None or (chosen and chosen["tags"].get(TAG) is None):
        return sorted(have)
    covered = {known[subnet_id]["zone_id"] for subnet_id in have if subnet_id in known}
    fitting = [item for item in known.values() if offered(item, service)]
    for item in sorted(fitting, key=lambda item: (item["zone_id"], int(ipaddress.ip_network(item["cidr"]).network_address), item["id"])):
        if item["zone_id"] not in covered:
            covered.add(item["zone_id"])
            have.append(item["id"])
    if not have and facts["vpc"]:
        blockers.add(
            "subnets",
            f"{params['vpc_id']} has no subnet in a zone that the service offers ({_zones(service)}); "
            f"it has {', '.join(_placed(item) for item in known.values()) or 'no subnets at all'}",
            "make a subnet in one of these zones",
        )
    return sorted(have)


def _check_given_subnets(params: Params, known: t.Mapping[str, t.Any], service: t.Mapping[str, t.Any] | None, blockers: Blockers) -> None:
    by_zone: dict[str, list[str]] = {}
    for subnet_id in params["subnet_ids"]:
        item = known.get(subnet_id)
        if item is None:
            blockers.add("subnets", f"subnet {subnet_id} is not in {params['vpc_id']}", f"choose among {', '.join(sorted(known)) or 'none: the VPC is empty'}")
            continue
        by_zone.setdefault(item["zone_id"], []).append(subnet_id)
        if service and not offered(item, service):
            blockers.add("subnets", f"subnet {_placed(item)} lies in a zone that the service lacks", f"choose subnets in {_zones(service)}")
    for zone_id, ids in by_zone.items():
        if len(ids) > 1:
            blockers.add("subnets", f"subnets {', '.join(sorted(ids))} lie in the same zone {zone_id}", "give one subnet for each zone")


def _zones(service: t.Mapping[str, t.Any]) -> str:
    return ", ".join(service["zone_ids"] or service["zones"]) or "none"


def _placed(item: t.Mapping[str, t.Any]) -> str:
    return f"{item['id']} ({item['zone']}, {item['zone_id']})"


def dropped(facts: Facts, params: Params) -> list[dict[str, str]]:
    """Subnets that were passed over, with the reason; none where they were given."""
    service = facts["service"]
    if params["subnet_ids"] or service is None:
        return []
    wanted = set(facts["wanted_subnet_ids"])
    why = {True: "another subnet of its zone is taken", False: f"the service is not offered in its zone, only in {_zones(service)}"}
    return [
        {"id": item["id"], "zone": item["zone"], "zone_id": item["zone_id"], "why": why[offered(item, service)]}
        for item in facts["subnets"]
        if item["id"] not in wanted
    ]


def own_group(facts: Facts, params: Params) -> dict[str, t.Any] | None:
    """The security group that the role made: by tag, or by its name where a crash came before the tag."""
    ours, name = tag_value(params["my_domain"], params["name"]), group_name(params["my_domain"], params["name"])
    return next((item for item in facts["security_groups"] if item["tags"].get(TAG) == ours or item["name"] == name), None)


def group_users(facts: Facts) -> list[str]:
    """Endpoints that wear the role's group and do not carry its tag: a tear-down leaves them, and so the group."""
    group, ours = facts["own_group"], {item["id"] for item in facts["own_endpoints"]}
    wearing = [item for item in facts["endpoints"] if group and group["id"] in item["security_group_ids"]]
    return [item["id"] for item in wearing if item["id"] not in ours and str(item["state"]).lower() != GONE]


def check_given_groups(facts: Facts, params: Params, blockers: Blockers) -> None:
    known = {item["id"]: item for item in facts["security_groups"]}
    for group_id in params["security_group_ids"]:
        if group_id not in known:
            blockers.add("security_groups", f"security group {group_id} is not in {params['vpc_id']}", "give a group of this VPC, or leave it out")
    given = [known[group_id] for group_id in params["security_group_ids"] if group_id in known]
    if len(given) == len(params["security_group_ids"]) > 0:
        ingress = [rule for group in given for rule in group["ingress"]]
        closed = [item["source"] for item in wanted_rules(params["allowed_cidrs"]) if not any(rules.covers(rule, item) for rule in ingress)]
        if not any(rules.admits(rule, 443) for rule in ingress):
            closed = params["allowed_cidrs"] or ["anywhere"]
        if closed:
            listed = ", ".join(params["security_group_ids"])
            blockers.add("security_groups", f"none of the security groups {listed} lets TCP 443 in from {', '.join(closed)}", "add such a rule to one of them")


def wanted_rules(cidrs: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """The rules of the role's own group: TCP 443 from each CIDR, marked by their description."""
    return rules.wanted(cidrs, (443,), RULE_MARK)
