# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All facts of a private connection with the choices that follow from them. This module util is PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import typing as t

from . import _selection as select
from . import _selection_dns as dns
from ._aws import MOVED_TAG, TAG, Aws, is_live, sorted_addresses
from ._errors import PrivateConnectError
from ._facts import Reader, endpoint_by_id
from ._org import Org
from ._places import other_places
from ._selection import Blockers


def gather(org: Org, aws: Aws, params: t.Mapping[str, t.Any], blockers: Blockers, silent: list[PrivateConnectError]) -> dict[str, t.Any]:
    """Reads in two rounds. What stands in the way is added to ``blockers``, and to ``silent`` why the org cannot be asked, where it cannot."""
    reader = Reader(org, aws, params)
    facts = reader.first(silent)
    facts["region"] = aws.region
    facts["tag_value"] = select.tag_value(params["my_domain"], params["name"])
    facts["group_name"] = select.group_name(params["my_domain"], params["name"])
    facts["own_group"] = select.own_group(facts, params)
    facts["own_endpoints"] = [item for item in facts["endpoints"] if item["tags"].get(TAG) == facts["tag_value"] and str(item["state"]).lower() != "deleted"]
    facts["service_name"] = _known_service(facts, params)
    if facts["service_name"] is None and params["state"] == "present" and not silent:
        facts["service_name"] = _offered_service(org, aws.region, blockers)
    facts["endpoint"] = select.endpoint(facts, params, blockers)
    if facts["endpoint"]:
        facts["service_name"] = facts["endpoint"]["service_name"]
    facts["moved_from"] = _moved_from(aws, facts, params)
    _second_round(reader, facts, params)
    facts["other_places"] = other_places(reader, facts, params) if params["state"] == "absent" else []
    _choose(facts, params, blockers)
    return facts


