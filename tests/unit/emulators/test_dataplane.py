# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private path: which connections it carries to an org, and which it ends at once."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import typing as t

import pytest
import trustme

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.emulators.control import Control
from ansible_collections.privatelink.salesforce.tests.emulators.dataplane import DataPlane
from ansible_collections.privatelink.salesforce.tests.emulators.web import HttpServer, Request, Response
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, available, create, state, subnet

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]

HOST = "acme.my.salesforce.com"
SOURCE = "198.51.100.7"
OPEN = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "127.80.0.0/16"}]}]
HANG_UP = (ConnectionError, http.client.HTTPException)


class Org:
    """A server that answers with the address it sees, and a plane that leads to it."""

    def __init__(self, plane: DataPlane, host: str = HOST, tls: ssl.SSLContext | None = None) -> None:
        self.plane = plane
        self.ready = True
        self.name = host
        self.server = HttpServer(self._answer, tls=tls)
        self.server.start()
        plane.route(host, ("127.0.0.1", self.server.port), lambda _vpce_id: self.ready, lambda _vpce_id: SOURCE)

    def _answer(self, request: Request) -> Response:
        return Response.text(f"{self.name} sees {self.plane.source_of(request.peer[1])} send {len(request.body)}{' ' * 2000}")


@pytest.fixture
def plane(aws: AwsEmulator, control: Control) -> t.Iterator[DataPlane]:
    plane = DataPlane(control, aws)
    plane.start()
    yield plane
    plane.stop()


@pytest.fixture
def org(plane: DataPlane) -> t.Iterator[Org]:
    org = Org(plane)
    yield org
    org.server.stop()


@pytest.fixture
def group(ec2: t.Any, aws: AwsEmulator) -> str:
    made = ec2.create_security_group(GroupName="link", Description="d", VpcId=aws.seed[REGION]["vpc_id"])["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=OPEN)
    return made


def get(plane: DataPlane, address: str, body: bytes = b"", host: str = HOST, source: str | None = None) -> str:
    connection = http.client.HTTPConnection(address, plane.port, timeout=5, source_address=(source, 0) if source else None)
    try:
        connection.request("POST", "/", body, {"Host": host})
        return connection.getresponse().read().decode().strip()
    finally:
        connection.close()


def addresses(aws: AwsEmulator) -> list[str]:
    return [item["address"] for item in aws.interfaces()]


def test_every_address_carries_traffic(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, control: Control, group: str) -> None:
    available(ec2, aws, SecurityGroupIds=[group])
    assert len(addresses(aws)) == 2
    for address in addresses(aws):
        assert get(plane, address, b"x" * 300_000) == f"{HOST} sees {SOURCE} send 300000"
    assert control.count("dataplane") == 2
    assert {call.note.split(" to ")[1] for call in control.calls if call.service == "dataplane"} == {HOST}
    assert plane.source_of(1) is None


def test_refused_until_both_sides_are_ready(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, control: Control, group: str) -> None:
    endpoint = create(ec2, aws, "a", SecurityGroupIds=[group])
    (address,) = addresses(aws)
    with pytest.raises(ConnectionRefusedError):
        get(plane, address)
    aws.accept(endpoint["VpcEndpointId"])
    with pytest.raises(ConnectionRefusedError):
        get(plane, address)
    assert [state(ec2, endpoint["VpcEndpointId"]) for _turn in range(2)] == ["pending", "available"]
    org.ready = False
    with pytest.raises(HANG_UP):
        get(plane, address)
    assert control.calls[-1].note == "no inbound connection with this endpoint is Ready"
    org.ready = True
    assert SOURCE in get(plane, address)
    aws.reject(endpoint["VpcEndpointId"])
    with pytest.raises(ConnectionRefusedError):
        get(plane, address)


def test_listeners_follow_the_interfaces(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, group: str) -> None:
    endpoint = available(ec2, aws, "a", SecurityGroupIds=[group])
    (old,) = addresses(aws)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], AddSubnetIds=[subnet(aws, "b")])
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], RemoveSubnetIds=[subnet(aws, "a")])
    (new,) = addresses(aws)
    assert SOURCE in get(plane, new)
    with pytest.raises(ConnectionRefusedError):
        get(plane, old)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    with pytest.raises(ConnectionRefusedError):
        get(plane, new)


