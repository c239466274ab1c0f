# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the account holds, as plain sorted data: what a test compares before and after."""

from __future__ import annotations

import typing as t

from moto.route53.models import route53_backends
from moto.route53resolver.models import route53resolver_backends

from .interfaces import EndpointInterface
from .lifecycle import Endpoint
from .patches import ec2_regions
from .world import PARTITION


def tags_of(resource: t.Any) -> dict[str, str]:
    return dict(sorted((tag["key"], tag["value"]) for tag in resource.get_tags()))


def endpoints() -> list[dict[str, t.Any]]:
    """Endpoints that are not deleted (`deleting` ones are still there)."""
    return [
        {
            "region": region,
            "account": account,
            "id": endpoint.id,
            "vpc_id": endpoint.vpc_id,
            "service_name": endpoint.service_name,
            "state": endpoint.state,
            "subnet_ids": sorted(endpoint.subnet_ids or []),
            "security_group_ids": sorted(endpoint.security_group_ids),
            "addresses": sorted(eni.private_ip_address for eni in endpoint.interfaces) if isinstance(endpoint, Endpoint) else [],
            "private_dns_enabled": bool(endpoint.private_dns_enabled),
            "tags": tags_of(endpoint),
        }
        for account, region, backend in ec2_regions()
        for endpoint in backend.vpc_end_points.values()
        if endpoint.state != "deleted"
    ]


def interfaces() -> list[dict[str, t.Any]]:
    return [
        {
            "region": region,
            "id": eni.id,
            "endpoint_id": eni.endpoint_id if isinstance(eni, EndpointInterface) else None,
            "subnet_id": eni.subnet.id,
            "address": eni.private_ip_address,
            "security_group_ids": sorted(group.id for group in eni.group_set),
            "description": eni.description,
        }
        for _account, region, backend in ec2_regions()
        for eni in backend.enis.values()
    ]


def security_groups() -> list[dict[str, t.Any]]:
    return [
        {
            "region": region,
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "vpc_id": group.vpc_id,
            "ingress": sorted(map(_rule, group.ingress_rules)),
            "egress": sorted(map(_rule, group.egress_rules)),
            "tags": tags_of(group),
        }
        for _account, region, backend in ec2_regions()
        for groups in backend.groups.values()
        for group in groups.values()
    ]


def _rule(rule: t.Any) -> str:
    ports = "all" if rule.from_port is None else f"{rule.from_port}-{rule.to_port}"
    peer = rule.cidr_ipv4 or rule.cidr_ipv6 or rule.source_group.get("GroupId") or rule.prefix_list_id
    return f"{rule.ip_protocol} {ports} {peer}"


def zones() -> list[dict[str, t.Any]]:
    return [
        {
            "account": account,
            "id": zone.resource_id,
            "name": zone.name,
            "private": zone.private_zone,
            "comment": zone.comment or "",
            "vpcs": sorted(({"id": vpc["vpc_id"], "region": vpc["vpc_region"]} for vpc in zone.vpcs), key=lambda vpc: vpc["id"]),
            "records": sorted(map(_record, zone.rrsets), key=lambda record: (record["name"], record["type"], record["set_identifier"] or "")),
            "tags": dict(sorted(backend.resource_tags.get(zone.resource_id, {}).items())),
        }
        for account, backends in list(route53_backends.items())
        for backend in filter(None, [dict.get(backends, PARTITION)])
        for zone in backend.zones.values()
    ]


def _record(record: t.Any) -> dict[str, t.Any]:
    alias = record.alias_target
    return {
        "name": record.name,
        "type": record.type,
        "set_identifier": record.set_identifier,
        "weight": record.weight,
        "ttl": int(record.ttl) if record.ttl is not None else None,
        "values": sorted(record.records),
        "alias": {"name": alias["DNSName"], "zone_id": alias["HostedZoneId"]} if alias else None,
    }


def networks() -> dict[str, list[dict[str, t.Any]]]:
    vpcs, subnets = [], []
    for _account, region, backend in ec2_regions():
        for vpc in backend.vpcs.values():
            flags = {name: str(getattr(vpc, name)).lower() == "true" for name in ("enable_dns_support", "enable_dns_hostnames")}
            vpcs.append({"region": region, "id": vpc.id, "cidr": vpc.cidr_block, **flags, "tags": tags_of(vpc)})
        for by_zone in backend.subnets.values():
            for subnet in by_zone.values():
                place = {"vpc_id": subnet.vpc_id, "cidr": subnet.cidr_block, "zone": subnet.availability_zone}
                subnets.append({"region": region, "id": subnet.id, **place, "tags": tags_of(subnet)})
    return {"vpcs": vpcs, "subnets": subnets}


def resolver_rules() -> list[dict[str, t.Any]]:
    return [
        {
            "region": region,
            "id": rule.id,
            "name": rule.name,
            "domain": rule.domain_name,
            "type": rule.rule_type,
            "vpc_ids": sorted(link.vpc_id for link in backend.resolver_rule_associations.values() if link.resolver_rule_id == rule.id),
        }
        for _account, regions in list(route53resolver_backends.items())
        for region, backend in list(regions.items())
        for rule in backend.resolver_rules.values()
    ]


def everything() -> dict[str, list[dict[str, t.Any]]]:
    groups = {
        "endpoints": endpoints(),
        "interfaces": interfaces(),
        "security_groups": security_groups(),
        "zones": zones(),
        "resolver_rules": resolver_rules(),
        **networks(),
    }
    return {name: sorted(items, key=lambda item: (item.get("region", ""), item["id"])) for name, items in groups.items()}
