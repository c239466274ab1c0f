# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface endpoints: what CreateVpcEndpoint makes and refuses, and the states that follow."""

from __future__ import annotations

import ipaddress
import re
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, available, client, create, refusal, state, subnet, wanted

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]


def test_interfaces_lie_in_their_subnets(ec2: t.Any, aws: AwsEmulator) -> None:
    group = ec2.create_security_group(GroupName="link", Description="d", VpcId=aws.seed[REGION]["vpc_id"])["GroupId"]
    endpoint = create(ec2, aws, SecurityGroupIds=[group])
    interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "network-interface-id", "Values": endpoint["NetworkInterfaceIds"]}])["NetworkInterfaces"]
    cidrs = {item["id"]: item["cidr"] for item in aws.seed[REGION]["subnets"]}
    assert [item["SubnetId"] for item in interfaces] == endpoint["SubnetIds"]
    for item in interfaces:
        assert ipaddress.ip_address(item["PrivateIpAddress"]) in ipaddress.ip_network(cidrs[item["SubnetId"]])
        assert item["Description"] == f"VPC Endpoint Interface {endpoint['VpcEndpointId']}"
        assert (item["InterfaceType"], item["RequesterManaged"], item["TagSet"]) == ("vpc_endpoint", True, [])
        assert [member["GroupId"] for member in item["Groups"]] == [group]


def test_addresses_are_unique(ec2: t.Any, aws: AwsEmulator) -> None:
    small = ec2.create_vpc(CidrBlock="127.90.0.0/16")["Vpc"]["VpcId"]
    tiny = ec2.create_subnet(VpcId=small, CidrBlock="127.90.0.0/28", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    for _turn in range(11):  # 16 addresses less the five that AWS keeps
        create(ec2, aws, VpcId=small, SubnetIds=[tiny])
    addresses = [item["address"] for item in aws.interfaces()]
    assert len(set(addresses)) == 11
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, VpcId=small, SubnetIds=[tiny]))[0] == "InsufficientFreeAddressesInSubnet"


def test_fixed_addresses(ec2: t.Any, aws: AwsEmulator) -> None:
    asked = [{"SubnetId": subnet(aws, "a"), "Ipv4": "127.80.1.77"}]
    create(ec2, aws, "a", SubnetConfigurations=asked)
    assert [item["address"] for item in aws.interfaces()] == ["127.80.1.77"]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, "a", SubnetConfigurations=asked))[0] == "InvalidIPAddress.InUse"
    outside = [{"SubnetId": subnet(aws, "a"), "Ipv4": "127.80.2.77"}]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, "a", SubnetConfigurations=outside))[0] == "InvalidParameterValue"


def test_default_group_where_none_is_given(ec2: t.Any, aws: AwsEmulator) -> None:
    assert [item["GroupId"] for item in create(ec2, aws)["Groups"]] == [aws.seed[REGION]["default_security_group_id"]]


def test_dns_names(ec2: t.Any, aws: AwsEmulator) -> None:
    endpoint = create(ec2, aws)
    suffix = rf"\.vpce-svc-[0-9a-f]{{17}}\.{REGION}\.vpce\.amazonaws\.com"
    names = [item["DnsName"] for item in endpoint["DnsEntries"]]
    label = rf"{endpoint['VpcEndpointId']}-[a-z0-9]{{8}}"
    assert [bool(re.fullmatch(label + zone + suffix, name)) for zone, name in zip(("", f"-{REGION}a", f"-{REGION}b"), names)] == [True] * 3
    assert {item["HostedZoneId"] for item in endpoint["DnsEntries"]} == {"Z7HUB22UULQXV"}


def test_states_after_acceptance(ec2: t.Any, aws: AwsEmulator) -> None:
    aws.switches.pending_reads = 2
    vpce_id = create(ec2, aws)["VpcEndpointId"]
    assert [state(ec2, vpce_id) for _turn in range(3)] == ["pendingAcceptance"] * 3
    aws.accept(vpce_id)
    assert aws.endpoint(REGION, vpce_id)["state"] == "pending"
    assert [state(ec2, vpce_id) for _turn in range(3)] == ["pending", "pending", "available"]
    assert aws.endpoint(None, vpce_id) == {
        "id": vpce_id,
        "account": "123456789012",
        "region": REGION,
        "service_name": aws.services[REGION],
        "state": "available",
    }
    assert aws.endpoint("us-west-2", vpce_id) is None