def _known_service(facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> str | None:
    """Without asking the org: from an endpoint that is surely ours."""
    registered = (facts["connection"] or {}).get("vpc_endpoint_id")
    for item in facts["endpoints"]:
        if is_live(item) and (item["tags"].get(TAG) == facts["tag_value"] or item["id"] == registered):
            return item["service_name"]
    return None


def _offered_service(org: Org, region: str, blockers: Blockers) -> str | None:
    regions = org.topologies()
    service = next((item["service_name"] for item in regions if item["region"] == region), None)
    if service is None:
        offered = ", ".join(item["region"] for item in regions) or "none"
        blockers.add("region", f"the org offers no inbound connection in {region}; offered are: {offered}", "use a VPC in one of these regions")
    return service


def _moved_from(aws: Aws, facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Where the registered endpoint lies, if in another VPC or region: ``{vpc_id, region, endpoint_id, state, ours}``; or what is left there."""
    connection = facts["connection"]
    registered = (connection or {}).get("vpc_endpoint_id")
    if not registered or any(item["id"] == registered for item in facts["endpoints"]):
        return _left_behind(facts)
    region = connection["region"] or aws.region
    old = endpoint_by_id(aws, registered, region)
    if old is None or (old["vpc_id"] == params["vpc_id"] and region == aws.region):
        return _left_behind(facts)
    ours = old["tags"].get(TAG) == facts["tag_value"]
    return {"vpc_id": old["vpc_id"], "region": region, "endpoint_id": registered, "state": old["state"], "ours": ours}


def _left_behind(facts: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """The place that a run which broke off after the move did not take down."""
    region, _slash, vpc_id = ((facts["endpoint"] or {}).get("tags") or {}).get(MOVED_TAG, "").partition("/")
    return {"vpc_id": vpc_id, "region": region, "endpoint_id": None, "state": None, "ours": True} if vpc_id else None


def _second_round(reader: Reader, facts: dict[str, t.Any], params: t.Mapping[str, t.Any]) -> None:
    name = facts["service_name"]
    wanted_zones = dns.zone_names(params)
    # A tear-down looks at all zones: names that are no longer asked for may have left some of ours.
    matching = [zone for zone in facts["zones"] if params["state"] == "absent" or zone["name"] in wanted_zones]
    facts["zone_names"] = sorted(zone["name"] for zone in facts["zones"])
    ids = {item for own in dns.path_endpoints(facts) for item in own["network_interface_ids"]}
    lost = _lost_zones(facts, params, wanted_zones, matching)
    facts.update(
        reader.together(
            service=lambda: reader.service(name) if name and params["state"] == "present" else None,
            interfaces=lambda: reader.interfaces(sorted(ids)),
            named=lambda: reader.private_zones(lost),
        )
    )
    there = {zone["id"] for zone in matching}
    zones = reader.zones([*matching, *(zone for zone in facts.pop("named") if zone["id"] not in there)])
    facts["zones"] = [zone for zone in zones if zone["id"] in there or dns.is_our_zone(zone, facts["tag_value"])]
    doubtful = dns.doubtful_addresses(facts, params)
    facts["unused_addresses"] = {ipaddress.ip_address(address) for address in set(doubtful) - reader.used_addresses(doubtful)}


def _lost_zones(facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], wanted: t.Sequence[str], matching: t.Sequence[t.Mapping[str, t.Any]]) -> set[str]:
    """Names by which to look for zones of ours that somebody dissociated from the VPC. The zone of a place that a move leaves goes with that place."""
    if not params["manage_dns"] or (params["state"] == "present" and facts["moved_from"]):
        return set()
    return set(wanted) - ({zone["name"] for zone in matching} if params["state"] == "present" else set())


def _choose(facts: dict[str, t.Any], params: t.Mapping[str, t.Any], blockers: Blockers) -> None:
    endpoint = facts["endpoint"]
    facts["endpoint_is_ours"] = bool(endpoint and select.is_our_endpoint(endpoint, facts, params))
    facts["group_users"] = select.group_users(facts)
    if facts["vpc"] is None:
        problem = f"{params['vpc_id']} does not exist in {facts['region']}, or these credentials do not see it"
        blockers.add("vpc", problem, "check vpc_id, region and AWS account")
    elif params["state"] == "present" and facts["service_name"] and facts["service"] is None:
        blockers.add(
            "service",
            f"this AWS account does not see the endpoint service {facts['service_name']}",
            "check that the region is right, and have Salesforce allow this AWS account for Private Connect",
        )
    if facts["vpc"]:
        for flag, name in (("dns_support", "enableDnsSupport"), ("dns_hostnames", "enableDnsHostnames")):
            if params["manage_dns"] and not facts["vpc"][flag]:
                blockers.add("vpc", f"{name} of {params['vpc_id']} is off, so private zones are not resolved there", f"switch {name} on")
    select.check_given_groups(facts, params, blockers)
    facts["wanted_subnet_ids"] = select.subnets(facts, params, endpoint, blockers) if facts["vpc"] else []
    facts["dropped_subnets"] = select.dropped(facts, params)
    facts["allowed_cidrs"] = sorted(params["allowed_cidrs"] or (facts["vpc"] or {}).get("cidrs", []))
    facts["wanted_group_ids"] = _wanted_groups(facts, params)
    facts["dns"] = [_dns_entry(host, facts, params) for host in dns.hosts(params)] if params["manage_dns"] else []
    if params["state"] == "present" and params["manage_dns"]:
        dns.check_names(facts, params, blockers)
        dns.check_shadowed(facts, params, blockers)
        dns.check_resolver_rules(facts, params, blockers)
    facts["dns_leftovers"] = dns.dns_leftovers(facts, params)


def _wanted_groups(facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> list[str] | None:
    """None: as they are, or not known before the group is made."""
    if params["security_group_ids"]:
        return sorted(params["security_group_ids"])
    if facts["own_group"] and (facts["endpoint"] is None or facts["endpoint_is_ours"]):
        return [facts["own_group"]["id"]]
    return None


def _dns_entry(host: str, facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    name = dns.zone_name(host, params)
    zone = next((item for item in facts["zones"] if item["name"] == name), None)
    record = next((item for item in (zone or {}).get("records", []) if item["name"] == host and item["type"] == "A"), None)
    endpoint, vpcs = facts["endpoint"], dns.wanted_vpcs(params, facts["region"])
    ids, staying = set(endpoint["network_interface_ids"]) if endpoint else set(), facts["wanted_subnet_ids"]
    # The address in a subnet that the endpoint is to leave goes with it.
    addresses = sorted_addresses(item for item in facts["interfaces"] if item["id"] in ids and (item["subnet_id"] in staying or not staying))
    return {
        "host": host,
        "zone_name": name,
        "zone": zone,
        "record": record,
        "wanted_record": dns.wanted_record(host, params, endpoint, addresses),
        "wanted_vpcs": vpcs,
        "dropped_vpcs": dns.dropped_vpcs(zone, vpcs, facts) if zone else [],
        "wanted_tags": dns.wanted_zone_tags(zone, vpcs, facts, params),
    }
