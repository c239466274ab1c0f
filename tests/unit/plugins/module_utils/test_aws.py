# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of AWS against recorded answers: errors that name action, code and words, all pages, and answers in plain shapes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _aws
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import Aws, AwsError
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError

stub = pytest.importorskip("botocore.stub")
REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")


@pytest.fixture(scope="module")
def one() -> Aws:
    """A client takes half a second to make, so they are shared."""
    return Aws({"region": REGION, "access_key": "test", "secret_key": "a secret"})


@pytest.fixture
def recorded(one: Aws) -> t.Iterator[t.Callable[..., t.Any]]:
    """Gives the stubber of a service's client."""
    made: dict[str, t.Any] = {}

    def stubber(service: str = "ec2") -> t.Any:
        if service not in made:
            made[service] = stub.Stubber(one.client(service))
            made[service].activate()
        return made[service]

    yield stubber
    for item in made.values():
        item.deactivate()
        item.assert_no_pending_responses()


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(one: Aws, recorded: t.Callable[..., t.Any]) -> t.Callable[..., AwsError]:
    def call(service: str, operation: str, code: str, words: str, **request: t.Any) -> AwsError:
        recorded(service).add_client_error(operation, code, words)
        with pytest.raises(AwsError) as raised:
            one.call(service, operation, **request)
        return raised.value

    return call


def test_an_error_names_action_region_code_and_words(failed: t.Callable[..., AwsError]) -> None:
    error = failed("ec2", "describe_vpcs", "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist", VpcIds=["vpc-1"])
    assert error.message == f"AWS refused ec2:DescribeVpcs in {REGION}: InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist"
    assert (error.code, error.details["aws_message"], error.details["action"]) == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-1' does not exist",
        "ec2:DescribeVpcs",
    )
    assert "Allow the action" not in error.message


def test_the_action_is_spelt_as_iam_spells_it(failed: t.Callable[..., AwsError]) -> None:
    error = failed("route53", "list_hosted_zones_by_vpc", "AccessDenied", "no", VPCId="vpc-1", VPCRegion=REGION)
    assert error.message.endswith("Allow the action route53:ListHostedZonesByVPC to these credentials")


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"])
@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("You are not authorized to perform this operation.", "ec2:CreateVpcEndpoint"),
        ("User: arn:aws:iam::1:user/u is not authorized to perform: ec2:CreateTags on resource: x", "ec2:CreateTags"),
        ("is not authorized to perform: route53-recovery:GetX because", "route53-recovery:GetX"),
    ],
)
def test_a_denial_names_what_is_to_be_allowed(code: str, words: str, action: str, failed: t.Callable[..., AwsError]) -> None:
    error = failed("ec2", "create_vpc_endpoint", code, words, VpcId="vpc-1", ServiceName="s")
    assert error.denied_action == action
    assert f"Allow the action {action} to these credentials" in error.message


def test_no_answer_is_told_with_the_action(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    aws = Aws({"region": REGION, "access_key": "test", "secret_key": "a secret", "endpoint_url": "http://127.0.0.1:1"})
    with pytest.raises(PrivateConnectError) as raised:
        aws.call("ec2", "describe_vpcs")
    assert raised.value.message.startswith(f"ec2:DescribeVpcs in {REGION} got no answer: ")
    assert "a secret" not in raised.value.message


def test_what_never_was_sent_is_no_missing_answer() -> None:
    aws = Aws({"region": REGION, "access_key": "test", "secret_key": "test", "endpoint_url": "http://127.0.0.1:1"})
    with pytest.raises(PrivateConnectError) as raised:
        aws.call("ec2", "create_tags", Resources=["sg-1"], Tags=[{"Key": "CostCentre", "Value": 4711}])
    assert raised.value.message.startswith(f"ec2:CreateTags in {REGION} could not be asked: Parameter validation failed")


def test_credentials_that_are_missing_and_a_profile_that_is_not_there() -> None:
    with pytest.raises(PrivateConnectError, match="No AWS credentials: give profile"):
        Aws({"region": REGION}).call("ec2", "describe_vpcs")
    with pytest.raises(InputError, match="nobody"):
        Aws({"region": REGION, "profile": "nobody"}).client("ec2")


def test_the_region_is_an_option_or_the_environments_and_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="region is missing"):
        Aws({})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert Aws({}).region == "us-east-1"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert Aws({}).region == "us-west-2"
    assert Aws({"region": REGION}).region == REGION


