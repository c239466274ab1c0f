# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig as a whole: the command, the ready file, the control port, TLS, and the org beside the emulated AWS."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import ssl
import stat
import subprocess
import sys
import typing as t

import boto3
import pytest
import requests

from ansible_collections.privatelink.salesforce.tests.emulators.client import ControlError, EmulatorClient
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import OBJECT, PROPERTY, Caller, metadata

TESTS = pathlib.Path(__file__).resolve().parents[2]


def command(*words: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen([sys.executable, "-m", "emulators", *words], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_help_names_every_switch() -> None:
    out, _err = command("--help").communicate(timeout=60)
    assert "--ready-file" in out
    assert "topologies_shape=topologies" in out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--set", "colour=red"), "no such switch: colour"),
        (("--set", "patch_status=maybe"), "'maybe' is not allowed; allowed: 'ignore', 'refuse', 'apply'"),
        (("--ports", "colour=1"), "ports: unknown colour"),
        (("--seed", "nowhere.json"), "nowhere.json"),
    ],
)
def test_wrong_options_end_the_command(words: tuple[str, ...], text: str) -> None:
    started = command("--no-aws", *words)
    _out, err = started.communicate(timeout=60)
    assert started.returncode == 2
    assert text in err


def test_command_serves_until_sigterm(tmp_path: pathlib.Path) -> None:
    ready_file, seed = tmp_path / "ready.json", tmp_path / "seed.json"
    seed.write_text(json.dumps({"orgs": [{"name": "acme"}, {"name": "globex", "licences": 5}]}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ("--ready-file", str(ready_file), "--no-aws", "--seed", str(seed), "--ports", f"globex={port}", "--set", "action_answer=204", "--tls")
    started = command(*words)
    try:
        assert started.stdout is not None
        assert started.stdout.readline().startswith("control http://127.0.0.1:")
        ready = json.loads(ready_file.read_text(encoding="utf-8"))
        assert ready["orgs"]["globex"]["instance_url"] == f"https://127.0.0.1:{port}"
        assert requests.get(f"{ready['orgs']['acme']['instance_url']}/services/data/", verify=ready["ca_path"], timeout=10).status_code == 200
        client = EmulatorClient(ready_file)
        assert client.state()["orgs"]["globex"]["licences"] == {"total": 5, "used": 0}
        assert client.switches()["salesforce"]["action_answer"] == "204"
        for path in (ready_file, pathlib.Path(ready["orgs"]["acme"]["private_key_file"])):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        started.send_signal(signal.SIGTERM)
        _out, err = started.communicate(timeout=20)
        assert (started.returncode, err) == (0, "")
    finally:
        started.kill()
        started.wait()


@pytest.fixture(scope="module")
def whole() -> t.Iterator[Rig]:
    """With AWS, DNS, the data plane and TLS."""
    with Rig(tls=True) as rig:
        yield rig


@pytest.fixture
def secure(whole: Rig) -> Caller:
    whole.reset()
    caller = Caller(whole)
    caller.http.verify = whole.ready["ca_path"]
    return caller


def make_endpoint(rig: Rig, region: str = "us-east-1") -> str:
    place = rig.ready["aws"]["regions"][region]
    made = ec2(rig, region).create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=place["vpc_id"],
        ServiceName=place["service_name"],
        SubnetIds=place["subnet_ids"][:2],
        PrivateDnsEnabled=False,
        SecurityGroupIds=[place["default_security_group_id"]],
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def ec2(rig: Rig, region: str = "us-east-1") -> t.Any:
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
    return boto3.client("ec2", region_name=region, endpoint_url=rig.ready["aws"]["url"], verify=rig.ready["ca_path"], **keys)


def create_for(caller: Caller, vpce_id: str, region: str = "us-east-1") -> str:
    named = [{"propertyName": "Region", "propertyValue": region}, {"propertyName": "AwsVpcEndpointId", "propertyValue": vpce_id}]
    return caller.create("Link", inboundNetworkConnProperties=named)


def aws_state(rig: Rig, vpce_id: str) -> str:
    found = rig.aws.endpoint(None, vpce_id)
    assert found is not None
    return found["state"]


def test_endpoint_waits_until_the_org_provisions(whole: Rig, secure: Caller) -> None:
    vpce_id = make_endpoint(whole)
    create_for(secure, vpce_id)
    assert aws_state(whole, vpce_id) == "pendingAcceptance"
    secure.act("Provision")
    assert aws_state(whole, vpce_id) in ("pending", "available")
    assert secure.act("Sync").json()["status"] == "Ready"
    secure.act("TearDown")
    assert aws_state(whole, vpce_id) == "rejected"
    secure.act("Sync")
    assert [secure.act(action).json()["status"] for action in ("Provision", "Sync")] == ["PendingAcceptance", "Ready"]


def test_what_is_done_to_the_endpoint_reaches_the_org_on_sync(whole: Rig, secure: Caller) -> None:
    vpce_id = make_endpoint(whole)
    create_for(secure, vpce_id)
    secure.act("Provision")
    whole.client.act_aws("reject", vpce_id)
    assert secure.act("Sync").json()["status"] == "RejectedRemotely"
    ec2(whole).delete_vpc_endpoints(VpcEndpointIds=[vpce_id])
    assert secure.act("Sync").json()["status"] == "DeletedRemotely"


def test_endpoint_of_another_region_is_not_the_orgs(whole: Rig, secure: Caller) -> None:
    create_for(secure, make_endpoint(whole, "us-west-2"), "us-east-1")
    assert secure.act("Provision").status_code == 400


def test_traffic_through_the_endpoint_is_seen_with_an_allocated_address(whole: Rig, secure: Caller) -> None:
    """TLS with the org's own name through the address of an interface: the login comes from the connection's source ranges."""
    vpce_id = make_endpoint(whole)
    record_id = create_for(secure, vpce_id)
    for action in ("Provision", "Sync"):
        secure.act(action)
    client = ec2(whole)
    for _read in range(3):
        (endpoint,) = client.describe_vpc_endpoints(VpcEndpointIds=[vpce_id])["VpcEndpoints"]
    (address, *_others) = [
        each["PrivateIpAddress"] for each in client.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])["NetworkInterfaces"]
    ]
    # Only the link's addresses may log in: what direct connections are said to come from does not touch the link.
    whole.client.set_login_ip_ranges("Admin", whole.client.connections()["Link"]["source_ip_ranges"])
    whole.client.source_address("203.0.113.7")
    form = {"grant_type": "client_credentials", "client_id": secure.org["client_id"], "client_secret": secure.org["client_secret"]}
    assert secure("POST", "/services/oauth2/token", data=form).json()["error_description"] == "ip restricted"
    answer = private_login(whole, secure, address)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    rows = secure.rows(f"SELECT PropertyValue FROM {PROPERTY} WHERE InboundNetworkConnectionId = '{record_id}' AND PropertyName = 'SourceIpRanges'")
    assert whole.client.state()["orgs"]["acme"]["logins"][-1]["source_ip"] == json.loads(rows[0]["PropertyValue"])[0]["startIp"]


