# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect: topologies and actions, with every setting of the switches around them."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import variations
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import (
    ENDPOINT,
    OBJECT,
    PROPERTY,
    REGION,
    Caller,
    Rig,
    body,
    errors,
    metadata,
)

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

TOPOLOGIES = "/network-connection/inbound/connection-types/AwsPrivateLink/topologies"
ACTION = "/network-connection/inbound/connections/Link"


def test_topologies_name_every_region_and_its_service(rig: Rig, call: Caller) -> None:
    items = call("GET", TOPOLOGIES).json()["topologies"]
    assert {item["region"]: item["serviceName"] for item in items} == rig.cloud.services
    assert call("GET", TOPOLOGIES, params={"regions": REGION, "scope": "Region"}).json()["topologies"] == [{"region": REGION}]
    assert call("GET", TOPOLOGIES, params={"regions": "mars-1"}).json()["topologies"] == []
    rig.client.set_switches(unknown_region_filter="refuse")
    assert errors(call("GET", TOPOLOGIES, params={"regions": "mars-1"}), 400) == [("ILLEGAL_QUERY_PARAMETER_VALUE", None)]
    assert errors(call("GET", TOPOLOGIES, params={"scope": "Some"}), 400) == [("ILLEGAL_QUERY_PARAMETER_VALUE", None)]
    assert call("GET", TOPOLOGIES.replace("AwsPrivateLink", "Vpn")).status_code == 404


@pytest.mark.parametrize(("shape", "steps"), [("list", []), ("connectionTopologies", ["connectionTopologies"]), ("nested", ["result", "topologies"])])
def test_topologies_shapes(rig: Rig, call: Caller, shape: str, steps: list[str]) -> None:
    rig.client.set_switches(topologies_shape=shape, topology_region_key="name", topology_service_key="endpointTarget", topology_status=None)
    document = call("GET", TOPOLOGIES).json()
    for step in steps:
        document = document[step]
    assert {tuple(item) for item in document} == {("name", "endpointTarget")}


def test_old_versions(rig: Rig) -> None:
    assert Caller(rig, version="48.0")("GET", TOPOLOGIES).status_code == 404
    assert len(Caller(rig, version="57.0")("GET", TOPOLOGIES, params={"regions": REGION}).json()["topologies"]) == 3
    assert len(Caller(rig, version="58.0")("GET", TOPOLOGIES, params={"regions": REGION}).json()["topologies"]) == 1
    Caller(rig).create()
    answer = Caller(rig, version="50.0").act("Provision")
    assert (answer.status_code, answer.text) == (200, "")


def test_provision_accepts_the_endpoint_and_answers_with_the_connection(rig: Rig, call: Caller) -> None:
    record_id = call.create()
    answer = call.act("Provision").json()
    properties = answer.pop("connectionProperties")
    assert properties == {"awsVpcEndpointId": ENDPOINT, "region": REGION, "sourceIpRanges": []}
    assert answer == {
        "connectionType": "AwsPrivateLink",
        "description": "To the org",
        "developerName": "Link",
        "id": record_id,
        "isActive": True,
        "masterLabel": "Link",
        "namespacePrefix": None,
        "status": "PendingAcceptance",
    }
    assert rig.cloud.endpoint(REGION, ENDPOINT)["state"] == "available"
    assert call.act("Sync").json()["status"] == "Ready"


def test_status_moves_on_sync_only(call: Caller) -> None:
    call.create()
    call.act("Provision")
    for _read in range(3):
        assert call.status() == "PendingAcceptance"


def test_what_happens_in_aws_shows_on_sync(rig: Rig, call: Caller) -> None:
    call.make_ready()
    rig.client.act_aws("drop", ENDPOINT)
    assert call.status() == "Ready"
    assert call.act("Sync").json()["status"] == "DeletedRemotely"
    assert call.act("TearDown").json()["status"] == "TeardownInProgress"
    assert call.act("Sync").json()["status"] == "Unprovisioned"
    assert errors(call.act("Provision"), 400) == [("INVALID_API_INPUT", None)]


