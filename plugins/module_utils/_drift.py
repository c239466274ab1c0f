# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between what is and what is wanted: pure. This module util is PRIVATE to the collection.

Each difference is ``{what, have, want, repair}``; ``what`` is one of the words that the role acts on, listed in the module's documentation.
``have`` is what is there and ``want`` what is there after the repair; what both leave out, the repair does not touch.
"""

from __future__ import annotations

import typing as t

from . import _rules as rules
from . import _selection as select
from . import _selection_dns as dns
from ._aws import TAG, differing_tags
from ._connection import LOST, READY, TEARDOWN_IN_PROGRESS, UNPROVISIONED
from ._selection import Blockers, Facts, Params

Drift = list[dict[str, t.Any]]


def _item(what: str, have: t.Any, want: t.Any, repair: str) -> dict[str, t.Any]:
    return {"what": what, "have": have, "want": want, "repair": repair}


def present(facts: Facts, params: Params) -> Drift:
    """In the order in which the role repairs."""
    return [
        *_groups(facts, params),
        *_endpoint(facts, params),
        *_connection(facts, params),
        *_available(facts),
        *_dns(facts, params),
        *_replaced(facts),
        *_left_behind(facts),
    ]


def absent(facts: Facts, params: Params) -> Drift:
    """What is left of a connection that is to be gone, in the order in which the role takes it away."""
    left = facts["dns_leftovers"]
    found = [_item("record", item["record"], None, f"delete the record {item['record']['name']} in zone {item['zone_name']}") for item in left["records"]]
    found += [_item("zone", zone, None, f"delete the private zone {zone['name']} ({zone['id']})") for zone in left["zones"]]
    if facts["connection"]:
        found.append(_item("connection", facts["connection"]["status"], None, "tear the connection down and delete it"))
    for endpoint in facts["own_endpoints"]:
        found.append(_item("endpoint", {"id": endpoint["id"], "state": endpoint["state"]}, None, f"delete VPC endpoint {endpoint['id']}"))
    group = facts["own_group"]
    if group and not params["security_group_ids"] and not facts["group_users"]:
        found.append(_item("security_group", group["id"], None, f"delete security group {group['id']}"))
    return found + [_item("moved_from", place, None, f"take down what is left in {place['vpc_id']} in {place['region']}") for place in facts["other_places"]]


def check_packaged(facts: Facts, drift: Drift, blockers: Blockers) -> None:
    """What the package made only the package takes away or changes."""
    connection = facts["connection"] or {}
    package = connection.get("namespace_prefix")
    changes = [item["repair"] for item in drift if item["what"].startswith("connection") and item["what"] != "connection.status"]
    if package and changes:
        blockers.add(
            "package",
            f"the inbound connection {package}__{connection['name']} belongs to the package {package}, so this is not possible: {'; '.join(changes)}",
            "uninstall or upgrade the package; or ask for what the connection has already",
        )


def replacing(drift: Drift, facts: Facts) -> bool:
    """Whether the repair takes down a connection that was provisioned."""
    status = (facts["connection"] or {}).get("status")
    moved = any(item["what"] in ("connection.region", "connection.vpc_endpoint_id") for item in drift)
    return bool(status) and status not in (UNPROVISIONED, TEARDOWN_IN_PROGRESS) and (moved or status in LOST)


def refuse_replacing(facts: Facts, blockers: Blockers) -> None:
    """What a repair needs that takes a connection down. One that nothing here shows to be ours may be in use elsewhere under the same name."""
    if _made_here(facts):
        blockers.add("replace", "this takes a tear-down, which interrupts traffic", f"set replace to true; the plan is: {replacement_plan(facts)}")
        return
    connection = facts["connection"]
    blockers.add(
        "name",
        f"the name {connection['name']} is taken: the org's connection of that name is {connection['status']} with VPC endpoint "
        f"{connection['vpc_endpoint_id']} ({_where(facts)}), and nothing here carries the tag {TAG}={facts['tag_value']}",
        "give this connection another name; only if that one is to go, which interrupts its traffic, set replace to true; "
        f"the plan is: {replacement_plan(facts)}",
    )


def _made_here(facts: Facts) -> bool:
    """Whether anything of the connection is known for ours; of an endpoint that is gone that is all there is to go by."""
    zones = any(dns.is_our_zone(zone, facts["tag_value"]) for zone in facts["zones"])
    return bool(facts["own_endpoints"] or facts["own_group"] or zones or (facts["moved_from"] or {}).get("ours"))


def _where(facts: Facts) -> str:
    registered, place = facts["connection"]["vpc_endpoint_id"], facts["moved_from"]
    if place and place["endpoint_id"] == registered:
        return f"{place['state']} in {place['vpc_id']} in {place['region']}, not ours"
    found = next((item for item in facts["endpoints"] if item["id"] == registered), None)
    if found:
        return f"{found['state']} in {found['vpc_id']}, not ours"
    return f"deleted, or of another AWS account: these credentials do not see it in {facts['connection']['region'] or facts['region']}"


def replacement_plan(facts: Facts) -> str:
    connection, endpoint = facts["connection"], facts["endpoint"]
    target = endpoint["id"] if endpoint else "a new endpoint"
    return (
        f"take the names back, tear down {connection['name']} ({connection['status']}, endpoint {connection['vpc_endpoint_id']}), point it at {target} "
        f"in {facts['region']}, provision, Sync until it is Ready, map the names again, delete the old endpoint if it is ours"
    )


def next_step(drift: Drift, blockers: t.Sequence[t.Mapping[str, str]]) -> str:
    """One line: what to do now."""
    if blockers:
        return f"{blockers[0]['problem']}: {blockers[0]['cure']}"
    return drift[0]["repair"] if drift else "nothing"


def _groups(facts: Facts, params: Params) -> Drift:
    if params["security_group_ids"] or (facts["endpoint"] and not facts["endpoint_is_ours"]):
        return []
    group = facts["own_group"]
    if group is None:
        return [_item("security_group", None, {"name": facts["group_name"], "cidrs": facts["allowed_cidrs"]}, "create the security group")]
    found = _tags("security_group", group["tags"], {**params["tags"], TAG: facts["tag_value"]})
    add, remove = rules.plan(group["ingress"], select.wanted_rules(facts["allowed_cidrs"]), select.RULE_MARK)
    if add or remove:
        own = [rule for rule in group["ingress"] if rule["description"] == select.RULE_MARK]
        repair = " and ".join(filter(None, (_listed("let in", add), _listed("no longer let in", remove))))
        found.append(_item("security_group.rules", own, [rule for rule in own if rule not in remove] + add, repair))
    return found


def _listed(verb: str, changed: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    return f"{verb} TCP 443 from {', '.join(str(rule['source']) for rule in changed)}" if changed else ""


def _tags(what: str, have: t.Mapping[str, str], want: t.Mapping[str, str | None]) -> Drift:
    differing = differing_tags(have, want)
    if not differing:
        return []
    return [_item(f"{what}.tags", {key: have.get(key) for key in differing}, differing, "set these tags, remove those that are null")]


def _endpoint(facts: Facts, params: Params) -> Drift:
    endpoint = facts["endpoint"]
    if endpoint is None:
        want = {"service_name": facts["service_name"], "subnet_ids": facts["wanted_subnet_ids"]}
        return [_item("endpoint", None, want, "create the VPC endpoint")]
    found = []
    if endpoint["subnet_ids"] != facts["wanted_subnet_ids"]:
        found.append(_item("endpoint.subnet_ids", endpoint["subnet_ids"], facts["wanted_subnet_ids"], "add and remove subnets of the endpoint"))
    groups = facts["wanted_group_ids"]
    if groups is not None and endpoint["security_group_ids"] != groups:
        found.append(_item("endpoint.security_group_ids", endpoint["security_group_ids"], groups, "put these groups on the endpoint"))
    if endpoint["private_dns_enabled"]:
        found.append(_item("endpoint.private_dns_enabled", True, False, "switch private DNS off; the private zone maps the name"))
    return found + _tags("endpoint", endpoint["tags"], select.endpoint_tags(facts, params))


def _connection(facts: Facts, params: Params) -> Drift:
    connection, endpoint = facts["connection"], facts["endpoint"]
    endpoint_id = endpoint["id"] if endpoint else None
    if connection is None:
        return [_item("connection", None, {"name": params["name"], "vpc_endpoint_id": endpoint_id}, "create the inbound connection and provision it")]
    want = {"label": params["label"], "description": params["description"], "active": True, "region": facts["region"]}
    if connection["vpc_endpoint_id"] != endpoint_id:
        want["vpc_endpoint_id"] = endpoint_id or "a new endpoint"
    found = []
    for key, value in want.items():
        if value is not None and connection[key] != value:
            fixed = key in ("region", "vpc_endpoint_id") and connection["status"] not in (UNPROVISIONED, TEARDOWN_IN_PROGRESS)
            repair = f"tear down, change {key}, provision (needs replace)" if fixed else f"change {key}"
            found.append(_item(f"connection.{key}", connection[key], value, repair))
    if connection["status"] != READY:
        found.append(_item("connection.status", connection["status"], READY, _status_repair(connection["status"])))
    return found


def _status_repair(status: str) -> str:
    if status == UNPROVISIONED:
        return "provision the connection, then Sync until it is Ready"
    if status == TEARDOWN_IN_PROGRESS:
        return "wait until it is torn down, provision it, then Sync until it is Ready"
    if status in LOST:
        return "tear down and provision again (needs replace)"
    return "Sync until it is Ready"


def _available(facts: Facts) -> Drift:
    endpoint, connection = facts["endpoint"], facts["connection"]
    if endpoint and connection and connection["status"] == READY and str(endpoint["state"]).lower() != "available":
        return [_item("endpoint.state", endpoint["state"], "available", "wait for the endpoint")]
    return []


def _replaced(facts: Facts) -> Drift:
    """Endpoints of ours beside the registered one, as a run leaves them that breaks off before its end."""
    endpoint, connection = facts["endpoint"], facts["connection"]
    if not endpoint or not connection or connection["vpc_endpoint_id"] != endpoint["id"]:
        return []
    return [
        _item("endpoint.replaced", {"id": item["id"], "state": item["state"]}, None, f"delete VPC endpoint {item['id']}, which {endpoint['id']} has replaced")
        for item in select.replaced_endpoints(facts)
    ]


def _left_behind(facts: Facts) -> Drift:
    """After a move whose registered endpoint is the new one already; before, the connection's differences tell of it."""
    place = facts["moved_from"]
    if not place or place["endpoint_id"]:
        return []
    have = {"region": place["region"], "vpc_id": place["vpc_id"]}
    return [_item("moved_from", have, None, f"take down what the move left in {place['vpc_id']} in {place['region']}")]


