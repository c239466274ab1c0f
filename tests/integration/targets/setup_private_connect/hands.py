# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do by hand in AWS: Route 53, groups, endpoints."""

from __future__ import annotations

import typing as t
import uuid

from runs import NAME, REGION, TAG, Bench, Json

LIVE = ("pendingAcceptance", "pending", "available")


class Hands(Bench):
    """``vpc`` is the one that the connection serves; ``zone_id`` the zone that is meant where none is given."""

    zone_id = ""

    @property
    def vpc(self) -> str:
        return str(self.place["vpc_id"])

    def endpoint(self) -> Json:
        """The endpoint that carries the role's tag, or is registered, and lives."""
        registered = self.client.connections().get(NAME, {}).get("vpc_endpoint_id")
        found = [item for item in self.state()["aws"]["endpoints"] if item["state"] in LIVE]
        return next((item for item in found if TAG in item["tags"]), None) or next(item for item in found if item["id"] == registered)

    # AWS by hand

    def new_endpoint(self, *, region: str = REGION, group: str | None = None, mark: str | None = None, **more: t.Any) -> str:
        """Of Salesforce's service, in the first subnet of the region's VPC; ``mark`` is the value of the role's tag."""
        place = self.client.ready["aws"]["regions"][region]
        if mark:
            more["TagSpecifications"] = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": TAG, "Value": mark}]}]
        if group:
            more["SecurityGroupIds"] = [group]
        request = {"VpcId": place["vpc_id"], "ServiceName": place["service_name"], "SubnetIds": place["subnet_ids"][:1], **more}
        return str(self.aws("ec2", region).create_vpc_endpoint(VpcEndpointType="Interface", **request)["VpcEndpoint"]["VpcEndpointId"])

    def new_vpc(self, cidr: str, region: str = REGION, zones: str = "") -> tuple[str, list[str]]:
        """A VPC that resolves private zones, with a subnet in each of these zones."""
        ec2 = self.aws("ec2", region)
        vpc = str(ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"])
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}.{number}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"]
            for number, zone in enumerate(zones, 1)
        ]
        return vpc, subnets

    def group(self, name: str, vpc: str | None = None) -> str:
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc or self.vpc)["GroupId"]
        self.allow(made, "10.0.0.0/8", "theirs")
        return made

    def allow(self, group: str, cidr: str, description: str, port: int = 443) -> None:
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_permission(cidr, port, description)])

    def forbid(self, group: str, cidr: str, description: str, port: int = 443) -> None:
        self.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[_permission(cidr, port, description)])

    def tag(self, resource: str, key: str, value: str | None) -> None:
        if value is None:
            self.ec2.delete_tags(Resources=[resource], Tags=[{"Key": key}])
        else:
            self.ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value}])

    def modify(self, **changes: t.Any) -> None:
        self.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoint()["id"], **changes)

    def delete_endpoint(self, endpoint_id: str | None = None) -> None:
        gone = endpoint_id or self.endpoint()["id"]
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[gone])
        while any(item["id"] == gone for item in self.state()["aws"]["endpoints"]):
            self.ec2.describe_vpc_endpoints()  # time passes by reads

    def vpc_flag(self, flag: str, on: bool) -> None:
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, **{flag: {"Value": on}})

    # Route 53 by hand

    def new_zone(self, name: str, vpc: str, records: t.Mapping[str, str]) -> str:
        # Route 53 takes a reference once, also after its zone is gone.
        made = self.route53.create_hosted_zone(Name=name, CallerReference=str(uuid.uuid4()), VPC={"VPCRegion": REGION, "VPCId": vpc})
        zone = made["HostedZone"]["Id"].rpartition("/")[2]
        for record, address in records.items():
            self.put_record(record, "A", [address], zone=zone)
        return zone

    def record(self, zone: str | None = None) -> Json:
        found = self.route53.list_resource_record_sets(HostedZoneId=zone or self.zone_id)["ResourceRecordSets"]
        return next(item for item in found if item["Name"] == f"{self.host}." and item["Type"] == "A")

    def change(self, action: str, record: Json, zone: str | None = None) -> None:
        self.route53.change_resource_record_sets(HostedZoneId=zone or self.zone_id, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]})

    def put_record(self, name: str, kind: str, values: list[str], ttl: int = 60, zone: str | None = None) -> None:
        self.change("UPSERT", {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}, zone)

    def associate(self, vpc: str, zone: str | None = None, region: str = REGION) -> None:
        self.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone or self.zone_id, VPC={"VPCId": vpc, "VPCRegion": region})

    def dissociate(self, vpc: str, zone: str | None = None, region: str = REGION) -> None:
        self.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone or self.zone_id, VPC={"VPCId": vpc, "VPCRegion": region})

    def delete_zone(self) -> None:
        for record in self.route53.list_resource_record_sets(HostedZoneId=self.zone_id)["ResourceRecordSets"]:
            if record["Type"] not in ("NS", "SOA"):
                self.change("DELETE", record)
        self.route53.delete_hosted_zone(Id=self.zone_id)


def _permission(cidr: str, port: int, description: str) -> Json:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr, "Description": description}]}
