# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which zones and records are meant, and what is in their way: pure choices over what was read. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._aws import TAG, VPCS_TAG, given_tags
from ._selection import Blockers, Facts, Params

ZONE_COMMENT = "Salesforce Private Connect of"
_TAG_LENGTH = 256

Vpc = t.Mapping[str, str]


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
    """Warnings of zones that are wider than their host. Which names are looked up in the VPC cannot be known, so none of those that are hidden is listed."""
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


def dropped_vpcs(zone: t.Mapping[str, t.Any], wanted: t.Sequence[Vpc], facts: Facts) -> list[Vpc]:
    """VPCs that the role associated with a zone of its own and that are not asked for any more. Associations of others never are among them."""
    ours = _remembered(zone) if is_our_zone(zone, facts["tag_value"]) else []
    return [vpc for vpc in zone["vpcs"] if vpc in ours and vpc not in wanted]


def _remembered(zone: t.Mapping[str, t.Any]) -> list[Vpc]:
    places = [item.partition("/") for item in zone["tags"].get(VPCS_TAG, "").split()]
    return [{"id": vpc_id, "region": region} for region, _slash, vpc_id in places]


def _to_remember(zone: t.Mapping[str, t.Any] | None, wanted: t.Sequence[Vpc]) -> str | None:
    """The tag's value: further VPCs that the role associated, or is about to. What does not fit is not remembered, and so stays for good."""
    ours, there = (_remembered(zone), zone["vpcs"]) if zone else ([], [])
    value = ""
    for vpc in wanted[1:]:
        longer = f"{value} {vpc['region']}/{vpc['id']}".lstrip()
        if (vpc in ours or vpc not in there) and len(longer) <= _TAG_LENGTH:
            value = longer
    return value or None


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


def our_zone_tags(zone: t.Mapping[str, t.Any] | None, vpcs: t.Sequence[Vpc], facts: Facts, params: Params) -> dict[str, str | None]:
    """The tags that the role keeps on a zone of its own; those that are null are to be absent. ``vpcs`` are all that are wanted."""
    return {**params["tags"], TAG: facts["tag_value"], VPCS_TAG: _to_remember(zone, vpcs)}


def wanted_zone_tags(zone: t.Mapping[str, t.Any] | None, vpcs: t.Sequence[Vpc], facts: Facts, params: Params) -> dict[str, str] | None:
    """All tags that a zone of ours is to have, those of others included; None where they stay."""
    if zone and not is_our_zone(zone, facts["tag_value"]):
        return None
    have = zone["tags"] if zone else {}
    wanted = given_tags({**have, **our_zone_tags(zone, vpcs, facts, params)})
    return wanted if wanted != have else None


def leads_to(record: t.Mapping[str, t.Any], facts: Facts) -> bool:
    """Whether the record points at an endpoint of ours and at nothing else."""
    endpoints = [*facts["own_endpoints"], *([facts["endpoint"]] if facts["endpoint"] else [])]
    if record["alias"]:
        return any(record["alias"]["dns_name"] == entry["dns_name"] for item in endpoints for entry in item["dns_entries"])
    addresses = {item["address"] for item in facts["interfaces"]}
    return record["type"] == "A" and bool(record["values"]) and set(record["values"]) <= addresses


def _listed(records: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    return ", ".join(f"{item['name']} {item['type']}" for item in records)
