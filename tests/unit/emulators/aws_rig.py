# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short words for what the tests ask of the emulated AWS through boto3."""

from __future__ import annotations

import typing as t

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator

REGION = "us-east-1"
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)


def client(aws: AwsEmulator, service: str, region: str = REGION, **options: t.Any) -> t.Any:
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
    return boto3.client(service, region_name=region, **{"endpoint_url": aws.url, "config": ONCE, **keys, **options})


def refusal(call: t.Callable[..., t.Any], **arguments: t.Any) -> tuple[str, str]:
    """Code and message with which AWS refuses the call; a call that works fails the test."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def create(ec2: t.Any, aws: AwsEmulator, zones: str = "ab", **changes: t.Any) -> dict[str, t.Any]:
    """An endpoint for Salesforce's service in the seeded VPC."""
    return ec2.create_vpc_endpoint(**wanted(aws, zones, **changes))["VpcEndpoint"]


def wanted(aws: AwsEmulator, zones: str = "ab", **changes: t.Any) -> dict[str, t.Any]:
    """Arguments of CreateVpcEndpoint; a change to None takes an argument out."""
    place = aws.seed[REGION]
    arguments = {
        "VpcEndpointType": "Interface",
        "VpcId": place["vpc_id"],
        "ServiceName": place["service_name"],
        "SubnetIds": [subnet(aws, zone) for zone in zones],
        **changes,
    }
    return {name: value for name, value in arguments.items() if value is not None}


def subnet(aws: AwsEmulator, zone: str, region: str = REGION) -> str:
    return next(item["id"] for item in aws.seed[region]["subnets"] if item["zone"] == f"{region}{zone}")


def state(ec2: t.Any, vpce_id: str) -> str:
    return ec2.describe_vpc_endpoints(VpcEndpointIds=[vpce_id])["VpcEndpoints"][0]["State"]


def available(ec2: t.Any, aws: AwsEmulator, zones: str = "ab", **changes: t.Any) -> dict[str, t.Any]:
    """An endpoint that the service's owner has accepted and that carries traffic."""
    aws.switches.pending_reads = 0
    endpoint = create(ec2, aws, zones, **changes)
    aws.accept(endpoint["VpcEndpointId"])
    return ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])["VpcEndpoints"][0]


def zone(route53: t.Any, aws: AwsEmulator, name: str, reference: str = "1", region: str = REGION, vpc_id: str | None = None) -> str:
    """A private zone for the seeded VPC; its id without the prefix."""
    vpc = {"VPCRegion": region, "VPCId": vpc_id or aws.seed[region]["vpc_id"]}
    return route53.create_hosted_zone(Name=name, CallerReference=reference, VPC=vpc)["HostedZone"]["Id"].rpartition("/")[2]


def record(action: str, name: str, kind: str, *values: str, ttl: int = 60, **more: t.Any) -> dict[str, t.Any]:
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values], **more}}


def alias(action: str, name: str, target: str, zone_id: str, kind: str = "A") -> dict[str, t.Any]:
    members = {"HostedZoneId": zone_id, "DNSName": target, "EvaluateTargetHealth": False}
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, "AliasTarget": members}}


def change(route53: t.Any, zone_id: str, *changes: dict[str, t.Any]) -> dict[str, t.Any]:
    return route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": list(changes)})["ChangeInfo"]
