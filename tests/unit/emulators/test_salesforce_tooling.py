# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tooling: what may be read and written, and how everything else is refused."""

from __future__ import annotations

import json

import pytest

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

CONNECTIONS = f"/tooling/sobjects/{OBJECT}"
PROPERTIES = f"/tooling/sobjects/{PROPERTY}"


def test_create_read_update_delete(call: Caller) -> None:
    answer = call("POST", CONNECTIONS, json=body("Link"))
    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], "success": True, "errors": [], "warnings": [], "infos": []}
    record_id = answer.json()["id"]
    assert len(record_id) == 18

    shown = call("GET", f"{CONNECTIONS}/{record_id}").json()
    assert shown["attributes"] == {"type": OBJECT, "url": f"/services/data/v67.0{CONNECTIONS}/{record_id}"}
    assert (shown["FullName"], shown["DeveloperName"], shown["Status"], shown["isActive"]) == ("Link", "Link", "Unprovisioned", True)
    assert {item["propertyName"]: item["propertyValue"] for item in shown["Metadata"]["inboundNetworkConnProperties"]} == {
        "Region": REGION,
        "AwsVpcEndpointId": ENDPOINT,
    }

    changed = {**shown["Metadata"], "label": "Another"}
    assert call("PATCH", f"{CONNECTIONS}/{record_id[:15]}", json={"Metadata": changed}).status_code == 204
    assert call.rows(f"SELECT MasterLabel FROM {OBJECT}")[0]["MasterLabel"] == "Another"

    assert call("DELETE", f"{CONNECTIONS}/{record_id}").status_code == 204
    assert errors(call("GET", f"{CONNECTIONS}/{record_id}"), 404) == [("NOT_FOUND", None)]
    assert errors(call("DELETE", f"{CONNECTIONS}/{record_id}"), 404) == [("ENTITY_IS_DELETED", [])]
    assert call.rows(f"SELECT Id FROM {OBJECT}") == []


def test_properties_are_rows_with_json_text_for_the_ranges(call: Caller) -> None:
    record_id = call.make_ready()
    rows = call.rows(f"SELECT PropertyName, PropertyValue FROM {PROPERTY} WHERE InboundNetworkConnectionId = '{record_id}'")
    values = {row["PropertyName"]: row["PropertyValue"] for row in rows}
    assert values["Region"] == REGION
    ranges = json.loads(values["SourceIpRanges"])
    assert len(ranges) == 2
    assert set(ranges[0]) == {"startIp", "endIp"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, [("REQUIRED_FIELD_MISSING", ["FullName", "Metadata"])]),
        ({"Metadata": metadata(label=None, status=None)}, [("REQUIRED_FIELD_MISSING", ["FullName"]), ("REQUIRED_FIELD_MISSING", ["label", "status"])]),
        ({**body("Link"), "Colour": "red"}, [("INVALID_FIELD", None)]),
        ({**body("Link"), "DeveloperName": "Link", "Status": "Ready"}, [("INVALID_FIELD_FOR_INSERT_UPDATE", ["DeveloperName", "Status"])]),
        (body("Link", colour="red"), [("JSON_PARSER_ERROR", None)]),
        (body("Link", isActive="true"), [("JSON_PARSER_ERROR", None)]),
        (body("Link", description="x" * 256, label="y" * 81), [("STRING_TOO_LONG", ["description"]), ("STRING_TOO_LONG", ["label"])]),
        (body("Link", connectionType="Vpn", status="Up"), [("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", [name]) for name in ("connectionType", "status")]),
        *((body(name), [("FIELD_INTEGRITY_EXCEPTION", ["FullName"])]) for name in ("1st", "a b", "a__b", "a_", "a-b", "x" * 81)),
        (
            body(
                "Link",
                inboundNetworkConnProperties=[
                    {"propertyName": "Region", "propertyValue": "mars-1"},
                    {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-1"},
                    {"propertyName": "Link", "propertyValue": "x"},
                    {"propertyName": "Region", "propertyValue": REGION},
                    {"propertyName": "Region"},
                ],
            ),
            [
                ("FIELD_INTEGRITY_EXCEPTION", ["Region"]),
                ("FIELD_INTEGRITY_EXCEPTION", ["AwsVpcEndpointId"]),
                ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["PropertyName"]),
                ("DUPLICATE_VALUE", ["PropertyName"]),
                ("REQUIRED_FIELD_MISSING", ["propertyValue"]),
            ],
        ),
    ],
)
def test_create_refuses_with_every_problem_at_once(call: Caller, document: dict, expected: list) -> None:
    assert errors(call("POST", CONNECTIONS, json=document), 400) == expected
    assert call.rows(f"SELECT Id FROM {OBJECT}") == []


def test_names_are_unique_without_regard_to_case(call: Caller) -> None:
    call.create("Link")
    assert errors(call("POST", CONNECTIONS, json=body("LINK")), 400) == [("DUPLICATE_DEVELOPER_NAME", ["DeveloperName"])]


def test_longest_texts_are_accepted(call: Caller) -> None:
    call.create("x" * 80, description="d" * 255, label="l" * 80)


