# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint services: those of others that the account may use, in DescribeVpcEndpointServices."""

from __future__ import annotations

import hashlib
import typing as t

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from .patches import refuse
from .world import EndpointService, World


def zone_names(region: str, letters: t.Iterable[str]) -> list[str]:
    return [f"{region}{letter}" for letter in letters]


def zone_ids(region: str, names: t.Iterable[str]) -> list[str]:
    ids = {zone.name: zone.zone_id for zone in RegionsAndZonesBackend.zones[region]}
    return [ids[name] for name in names]


def make_service(region: str, label: str, letters: t.Iterable[str], **members: t.Any) -> EndpointService:
    """A service whose id (17 hex digits, as on AWS) follows from region and label, so that it is the same in each run."""
    service_id = "vpce-svc-0" + hashlib.sha256(f"{region}/{label}".encode()).hexdigest()[:16]
    names = zone_names(region, letters)
    return EndpointService(service_id, f"com.amazonaws.vpce.{region}.{service_id}", region, names, zone_ids(region, names), **members)


def usable(world: World, region: str, name: str) -> EndpointService:
    """The service, or AWS's refusal: a service that an account may not use looks to it like one that is not there."""
    service = world.services.get(name)
    if service is None or not service.visible or service.region != region:
        refuse("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    return service


class ServiceActions:
    def __init__(self, world: World) -> None:
        self._world = world

    def describe_vpc_endpoint_services(self, response: t.Any) -> ActionResult:
        wanted = response._get_param("ServiceNames", [])
        filters = response._get_param("Filters", [])
        ours = {name: service for name, service in self._world.services.items() if service.visible and service.region == response.region}
        theirs = [] if _only_vpce(wanted) and not response.ec2_backend.configurations else self._amazon(response)
        known = {detail["ServiceName"]: detail for detail in [*map(_detail, ours.values()), *theirs]}
        for name in wanted:
            if name not in known:
                refuse("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
        details = [known[name] for name in sorted(wanted or known) if all(_matches(known[name], item) for item in filters)]
        return ActionResult({"ServiceNames": [detail["ServiceName"] for detail in details], "ServiceDetails": details})

    @staticmethod
    def _amazon(response: t.Any) -> list[dict[str, t.Any]]:
        """Amazon's own services, and those that the account itself made, as moto lists them."""
        listed = response.ec2_backend.describe_vpc_endpoint_services(service_names=[], filters=[], max_results=None, next_token=None, region=response.region)
        return listed["servicesDetails"]


def _only_vpce(wanted: list[str]) -> bool:
    """Whether only services of others are asked for: listing Amazon's makes moto load all its services, which takes seconds."""
    return bool(wanted) and all(name.startswith("com.amazonaws.vpce.") for name in wanted)


def _detail(service: EndpointService) -> dict[str, t.Any]:
    detail = {
        "ServiceName": service.name,
        "ServiceId": service.service_id,
        "ServiceType": [{"ServiceType": "Interface"}],
        "ServiceRegion": service.region,
        "AvailabilityZones": service.zones,
        "AvailabilityZoneIds": service.zone_ids,
        "Owner": service.owner,
        "BaseEndpointDnsNames": [service.dns_name],
        "VpcEndpointPolicySupported": False,
        "AcceptanceRequired": service.acceptance_required,
        "ManagesVpcEndpoints": False,
        "SupportedIpAddressTypes": ["ipv4"],
        "Tags": [],
    }
    if service.private_dns_name:
        detail["PrivateDnsName"] = service.private_dns_name
        detail["PrivateDnsNames"] = [{"PrivateDnsName": service.private_dns_name}]
        detail["PrivateDnsNameVerificationState"] = "verified"
    return detail


def _matches(detail: dict[str, t.Any], item: dict[str, t.Any]) -> bool:
    name, values = item["Name"], item.get("Values", [])
    if name.startswith("tag:"):
        return any(tag["Key"] == name[4:] and tag["Value"] in values for tag in detail["Tags"])
    found = {
        "service-name": [detail["ServiceName"]],
        "service-type": [kind["ServiceType"] for kind in detail["ServiceType"]],
        "owner": [detail["Owner"]],
        "supported-ip-address-types": detail.get("SupportedIpAddressTypes", ["ipv4"]),
        "tag-key": [tag["Key"] for tag in detail["Tags"]],
    }
    if name not in found:
        refuse("InvalidFilter", f"The filter '{name}' is invalid")
    return any(value in values for value in found[name])
