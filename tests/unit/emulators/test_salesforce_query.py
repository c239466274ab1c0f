# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOQL: what is understood, what is refused, and how pages follow each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import ids, soql
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce.errors import ApiError
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import ENDPOINT, OBJECT, PROPERTY, REGION, Caller, Rig, errors

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]


def select(call: Caller, soql_text: str, surface: str = "/tooling") -> list[str]:
    return [row["DeveloperName"] for row in call.rows(soql_text, surface)]


@pytest.fixture
def three(rig: Rig, call: Caller) -> Caller:
    for name, status, active in (("Alpha", "Ready", True), ("Beta", "Unprovisioned", False), ("Gamma", "Ready", False)):
        rig.client.create(name, status=status, active=active, region=REGION, vpc_endpoint_id=ENDPOINT, description=f"It's {name}_1")
    return call


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Status = 'Ready'", ["Alpha", "Gamma"]),
        ("Status = 'ready'", ["Alpha", "Gamma"]),
        ("Status != 'Ready'", ["Beta"]),
        ("Status <> 'Ready'", ["Beta"]),
        ("isActive = true AND Status = 'Ready'", ["Alpha"]),
        ("DeveloperName IN ('Beta', 'Gamma', 'Delta')", ["Beta", "Gamma"]),
        ("DeveloperName NOT IN ('Beta')", ["Alpha", "Gamma"]),
        ("(isActive = true OR Status = 'Unprovisioned') AND DeveloperName LIKE '%a'", ["Alpha", "Beta"]),
        ("NOT Status = 'Ready'", ["Beta"]),
        ("Description = 'It\\'s Beta_1'", ["Beta"]),
        ("Description LIKE 'It\\'s _____\\_1'", ["Alpha", "Gamma"]),
        ("NamespacePrefix = null", ["Alpha", "Beta", "Gamma"]),
        ("DeveloperName > 'alpha' AND DeveloperName <= 'gamma'", ["Beta", "Gamma"]),
    ],
)
def test_where(three: Caller, where: str, expected: list[str]) -> None:
    assert select(three, f"SELECT DeveloperName FROM {OBJECT} WHERE {where} ORDER BY DeveloperName") == expected


def test_order_limit_offset_count(three: Caller) -> None:
    assert select(three, f"select developername from {OBJECT} order by Status desc, DeveloperName desc limit 2 offset 1") == ["Gamma", "Alpha"]
    answer = three("GET", "/tooling/query/", params={"q": f"SELECT COUNT() FROM {OBJECT} WHERE Status = 'Ready'"})
    assert answer.json() == {"totalSize": 2, "done": True, "records": []}


def test_relationships_go_one_level(three: Caller) -> None:
    (row,) = three.rows("SELECT Username, Profile.Name FROM User WHERE Username = 'admin@acme.example'", "")
    assert row["Profile"]["Name"] == "System Administrator"
    rows = three.rows(f"SELECT PropertyName FROM {PROPERTY} WHERE InboundNetworkConnection.DeveloperName = 'Beta'")
    assert sorted(row["PropertyName"] for row in rows) == ["AwsVpcEndpointId", "Region"]