def test_interfaces_can_wait_for_acceptance(ec2: t.Any, aws: AwsEmulator) -> None:
    aws.switches.interfaces_on_accept = True
    endpoint = create(ec2, aws)
    assert endpoint["NetworkInterfaceIds"] == []
    aws.accept(endpoint["VpcEndpointId"])
    assert len(aws.interfaces()) == 2


def test_a_service_without_acceptance(ec2: t.Any, aws: AwsEmulator) -> None:
    name = aws.add_service(REGION, "open", acceptance_required=False)
    vpce_id = create(ec2, aws, ServiceName=name)["VpcEndpointId"]
    assert [state(ec2, vpce_id), state(ec2, vpce_id)] == ["pending", "available"]


def test_rejection_and_forced_states(ec2: t.Any, aws: AwsEmulator) -> None:
    vpce_id = available(ec2, aws)["VpcEndpointId"]
    aws.reject(vpce_id)
    assert state(ec2, vpce_id) == "rejected"
    aws.set_state(vpce_id, "failed", "no capacity")
    shown = ec2.describe_vpc_endpoints(VpcEndpointIds=[vpce_id])["VpcEndpoints"][0]
    assert (shown["State"], shown["LastError"]["Message"]) == ("failed", "no capacity")
    with pytest.raises(ValueError, match="failed and cannot be accepted"):
        aws.accept(vpce_id)
    with pytest.raises(LookupError, match="vpce-0123"):
        aws.accept("vpce-0123")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"}, "InvalidServiceName", "does not exist"),
        ({"VpcEndpointType": None}, "InvalidParameter", r"Endpoint type (Gateway) does not match available service types ([Interface])."),
        ({"VpcEndpointType": "GatewayLoadBalancer"}, "InvalidParameter", "Endpoint type (GatewayLoadBalancer)"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcId.NotFound", "vpc-0123456789abcdef0"),
        ({"VpcId": "acme"}, "InvalidVpcID.Malformed", "acme"),
        ({"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound", "subnet-0123456789abcdef0"),
        ({"SubnetIds": ["subnet-1"]}, "InvalidSubnetID.Malformed", 'expecting "subnet-..."'),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound", "sg-0123456789abcdef0"),
        ({"SecurityGroupIds": ["default"]}, "InvalidGroupId.Malformed", "default"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter", "Private DNS can't be enabled because the service"),
        ({"IpAddressType": "dualstack"}, "InvalidParameter", "dualstack"),
        ({"ServiceRegion": "us-west-2"}, "InvalidParameter", "us-west-2"),
        ({"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidParameter", "Route table"),
    ],
)
def test_refused_on_creation(ec2: t.Any, aws: AwsEmulator, changes: dict[str, t.Any], code: str, words: str) -> None:
    before = aws.listing()
    got = refusal(ec2.create_vpc_endpoint, **wanted(aws, **changes))
    assert got[0] == code
    assert words in got[1]
    assert aws.listing() == before


def test_zones_of_subnets(ec2: t.Any, aws: AwsEmulator) -> None:
    place = aws.seed[REGION]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, "ac")) == (
        "InvalidParameter",
        f"The VPC endpoint service {place['service_name']} does not support the availability zone of the subnet: {subnet(aws, 'c')}.",
    )
    second = ec2.create_subnet(VpcId=place["vpc_id"], CidrBlock="127.80.9.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, SubnetIds=[subnet(aws, "a"), second]))[0] == "DuplicateSubnetsInSameZone"


def test_subnets_and_groups_of_another_vpc(ec2: t.Any, aws: AwsEmulator) -> None:
    other = ec2.create_vpc(CidrBlock="127.91.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2.create_subnet(VpcId=other, CidrBlock="127.91.1.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="other", Description="d", VpcId=other)["GroupId"]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, SubnetIds=[foreign]))[0] == "InvalidSubnetID.NotFound"
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, SecurityGroupIds=[group]))[0] == "InvalidGroup.NotFound"