def test_a_plane_that_starts_late_finds_what_is_there(ec2: t.Any, aws: AwsEmulator, control: Control, group: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    late = DataPlane(control, aws)
    late.start()
    org = Org(late)
    try:
        assert SOURCE in get(late, addresses(aws)[0])
    finally:
        late.stop()
        org.server.stop()
    with pytest.raises(ConnectionRefusedError):
        get(late, addresses(aws)[0])


def test_security_groups_count(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, control: Control, group: str) -> None:
    endpoint = available(ec2, aws, "a", SecurityGroupIds=[group])
    (address,) = addresses(aws)
    assert SOURCE in get(plane, address, source="127.80.3.4")
    with pytest.raises(HANG_UP):
        get(plane, address, source="127.81.3.4")
    assert "security group" in control.calls[-1].note
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=OPEN)
    with pytest.raises(HANG_UP):
        get(plane, address)
    plane.check_groups = False
    assert SOURCE in get(plane, address)
    plane.check_groups = True
    narrow = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 442, "IpRanges": [{"CidrIp": "127.80.0.0/16"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=narrow)
    with pytest.raises(HANG_UP):
        get(plane, address)
    default = aws.seed[REGION]["default_security_group_id"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], AddSecurityGroupIds=[default])
    assert SOURCE in get(plane, address)  # the client may be a member


def test_several_orgs_are_told_apart_by_host(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, group: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    (address,) = addresses(aws)
    assert get(plane, address, host="any.example.com").startswith(HOST)  # one org is ready: the link is its own
    plane.route("acme.my.site.com", ("127.0.0.1", org.server.port), lambda _vpce_id: org.ready, lambda _vpce_id: SOURCE)
    assert get(plane, address, host="any.example.com").startswith(HOST)  # still one org, by two names
    other = Org(plane, "other.my.salesforce.com")
    try:
        assert get(plane, address, host="other.my.salesforce.com").startswith("other")
        assert get(plane, address).startswith(HOST)
        assert get(plane, address, host="acme.my.site.com").startswith(HOST)
        with pytest.raises(HANG_UP):
            get(plane, address, host="any.example.com")
        org.ready = False
        assert get(plane, address).startswith("other")
    finally:
        other.server.stop()


def test_tls_passes_through(plane: DataPlane, ec2: t.Any, aws: AwsEmulator, group: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    (address,) = addresses(aws)
    authority = trustme.CA()
    orgs = []
    for name in (HOST, "other.my.salesforce.com"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        orgs.append(Org(plane, name, context))
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    try:
        for name in (HOST, "other.my.salesforce.com"):
            with socket.create_connection((address, plane.port), timeout=5) as raw, trust.wrap_socket(raw, server_hostname=name) as secure:
                secure.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
                answer = b"".join(iter(lambda link=secure: link.recv(4096), b""))
            assert f"{name} sees {SOURCE}".encode() in answer
    finally:
        for org in orgs:
            org.server.stop()


@pytest.mark.parametrize("kind", ["reset", "status", "lost_answer", "truncate"])
def test_faults(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, control: Control, group: str, kind: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    (address,) = addresses(aws)
    control.add_fault(kind=kind, service="dataplane")
    with pytest.raises(HANG_UP):
        get(plane, address)
    assert SOURCE in get(plane, address)


def test_an_org_that_is_gone(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, group: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    org.server.stop()
    with pytest.raises(HANG_UP):
        get(plane, addresses(aws)[0])


def test_connections_end_and_leave_nothing(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator, group: str) -> None:
    available(ec2, aws, "a", SecurityGroupIds=[group])
    for _turn in range(3):
        get(plane, addresses(aws)[0])
    for thread in [item for item in threading.enumerate() if item.name.startswith(f"dataplane-{addresses(aws)[0]}-")]:
        thread.join(timeout=5)
        assert not thread.is_alive()
    assert (plane._sources, plane._open) == ({}, set())


def test_a_vpc_outside_loopback_is_left_alone(plane: DataPlane, org: Org, ec2: t.Any, aws: AwsEmulator) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    there = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    endpoint = available(ec2, aws, VpcId=vpc, SubnetIds=[there])
    assert endpoint["State"] == "available"
    assert plane._listeners == {}