def test_a_profile_comes_before_keys_that_the_environment_filled_in(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    file = tmp_path / "credentials"
    file.write_text("[work]\naws_access_key_id = of-the-profile\naws_secret_access_key = x\n", encoding="ascii")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    options = {"region": REGION, "profile": "work", "access_key": "of-the-environment", "secret_key": "y"}
    assert Aws(options)._new_session().get_credentials().access_key == "of-the-profile"
    assert Aws({**options, "profile": None})._new_session().get_credentials().access_key == "of-the-environment"


# -- pages -----------------------------------------------------------------------------------------------------------


def test_every_page_is_read(one: Aws, recorded: t.Callable[..., t.Any]) -> None:
    recorded().add_response("describe_vpc_endpoints", {"VpcEndpoints": [{"VpcEndpointId": "a"}], "NextToken": "2"}, {})
    recorded().add_response("describe_vpc_endpoints", {"VpcEndpoints": [{"VpcEndpointId": "b"}]}, {"NextToken": "2"})
    assert [item["VpcEndpointId"] for item in one.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints")] == ["a", "b"]


def test_every_page_of_records_is_read_though_their_mark_has_three_parts(one: Aws, recorded: t.Callable[..., t.Any]) -> None:
    more = {"IsTruncated": True, "NextRecordName": "b.", "NextRecordType": "A"}
    for name, truncated, request in (("a.", more, {}), ("b.", {"IsTruncated": False}, {"StartRecordName": "b.", "StartRecordType": "A"})):
        answer = {"ResourceRecordSets": [{"Name": name, "Type": "A"}], "MaxItems": "1", **truncated}
        recorded("route53").add_response("list_resource_record_sets", answer, {"HostedZoneId": "Z1", **request})
    assert [item["Name"] for item in one.pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId="Z1")] == ["a.", "b."]


def test_every_page_is_read_where_botocore_has_no_paginator(one: Aws, recorded: t.Callable[..., t.Any]) -> None:
    assert not one.client("route53").can_paginate("list_hosted_zones_by_vpc")
    query = {"VPCId": "vpc-1", "VPCRegion": REGION}
    for name, more, request in (("a", {"NextToken": "2"}, {}), ("b", {}, {"NextToken": "2"})):
        answer = {"HostedZoneSummaries": [{"HostedZoneId": name, "Name": name, "Owner": {}}], "MaxItems": "1", **more}
        recorded("route53").add_response("list_hosted_zones_by_vpc", answer, {**query, **request})
    assert [item["Name"] for item in one.pages("route53", "list_hosted_zones_by_vpc", "HostedZoneSummaries", **query)] == ["a", "b"]


def test_an_error_on_a_later_page_is_told(one: Aws, recorded: t.Callable[..., t.Any]) -> None:
    recorded().add_response("describe_subnets", {"Subnets": [], "NextToken": "2"}, {})
    recorded().add_client_error("describe_subnets", "RequestLimitExceeded", "slower")
    with pytest.raises(AwsError, match=r"ec2:DescribeSubnets .*RequestLimitExceeded: slower"):
        one.pages("ec2", "describe_subnets", "Subnets")


# -- shapes ----------------------------------------------------------------------------------------------------------


def test_an_endpoint_is_sorted_and_tolerant() -> None:
    raw = {
        "VpcEndpointId": "vpce-1", "State": "Available", "SubnetIds": ["b", "a"], "Groups": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}],
        "DnsEntries": [{"DnsName": "VPCE-1-x-zone.example.", "HostedZoneId": "Z"}, {"DnsName": "vpce-1-x.example"}, {}], "Tags": [{"Key": "k", "Value": "v"}],
        "LastError": {"Code": "C", "Message": "M"},
    }  # fmt: skip
    shaped = _aws.endpoint(raw)
    assert (shaped["subnet_ids"], shaped["security_group_ids"], shaped["tags"], shaped["last_error"]) == (["a", "b"], ["sg-1", "sg-2"], {"k": "v"}, "C: M")
    # The regional name is the shortest, and comes first.
    assert [entry["dns_name"] for entry in shaped["dns_entries"]] == ["vpce-1-x.example", "vpce-1-x-zone.example"]
    assert _aws.is_live(shaped)
    bare = _aws.endpoint({"VpcEndpointId": "vpce-2", "State": "deleted", "FailureReason": "why"})
    assert (bare["subnet_ids"], bare["private_dns_enabled"], bare["last_error"], _aws.is_live(bare)) == ([], False, "why", False)


def test_addresses_are_in_numeric_order_each_once() -> None:
    assert _aws.sorted_addresses([{"address": item} for item in ("10.0.10.1", "10.0.9.1", None, "10.0.9.1")]) == ["10.0.9.1", "10.0.10.1"]


def test_ingress_is_one_item_for_each_source() -> None:
    raw = {
        "GroupId": "sg-1",
        "IpPermissions": [
            {
                "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.1.0.0/16", "Description": "d"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "UserIdGroupPairs": [{"GroupId": "sg-9"}], "PrefixListIds": [{"PrefixListId": "pl-1"}],
            },
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]},
        ],
    }  # fmt: skip
    ingress = _aws.security_group(raw)["ingress"]
    assert [item["source"] for item in ingress] == ["10.0.0.0/16", "10.1.0.0/16", "::/0", "pl-1", "sg-9"]
    assert (ingress[0]["protocol"], ingress[0]["from_port"], ingress[1]["description"]) == ("-1", None, "d")


def test_records_compare_equal_however_route_53_spells_them() -> None:
    plain = _aws.record({"Name": "\\052.ACME.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.2"}, {"Value": "10.0.0.1"}]})
    assert plain == {"name": "*.acme.example", "type": "A", "ttl": 60, "values": ["10.0.0.1", "10.0.0.2"], "alias": None, "set_identifier": None}
    alias = _aws.record({"Name": "a.", "Type": "A", "AliasTarget": {"DNSName": "VPCE-1.example.", "HostedZoneId": "Z"}, "SetIdentifier": "one"})
    assert (alias["alias"], alias["set_identifier"]) == ({"dns_name": "vpce-1.example", "hosted_zone_id": "Z"}, "one")


def test_a_tag_whose_value_is_null_is_to_be_absent() -> None:
    assert _aws.differing_tags({"a": "1", "b": "2"}, {"a": "1", "b": None, "c": None, "d": "4"}) == {"b": None, "d": "4"}
    assert _aws.given_tags({"a": "1", "b": None}) == {"a": "1"}
    assert _aws.boto_tags({"b": "2", "a": "1"}) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
