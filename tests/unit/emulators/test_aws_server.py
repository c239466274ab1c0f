# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AWS as a server: calls are counted, fail on demand, are denied, and run over TLS and kept connections."""

from __future__ import annotations

import socket
import ssl
import time
import typing as t

import boto3
import pytest
import trustme
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.emulators.control import Control
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import ONCE, REGION, client, create, refusal, wanted, zone

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]


def test_calls_are_counted(ec2: t.Any, route53: t.Any, aws: AwsEmulator, control: Control) -> None:
    create(ec2, aws)
    zone(route53, aws, "acme.my.salesforce.com")
    route53.list_hosted_zones()
    refusal(ec2.describe_vpc_endpoints, VpcEndpointIds=["vpce-0123456789abcdef0"])
    client(aws, "sts").get_caller_identity()
    assert [(call.service, call.action, call.write, call.status, call.note) for call in control.calls] == [
        ("aws", "ec2.CreateVpcEndpoint", True, 200, None),
        ("aws", "route53.CreateHostedZone", True, 201, None),
        ("aws", "route53.ListHostedZones", False, 200, None),
        ("aws", "ec2.DescribeVpcEndpoints", False, 400, "InvalidVpcEndpointId.NotFound"),
        ("aws", "sts.GetCallerIdentity", False, 200, None),
    ]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 503}, "RequestLimitExceeded"),
        ({"status": 400, "body": {"code": "VpcEndpointLimitExceeded", "message": "No more <endpoints>"}}, "VpcEndpointLimitExceeded"),
        ({"status": 500}, "InternalError"),
    ],
)
def test_status_fault_of_ec2(ec2: t.Any, aws: AwsEmulator, control: Control, fault: dict[str, t.Any], code: str) -> None:
    control.add_fault(kind="status", action="ec2.Create*", **fault)
    with pytest.raises(ClientError) as caught:
        create(ec2, aws)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == fault["status"]
    assert aws.listing()["endpoints"] == []
    create(ec2, aws)


def test_status_fault_of_route53(route53: t.Any, control: Control) -> None:
    control.add_fault(kind="status", action="route53.*", status=400, body={"code": "PriorRequestNotComplete", "message": "wait"})
    assert refusal(route53.list_hosted_zones) == ("PriorRequestNotComplete", "wait")
    control.add_fault(kind="status", action="route53.*", status=400)
    assert refusal(route53.list_hosted_zones) == ("Throttling", "Rate exceeded")


def test_reset_has_no_effect(ec2: t.Any, aws: AwsEmulator, control: Control) -> None:
    control.add_fault(kind="reset", action="ec2.CreateVpcEndpoint")
    with pytest.raises(ConnectionClosedError):
        create(ec2, aws)
    assert aws.listing()["endpoints"] == []


def test_lost_answer_has_its_effect(ec2: t.Any, aws: AwsEmulator, control: Control) -> None:
    control.add_fault(kind="lost_answer", action="ec2.CreateVpcEndpoint")
    with pytest.raises(ConnectionClosedError):
        create(ec2, aws, ClientToken="t")
    assert len(aws.listing()["endpoints"]) == 1
    assert create(ec2, aws, ClientToken="t")["VpcEndpointId"] == aws.listing()["endpoints"][0]["id"]


def test_truncate_has_its_effect(ec2: t.Any, aws: AwsEmulator, control: Control) -> None:
    control.add_fault(kind="truncate", action="ec2.CreateVpcEndpoint")
    with pytest.raises(ResponseParserError, match="invalid XML"):
        create(ec2, aws)
    assert len(aws.listing()["endpoints"]) == 1


def test_delay(ec2: t.Any, control: Control) -> None:
    control.add_fault(kind="delay", action="ec2.DescribeVpcs", seconds=0.3)
    began = time.monotonic()
    assert ec2.describe_vpcs()["Vpcs"]
    assert time.monotonic() - began >= 0.3


def test_expired_credentials(ec2: t.Any, route53: t.Any, control: Control) -> None:
    control.add_fault(kind="expire_token", times=2)
    assert refusal(ec2.describe_vpcs)[0] == "RequestExpired"
    assert refusal(route53.list_hosted_zones)[0] == "ExpiredToken"