def test_endpoint_of_another_service_is_refused(rig: Rig, call: Caller) -> None:
    rig.cloud.put(ENDPOINT, REGION, service_name="com.amazonaws.eu-central-1.s3")
    call.create()
    assert errors(call.act("Provision"), 400) == [("INVALID_API_INPUT", None)]
    assert call.status() == "Unprovisioned"


@pytest.mark.parametrize("code", [400, 409, 422])
def test_illegal_actions_change_nothing(rig: Rig, call: Caller, code: int) -> None:
    rig.client.set_switches(illegal_action_error=code)
    call.create()
    for action in ("Sync", "TearDown"):
        assert call.act(action).status_code == code
    call.act("Provision")
    assert call.act("Provision").status_code == code
    assert call.status() == "PendingAcceptance"


def test_how_the_action_travels(rig: Rig, call: Caller) -> None:
    call.create()
    assert errors(call("POST", ACTION), 400) == [("MISSING_ARGUMENT", None)]
    assert errors(call("POST", ACTION, json={"action": "Provision"}), 400) == [("MISSING_ARGUMENT", None)]
    assert errors(call.act("Teardown"), 400) == [("ILLEGAL_QUERY_PARAMETER_VALUE", None)]
    assert errors(call("GET", ACTION), 405) == [("METHOD_NOT_ALLOWED", None)]
    assert errors(call.act("Provision", "Other"), 404) == [("NOT_FOUND", None)]
    rig.client.set_switches(action_in_body=True)
    assert call("POST", ACTION, json={"action": "Provision"}).status_code == 200
    assert call("POST", ACTION, data={"action": "Sync"}).status_code == 200
    actions = [entry["action"] for entry in rig.client.calls("salesforce", "connect.action.*")]
    assert actions[-2:] == ["connect.action.Provision", "connect.action.Sync"]


@pytest.mark.parametrize(
    ("kind", "status", "empty"), [("201", 201, False), ("202", 202, False), ("200_empty", 200, True), ("202_empty", 202, True), ("204", 204, True)]
)
def test_answers_of_actions(rig: Rig, call: Caller, kind: str, status: int, empty: bool) -> None:
    rig.client.set_switches(action_answer=kind)
    call.create()
    answer = call.act("Provision")
    assert (answer.status_code, answer.text == "") == (status, empty)
    assert call.status() == "PendingAcceptance"


def test_licences(rig: Rig, call: Caller) -> None:
    rig.client.act("set_licences", licences=1)
    for name in ("Link", "Second"):
        call.create(name)
    call.act("Provision")
    assert errors(call.act("Provision", "Second"), 400) == [("LIMIT_EXCEEDED", None)]
    call.act("TearDown")
    assert errors(call.act("Provision", "Second"), 400) == [("LIMIT_EXCEEDED", None)]
    call.act("Sync")
    assert call.act("Provision", "Second").status_code == 200
    rig.client.set_switches(licence_at="save")
    assert errors(call("POST", f"/tooling/sobjects/{OBJECT}", json=body("Third")), 400) == [("LIMIT_EXCEEDED", None)]


def test_ranges_are_unique_and_stable(rig: Rig, call: Caller) -> None:
    call.make_ready()
    other = "vpce-0000000000000000a"
    rig.cloud.put(other, REGION)
    named = [{"propertyName": "Region", "propertyValue": REGION}, {"propertyName": "AwsVpcEndpointId", "propertyValue": other}]
    call.create("Other", inboundNetworkConnProperties=named)
    for action in ("Provision", "Sync", "Sync"):
        call.act(action, "Other")
    found = {row["InboundNetworkConnectionId"]: row["PropertyValue"] for row in call.rows(_RANGES)}
    assert len(set(found.values())) == 2
    call.act("Sync")
    assert {row["InboundNetworkConnectionId"]: row["PropertyValue"] for row in call.rows(_RANGES)} == found