def _dns(facts: Facts, params: Params) -> Drift:
    zones: dict[str, t.Mapping[str, t.Any]] = {}
    for entry in facts["dns"]:
        zones.setdefault(entry["zone_name"], entry)
    found: Drift = []
    for name, entry in zones.items():
        if entry["zone"] is None:
            found.append(_item("zone", None, {"name": name, "vpcs": entry["wanted_vpcs"]}, f"create the private zone {name}"))
        elif dns.is_our_zone(entry["zone"], facts["tag_value"]):
            found += _tags("zone", entry["zone"]["tags"], dns.our_zone_tags(entry["zone"], entry["wanted_vpcs"], facts, params))
    for entry in facts["dns"]:
        if entry["wanted_record"] is None or entry["record"] != entry["wanted_record"]:
            found.append(_item("record", entry["record"], entry["wanted_record"] or {"name": entry["host"]}, f"write the record {entry['host']}"))
    return found + [item for entry in zones.values() if entry["zone"] is not None for item in _zone_vpcs(entry["zone"], entry)]


def _zone_vpcs(zone: t.Mapping[str, t.Any], entry: t.Mapping[str, t.Any]) -> Drift:
    wanted = entry["wanted_vpcs"]
    repairs = [f"associate the zone {zone['name']} with these VPCs"] if any(vpc not in zone["vpcs"] for vpc in wanted) else []
    if entry["dropped_vpcs"]:
        listed = ", ".join(f"{vpc['id']} in {vpc['region']}" for vpc in entry["dropped_vpcs"])
        repairs.append(f"dissociate the zone {zone['name']} from {listed}, which the role associated and dns_vpcs names no more")
    if not repairs:
        return []
    staying = [vpc for vpc in zone["vpcs"] if vpc not in entry["dropped_vpcs"]]
    return [_item("zone.vpcs", zone["vpcs"], staying + [vpc for vpc in wanted if vpc not in staying], "; ".join(repairs))]
