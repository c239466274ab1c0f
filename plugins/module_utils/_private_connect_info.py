# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both halves of a private connection joined, and what differs from what is wanted. This module util is PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import typing as t

from . import _drift
from . import _selection as select
from . import _validate as check
from ._argspec import org_argument_spec
from ._aws import AWS_ARGUMENT_SPEC, TAG, Aws, is_live, sorted_addresses
from ._errors import InputError
from ._facts import Reader
from ._module import Context, Definition
from ._org import Org, connect
from ._selection import Blockers

_ENDPOINT_SHOWN = ("id", "service_name", "state", "last_error", "vpc_id", "subnet_ids", "security_group_ids", "private_dns_enabled", "dns_entries", "tags")


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org, aws = _prepare(params, context)
    params = {**params, "my_domain": (params["my_domain"] or org.host).lower().rstrip(".")}
    blockers = Blockers()
    facts = gather(org, aws, params, blockers)
    replacing = False
    if params["state"] == "present":
        drift = _drift.present(facts, params)
        replacing = _drift.replacing(drift, facts)
        if replacing and not params["replace"]:
            blockers.add("replace", "this takes a tear-down, which interrupts traffic", f"set replace to true; the plan is: {_drift.replacement_plan(facts)}")
        context.warnings.extend(select.shadowing(params))
    else:
        drift, blockers = _drift.absent(facts, params), Blockers()
    return {
        "changed": False,
        "my_domain": params["my_domain"],
        "region": facts["region"],
        "tag": {TAG: facts["tag_value"]},
        "connection": facts["connection"],
        "service": facts["service"],
        "vpc": facts["vpc"],
        "endpoint": _shown(facts["endpoint"], facts["interfaces"]),
        "own_endpoint_ids": [item["id"] for item in facts["own_endpoints"]],
        "security_group": facts["own_group"],
        "wanted": {
            "service_name": facts["service_name"],
            "subnet_ids": facts["wanted_subnet_ids"],
            "security_group_ids": facts["wanted_group_ids"],
            "security_group_name": facts["group_name"],
            "allowed_cidrs": facts["allowed_cidrs"],
        },
        "dns": facts["dns"],
        "dns_leftovers": facts["dns_leftovers"],
        "drift": drift,
        "blockers": blockers.items,
        "replacing": replacing,
        "next_step": _drift.next_step(drift, blockers.items),
    }


def _prepare(params: t.Mapping[str, t.Any], context: Context) -> tuple[Org, Aws]:
    found = check.problems(
        check.developer_name(params["name"]),
        check.label(params["label"]),
        check.description(params["description"]),
        check.region(params["region"]),
        check.aws_id("vpc_id", params["vpc_id"], "vpc"),
        check.aws_id("vpc_endpoint_id", params["vpc_endpoint_id"], "vpce"),
        check.host_name("my_domain", params["my_domain"]),
        check.host_name("dns_zone", params["dns_zone"]),
        check.at_least("dns_ttl", params["dns_ttl"], 1),
        *(check.host_name("dns_names", name) for name in params["dns_names"]),
        *(check.aws_id("subnet_ids", item, "subnet") for item in params["subnet_ids"]),
        *(check.aws_id("security_group_ids", item, "sg") for item in params["security_group_ids"]),
        *(check.aws_id("dns_vpcs", item["id"], "vpc") for item in params["dns_vpcs"]),
        *(_cidr(item) for item in params["allowed_cidrs"]),
    )
    made: list[t.Any] = []
    for make in (lambda: connect(params, context), lambda: Aws(params)):
        try:
            made.append(make())
        except InputError as error:
            found += error.problems
    if found:
        raise InputError(found)
    return made[0], made[1]


def _cidr(text: str) -> str | None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        return f"allowed_cidrs {text!r} is not a CIDR block: {error}"
    return None


def gather(org: Org, aws: Aws, params: t.Mapping[str, t.Any], blockers: Blockers) -> dict[str, t.Any]:
    """All facts with the choices that follow from them."""
    reader = Reader(org, aws, params)
    facts = reader.first()
    facts["region"] = aws.region
    facts["tag_value"] = select.tag_value(params["my_domain"], params["name"])
    facts["group_name"] = select.group_name(params["my_domain"], params["name"])
    facts["own_group"] = select.own_group(facts, params)
    facts["own_endpoints"] = [item for item in facts["endpoints"] if item["tags"].get(TAG) == facts["tag_value"] and str(item["state"]).lower() != "deleted"]
    facts["service_name"] = _known_service(facts, params)
    if facts["service_name"] is None and params["state"] == "present":
        facts["service_name"] = _offered_service(org, aws.region, blockers)
    facts["endpoint"] = select.endpoint(facts, params, blockers)
    if facts["endpoint"]:
        facts["service_name"] = facts["endpoint"]["service_name"]
    _second_round(reader, facts, params)
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


