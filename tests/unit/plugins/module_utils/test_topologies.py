# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topologies answer in every shape and spelling that the documents leave open."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._topologies import parse

EU = "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0"
US = "com.amazonaws.vpce.us-east-1.vpce-svc-0fedcba9876543210"
EXPECTED = [
    {"region": "eu-central-1", "service_name": EU, "status": "Available"},
    {"region": "us-east-1", "service_name": US, "status": "Available"},
]
SHAPES = {
    "list": lambda items: items,
    "key": lambda items: {"topologies": items},
    "other_key": lambda items: {"connectionType": "AwsPrivateLink", "inboundNetworkConnectionTopologies": items},
    "nested": lambda items: {"connectionType": "AwsPrivateLink", "result": {"page": {"topologies": items}}},
    "after_an_empty_list": lambda items: {"warnings": [], "topologies": items},
    "after_a_list_of_else": lambda items: {"supportedTypes": ["AwsPrivateLink"], "topologies": items},
    "after_the_names": lambda items: {"regions": ["eu-central-1", "us-east-1"], "topologies": items},
    "list_of_lists": lambda items: {"topologies": [items]},
}
REGION_KEYS = ("region", "Region", "regionName", "name", "awsRegion")
SERVICE_KEYS = ("serviceName", "vpcEndpointServiceName", "awsVpcEndpointServiceName", "endpointTarget", "unheardOf")


def items(region_key, service_key, status_key="status"):
    return [{region_key: region, service_key: service, status_key: "Available"} for region, service in (("us-east-1", US), ("eu-central-1", EU))]


@pytest.mark.parametrize(("region_key", "service_key"), list(itertools.product(REGION_KEYS, SERVICE_KEYS)))
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_and_spelling(shape, region_key, service_key):
    assert parse(SHAPES[shape](items(region_key, service_key))) == EXPECTED


@pytest.mark.parametrize("key", ["status", "Status", "state"])
def test_status(key):
    assert parse(items("region", "serviceName", key)) == EXPECTED


def test_values_in_an_object_of_their_own():
    body = {"topologies": [{"region": "eu-central-1", "awsProperties": {"vpcEndpointServiceName": EU, "state": "Available"}}]}
    assert parse(body) == EXPECTED[:1]


def test_the_outer_status_counts_before_an_inner_one():
    assert parse([{"region": "eu-central-1", "serviceName": EU, "detail": {"status": "Else"}, "status": "Available"}]) == EXPECTED[:1]


def test_a_region_that_only_the_service_tells():
    assert parse([{"serviceName": EU, "status": "Available"}]) == EXPECTED[:1]
    assert parse([{"name": "Frankfurt", "serviceName": EU, "status": "Available"}]) == EXPECTED[:1]
    assert parse([{"name": "Frankfurt", "regionName": "eu-central-1", "serviceName": EU, "status": "Available"}]) == EXPECTED[:1]


def test_objects_by_region():
    body = {"topologies": {"eu-central-1": {"serviceName": EU, "status": "Available"}, "us-east-1": {"serviceName": US, "status": "Available"}}}
    assert parse(body) == EXPECTED


@pytest.mark.parametrize(
    "body", [["us-east-1", "eu-central-1"], {"regions": ["us-east-1", "eu-central-1"]}, [{"region": "us-east-1"}, {"region": "eu-central-1"}]]
)
def test_names_only(body):
    assert parse(body) == [{"region": name, "service_name": None, "status": None} for name in ("eu-central-1", "us-east-1")]


def test_without_a_status():
    assert parse([{"region": "eu-central-1", "serviceName": EU, "status": None}]) == [{**EXPECTED[0], "status": None}]


def test_each_region_once():
    assert parse([*items("region", "serviceName"), *items("region", "serviceName")]) == EXPECTED


@pytest.mark.parametrize("body", [[], {"topologies": []}, {"connectionType": "AwsPrivateLink", "topologies": []}, {"a": {"b": []}}])
def test_no_regions(body):
    assert parse(body) == []


@pytest.mark.parametrize("body", [None, {}, "text", 7, {"message": "moved"}, [7, None], {"topologies": [{"zone": 1}]}, {"items": ["AwsPrivateLink"]}])
def test_what_is_not_understood_is_no_empty_list(body):
    """'No region is offered' would send the user to the wrong place."""
    with pytest.raises(PrivateConnectError, match="list of regions is not understood") as caught:
        parse(body)
    assert repr(body)[:50] in caught.value.message
