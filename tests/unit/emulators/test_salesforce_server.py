# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server around the handlers: counting, faults on the socket, limits, versions, hosts, reuse of connections."""

from __future__ import annotations

import http.client
import json
import socket
import time
import typing as t
import urllib.parse

import pytest
import requests

from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import OBJECT, Caller, Rig, body, errors

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

CONNECTIONS = f"/tooling/sobjects/{OBJECT}"


def test_calls_are_counted_by_name_and_kind(rig: Rig, call: Caller) -> None:
    record_id = call.create()
    call("GET", f"{CONNECTIONS}/{record_id}")
    call("PATCH", f"{CONNECTIONS}/{record_id}", json={})
    call("GET", "/nothing")
    call("GET", "/services/data")
    seen = [(entry["action"], entry["write"], entry["status"], entry["org"]) for entry in rig.client.calls("salesforce")]
    assert seen == [
        ("tooling.create", True, 201, "acme"),
        ("tooling.get", False, 200, "acme"),
        ("tooling.update", True, 400, "acme"),
        ("unknown", False, 404, "acme"),
        ("versions", False, 200, "acme"),
    ]
    assert rig.client.count("salesforce", "tooling.*", write=True) == 2
    rig.client.clear_calls()
    assert rig.client.count() == 0


def test_status_fault_has_no_effect(rig: Rig, call: Caller) -> None:
    rig.client.add_fault("status", "salesforce", "tooling.create", status=503, headers={"Retry-After": "7"}, skip=1, times=2)
    call.create("First")
    for _attempt in range(2):
        answer = call("POST", CONNECTIONS, json=body("Link"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert set(rig.client.connections()) == {"First"}
    call.create("Link")


def test_faults_carry_any_body(rig: Rig, call: Caller) -> None:
    rig.client.add_fault("status", action="rest.limits", status=403, body=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "m"}])
    rig.client.add_fault("status", action="rest.limits", status=502, body="<html>Bad gateway</html>")
    assert errors(call("GET", "/limits"), 403) == [("REQUEST_LIMIT_EXCEEDED", None)]
    assert call("GET", "/limits").text == "<html>Bad gateway</html>"


@pytest.mark.parametrize(("kind", "effect"), [("reset", False), ("lost_answer", True)])
def test_cut_connections(rig: Rig, call: Caller, kind: str, effect: bool) -> None:
    rig.client.add_fault(kind, "salesforce", "tooling.create")
    with pytest.raises(requests.ConnectionError):
        call("POST", CONNECTIONS, json=body("Link"))
    assert ("Link" in rig.client.connections()) is effect
    assert [(entry["fault"], entry["status"]) for entry in rig.client.calls(action="tooling.create")] == [(kind, None)]