def _second_round(reader: Reader, facts: dict[str, t.Any], params: t.Mapping[str, t.Any]) -> None:
    endpoint, name = facts["endpoint"], facts["service_name"]
    wanted_zones = select.zone_names(params)
    # A tear-down looks at all zones: names that are no longer asked for may have left some of ours.
    matching = [zone for zone in facts["zones"] if params["state"] == "absent" or zone["name"] in wanted_zones]
    ids = {item for own in [*facts["own_endpoints"], *([endpoint] if endpoint else [])] for item in own["network_interface_ids"]}
    facts.update(
        reader.together(
            service=lambda: reader.service(name) if name and params["state"] == "present" else None,
            interfaces=lambda: reader.interfaces(sorted(ids)),
        )
    )
    facts["zones"] = reader.zones(matching)


def _choose(facts: dict[str, t.Any], params: t.Mapping[str, t.Any], blockers: Blockers) -> None:
    endpoint = facts["endpoint"]
    facts["endpoint_is_ours"] = bool(endpoint and endpoint["tags"].get(TAG) == facts["tag_value"])
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
    facts["allowed_cidrs"] = sorted(params["allowed_cidrs"] or (facts["vpc"] or {}).get("cidrs", []))
    facts["wanted_group_ids"] = _wanted_groups(facts, params)
    facts["dns"] = [_dns_entry(host, facts, params) for host in select.hosts(params)] if params["manage_dns"] else []
    select.check_names(facts, params, blockers)
    facts["dns_leftovers"] = select.dns_leftovers(facts, params)


def _wanted_groups(facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> list[str] | None:
    """None: as they are, or not known before the group is made."""
    if params["security_group_ids"]:
        return sorted(params["security_group_ids"])
    if facts["own_group"] and (facts["endpoint"] is None or facts["endpoint_is_ours"]):
        return [facts["own_group"]["id"]]
    return None


def _dns_entry(host: str, facts: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    name = select.zone_name(host, params)
    zone = next((item for item in facts["zones"] if item["name"] == name), None)
    record = next((item for item in (zone or {}).get("records", []) if item["name"] == host and item["type"] == "A"), None)
    endpoint = facts["endpoint"]
    ids = set(endpoint["network_interface_ids"]) if endpoint else set()
    addresses = sorted_addresses(item for item in facts["interfaces"] if item["id"] in ids)
    return {
        "host": host,
        "zone_name": name,
        "zone": zone,
        "record": record,
        "wanted_record": select.wanted_record(host, params, endpoint, addresses),
        "wanted_vpcs": select.wanted_vpcs(params, facts["region"]),
    }


def _shown(endpoint: t.Mapping[str, t.Any] | None, interfaces: list[dict[str, t.Any]]) -> dict[str, t.Any] | None:
    if endpoint is None:
        return None
    own = [item for item in interfaces if item["id"] in endpoint["network_interface_ids"]]
    return {**{key: endpoint[key] for key in _ENDPOINT_SHOWN}, "interfaces": own, "addresses": sorted_addresses(own)}


DEFINITION = Definition(
    argument_spec=org_argument_spec(
        **AWS_ARGUMENT_SPEC,
        name={"type": "str", "required": True},
        vpc_id={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        label={"type": "str"},
        description={"type": "str"},
        my_domain={"type": "str"},
        vpc_endpoint_id={"type": "str"},
        subnet_ids={"type": "list", "elements": "str", "default": []},
        security_group_ids={"type": "list", "elements": "str", "default": []},
        allowed_cidrs={"type": "list", "elements": "str", "default": []},
        tags={"type": "dict", "default": {}},
        replace={"type": "bool", "default": False},
        manage_dns={"type": "bool", "default": True},
        dns_names={"type": "list", "elements": "str", "default": []},
        dns_zone={"type": "str"},
        dns_record={"type": "str", "choices": ["addresses", "alias"], "default": "addresses"},
        dns_ttl={"type": "int", "default": 60},
        dns_vpcs={"type": "list", "elements": "dict", "default": [], "options": {"id": {"type": "str", "required": True}, "region": {"type": "str"}}},
    ),
    run=run,
)
