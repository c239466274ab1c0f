# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which endpoint, subnets, groups and zones are meant: pure choices over what was read. This module util is PRIVATE to the collection.

A choice that cannot be made becomes a blocker ``{what, problem, cure}``; all of them are collected, none is raised.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ._aws import GONE, MOVED_TAG, TAG, given_tags, is_live

RULE_MARK = "Salesforce Private Connect"
ZONE_COMMENT = "Salesforce Private Connect of"

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


def endpoint_tags(facts: Facts, params: Params) -> dict[str, str | None]:
    """Wanted tags; our marks only on what is ours or is made."""
    if facts["endpoint"] is not None and not facts["endpoint_is_ours"]:
        return dict(params["tags"])
    moved = facts["moved_from"]
    place = {MOVED_TAG: f"{moved['region']}/{moved['vpc_id']}"} if moved and moved["ours"] and moved["endpoint_id"] else {}
    return {**params["tags"], TAG: facts["tag_value"], **place}


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
        closed = [cidr for cidr in params["allowed_cidrs"] if not any(lets_https_in(group, cidr) for group in given)]
        if not any(_admits_443(rule) for group in given for rule in group["ingress"]):
            closed = params["allowed_cidrs"] or ["anywhere"]
        if closed:
            listed = ", ".join(params["security_group_ids"])
            blockers.add("security_groups", f"none of the security groups {listed} lets TCP 443 in from {', '.join(closed)}", "add such a rule to one of them")


def lets_https_in(group: t.Mapping[str, t.Any], source: str) -> bool:
    """Whether the group admits TCP 443 from all of a CIDR."""
    wanted = ipaddress.ip_network(source)
    for rule in group["ingress"]:
        try:
            net = ipaddress.ip_network(rule["source"])
        except (ValueError, TypeError):
            continue
        if _admits_443(rule) and net.version == wanted.version and wanted.subnet_of(net):  # type: ignore[arg-type]
            return True
    return False


def _admits_443(rule: t.Mapping[str, t.Any]) -> bool:
    if rule["protocol"] == "-1":
        return True
    first, last = (0 if rule["from_port"] is None else rule["from_port"]), (65535 if rule["to_port"] is None else rule["to_port"])
    return rule["protocol"] in ("tcp", "6") and first <= 443 <= last