def test_a_hidden_service_is_not_there(ec2: t.Any, aws: AwsEmulator) -> None:
    name = aws.services[REGION]
    detail = ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0]
    assert (detail["AcceptanceRequired"], detail["Owner"], detail["SupportedIpAddressTypes"]) == (True, "111122223333", ["ipv4"])
    assert (detail["AvailabilityZones"], detail["AvailabilityZoneIds"]) == ([f"{REGION}a", f"{REGION}b"], ["use1-az6", "use1-az1"])
    assert name in ec2.describe_vpc_endpoint_services()["ServiceNames"]
    aws.hide_service(REGION)
    assert refusal(ec2.describe_vpc_endpoint_services, ServiceNames=[name])[0] == "InvalidServiceName"
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws))[0] == "InvalidServiceName"
    assert name not in ec2.describe_vpc_endpoint_services()["ServiceNames"]
    aws.show_service(REGION)
    assert create(ec2, aws)["State"] == "pendingAcceptance"


def test_a_service_belongs_to_its_region(aws: AwsEmulator) -> None:
    west = client(aws, "ec2", "us-west-2")
    assert refusal(west.describe_vpc_endpoint_services, ServiceNames=[aws.services[REGION]])[0] == "InvalidServiceName"


def test_private_dns_of_a_service_that_has_a_name(ec2: t.Any, aws: AwsEmulator) -> None:
    name = aws.add_service(REGION, "named", private_dns_name="api.example.com")
    endpoint = create(ec2, aws, ServiceName=name, PrivateDnsEnabled=True)
    assert endpoint["PrivateDnsEnabled"] is True
    assert endpoint["DnsEntries"][-1]["DnsName"] == "api.example.com"


def test_client_token(ec2: t.Any, aws: AwsEmulator) -> None:
    first = create(ec2, aws, ClientToken="t1")
    assert create(ec2, aws, ClientToken="t1")["VpcEndpointId"] == first["VpcEndpointId"]
    assert create(ec2, aws, ClientToken="t2")["VpcEndpointId"] != first["VpcEndpointId"]
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws, "a", ClientToken="t1"))[0] == "IdempotentParameterMismatch"
    assert len(aws.listing()["endpoints"]) == 2
    assert len(aws.endpoints_made()) == 2


@pytest.mark.parametrize("outlives", [True, False])
def test_client_token_of_a_deleted_endpoint(ec2: t.Any, aws: AwsEmulator, outlives: bool) -> None:
    aws.switches.token_outlives_endpoint, aws.switches.deleting_reads = outlives, 0
    first = create(ec2, aws, ClientToken="t1")["VpcEndpointId"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
    again = create(ec2, aws, ClientToken="t1")
    assert (again["VpcEndpointId"] == first) is outlives
    assert again["State"] == ("deleted" if outlives else "pendingAcceptance")


def test_a_new_endpoint_can_be_unseen_at_first(ec2: t.Any, aws: AwsEmulator) -> None:
    aws.switches.hidden_reads = 1
    vpce_id = create(ec2, aws)["VpcEndpointId"]
    assert refusal(ec2.describe_vpc_endpoints, VpcEndpointIds=[vpce_id])[0] == "InvalidVpcEndpointId.NotFound"
    assert state(ec2, vpce_id) == "pendingAcceptance"


def test_filters_and_pages(ec2: t.Any, aws: AwsEmulator) -> None:
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "owner", "Value": "acme"}]}]
    tagged = create(ec2, aws, TagSpecifications=tags)["VpcEndpointId"]
    other = create(ec2, aws)["VpcEndpointId"]

    def found(name: str, *values: str) -> list[str]:
        return [item["VpcEndpointId"] for item in ec2.describe_vpc_endpoints(Filters=[{"Name": name, "Values": list(values)}])["VpcEndpoints"]]

    assert found("tag:owner", "acme") == [tagged]
    assert found("vpc-endpoint-state", "available") == []
    assert found("vpc-endpoint-state", "available", "pendingAcceptance") == [tagged, other]
    assert found("service-name", aws.services[REGION]) == [tagged, other]
    assert refusal(ec2.describe_vpc_endpoints, Filters=[{"Name": "colour", "Values": ["red"]}])[0] == "InvalidParameterValue"
    pages = ec2.get_paginator("describe_vpc_endpoints").paginate(PaginationConfig={"PageSize": 1})
    assert [[item["VpcEndpointId"] for item in page["VpcEndpoints"]] for page in pages] == [[tagged], [other]]
