# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection as plain data, and its component as it is written."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _connection as model
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError

ROW = {"Id": "1", "DeveloperName": "Acme", "MasterLabel": "L", "Description": "D", "isActive": True, "Status": "Ready", "ConnectionType": "AwsPrivateLink"}


def prop(name, value):
    return {"PropertyName": name, "PropertyValue": value}


@pytest.mark.parametrize("key", ["isActive", "IsActive"])
@pytest.mark.parametrize("active", [True, False])
def test_both_spellings_of_is_active(key, active):
    row = {name: value for name, value in ROW.items() if name != "isActive"}
    assert model.from_rows({**row, key: active}, [])["active"] is active


@pytest.mark.parametrize("value", [None, "", "[]"])
def test_ranges_that_are_not_allocated_yet(value):
    found = model.from_rows(ROW, [prop("SourceIpRanges", value), prop("Region", "")])
    assert (found["source_ip_ranges"], found["source_cidrs"], found["region"]) == ([], [], None)


def test_ranges_are_sorted_and_stable():
    value = '[{"startIp":"10.0.0.8","endIp":"10.0.0.11"},{"startIp":"9.0.0.1","endIp":"9.0.0.2"}]'
    found = model.from_rows(ROW, [prop("SourceIpRanges", value)])
    assert found["source_ip_ranges"] == [{"start_ip": "9.0.0.1", "end_ip": "9.0.0.2"}, {"start_ip": "10.0.0.8", "end_ip": "10.0.0.11"}]
    assert found["source_cidrs"] == ["9.0.0.1/32", "9.0.0.2/32", "10.0.0.8/30"]


def test_ranges_that_make_no_sense_name_the_connection():
    with pytest.raises(PrivateConnectError, match=r"Acme .*10\.0\.0\.9"):
        model.from_rows(ROW, [prop("SourceIpRanges", '[{"startIp":"10.0.0.9","endIp":"10.0.0.1"}]')])


def test_unknown_properties_are_passed_over():
    assert model.from_rows(ROW, [prop("LinkId", "x"), prop("Region", "eu-central-1")])["region"] == "eu-central-1"


def test_full_name():
    assert model.full_name({"name": "Acme", "namespace_prefix": None}) == "Acme"
    assert model.full_name({"name": "Acme", "namespace_prefix": "pkg"}) == "pkg__Acme"


def test_new_metadata_has_every_required_member_and_no_ranges():
    made = model.new_metadata(label="L", description="D", active=True, region="eu-central-1", vpc_endpoint_id="vpce-1")
    assert made == {
        "connectionType": "AwsPrivateLink",
        "label": "L",
        "description": "D",
        "isActive": True,
        "status": "Unprovisioned",
        "inboundNetworkConnProperties": [
            {"propertyName": "Region", "propertyValue": "eu-central-1"},
            {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-1"},
        ],
    }


READ = {
    "connectionType": "AwsPrivateLink",
    "label": "L",
    "description": "D",
    "isActive": True,
    "status": "Ready",
    "urls": None,
    "inboundNetworkConnProperties": [
        {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-1"},
        {"propertyName": "Region", "propertyValue": "eu-central-1"},
        {"propertyName": "SourceIpRanges", "propertyValue": "[]"},
        {"propertyName": "LinkId", "propertyValue": "x"},
    ],
}


def test_changed_metadata_sends_back_what_it_does_not_change():
    before = copy.deepcopy(READ)
    assert model.changed_metadata(READ, {"label": "New", "active": False}) == {**READ, "label": "New", "isActive": False}
    assert before == READ


def test_changed_metadata_replaces_properties_in_place():
    made = model.changed_metadata(READ, {"vpc_endpoint_id": "vpce-2", "region": "us-east-1"})
    assert [item["propertyValue"] for item in made["inboundNetworkConnProperties"]] == ["vpce-2", "us-east-1", "[]", "x"]
    assert READ["inboundNetworkConnProperties"][0]["propertyValue"] == "vpce-1"


@pytest.mark.parametrize("items", [None, [], {"propertyName": "Region", "propertyValue": "eu-central-1"}])
def test_changed_metadata_adds_properties(items):
    made = model.changed_metadata({**READ, "inboundNetworkConnProperties": items}, {"vpc_endpoint_id": "vpce-2"})
    kept = [items] if isinstance(items, dict) else []
    assert made["inboundNetworkConnProperties"] == [*kept, {"propertyName": "AwsVpcEndpointId", "propertyValue": "vpce-2"}]
