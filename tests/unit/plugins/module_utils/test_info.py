# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing connections and regions."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _inbound_connection_info as info
from ansible_collections.privatelink.salesforce.plugins.module_utils import _inbound_region_info as region_info
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.twin import connection

ALL = [connection("Ready", name="A"), connection("Allocating", name="B"), connection("Ready", name="B", namespace_prefix="pkg"), connection(name="C")]
REGIONS = [{"region": name, "service_name": f"service-{name}", "status": "Available"} for name in ("eu-central-1", "us-east-1")]


class Org:
    def __init__(self):
        self.asked = []

    def connections(self, name=None):
        self.asked.append(name)
        return [one for one in ALL if name is None or name == (f"{one['namespace_prefix']}__{one['name']}" if one["namespace_prefix"] else one["name"])]

    def topologies(self, *regions):
        self.asked.append(regions)
        return REGIONS


@pytest.fixture
def run(monkeypatch):
    def call(module, **options):
        org = call.org = Org()

        def connect(params, context, problems=()):
            if problems:
                raise InputError(problems)
            return org

        monkeypatch.setattr(module, "connect", connect)
        params = {name: option.get("default") for name, option in module.DEFINITION.argument_spec.items()}
        return module.run({**params, **options}, False, Clock().context())

    return call


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (None, [None, None, "pkg", None]),
        ([], [None, None, "pkg", None]),
        (["A"], [None]),
        (["pkg__B"], ["pkg"]),
        (["B", "C"], [None, None]),
        (["A", "pkg__B"], [None, "pkg"]),
        (["Missing"], []),
        (["Missing", "A"], [None]),
    ],
)
def test_connections_by_name(run, names, found):
    result = run(info, name=names)
    assert result["changed"] is False
    assert [one["namespace_prefix"] for one in result["connections"]] == found
    assert "result" not in result
    assert len(run.org.asked) == 1


def test_query(run):
    result = run(info, query="[?status == 'Ready'].name")
    assert result["result"] == ["A", "B"]
    assert len(result["connections"]) == 4
    assert run(info, query="[?name == 'X'] | [0]")["result"] is None


def test_a_query_that_is_none_is_told_with_the_rest_before_anything_is_sent(run):
    with pytest.raises(InputError) as caught:
        run(info, query="[?", name=["1x", "A"])
    assert [problem.split()[0] for problem in caught.value.problems] == ["name", "query"]
    assert run.org.asked == []


def test_a_query_that_does_not_fit(run):
    with pytest.raises(InputError, match="query does not fit the data"):
        run(info, query="abs([0].name)")


def test_without_jmespath(run, monkeypatch):
    monkeypatch.setattr(info, "JMESPATH_IMPORT_ERROR", "ImportError")
    assert len(run(info)["connections"]) == 4
    with pytest.raises(PrivateConnectError, match="jmespath"):
        run(info, query="[]")


@pytest.mark.parametrize(("wanted", "found"), [(None, 2), ([], 2), (["us-east-1"], 1), (["us-east-1", "eu-west-1"], 1), (["eu-west-1"], 0)])
def test_regions(run, wanted, found):
    assert len(run(region_info, regions=wanted)["regions"]) == found
    # An org may refuse a filter that names a region which it does not offer.
    assert run.org.asked == [()]


def test_regions_that_are_none(run):
    with pytest.raises(InputError) as caught:
        run(region_info, regions=["Frankfurt", "eu-central-1", "us_east_1"])
    assert len(caught.value.problems) == 2
    assert run.org.asked == []