def test_ids_match_in_both_lengths(three: Caller) -> None:
    (row,) = three.rows(f"SELECT Id FROM {OBJECT} WHERE DeveloperName = 'Beta'")
    assert select(three, f"SELECT DeveloperName FROM {OBJECT} WHERE Id = '{row['Id'][:15]}'") == ["Beta"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        (f"SELECT Colour FROM {OBJECT}", "INVALID_FIELD"),
        (f"SELECT Id FROM {OBJECT} WHERE Colour = 'red'", "INVALID_FIELD"),
        (f"SELECT Id FROM {PROPERTY} WHERE PropertyValue = 'x'", "INVALID_FIELD"),
        (f"SELECT Id FROM {PROPERTY} ORDER BY PropertyValue", "INVALID_FIELD"),
        (f"SELECT Id FROM {OBJECT} WHERE isActive = 'true'", "INVALID_FIELD"),
        (f"SELECT Id FROM {OBJECT} WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        (f"SELECT Metadata FROM {OBJECT}", "MALFORMED_QUERY"),
        (f"SELECT FullName FROM {OBJECT} WHERE Status = 'Ready'", "MALFORMED_QUERY"),
        (f"SELECT Id, Id FROM {OBJECT}", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} WHERE Status = Ready", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} WHERE DeveloperName = 'it's'", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} WHERE DeveloperName = 'a\\x'", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} WHERE Status = 'a' AND Status = 'b' OR Status = 'c'", "MALFORMED_QUERY"),
        (f"SELECT * FROM {OBJECT}", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} LIMIT x", "MALFORMED_QUERY"),
        (f"SELECT Id FROM {OBJECT} Status", "MALFORMED_QUERY"),
        ("SELECT Id FROM User WHERE CreatedDate > 2026-02-30T00:00:00Z", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_refusals(three: Caller, text: str, code: str) -> None:
    assert [entry for entry, _fields in errors(three("GET", "/tooling/query", params={"q": text}), 400)] == [code]


def test_metadata_of_one_row(three: Caller) -> None:
    (row,) = three.rows(f"SELECT FullName, Metadata FROM {OBJECT} WHERE DeveloperName = 'Beta'")
    assert (row["FullName"], row["Metadata"]["label"]) == ("Beta", "Beta")


def test_columns_without_rows(three: Caller) -> None:
    document = three("GET", "/tooling/query", params={"q": f"SELECT Id, isActive FROM {OBJECT}", "columns": "true"}).json()
    assert [(column["columnName"], column["booleanType"]) for column in document["columnMetadata"]] == [("Id", False), ("isActive", True)]
    assert (document["entityName"], document["idSelected"]) == (OBJECT, True)


def test_columns_of_a_relationship_lie_below_it(call: Caller) -> None:
    document = call("GET", "/query", params={"q": "SELECT Username, Profile.Name, Profile.Id FROM User", "columns": "true"}).json()
    names = [(column["columnName"], [each["columnName"] for each in column["joinColumns"]]) for column in document["columnMetadata"]]
    assert (names, document["idSelected"]) == ([("Username", []), ("Profile", ["Name", "Id"])], False)


def test_pages_follow_a_root_relative_url(rig: Rig, three: Caller) -> None:
    rig.client.set_switches(query_batch=2)
    first = three("GET", "/tooling/query", params={"q": f"SELECT DeveloperName FROM {OBJECT} ORDER BY DeveloperName"}).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (3, False, 2)
    assert first["nextRecordsUrl"].startswith("/services/data/v67.0/tooling/query/01g")
    second = three("GET", first["nextRecordsUrl"]).json()
    assert ([row["DeveloperName"] for row in second["records"]], second["done"], "nextRecordsUrl" in second) == (["Gamma"], True, False)
    assert errors(three("GET", "/tooling/query/01gHs0000000zzz-2"), 400) == [("INVALID_QUERY_LOCATOR", None)]


def test_login_history_is_filtered_by_time_not_by_address(call: Caller) -> None:
    call.http.post(f"{call.org['instance_url']}/services/oauth2/token", data=_client_credentials(call), timeout=10)
    text = "SELECT Id, SourceIp, LoginSubType FROM LoginHistory WHERE LoginTime > 2020-01-01T00:00:00Z ORDER BY LoginTime"
    assert [row["LoginSubType"] for row in call.rows(text, "")] == ["OauthClientCredentials"]
    assert call.rows(text.replace(">", "<"), "") == []
    assert errors(call("GET", "/query", params={"q": "SELECT Id FROM LoginHistory WHERE SourceIp = '127.0.0.1'"}), 400) == [("INVALID_FIELD", None)]


def _client_credentials(call: Caller) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": call.org["client_id"], "client_secret": call.org["client_secret"]}


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    query = soql.parse(f"SELECT Id FROM X WHERE Name = '{escaped}'")
    assert isinstance(query.where, soql.Comparison)
    assert query.where.value == text


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        soql.parse(f"SELECT Id FROM X WHERE {text}")
    except ApiError as error:
        assert error.entries[0]["errorCode"] == "MALFORMED_QUERY"  # noqa: PT017


def test_ids_have_a_checksum() -> None:
    assert ids.to18("00D000000000062") == "00D000000000062EAA"
    assert ids.well_formed("00D000000000062EAA", "00D")
    assert not ids.well_formed("00D000000000062EAB")
    assert not ids.well_formed("00D00000000006")
