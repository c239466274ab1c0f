# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosted zones of Route 53 and the VPCs that they are associated with."""

from __future__ import annotations

import random
import re
import string
import typing as t

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.route53.models import RecordSet

from .patches import refuse_dns
from .world import World

NAME_SERVERS = ("ns-1536.awsdns-00.co.uk.", "ns-0.awsdns-00.com.", "ns-1024.awsdns-00.org.", "ns-512.awsdns-00.net.")
ZONE_NAME = re.compile(r"(?=.{1,255}$)([a-z0-9_*]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+")


def new_change(world: World) -> dict[str, t.Any]:
    """A change that GetChange tells the progress of. Like AWS's, it is PENDING when it begins."""
    change_id = "C" + "".join(random.choices(string.ascii_uppercase + string.digits, k=20))
    world.changes[change_id] = world.switches.change_reads
    return {"Id": f"/change/{change_id}", "Status": "PENDING", "SubmittedAt": utcnow()}


class ZoneActions:
    def __init__(self, world: World, moto: type) -> None:
        self._world = world
        self._moto_delete = moto.delete_hosted_zone

    def create_hosted_zone(self, response: t.Any) -> ActionResult:
        get = response._get_param
        name = get("Name").lower().rstrip(".") + "."
        if not ZONE_NAME.fullmatch(name):
            refuse_dns("InvalidDomainName", f"{get('Name')} is not a valid domain name")
        vpc_id, vpc_region = get("VPC.VPCId"), get("VPC.VPCRegion")
        private = bool(vpc_id) or response._get_bool_param("HostedZoneConfig.PrivateZone", False)
        if private and not (vpc_id and vpc_region):
            refuse_dns("InvalidInput", "When you're creating a private hosted zone, you must specify VPCId and VPCRegion.")
        reference = (response.current_account, get("CallerReference"))
        if reference in self._world.caller_references:
            refuse_dns("HostedZoneAlreadyExists", f"A hosted zone has already been created with the specified caller reference: {reference[1]}.")
        if private:
            self._check_vpc(response, vpc_id, vpc_region)
            _check_conflict(response.backend, name, vpc_id, vpc_region)
        zone = response.backend.create_hosted_zone(
            name,
            comment=get("HostedZoneConfig.Comment"),
            private_zone=private,
            caller_reference=reference[1],
            vpcid=vpc_id if private else None,
            vpcregion=vpc_region if private else None,
            delegation_set_id=get("DelegationSetId"),
        )
        _finish(response.backend, zone)
        self._world.caller_references.add(reference)
        return ActionResult(
            {
                "HostedZone": zone,
                "ChangeInfo": new_change(self._world),
                "DelegationSet": None if private else zone.delegation_set,
                "VPC": {"VPCRegion": vpc_region, "VPCId": vpc_id} if private else None,
                "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.resource_id}",
            }
        )

    def associate_vpc_with_hosted_zone(self, response: t.Any) -> ActionResult:
        zone, vpc_id, vpc_region = self._zone_and_vpc(response)
        if not zone.private_zone:
            refuse_dns("PublicZoneVPCAssociation", f"The hosted zone {zone.resource_id} is public: a VPC can only be associated with a private hosted zone.")
        self._check_vpc(response, vpc_id, vpc_region)
        _check_conflict(response.backend, zone.name, vpc_id, vpc_region)
        zone.add_vpc(vpc_id, vpc_region)
        return ActionResult({"ChangeInfo": {**new_change(self._world), "Comment": response._get_param("Comment")}})

    def disassociate_vpc_from_hosted_zone(self, response: t.Any) -> ActionResult:
        zone, vpc_id, vpc_region = self._zone_and_vpc(response)
        if (vpc_id, vpc_region) not in [(vpc["vpc_id"], vpc["vpc_region"]) for vpc in zone.vpcs]:
            refuse_dns("VPCAssociationNotFound", f"The VPC: {vpc_id} in region {vpc_region} is not associated with the hosted zone {zone.resource_id}.")
        if len(zone.vpcs) == 1:
            refuse_dns("LastVPCAssociation", f"The VPC: {vpc_id} is the last one of the hosted zone {zone.resource_id} and cannot be disassociated.")
        zone.delete_vpc(vpc_id)
        return ActionResult({"ChangeInfo": {**new_change(self._world), "Comment": response._get_param("Comment")}})

    def delete_hosted_zone(self, response: t.Any) -> ActionResult:
        self._moto_delete(response)
        response.backend.resource_tags.pop(response._get_param("Id"), None)
        return ActionResult({"ChangeInfo": new_change(self._world)})

    def get_change(self, response: t.Any) -> ActionResult:
        change_id = response._get_param("Id").rpartition("/")[2]
        if change_id not in self._world.changes:
            refuse_dns("NoSuchChange", f"Could not find resource with ID: {change_id}")
        left = self._world.changes[change_id]
        self._world.changes[change_id] = max(0, left - 1)
        return ActionResult({"ChangeInfo": {"Id": f"/change/{change_id}", "Status": "PENDING" if left else "INSYNC", "SubmittedAt": utcnow()}})

    def list_hosted_zones_by_name(self, response: t.Any) -> ActionResult:
        """Zones from a name on, ordered by reversed labels: the answer can begin with another zone than the one named."""
        start, limit = response._get_param("DNSName"), response._get_int_param("MaxItems", 100)
        ordered = sorted(response.backend.zones.values(), key=lambda zone: (_reversed(zone.name), zone.resource_id))
        if start:
            first = (_reversed(start.lower()), response._get_param("HostedZoneId") or "")
            ordered = [zone for zone in ordered if (_reversed(zone.name), zone.resource_id) >= first]
        page, rest = ordered[:limit], ordered[limit:]
        result = {"DNSName": start, "HostedZones": page, "IsTruncated": bool(rest), "MaxItems": limit}
        if rest:
            result |= {"NextDNSName": rest[0].name, "NextHostedZoneId": rest[0].resource_id}
        return ActionResult(result)

    def list_hosted_zones_by_vpc(self, response: t.Any) -> ActionResult:
        get = response._get_param
        self._check_vpc(response, get("VPCId"), get("VPCRegion"))
        summaries = [
            {"HostedZoneId": zone.resource_id, "Name": zone.name, "Owner": {"OwningAccount": response.current_account}}
            for zone in response.backend.zones.values()
            if any(vpc["vpc_id"] == get("VPCId") for vpc in zone.vpcs)
        ]
        return ActionResult({"HostedZoneSummaries": summaries, "MaxItems": response._get_int_param("MaxItems", 100)})

    @staticmethod
    def _zone_and_vpc(response: t.Any) -> tuple[t.Any, str, str]:
        zone = response.backend.get_hosted_zone(response._get_param("HostedZoneId"))
        return zone, response._get_param("VPC.VPCId"), response._get_param("VPC.VPCRegion")

    @staticmethod
    def _check_vpc(response: t.Any, vpc_id: str | None, region: str | None) -> None:
        regions = ec2_backends[response.current_account]
        if not vpc_id or not region or region not in regions or vpc_id not in regions[region].vpcs:
            refuse_dns("InvalidVPCId", f"The VPC: {vpc_id} in region {region} that you provided does not exist or you are not authorized to access it.")


def _finish(backend: t.Any, zone: t.Any) -> None:
    """Give the new zone an id, NS and SOA records as AWS writes them."""
    del backend.zones[zone.resource_id]
    zone.resource_id = f"Z{zone.resource_id[1:]}"
    backend.zones[zone.resource_id] = zone
    soa = f"{NAME_SERVERS[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    zone.rrsets = [
        RecordSet({"Name": zone.name, "Type": "NS", "TTL": 172800, "ResourceRecords": list(NAME_SERVERS)}),
        RecordSet({"Name": zone.name, "Type": "SOA", "TTL": 900, "ResourceRecords": [soa]}),
    ]


def _check_conflict(backend: t.Any, name: str, vpc_id: str, region: str) -> None:
    for zone in backend.zones.values():
        if zone.private_zone and zone.name.lower() == name.lower() and any(vpc["vpc_id"] == vpc_id for vpc in zone.vpcs):
            refuse_dns(
                "ConflictingDomainExists",
                f"The VPC {vpc_id} in region {region} has already been associated with the hosted zone {zone.resource_id} with the same domain name.",
            )


def _reversed(name: str) -> list[str]:
    return name.rstrip(".").split(".")[::-1]