def private_login(rig: Rig, caller: Caller, address: str) -> bytes:
    whole_group = rig.ready["aws"]["regions"]["us-east-1"]["default_security_group_id"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "127.0.0.0/8"}]}
    ec2(rig).authorize_security_group_ingress(GroupId=whole_group, IpPermissions=[rule])
    form = f"grant_type=client_credentials&client_id={caller.org['client_id']}&client_secret={caller.org['client_secret']}"
    host = caller.org["host"]
    head = f"POST /services/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    context = ssl.create_default_context(cafile=rig.ready["ca_path"])
    with socket.create_connection((address, rig.ready["dataplane"]["port"]), timeout=10) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
        secure.sendall(f"{head}{form}".encode())
        return secure.recv(65536)


def test_certificates_are_of_the_test_ca_and_for_the_host(whole: Rig, secure: Caller) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{secure.org['instance_url']}/services/data/", timeout=10)
    context = ssl.create_default_context(cafile=whole.ready["ca_path"])
    with socket.create_connection(("127.0.0.1", secure.org["port"]), timeout=10) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="other.my.salesforce.com")
    assert secure("GET", "/limits").status_code == 200  # a failed handshake harms nobody else


def test_state_lists_both_sides(whole: Rig, secure: Caller) -> None:
    vpce_id = make_endpoint(whole)
    create_for(secure, vpce_id)
    state = whole.client.state()
    assert [connection["vpc_endpoint_id"] for connection in state["orgs"]["acme"]["connections"]] == [vpce_id]
    assert vpce_id in json.dumps(state["aws"])
    whole.client.reset()
    state = whole.client.state()
    assert state["orgs"]["acme"]["connections"] == []
    assert vpce_id not in json.dumps(state["aws"])


def test_control_port_refuses_mistakes(whole: Rig, secure: Caller) -> None:
    client = whole.client
    for mistake, text in (
        (lambda: client.set_switches(colour="red"), "unknown switches: salesforce.colour"),
        (lambda: client.set_aws_switches(colour="red"), "unknown switches: aws.colour"),
        (lambda: client.add_fault("nonsense"), "no such kind of fault"),
        (lambda: client.add_fault("reset", colour="red"), "colour"),
        (lambda: client.act("nonsense"), "'nonsense' is none of"),
        (lambda: client.set_fields("Link", label="x"), "has no connection Link"),
        (lambda: client.act("teardown", org="nobody", name="Link"), "there is no org nobody"),
        (lambda: client.act_aws("nonsense"), "can't do 'nonsense'"),
        (lambda: client.add_org("acme"), "there is an org acme"),
        (lambda: client.add_org("other", colour="red"), "unknown colour"),
    ):
        with pytest.raises(ControlError, match=text):
            mistake()


def test_people_change_things_behind_the_clients_back(whole: Rig, secure: Caller) -> None:
    client = whole.client
    client.create("Link", status="Ready", region="us-east-1", vpc_endpoint_id="vpce-0123456789abcdef0")
    client.set_fields("Link", label="Renamed", active=False, source_ip_ranges=[["10.1.0.0", "10.1.0.9"]])
    (row,) = secure.rows(f"SELECT Metadata, Status FROM {OBJECT}")
    assert (row["Metadata"]["label"], row["Metadata"]["isActive"], row["Status"]) == ("Renamed", False, "Ready")
    assert {**metadata(), **row["Metadata"]} == row["Metadata"]
    client.teardown("Link")
    assert client.sync("Link")["status"] == "Unprovisioned"
    client.delete("Link")
    assert client.connections() == {}
    with client.switched(patch_status="refuse"):
        assert client.switches()["salesforce"]["patch_status"] == "refuse"
    assert client.switches()["salesforce"]["patch_status"] == "ignore"
    client.set_aws_switches(pending_reads=0)
    assert client.switches()["aws"]["pending_reads"] == 0
