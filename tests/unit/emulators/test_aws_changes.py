# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints that are modified and deleted, and what their interfaces hold fast meanwhile."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, available, create, refusal, state, subnet

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]


def group(ec2: t.Any, aws: AwsEmulator, name: str = "link") -> str:
    return ec2.create_security_group(GroupName=name, Description="d", VpcId=aws.seed[REGION]["vpc_id"])["GroupId"]


def subnets_with_interfaces(aws: AwsEmulator) -> list[str]:
    return sorted(item["subnet_id"] for item in aws.listing()["interfaces"])


def test_modify_moves_interfaces(ec2: t.Any, aws: AwsEmulator) -> None:
    vpce_id = available(ec2, aws, "a")["VpcEndpointId"]
    first = aws.interfaces()[0]["address"]
    ec2.modify_vpc_endpoint(VpcEndpointId=vpce_id, AddSubnetIds=[subnet(aws, "b")])
    assert subnets_with_interfaces(aws) == sorted([subnet(aws, "a"), subnet(aws, "b")])
    assert first in [item["address"] for item in aws.interfaces()]
    ec2.modify_vpc_endpoint(VpcEndpointId=vpce_id, RemoveSubnetIds=[subnet(aws, "a")])
    assert subnets_with_interfaces(aws) == [subnet(aws, "b")]
    shown = ec2.describe_vpc_endpoints(VpcEndpointIds=[vpce_id])["VpcEndpoints"][0]
    assert (shown["SubnetIds"], len(shown["NetworkInterfaceIds"]), len(shown["DnsEntries"])) == ([subnet(aws, "b")], 1, 2)


def test_modify_changes_groups_on_the_interfaces(ec2: t.Any, aws: AwsEmulator) -> None:
    old, new = group(ec2, aws, "old"), group(ec2, aws, "new")
    endpoint = available(ec2, aws, SecurityGroupIds=[old])
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], AddSecurityGroupIds=[new], RemoveSecurityGroupIds=[old])
    assert {tuple(item["security_group_ids"]) for item in aws.listing()["interfaces"]} == {(new,)}
    assert aws.listing()["endpoints"][0]["security_group_ids"] == [new]
    ec2.delete_security_group(GroupId=old)
    last = refusal(ec2.modify_vpc_endpoint, VpcEndpointId=endpoint["VpcEndpointId"], RemoveSecurityGroupIds=[new])
    assert last == ("InvalidParameter", f"The VPC endpoint {endpoint['VpcEndpointId']} needs at least one security group.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"AddSubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound"),
        ({"AddSubnetIds": ["c"]}, "InvalidParameter"),
        ({"AddSubnetIds": ["a"]}, "DuplicateSubnetsInSameZone"),
        ({"RemoveSubnetIds": ["b"]}, "InvalidParameter"),
        ({"AddSecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"RemoveSecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter"),
        ({"IpAddressType": "ipv6"}, "InvalidParameter"),
        ({"VpcEndpointId": "vpce-0123456789abcdef0"}, "InvalidVpcEndpointId.NotFound"),
    ],
)
def test_refused_on_modification(ec2: t.Any, aws: AwsEmulator, changes: dict[str, t.Any], code: str) -> None:
    vpce_id = available(ec2, aws, "a")["VpcEndpointId"]
    before = aws.listing()
    for name in ("AddSubnetIds", "RemoveSubnetIds"):
        if name in changes:
            changes = {**changes, name: [subnet(aws, item) if len(item) == 1 else item for item in changes[name]]}
    assert refusal(ec2.modify_vpc_endpoint, **{"VpcEndpointId": vpce_id, **changes})[0] == code
    assert aws.listing() == before


@pytest.mark.parametrize("allowed", [True, False])
def test_swap_within_a_zone(ec2: t.Any, aws: AwsEmulator, allowed: bool) -> None:
    aws.switches.swap_in_one_call = allowed
    vpce_id = available(ec2, aws, "a")["VpcEndpointId"]
    other = ec2.create_subnet(VpcId=aws.seed[REGION]["vpc_id"], CidrBlock="127.80.9.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    swap = {"VpcEndpointId": vpce_id, "AddSubnetIds": [other], "RemoveSubnetIds": [subnet(aws, "a")]}
    if allowed:
        ec2.modify_vpc_endpoint(**swap)
        assert subnets_with_interfaces(aws) == [other]
    else:
        assert refusal(ec2.modify_vpc_endpoint, **swap)[0] == "DuplicateSubnetsInSameZone"


def test_modification_can_take_time(ec2: t.Any, aws: AwsEmulator) -> None:
    vpce_id = available(ec2, aws, "a")["VpcEndpointId"]
    aws.switches.modify_reads = 1
    ec2.modify_vpc_endpoint(VpcEndpointId=vpce_id, AddSubnetIds=[subnet(aws, "b")])
    again = {"VpcEndpointId": vpce_id, "RemoveSubnetIds": [subnet(aws, "a")]}
    assert refusal(ec2.modify_vpc_endpoint, **again) == ("OperationInProgress", "VpcEndpoint modify operation in progress")
    assert [state(ec2, vpce_id), state(ec2, vpce_id)] == ["pending", "available"]
    ec2.modify_vpc_endpoint(**again)


def test_deletion_takes_reads(ec2: t.Any, aws: AwsEmulator) -> None:
    aws.switches.deleting_reads = 2
    vpce_id = available(ec2, aws)["VpcEndpointId"]
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[vpce_id])["Unsuccessful"] == []
    assert state(ec2, vpce_id) == "deleting"
    assert len(aws.interfaces()) == 2
    assert len(ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [f"*{vpce_id}"]}])["NetworkInterfaces"]) == 2
    assert aws.interfaces() == []
    assert [state(ec2, vpce_id) for _turn in range(3)] == ["deleted"] * 3
    assert aws.listing()["endpoints"] == []