def test_denied_actions(ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    aws.deny("ec2:CreateVpcEndpoint", "route53:Change*")
    code, message = refusal(ec2.create_vpc_endpoint, **wanted(aws))
    assert code == "UnauthorizedOperation"
    assert "is not authorized to perform: ec2:CreateVpcEndpoint" in message
    zone_id = zone(route53, aws, "acme.my.salesforce.com")
    tag = {"ResourceType": "hostedzone", "ResourceId": zone_id, "AddTags": [{"Key": "a", "Value": "b"}]}
    code, message = refusal(route53.change_tags_for_resource, **tag)
    assert code == "AccessDenied"
    assert "route53:ChangeTagsForResource" in message
    aws.allow("ec2:CreateVpcEndpoint")
    create(ec2, aws)
    aws.allow()
    route53.change_tags_for_resource(**tag)
    assert aws.listing()["zones"][0]["tags"] == {"a": "b"}


def test_tags_at_creation_need_a_permission_of_their_own(ec2: t.Any, aws: AwsEmulator) -> None:
    aws.deny("ec2:CreateTags")
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "a", "Value": "b"}]}]
    assert "ec2:CreateTags" in refusal(ec2.create_vpc_endpoint, **wanted(aws, TagSpecifications=tags))[1]
    create(ec2, aws)


def test_dry_run_does_nothing(ec2: t.Any, aws: AwsEmulator) -> None:
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws), DryRun=True)[0] == "DryRunOperation"
    assert aws.listing()["endpoints"] == []
    aws.deny("ec2:CreateVpcEndpoint")
    assert refusal(ec2.create_vpc_endpoint, **wanted(aws), DryRun=True)[0] == "UnauthorizedOperation"


def test_what_is_not_emulated_says_so(ec2: t.Any) -> None:
    code, message = refusal(ec2.describe_vpc_endpoint_connections)
    assert code == "InvalidAction"
    assert "DescribeVpcEndpointConnections" in message


def test_unsigned_requests_are_refused(aws: AwsEmulator, control: Control) -> None:
    host, port = aws.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST /moto-api/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"MissingAuthenticationToken" in answer
    assert control.calls == []


def test_a_connection_serves_many_quick_calls(ec2: t.Any, aws: AwsEmulator) -> None:
    ec2.describe_vpc_endpoints()
    began = time.monotonic()
    for _turn in range(40):
        ec2.describe_vpc_endpoints()
    assert (time.monotonic() - began) / 40 < 0.05  # about 0.004 s on a quiet machine


def test_seed_and_reset(ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    before, seed = aws.listing(), aws.seed
    assert [place["vpc_cidr"] for place in seed.values()] == ["127.80.0.0/16", "127.81.0.0/16", "127.82.0.0/16"]
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        got = ec2.describe_vpc_attribute(VpcId=seed[REGION]["vpc_id"], Attribute=name)
        assert got[name[0].upper() + name[1:]] == {"Value": True}
    create(ec2, aws)
    zone(route53, aws, "acme.my.salesforce.com")
    aws.switches.pending_reads = 9
    aws.deny("*")
    assert aws.listing() != before
    aws.reset()
    assert (aws.listing(), aws.seed, aws.switches.pending_reads) == (before, seed, 1)
    zone(route53, aws, "acme.my.salesforce.com")  # the caller reference is free again


def test_listeners_hear_of_changes_before_the_answer(ec2: t.Any, aws: AwsEmulator) -> None:
    heard: list[int] = []
    aws.on_change(lambda: heard.append(len(aws.interfaces())))
    create(ec2, aws)
    assert heard[-1] == 2
    ec2.describe_vpcs()
    assert len(heard) == 1


def test_a_misspelt_switch_is_an_error(aws: AwsEmulator) -> None:
    with pytest.raises(AttributeError):
        aws.switches.pending_read = 1


def test_only_one_runs_at_a_time(aws: AwsEmulator) -> None:
    with pytest.raises(RuntimeError, match="stop that one first"):
        AwsEmulator(Control()).start()


def test_tls(running: tuple[Control, AwsEmulator], tmp_path: t.Any) -> None:
    running[1].stop()
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secure = AwsEmulator(Control(), regions=(REGION,), tls=context)
    secure.start()
    try:
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret", "config": ONCE}
        ec2 = boto3.client("ec2", region_name=REGION, endpoint_url=secure.url, verify=str(tmp_path / "ca.pem"), **keys)
        assert ec2.describe_vpcs()["Vpcs"]
        assert secure.url.startswith("https://")
        assert len(secure.seed) == 1
    finally:
        secure.stop()
        running[1].start()