def test_update_refuses_what_is_fixed(call: Caller) -> None:
    record_id = call.make_ready()
    assert errors(call("PATCH", f"{CONNECTIONS}/{record_id}", json={"FullName": "Other"}), 400) == [("INVALID_FIELD_FOR_INSERT_UPDATE", ["FullName"])]
    assert errors(call("PATCH", f"{CONNECTIONS}/{record_id}", json={}), 400) == [("REQUIRED_FIELD_MISSING", ["Metadata"])]
    moved = [{"propertyName": "Region", "propertyValue": "us-east-1"}, {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-0000000000000000f"}]
    answer = call("PATCH", f"{CONNECTIONS}/{record_id}", json={"Metadata": metadata(inboundNetworkConnProperties=moved)})
    assert errors(answer, 400) == [("FIELD_INTEGRITY_EXCEPTION", ["AwsVpcEndpointId"]), ("FIELD_INTEGRITY_EXCEPTION", ["Region"])]
    assert errors(call("PATCH", f"{CONNECTIONS}/{record_id}", json={"Metadata": metadata(inboundNetworkConnProperties=None)}), 400) == [
        ("FIELD_INTEGRITY_EXCEPTION", ["AwsVpcEndpointId"]),
        ("FIELD_INTEGRITY_EXCEPTION", ["Region"]),
    ]


def test_endpoint_can_be_changed_before_ready_and_region_only_while_unprovisioned(call: Caller) -> None:
    record_id = call.create()
    call.act("Provision")
    other = [{"propertyName": "Region", "propertyValue": REGION}, {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-0000000000000000f"}]
    assert call("PATCH", f"{CONNECTIONS}/{record_id}", json={"Metadata": metadata(inboundNetworkConnProperties=other)}).status_code == 204
    other[0]["propertyValue"] = "us-east-1"
    answer = call("PATCH", f"{CONNECTIONS}/{record_id}", json={"Metadata": metadata(inboundNetworkConnProperties=other)})
    assert errors(answer, 400) == [("FIELD_INTEGRITY_EXCEPTION", ["Region"])]


def test_delete_only_from_unprovisioned(call: Caller) -> None:
    record_id = call.make_ready()
    assert errors(call("DELETE", f"{CONNECTIONS}/{record_id}"), 400) == [("DELETE_FAILED", None)]
    assert call.act("TearDown").status_code == 200
    assert errors(call("DELETE", f"{CONNECTIONS}/{record_id}"), 400) == [("DELETE_FAILED", None)]
    call.act("Sync")
    assert call("DELETE", f"{CONNECTIONS}/{record_id}").status_code == 204


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_ids_are_checked(call: Caller, method: str) -> None:
    call.create()
    document = {"json": {"Metadata": metadata()}} if method == "PATCH" else {}
    assert errors(call(method, f"{CONNECTIONS}/nonsense", **document), 400) == [("MALFORMED_ID", ["Id"])]
    assert errors(call(method, f"{CONNECTIONS}/0kZHs0000000zzz", **document), 404) == [("NOT_FOUND", None)]


def test_writes_need_both_permissions(rig: Rig, call: Caller, reader: Caller) -> None:
    record_id = call.create()
    assert len(reader.rows(f"SELECT Id FROM {OBJECT}")) == 1
    for method, path in (("POST", CONNECTIONS), ("PATCH", f"{CONNECTIONS}/{record_id}"), ("DELETE", f"{CONNECTIONS}/{record_id}")):
        assert errors(reader(method, path, json=body("Other")), 403) == [("INSUFFICIENT_ACCESS", None)]
    assert errors(reader.act("Provision"), 403) == [("INSUFFICIENT_ACCESS", None)]
    rig.client.grant("reader@acme.example", "ManageExternalConnections")
    answer = reader("POST", CONNECTIONS, json=body("Other"))
    assert errors(answer, 403) == [("INSUFFICIENT_ACCESS", None)]
    assert "ModifyMetadata" in answer.text
    assert "ManageExternalConnections" not in answer.text
    rig.client.grant("reader@acme.example", "ModifyMetadata")
    assert reader("POST", CONNECTIONS, json=body("Other")).status_code == 201
    rig.client.set_switches(no_permission_as="INVALID_TYPE")
    rig.client.revoke("reader@acme.example", "ModifyMetadata")
    assert errors(reader("POST", CONNECTIONS, json=body("Third")), 400) == [("INVALID_TYPE", None)]


def test_reading_needs_a_permission_too(rig: Rig, reader: Caller) -> None:
    rig.client.revoke("reader@acme.example", "ViewSetup")
    assert errors(reader("GET", "/tooling/query", params={"q": f"SELECT Id FROM {OBJECT}"}), 400) == [("INVALID_TYPE", None)]
    assert errors(reader("GET", f"{CONNECTIONS}/describe"), 404) == [("NOT_FOUND", None)]


def test_describe_tells_the_documented_flags(call: Caller) -> None:
    described = call("GET", f"{CONNECTIONS}/describe/").json()
    fields = {field["name"]: field for field in described["fields"]}
    assert [name for name, field in fields.items() if field["createable"]] == ["FullName", "Metadata"]
    assert [name for name, field in fields.items() if field["updateable"]] == ["Metadata"]
    assert len(fields["Status"]["picklistValues"]) == 8
    assert call.create().startswith(described["keyPrefix"])
    rows = {field["name"]: field for field in call("GET", f"{PROPERTIES}/describe").json()["fields"]}
    assert not rows["PropertyValue"]["filterable"]


def test_describe_may_tell_the_rights_of_the_user(rig: Rig, call: Caller, reader: Caller) -> None:
    flags = ("createable", "updateable", "deletable")
    assert [reader("GET", f"{CONNECTIONS}/describe").json()[flag] for flag in flags] == [True, True, True]
    rig.client.set_switches(describe_rights="user")
    assert [reader("GET", f"{CONNECTIONS}/describe").json()[flag] for flag in flags] == [False, False, False]
    assert [call("GET", f"{CONNECTIONS}/describe").json()[flag] for flag in flags] == [True, True, True]


def test_property_rows_can_be_written_directly(call: Caller) -> None:
    record_id = call.create("Bare", inboundNetworkConnProperties=None)
    new = {"InboundNetworkConnectionId": record_id, "PropertyName": "Region", "PropertyValue": REGION}
    answer = call("POST", PROPERTIES, json=new)
    assert answer.status_code == 201
    assert errors(call("POST", PROPERTIES, json=new), 400) == [("DUPLICATE_VALUE", ["PropertyName"])]
    row = answer.json()["id"]
    assert call("GET", f"{PROPERTIES}/{row}").json()["PropertyValue"] == REGION
    assert call("PATCH", f"{PROPERTIES}/{row}", json={"PropertyValue": "us-west-2"}).status_code == 204
    assert errors(call("PATCH", f"{PROPERTIES}/{row}", json={"PropertyName": "Region"}), 400) == [("INVALID_FIELD_FOR_INSERT_UPDATE", ["PropertyName"])]
    assert errors(call("POST", PROPERTIES, json={**new, "PropertyName": "SourceIpRanges", "PropertyValue": "[]"}), 400) == [
        ("FIELD_INTEGRITY_EXCEPTION", ["PropertyName"])
    ]
    assert call.rows(f"SELECT PropertyValue FROM {PROPERTY}")[0]["PropertyValue"] == "us-west-2"
    assert call("DELETE", f"{PROPERTIES}/{row}").status_code == 204
    assert call.rows(f"SELECT Id FROM {PROPERTY}") == []
    assert errors(call.act("Provision", "Bare"), 400) == [("INVALID_API_INPUT", None)]


def test_methods_and_bodies_are_checked(call: Caller) -> None:
    assert errors(call("PUT", CONNECTIONS), 405) == [("METHOD_NOT_ALLOWED", None)]
    assert errors(call("POST", "/tooling/sobjects/User", json={}), 405) == [("METHOD_NOT_ALLOWED", None)]
    assert errors(call("POST", CONNECTIONS, data="{", headers={"Content-Type": "application/json"}), 400) == [("JSON_PARSER_ERROR", None)]
    assert errors(call("POST", CONNECTIONS, data={"FullName": "x"}), 415) == [("UNSUPPORTED_MEDIA_TYPE", None)]
    assert errors(call("GET", "/nothing"), 404) == [("NOT_FOUND", None)]
    assert call("HEAD", f"{PROPERTIES}/{_any_property(call)}").text == ""


def _any_property(call: Caller) -> str:
    call.create("Any")
    return call.rows(f"SELECT Id FROM {PROPERTY}")[0]["Id"]


def test_objects_are_unknown_before_their_version(rig: Rig) -> None:
    old = Caller(rig, version="48.0")
    assert errors(old("GET", "/tooling/query", params={"q": f"SELECT Id FROM {OBJECT}"}), 400) == [("INVALID_TYPE", None)]
    assert errors(old("POST", CONNECTIONS, json=body("Link")), 404) == [("NOT_FOUND", None)]


def test_packaged_connections_belong_to_the_package(rig: Rig, call: Caller) -> None:
    made = rig.client.create("Link", namespace="acmepkg", region=REGION, vpc_endpoint_id=ENDPOINT)
    (row,) = call.rows(f"SELECT DeveloperName, NamespacePrefix, ManageableState FROM {OBJECT}")
    assert (row["DeveloperName"], row["NamespacePrefix"], row["ManageableState"]) == ("Link", "acmepkg", "installed")
    assert errors(call("DELETE", f"{CONNECTIONS}/{made['id']}"), 403) == [("INSUFFICIENT_ACCESS", None)]
    assert errors(call("PATCH", f"{CONNECTIONS}/{made['id']}", json={"Metadata": metadata()}), 403) == [("INSUFFICIENT_ACCESS", None)]
    assert call.act("Provision", "Link").status_code == 404
    assert call.act("Provision", "acmepkg__Link").status_code == 200
