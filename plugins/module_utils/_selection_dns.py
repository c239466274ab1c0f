# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which zones and records are meant, and what is in their way: pure choices over what was read. This module util is PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import typing as t

from ._aws import TAG, VPCS_TAG, given_tags, is_live
from ._selection import Blockers, Facts, Params

ZONE_COMMENT = "Salesforce Private Connect of"
_TAG_LENGTH = 256
# Records that tell a client where to go.
_LEADING = ("A", "AAAA", "CNAME")

Vpc = t.Mapping[str, str]
_Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


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
    """What is in the place of our record and is somebody's, or leads clients of IPv6 past it. A plain record in a zone of ours is ours to write anew."""
    for zone in facts["zones"]:
        for record in zone["records"]:
            kind, name = record["type"], record["name"]
            if name not in hosts(params) or kind not in _LEADING or is_our_record(record, zone, facts, params):
                continue
            where = f"zone {zone['name']} ({zone['id']}) holds"
            if kind == "CNAME":
                blockers.add("record", f"{where} a CNAME of {name}", "delete it, or set manage_dns to false")
            elif record["set_identifier"]:
                blockers.add("record", f"{where} {kind} records of {name} with a routing policy", "delete them, or set manage_dns to false")
            else:
                problem = f"{where} an {kind} record of {name} that leads elsewhere, to {_target(record)}"
                cure = f"delete that record to hand the name over, or set manage_dns to false{_owner(zone, facts)}"
                blockers.add("record", problem, cure)


def _target(record: t.Mapping[str, t.Any]) -> str:
    return record["alias"]["dns_name"] if record["alias"] else ", ".join(record["values"])


def _owner(zone: t.Mapping[str, t.Any], facts: Facts) -> str:
    value = _mark(zone)
    return f". The zone is of the connection {value}, which writes the record anew unless it is torn down" if value and value != facts["tag_value"] else ""


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
        going = [item for item in records if is_our_record(item, zone, facts, params)]
        left["records"] += [{"zone_id": zone["id"], "zone_name": zone["name"], "record": item} for item in going]
        staying = [item for item in records if item not in going]
        if ours and not staying:
            left["zones"].append({"id": zone["id"], "name": zone["name"]})
        elif ours:
            left["kept"].append({"zone_id": zone["id"], "name": zone["name"], "why": f"it holds records that are not ours: {_listed(staying)}"})
        else:
            strange = [item for item in staying if item["name"] in names and item["type"] in _LEADING]
            left["kept"] += [
                {"zone_id": zone["id"], "name": item["name"], "why": f"the {item['type']} record leads to something else than our endpoint: {_target(item)}"}
                for item in strange
            ]
    return left


def staying(facts: Facts) -> list[str]:
    """Warnings of what a tear-down leaves in Route 53 of that which bears our names."""
    return [f"A tear-down leaves {item['name']} in the zone {item['zone_id']}: {item['why']}" for item in facts["dns_leftovers"]["kept"]]


def is_our_zone(zone: t.Mapping[str, t.Any], value: str) -> bool:
    return _mark(zone) == value


def _mark(zone: t.Mapping[str, t.Any]) -> str | None:
    """Whose zone it is: by tag; by the comment, which a zone has from its creation on, where a run broke off before the tag. None: nobody's of ours."""
    comment = zone["comment"].partition(f"{ZONE_COMMENT} ")
    return zone["tags"].get(TAG) or (comment[2] if not comment[0] else None) or None


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


def path_endpoints(facts: Facts) -> list[dict[str, t.Any]]:
    """Endpoints that our names may lead to: those of ours, the one that is meant, and the one that is registered, which another may be about to replace."""
    registered = (facts["connection"] or {}).get("vpc_endpoint_id")
    found = [*facts["own_endpoints"], *([facts["endpoint"]] if facts["endpoint"] else []), *(item for item in facts["endpoints"] if item["id"] == registered)]
    return list({item["id"]: item for item in found}.values())