_RANGES = f"SELECT InboundNetworkConnectionId, PropertyValue FROM {PROPERTY} WHERE PropertyName = 'SourceIpRanges'"


def test_status_moves_by_time(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(status_moves="by_time", status_seconds=1000, status_path="PendingAcceptance,PendingActivation")
    call.create()
    for action in ("Provision", "Sync"):
        assert call.act(action).json()["status"] == "PendingAcceptance"
    rig.client.set_switches(status_seconds=0)
    assert call.status() == "Ready"
    call.act("TearDown")
    assert call.status() == "Unprovisioned"


def test_reads_after_a_write_are_stale(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(stale_reads=2)
    record_id = call.create()
    path = f"/tooling/sobjects/{OBJECT}/{record_id}"
    assert [call("GET", path).status_code for _read in range(3)] == [404, 404, 200]
    assert call.act("Provision").json()["status"] == "PendingAcceptance"
    assert [call.status() for _read in range(3)] == ["Unprovisioned", "Unprovisioned", "PendingAcceptance"]
    assert rig.client.connections()["Link"]["status"] == "PendingAcceptance"


def test_feature_off(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(feature="off")
    assert call("GET", TOPOLOGIES).status_code == 404
    assert errors(call("GET", "/tooling/query", params={"q": f"SELECT Id FROM {OBJECT}"}), 400) == [("INVALID_TYPE", None)]


@pytest.mark.parametrize(("rule", "status", "code"), [("ignore", "Unprovisioned", 204), ("refuse", "Unprovisioned", 400), ("apply", "Ready", 204)])
def test_status_in_a_patch(rig: Rig, call: Caller, rule: str, status: str, code: int) -> None:
    rig.client.set_switches(patch_status=rule)
    record_id = call.create()
    assert call("PATCH", f"/tooling/sobjects/{OBJECT}/{record_id}", json={"Metadata": metadata(status="Ready")}).status_code == code
    assert call.status() == status


def test_property_shapes_when_read(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(unknown_properties=True, ranges_when_empty="[]", metadata_urls=True, is_active_key="IsActive")
    record_id = call.create()
    shown = call("GET", f"/tooling/sobjects/{OBJECT}/{record_id}").json()
    values = {item["propertyName"]: item["propertyValue"] for item in shown["Metadata"]["inboundNetworkConnProperties"]}
    assert set(values) == {"AwsVpcEndpointId", "Region", "SourceIpRanges", "LinkId"}
    assert json.loads(values["SourceIpRanges"]) == []
    assert shown["IsActive"] is True
    assert call("PATCH", f"/tooling/sobjects/{OBJECT}/{record_id}", json={"Metadata": shown["Metadata"]}).status_code == 204


@pytest.mark.parametrize(("name", "value"), [pair for pair in variations() if pair[0] not in ("feature", "rest_refuses", "session_seconds")])
def test_whole_way_under_each_setting(rig: Rig, call: Caller, name: str, value: t.Any) -> None:
    """Create, Provision to Ready, TearDown, delete: a client that reads state and asks what is legal gets through under every setting."""
    rig.client.set_switches(**{name: value, **({"status_seconds": 0} if name == "status_moves" else {})})
    if name == "version_ceiling":
        call.base = f"/services/data/v{value}.0"
    call.create()
    assert call.act("Provision").ok
    for _sync in range(8):
        if _shown(rig) != "Ready":
            assert call.act("Sync").ok
    assert _shown(rig) == "Ready"
    assert call.act("TearDown").ok
    for _sync in range(8):
        if _shown(rig) != "Unprovisioned":
            assert call.act("Sync").ok
    record_id = rig.client.connections()["Link"]["id"]
    assert call("DELETE", f"/tooling/sobjects/{OBJECT}/{record_id}").status_code == 204
    assert rig.client.connections() == {}


def _shown(rig: Rig) -> str:
    return rig.client.connections()["Link"]["status"]
