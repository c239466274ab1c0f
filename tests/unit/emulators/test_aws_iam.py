# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of an access key in the emulated AWS: resources, conditions, tags at creation, dry runs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import USER_ACCOUNT, AwsEmulator
from ansible_collections.privatelink.salesforce.tests.emulators.aws.iam import Policy, Question
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, change, client, record, refusal, wanted, zone

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]

HOST = "acme.my.salesforce.com"
ARN = f"arn:aws:ec2:{REGION}:{USER_ACCOUNT}:"
TAGS = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "team", "Value": "crm"}]}]


def policy(*statements: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]}


def limited(aws: AwsEmulator, service: str, *statements: dict[str, t.Any]) -> t.Any:
    aws.allow_only("AKIALIMITED", policy(*statements))
    return client(aws, service, aws_access_key_id="AKIALIMITED")


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "context", "allowed"),
    [
        ({}, {}, True),
        ({"StringEquals": {"k": "a"}}, {"k": ["a"]}, True),
        ({"StringEquals": {"k": "a"}}, {"K": ["b"]}, False),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEquals": {"k": "a*"}}, {"k": ["ab"]}, False),
        ({"StringLike": {"k": ["x", "a*"]}}, {"k": ["ab"]}, True),
        ({"StringLike": {"k": "a.b"}}, {"k": ["aXb"]}, False),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringNotEquals": {"k": "a"}}, {"k": ["a"]}, False),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "b"]}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "c"]}, False),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {}, True),
        ({"ForAllValues:StringEquals": {"k": "a"}, "Null": {"k": "false"}}, {}, False),
        ({"ForAnyValue:StringLike": {"k": "a*"}}, {"k": ["x", "ab"]}, True),
        ({"Null": {"k": "true"}}, {}, True),
    ],
)
def test_conditions(condition: dict[str, t.Any], context: dict[str, list[str]], allowed: bool) -> None:
    assert Policy(policy({"Action": "ec2:*", "Condition": condition})).allows(Question("ec2:CreateTags", "*", context)) is allowed


def test_an_allow_is_needed_and_a_deny_wins() -> None:
    rules = Policy(
        policy({"Action": "ec2:describe*"}, {"Action": ["ec2:DeleteTags"], "Resource": f"{ARN}subnet/*"}),
        policy({"Effect": "Deny", "Action": "ec2:DescribeVpcs"}),
    )
    assert rules.allows(Question("ec2:DescribeSubnets"))
    assert not rules.allows(Question("ec2:DescribeVpcs"))
    assert rules.allows(Question("ec2:DeleteTags", f"{ARN}subnet/subnet-1"))
    assert not rules.allows(Question("ec2:DeleteTags", f"{ARN}vpc/vpc-1"))
    assert not Policy().allows(Question("ec2:DescribeVpcs"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"Action": "ec2:*", "Condition": {"StringEqual": {"k": "a"}}},
        {"Action": "ec2:*", "Condition": {"ForEach:StringEquals": {"k": "a"}}},
        {"Action": "ec2:*", "Conditions": {}},
        {"NotAction": "ec2:*"},
        {"Action": "ec2:*", "Effect": "allow"},
    ],
)
def test_what_is_not_understood_is_an_error(wrong: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match=r"needs Effect|not understood"):
        Policy(policy(wrong))


# -- calls -------------------------------------------------------------------------------------------------------------


def test_other_keys_are_not_limited_and_a_reset_forgets(ec2: t.Any, aws: AwsEmulator) -> None:
    nobody = limited(aws, "ec2")
    code, message = refusal(nobody.describe_vpcs)
    assert (code, "user/AKIALIMITED is not authorized to perform: ec2:DescribeVpcs because" in message) == ("UnauthorizedOperation", True)
    assert ec2.describe_vpcs()["Vpcs"]
    assert client(aws, "sts", aws_access_key_id="AKIALIMITED").get_caller_identity()["Account"] == USER_ACCOUNT
    aws.reset()
    assert nobody.describe_vpcs()["Vpcs"]