def is_our_record(record: t.Mapping[str, t.Any], zone: t.Mapping[str, t.Any], facts: Facts, params: Params) -> bool:
    """What a run may write anew and a tear-down takes away. What routes by a policy never is: the role writes plain records."""
    named = record["name"] in hosts(params)
    if record["set_identifier"]:
        return False
    if named and record["type"] == "A" and is_our_zone(zone, facts["tag_value"]):
        return True
    return leads_to(record, facts) or (named and _led_to(record, zone, facts, params))


def leads_to(record: t.Mapping[str, t.Any], facts: Facts) -> bool:
    """Whether the record points at an endpoint of ours and at nothing else."""
    if record["alias"]:
        return any(record["alias"]["dns_name"] == entry["dns_name"] for item in path_endpoints(facts) for entry in item["dns_entries"])
    return record["type"] in ("A", "AAAA") and bool(record["values"]) and _addresses(record) <= _endpoint_addresses(facts)


def _led_to(record: t.Mapping[str, t.Any], zone: t.Mapping[str, t.Any], facts: Facts, params: Params) -> bool:
    """Whether the record is what is left of an endpoint, or of addresses, that we had.

    An alias says whose it was. Of addresses that nobody has any more it is known where others of the record are ours still, or where the registered endpoint is
    gone; but not in the zone of another connection of the same host, whose endpoint may be gone as well.
    """
    if record["alias"]:
        registered = (facts["connection"] or {}).get("vpc_endpoint_id")
        return bool(registered) and record["alias"]["dns_name"].startswith(f"{registered}-")
    mark = _mark(zone) or facts["tag_value"]
    others = mark != facts["tag_value"] and mark.rpartition("/")[0] == params["my_domain"]
    known, ours = _addresses(record), _endpoint_addresses(facts)
    if record["type"] != "A" or others or not known <= ours | facts["unused_addresses"]:
        return False
    return bool(known & ours) or (bool(known) and lost_endpoint(facts))


def lost_endpoint(facts: Facts) -> bool:
    """Whether the endpoint that the org has registered is not alive, here or elsewhere."""
    registered, moved = (facts["connection"] or {}).get("vpc_endpoint_id"), facts["moved_from"]
    return bool(registered) and not (moved and moved["endpoint_id"]) and not any(item["id"] == registered and is_live(item) for item in facts["endpoints"])


def orphaned(facts: Facts) -> bool:
    """Whether a record in a zone of others leads to where our endpoint was. Once there is another endpoint, it would be known for ours no more."""
    ours = {zone["id"] for zone in facts["zones"] if is_our_zone(zone, facts["tag_value"])}
    return lost_endpoint(facts) and any(item["zone_id"] not in ours and not leads_to(item["record"], facts) for item in facts["dns_leftovers"]["records"])


def doubtful_addresses(facts: Facts, params: Params) -> list[str]:
    """Addresses of the VPC in records of our names that are not those of our endpoints: whether anybody has them tells whether the records lead anywhere."""
    blocks = [ipaddress.ip_network(block) for block in (facts["vpc"] or {}).get("cidrs", [])]
    records = [
        item
        for zone in facts["zones"]
        for item in zone["records"]
        if item["type"] == "A" and item["name"] in hosts(params) and not is_our_zone(zone, facts["tag_value"])
    ]
    found = {address for item in records for address in _addresses(item)} - _endpoint_addresses(facts)
    return sorted(str(address) for address in found if any(address in block for block in blocks))


def _endpoint_addresses(facts: Facts) -> set[_Address]:
    texts = [text for item in facts["interfaces"] for text in (item["address"], *item["ipv6_addresses"]) if text]
    return {ipaddress.ip_address(text) for text in texts}


def _addresses(record: t.Mapping[str, t.Any]) -> set[_Address]:
    return {ipaddress.ip_address(value) for value in record["values"]} if record["type"] in ("A", "AAAA") else set()


def _listed(records: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    return ", ".join(f"{item['name']} {item['type']}" for item in records)