@pytest.mark.parametrize("limit", ["reads", "seconds"])
def test_deleted_endpoints_vanish(ec2: t.Any, aws: AwsEmulator, limit: str) -> None:
    aws.switches.deleting_reads = 0
    if limit == "reads":
        aws.switches.deleted_reads = 1
    else:
        aws.switches.deleted_seconds = 0.2
    vpce_id = create(ec2, aws)["VpcEndpointId"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[vpce_id])
    assert state(ec2, vpce_id) == "deleted"
    deadline = time.monotonic() + 5
    while aws.endpoint(None, vpce_id) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert refusal(ec2.describe_vpc_endpoints, VpcEndpointIds=[vpce_id])[0] == "InvalidVpcEndpointId.NotFound"


def test_deletion_of_unknown_endpoints(ec2: t.Any, aws: AwsEmulator) -> None:
    known = create(ec2, aws)["VpcEndpointId"]
    failed = ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0123456789abcdef0", known])["Unsuccessful"]
    message = "The Vpc Endpoint Id 'vpce-0123456789abcdef0' does not exist"
    assert failed == [{"ResourceId": "vpce-0123456789abcdef0", "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}}]
    assert state(ec2, known) == "deleting"


def test_groups_and_subnets_in_use_cannot_go(ec2: t.Any, aws: AwsEmulator) -> None:
    used = group(ec2, aws)
    vpce_id = available(ec2, aws, SecurityGroupIds=[used])["VpcEndpointId"]
    assert refusal(ec2.delete_security_group, GroupId=used) == ("DependencyViolation", f"resource {used} has a dependent object")
    assert refusal(ec2.delete_subnet, SubnetId=subnet(aws, "a"))[0] == "DependencyViolation"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[vpce_id])
    # The refusal itself is a look at the interfaces, after which they are gone.
    assert refusal(ec2.delete_security_group, GroupId=used)[0] == "DependencyViolation"
    ec2.delete_security_group(GroupId=used)
    ec2.delete_subnet(SubnetId=subnet(aws, "a"))
    (kept,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[vpce_id])["VpcEndpoints"]
    assert (kept["State"], kept["Groups"]) == ("deleted", [])


def test_groups_that_others_name_cannot_go(ec2: t.Any, aws: AwsEmulator) -> None:
    named, naming = group(ec2, aws, "named"), group(ec2, aws, "naming")
    rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": named}]}]
    ec2.authorize_security_group_ingress(GroupId=naming, IpPermissions=rule)
    assert refusal(ec2.delete_security_group, GroupId=named)[0] == "DependencyViolation"
    ec2.delete_security_group(GroupId=naming)
    ec2.delete_security_group(GroupId=named)
    assert refusal(ec2.delete_security_group, GroupId=aws.seed[REGION]["default_security_group_id"])[0] == "CannotDelete"


def test_interfaces_belong_to_aws(ec2: t.Any, aws: AwsEmulator) -> None:
    eni = create(ec2, aws, "a")["NetworkInterfaceIds"][0]
    assert refusal(ec2.delete_network_interface, NetworkInterfaceId=eni)[0] == "InvalidParameterValue"
    assert refusal(ec2.modify_network_interface_attribute, NetworkInterfaceId=eni, Groups=[])[0] == "OperationNotPermitted"