def test_no_byte_is_sent_when_an_answer_is_lost(rig: Rig, call: Caller) -> None:
    rig.client.add_fault("lost_answer", action="versions")
    with socket.create_connection(("127.0.0.1", call.org["port"]), timeout=5) as connection:
        connection.sendall(b"GET /services/data/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_truncated_answers_announce_more_than_they_bring(rig: Rig, call: Caller) -> None:
    rig.client.add_fault("truncate", action="versions")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        call("GET", "/services/data/")
    assert call("GET", "/services/data/").status_code == 200


def test_expired_token_and_delay(rig: Rig, call: Caller) -> None:
    rig.client.add_fault("expire_token", action="rest.limits")
    assert errors(call("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]
    assert errors(call("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]
    rig.client.add_fault("delay", action="versions", seconds=0.2)
    began = time.monotonic()
    call("GET", "/services/data/")
    assert time.monotonic() - began >= 0.2


def test_limit_header_and_limit(rig: Rig, call: Caller) -> None:
    assert "Sforce-Limit-Info" not in call("GET", "/services/data/").headers
    assert call("GET", "/limits").headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    rig.client.act("set_api_usage", usage=5, limit=5)
    assert errors(call("GET", "/limits"), 403) == [("REQUEST_LIMIT_EXCEEDED", None)]


def test_versions(rig: Rig, call: Caller) -> None:
    listed = requests.get(f"{call.org['instance_url']}/services/data/", timeout=10).json()
    assert listed[-1] == {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"}
    assert next(item["label"] for item in listed if item["version"] == "58.0") == "Summer '23"
    assert errors(Caller(rig, version="68.0")("GET", "/limits"), 404) == [("NOT_FOUND", None)]
    assert Caller(rig, version="30.0")("GET", "/limits").status_code == 410
    rig.client.set_switches(version_ceiling=68)
    assert Caller(rig, version="68.0")("GET", "/limits").status_code == 200


def test_other_401_and_other_shapes(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(rest_refuses="not_valid_for_rest", error_shape="dict")
    answer = call("GET", "/limits")
    assert (answer.status_code, answer.json()["message"]) == (401, "This session is not valid for use with the REST API")


def test_hosts_and_lengths(rig: Rig, call: Caller) -> None:
    assert call("GET", "/services/data/", headers={"Host": "acme.my.salesforce.com"}).status_code == 200
    assert call("GET", "/services/data/", headers={"Host": "other.my.salesforce.com"}).status_code == 420
    assert call("GET", "/query", params={"q": "x" * 17000}).status_code == 414


def test_source_ip_cannot_be_claimed(rig: Rig, call: Caller) -> None:
    headers = {"X-Forwarded-For": "10.200.0.1", "Forwarded": "for=10.200.0.1"}
    data = {"grant_type": "client_credentials", "client_id": call.org["client_id"], "client_secret": call.org["client_secret"]}
    requests.post(f"{call.org['instance_url']}/services/oauth2/token", data=data, headers=headers, timeout=10)
    assert rig.client.state()["orgs"]["acme"]["logins"][-1]["source_ip"] == "127.0.0.1"


def test_connections_are_reused_and_fast(rig: Rig, call: Caller) -> None:
    call("GET", "/limits")
    began = time.perf_counter()
    for _call in range(50):
        call("GET", "/limits")
    assert (time.perf_counter() - began) / 50 < 0.02
    one = http.client.HTTPConnection("127.0.0.1", call.org["port"], timeout=5)
    one.request("GET", "/services/data/")
    one.getresponse().read()
    before = one.sock
    one.request("GET", "/services/data/")
    one.getresponse().read()
    assert before is not None
    assert one.sock is before
    one.close()


def test_bodies_may_come_in_chunks(rig: Rig, call: Caller) -> None:
    def parts() -> t.Iterator[bytes]:
        document = json.dumps(body("Link")).encode()
        yield document[:10]
        yield document[10:]

    headers = {"Content-Type": "application/json"}
    assert call("POST", CONNECTIONS, data=parts(), headers=headers).status_code == 201
    assert call("GET", "/services/data/").status_code == 200
    with socket.create_connection(("127.0.0.1", call.org["port"]), timeout=5) as connection:
        connection.sendall(b"POST /services/oauth2/token HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 400")


def test_orgs_are_apart(rig: Rig, call: Caller) -> None:
    added = rig.client.add_org("globex", host="globex.my.salesforce.com", connections=[{"name": "Old", "status": "Ready", "region": "us-east-1"}])
    other = Caller(rig, "globex")
    assert added["org_id"] != call.org["org_id"]
    assert urllib.parse.urlsplit(added["instance_url"]).port != call.org["port"]
    assert [row["DeveloperName"] for row in other.rows(f"SELECT DeveloperName FROM {OBJECT}")] == ["Old"]
    assert call.rows(f"SELECT Id FROM {OBJECT}") == []
    assert errors(Caller(rig, "globex", token=call.org["access_token"])("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]


def test_reset_brings_back_the_seed_with_the_same_secrets(rig: Rig, call: Caller) -> None:
    call.create()
    rig.client.add_org("globex")
    rig.client.set_switches(stale_reads=3)
    rig.client.revoke_sessions()
    before: dict[str, t.Any] = dict(rig.ready["orgs"]["acme"])
    rig.client.reset()
    assert rig.ready["orgs"] == {"acme": before}
    assert rig.client.switches()["salesforce"]["stale_reads"] == 0
    assert rig.client.connections() == {}
    assert rig.client.count("salesforce") == 0
    assert call("GET", "/limits").status_code == 200