def wanted_rules(cidrs: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """The rules of the role's own group: TCP 443 from each CIDR, marked by their description."""
    return [{"protocol": "tcp", "from_port": 443, "to_port": 443, "source": cidr, "description": RULE_MARK} for cidr in cidrs]


def stale_rules(group: t.Mapping[str, t.Any], cidrs: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Rules that carry our mark and are not asked for any more; rules of others never are."""
    return [rule for rule in group["ingress"] if rule["description"] == RULE_MARK and rule["source"] not in cidrs]


# -- DNS ----------------------------------------------------------------------------------------------------------


def hosts(params: Params) -> list[str]:
    names = [params["my_domain"], *params["dns_names"]]
    return list(dict.fromkeys(name.lower().rstrip(".") for name in names))


def zone_name(host: str, params: Params) -> str:
    """The zone that is asked for where it covers the host, else one named exactly as the host, which shadows nothing else."""
    asked = (params["dns_zone"] or "").lower().rstrip(".")
    return asked if asked and _covers(asked, host) else host


def zone_names(params: Params) -> list[str]:
    return list(dict.fromkeys(zone_name(host, params) for host in hosts(params)))


def wanted_record(host: str, params: Params, chosen: t.Mapping[str, t.Any] | None, addresses: list[str]) -> dict[str, t.Any] | None:
    """The record that the host needs; None while the endpoint has no addresses yet."""
    if params["dns_record"] == "alias":
        entries = [entry for entry in (chosen or {}).get("dns_entries", []) if entry["hosted_zone_id"]]
        return {"name": host, "type": "A", "ttl": None, "values": [], "alias": entries[0], "set_identifier": None} if entries else None
    if not addresses:
        return None
    # Route 53 compares values as a list: order must not change from run to run.
    return {"name": host, "type": "A", "ttl": params["dns_ttl"], "values": sorted(addresses), "alias": None, "set_identifier": None}


def check_names(facts: Facts, params: Params, blockers: Blockers) -> None:
    """What is in the place of our record and is somebody's: Route 53 takes no A record beside a CNAME, nor a plain one beside weighted ones."""
    for zone in facts["zones"]:
        for record in zone["records"]:
            if record["name"] in hosts(params):
                where = f"zone {zone['name']} ({zone['id']}) holds"
                if record["type"] == "CNAME":
                    blockers.add("record", f"{where} a CNAME of {record['name']}", "delete it, or set manage_dns to false")
                elif record["type"] == "A" and record["set_identifier"]:
                    blockers.add("record", f"{where} A records of {record['name']} with a routing policy", "delete them, or set manage_dns to false")


def shadowing(facts: Facts, params: Params) -> list[str]:
    """Warnings of zones that are wider than their host, with the names that they are known to hide."""
    found = []
    for host in hosts(params):
        zone = zone_name(host, params)
        if zone != host and params["manage_dns"]:
            found.append(
                f"The private zone {zone} hides every name below it that has no record there from the VPC, other orgs and sandboxes included; "
                f"a zone named {host} would not"
            )
    return found


def check_shadowed(facts: Facts, params: Params, blockers: Blockers) -> None:
    """A zone of the VPC that is closer to the host than ours answers instead of it."""
    for host in hosts(params):
        zone = zone_name(host, params)
        for other in facts["zone_names"]:
            if len(other) > len(zone) and _covers(other, host):
                blockers.add(
                    "zone", f"the private zone {other} of this VPC answers for {host} before a zone {zone} can", f"set dns_zone to {other}, or delete that zone"
                )


def check_resolver_rules(facts: Facts, params: Params, blockers: Blockers) -> None:
    """The most specific rule wins, and a rule wins over a private zone of the same name."""
    for host in hosts(params):
        zone = zone_name(host, params)
        matching = [rule for rule in facts["resolver_rules"] if _covers(rule["domain"], host) and len(rule["domain"]) >= len(zone)]
        winner = max(matching, key=lambda rule: len(rule["domain"]), default=None)
        if winner and winner["type"] == "FORWARD":
            named = f"{winner['name']} ({winner['id']})" if winner["name"] else winner["id"]
            blockers.add(
                "resolver_rule",
                f"the Resolver rule {named} forwards {winner['domain']}, so {host} is not answered by the private zone",
                f"dissociate it from {params['vpc_id']}, or associate a SYSTEM rule for {host}",
            )


def _covers(domain: str, host: str) -> bool:
    return host == domain or host.endswith("." + domain)


def wanted_vpcs(params: Params, region: str) -> list[dict[str, str]]:
    vpcs = [{"id": params["vpc_id"], "region": region}]
    vpcs += [{"id": item["id"], "region": item.get("region") or region} for item in params["dns_vpcs"]]
    return [vpc for index, vpc in enumerate(vpcs) if vpc not in vpcs[:index]]


def dns_leftovers(facts: Facts, params: Params) -> dict[str, list[dict[str, t.Any]]]:
    """What a tear-down takes out of Route 53: ``records`` and ``zones`` of ours; ``kept`` says what stays, and why.

    A zone of ours goes if only records of ours are in it. In a zone that was found, records go that lead to our endpoint.
    """
    left: dict[str, list[dict[str, t.Any]]] = {"records": [], "zones": [], "kept": []}
    names = hosts(params)
    for zone in facts["zones"]:
        ours = is_our_zone(zone, facts["tag_value"])
        records = [item for item in zone["records"] if item["type"] not in ("NS", "SOA")]
        going = [item for item in records if leads_to(item, facts) or (ours and item["name"] in names and item["type"] == "A")]
        left["records"] += [{"zone_id": zone["id"], "zone_name": zone["name"], "record": item} for item in going]
        staying = [item for item in records if item not in going]
        if ours and not staying:
            left["zones"].append({"id": zone["id"], "name": zone["name"]})
        elif ours:
            left["kept"].append({"zone_id": zone["id"], "name": zone["name"], "why": f"it holds records that are not ours: {_listed(staying)}"})
        else:
            strange = [item for item in staying if item["name"] in names]
            left["kept"] += [{"zone_id": zone["id"], "name": item["name"], "why": "the record leads to something else than our endpoint"} for item in strange]
    return left


def is_our_zone(zone: t.Mapping[str, t.Any], value: str) -> bool:
    """By tag; by the comment, which a zone has from its creation on, where a run broke off before the tag."""
    if TAG in zone["tags"]:
        return zone["tags"][TAG] == value
    return zone["comment"] == f"{ZONE_COMMENT} {value}"


def wanted_zone_tags(zone: t.Mapping[str, t.Any], facts: Facts, params: Params) -> dict[str, str] | None:
    """All tags that a zone of ours is to have, those of others included; None where they stay."""
    if not is_our_zone(zone, facts["tag_value"]):
        return None
    wanted = given_tags({**zone["tags"], **params["tags"], TAG: facts["tag_value"]})
    return wanted if wanted != zone["tags"] else None


def leads_to(record: t.Mapping[str, t.Any], facts: Facts) -> bool:
    """Whether the record points at an endpoint of ours and at nothing else."""
    endpoints = [*facts["own_endpoints"], *([facts["endpoint"]] if facts["endpoint"] else [])]
    if record["alias"]:
        return any(record["alias"]["dns_name"] == entry["dns_name"] for item in endpoints for entry in item["dns_entries"])
    addresses = {item["address"] for item in facts["interfaces"]}
    return record["type"] == "A" and bool(record["values"]) and set(record["values"]) <= addresses


def _listed(records: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    return ", ".join(f"{item['name']} {item['type']}" for item in records)