def test_an_endpoint_asks_for_each_resource_and_for_its_tags(aws: AwsEmulator) -> None:
    vpc, made = {"Resource": [f"{ARN}vpc/{aws.seed[REGION]['vpc_id']}", f"{ARN}subnet/*"]}, {"Resource": f"{ARN}vpc-endpoint/*"}
    create, tag = {"Action": "ec2:CreateVpcEndpoint"}, {"Action": "ec2:CreateTags", **made}
    asked = wanted(aws, TagSpecifications=TAGS)

    def answer(*statements: dict[str, t.Any]) -> tuple[str, str]:
        return refusal(limited(aws, "ec2", *statements).create_vpc_endpoint, DryRun=True, **asked)

    assert f"ec2:CreateVpcEndpoint on resource: {ARN}vpc-endpoint/*" in answer({**create, **vpc})[1]
    assert f"on resource: {ARN}vpc/" in answer({**create, **made}, tag)[1]
    assert f"ec2:CreateTags on resource: {ARN}vpc-endpoint/*" in answer({**create, **vpc}, {**create, **made})[1]
    here = {"StringEquals": {"ec2:CreateAction": "CreateVpcEndpoint", "aws:RequestTag/team": "crm"}}
    narrow = {"StringEquals": {"aws:RequestTag/team": "crm", "ec2:VpceServiceName": aws.seed[REGION]["service_name"]}}
    allowed = [{**create, **vpc}, {**create, **made, "Condition": narrow}, {**tag, "Condition": here}]
    assert answer(*allowed)[0] == "DryRunOperation"
    assert answer(*allowed[:2], {**tag, "Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}}})[0] == "UnauthorizedOperation"
    assert limited(aws, "ec2", *allowed).create_vpc_endpoint(**asked)["VpcEndpoint"]["State"] == "pendingAcceptance"


@pytest.mark.parametrize("call", ["delete_vpc_endpoints", "delete_security_group", "authorize_security_group_ingress", "create_tags"])
def test_existing_resources_are_known_by_their_tags(ec2: t.Any, aws: AwsEmulator, call: str) -> None:
    group_tags = [{**TAGS[0], "ResourceType": "security-group"}]
    endpoints, groups = [], []
    for tags in (True, False):
        more = {"TagSpecifications": TAGS} if tags else {}
        endpoints.append(ec2.create_vpc_endpoint(**wanted(aws, **more))["VpcEndpoint"]["VpcEndpointId"])
        more = {"TagSpecifications": group_tags} if tags else {}
        groups.append(ec2.create_security_group(GroupName=f"g{tags}", Description="g", VpcId=aws.seed[REGION]["vpc_id"], **more)["GroupId"])
    rule = {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}]}
    arguments: dict[str, t.Callable[[int], dict[str, t.Any]]] = {
        "delete_vpc_endpoints": lambda which: {"VpcEndpointIds": [endpoints[which]]},
        "delete_security_group": lambda which: {"GroupId": groups[which]},
        "authorize_security_group_ingress": lambda which: {"GroupId": groups[which], **rule},
        "create_tags": lambda which: {"Resources": [endpoints[which]], "Tags": [{"Key": "a", "Value": "b"}]},
    }
    mine = limited(aws, "ec2", {"Action": "ec2:*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "crm"}}})
    assert refusal(getattr(mine, call), DryRun=True, **arguments[call](0))[0] == "DryRunOperation"
    assert refusal(getattr(mine, call), DryRun=True, **arguments[call](1))[0] == "UnauthorizedOperation"


def test_subnets_and_groups_are_known_by_their_vpc_where_aws_offers_it(ec2: t.Any, aws: AwsEmulator) -> None:
    place = aws.seed[REGION]
    endpoint = ec2.create_vpc_endpoint(**wanted(aws, "a"))["VpcEndpoint"]["VpcEndpointId"]
    change_it = {"VpcEndpointId": endpoint, "AddSubnetIds": place["subnet_ids"][1:2], "AddSecurityGroupIds": [place["default_security_group_id"]]}

    def answer(vpc_id: str) -> str:
        there = {"Action": "ec2:ModifyVpcEndpoint", "Condition": {"StringEquals": {"ec2:Vpc": f"{ARN}vpc/{vpc_id}"}}}
        mine = limited(aws, "ec2", {"Action": "ec2:ModifyVpcEndpoint", "Resource": f"{ARN}vpc-endpoint/*"}, there)
        return refusal(mine.modify_vpc_endpoint, DryRun=True, **change_it)[0]

    assert (answer(place["vpc_id"]), answer("vpc-0123456789abcdef0")) == ("DryRunOperation", "UnauthorizedOperation")


def test_private_zones_can_be_limited_to_a_vpc(aws: AwsEmulator) -> None:
    vpc_id = aws.seed[REGION]["vpc_id"]
    only = {"Null": {"route53:VPCs": "false"}, "ForAllValues:StringEquals": {"route53:VPCs": f"VPCId={vpc_id},VPCRegion={REGION}"}}
    statement = {"Action": ["route53:CreateHostedZone", "route53:ListHostedZonesByVPC"], "Condition": only}
    route53 = limited(aws, "route53", statement)
    here, there = ({"VPCRegion": region, "VPCId": aws.seed[region]["vpc_id"]} for region in (REGION, "us-west-2"))
    assert "ec2:DescribeVpcs" in refusal(route53.list_hosted_zones_by_vpc, **here)[1]
    route53 = limited(aws, "route53", statement, {"Action": "ec2:DescribeVpcs"})
    assert "route53:CreateHostedZone" in refusal(route53.create_hosted_zone, Name=HOST, CallerReference="1")[1]
    assert refusal(route53.create_hosted_zone, Name=HOST, CallerReference="1", VPC=there)[0] == "AccessDenied"
    route53.create_hosted_zone(Name=HOST, CallerReference="1", VPC=here)
    assert [item["Name"] for item in route53.list_hosted_zones_by_vpc(**here)["HostedZoneSummaries"]] == [f"{HOST}."]
    assert refusal(route53.list_hosted_zones_by_vpc, **there)[0] == "AccessDenied"


def test_records_can_be_limited_by_name_type_and_action(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    keys = {"NormalizedRecordNames": HOST, "RecordTypes": "A", "Actions": "UPSERT"}
    condition = {"ForAllValues:StringEquals": {f"route53:ChangeResourceRecordSets{key}": value for key, value in keys.items()}}
    mine = limited(
        aws, "route53", {"Action": "route53:ChangeResourceRecordSets", "Resource": f"arn:aws:route53:::hostedzone/{zone_id}", "Condition": condition}
    )
    change(mine, zone_id, record("UPSERT", HOST, "A", "10.0.0.1"))
    for denied in (record("DELETE", HOST, "A", "10.0.0.1"), record("UPSERT", f"x.{HOST}", "A", "10.0.0.1"), record("UPSERT", HOST, "TXT", '"x"')):
        arguments = {"HostedZoneId": zone_id, "ChangeBatch": {"Changes": [denied]}}
        assert f"on resource: arn:aws:route53:::hostedzone/{zone_id}" in refusal(mine.change_resource_record_sets, **arguments)[1]
