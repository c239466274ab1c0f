# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that are held, faults that meet a share of the calls, and the witness of names that lead nowhere."""

from __future__ import annotations

import concurrent.futures
import time
import typing as t

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ansible_collections.privatelink.salesforce.tests.emulators.client import ControlError, EmulatorClient
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

REGION = "us-east-1"
NAME = "Acme"


@pytest.fixture(scope="module")
def rig() -> t.Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.fixture
def client(rig: Rig) -> EmulatorClient:
    rig.reset()
    return rig.client


def aws(client: EmulatorClient, service: str) -> t.Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
    return boto3.client(service, region_name=REGION, endpoint_url=client.ready["aws"]["url"], config=once, **keys)


def make_group(ec2: t.Any, client: EmulatorClient, name: str) -> str:
    return ec2.create_security_group(GroupName=name, Description=name, VpcId=client.ready["aws"]["regions"][REGION]["vpc_id"])["GroupId"]


def groups(client: EmulatorClient) -> set[str]:
    return {item["name"] for item in client.state()["aws"]["security_groups"]}


def until_held(client: EmulatorClient) -> dict[str, t.Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if client.held():
            return client.held()[0]
    raise AssertionError("nothing is held")


@pytest.mark.parametrize(("after", "drop", "there_meanwhile", "there_at_the_end"), [
    (False, False, False, True),
    (False, True, False, False),
    (True, False, True, True),
])  # fmt: skip
def test_a_call_is_held_before_or_after_its_effect(client: EmulatorClient, after: bool, drop: bool, there_meanwhile: bool, there_at_the_end: bool) -> None:
    ec2 = aws(client, "ec2")
    client.add_fault("hold", "aws", "ec2.CreateSecurityGroup", after=after)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(make_group, ec2, client, "held")
        held = until_held(client)
        assert (held["action"], held["after"]) == ("ec2.CreateSecurityGroup", after)
        assert ("held" in groups(client)) is there_meanwhile
        client.release(held["number"], drop=drop)
        if drop:
            with pytest.raises(BotoCoreError):
                job.result(10)
        else:
            assert job.result(10).startswith("sg-")
    assert ("held" in groups(client)) is there_at_the_end
    assert client.held() == []


def test_a_reset_lets_nobody_wait(client: EmulatorClient) -> None:
    client.add_fault("hold", "aws", "ec2.CreateSecurityGroup")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(make_group, aws(client, "ec2"), client, "held")
        until_held(client)
        client.reset()
        with pytest.raises(BotoCoreError):
            job.result(10)
    assert "held" not in groups(client)


def test_what_is_not_held_cannot_be_released(client: EmulatorClient) -> None:
    with pytest.raises(ControlError, match="call 7 is not held"):
        client.release(7)


def test_a_share_of_the_calls(rig: Rig, client: EmulatorClient) -> None:
    def drawn(seed: int) -> list[bool]:
        rig.control.clear()
        rig.control.add_fault(kind="status", service="x", share=0.3, seed=seed, times=None)
        return [rig.control.begin("x", "y", method="GET", path="/", write=False)[1] is not None for _call in range(1000)]

    assert 250 < sum(drawn(1)) < 350
    assert drawn(1) == drawn(1) != drawn(2)


def test_only_writes(rig: Rig, client: EmulatorClient) -> None:
    rig.control.add_fault(kind="status", write=True, skip=1)
    met = [rig.control.begin("x", "y", method="GET", path="/", write=write)[1] is not None for write in (False, True, False, True, True)]
    assert met == [False, False, False, True, False]


def mapped(client: EmulatorClient) -> tuple[t.Any, str, str]:
    """An endpoint whose connection is Ready, and a zone that leads the org's name to it; returns Route 53, the zone and the endpoint."""
    ec2, route53, place = aws(client, "ec2"), aws(client, "route53"), client.ready["aws"]["regions"][REGION]
    request = {"VpcId": place["vpc_id"], "ServiceName": place["service_name"], "SubnetIds": place["subnet_ids"][:1]}
    endpoint = ec2.create_vpc_endpoint(VpcEndpointType="Interface", **request)["VpcEndpoint"]["VpcEndpointId"]
    client.create(NAME, region=REGION, vpc_endpoint_id=endpoint)
    client.provision(NAME)
    client.sync(NAME)
    while ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"] != "available":
        continue
    host = client.ready["orgs"]["acme"]["host"]
    zone = route53.create_hosted_zone(Name=host, CallerReference="z", VPC={"VPCRegion": REGION, "VPCId": place["vpc_id"]})["HostedZone"]["Id"]
    return route53, zone.rpartition("/")[2], endpoint


def point(client: EmulatorClient, route53: t.Any, zone: str, address: str) -> None:
    record = {"Name": client.ready["orgs"]["acme"]["host"], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]})


def test_the_witness_tells_of_the_call_that_misleads(client: EmulatorClient) -> None:
    route53, zone, endpoint = mapped(client)
    good = next(item["addresses"][0] for item in client.state()["aws"]["endpoints"] if item["id"] == endpoint)
    point(client, route53, zone, good)
    assert client.misled() == []
    point(client, route53, zone, "127.80.1.99")
    assert [(item["action"], item["address"]) for item in client.misled()] == [("aws route53.ChangeResourceRecordSets", "127.80.1.99")]
    point(client, route53, zone, good)
    client.clear_misled()
    aws(client, "ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert [item["action"] for item in client.misled()] == ["aws ec2.DeleteVpcEndpoints"]


def test_what_people_do_in_setup_is_nobodys_fault(client: EmulatorClient) -> None:
    route53, zone, endpoint = mapped(client)
    point(client, route53, zone, next(item["addresses"][0] for item in client.state()["aws"]["endpoints"] if item["id"] == endpoint))
    client.teardown(NAME)
    aws(client, "ec2").describe_vpcs()
    assert client.misled() == []
