# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebooks, run by ansible-rulebook on the emulators."""

from __future__ import annotations

import typing as t

import boto3
import pytest
from emulators.rig import Rig

from ansible_collections.privatelink.salesforce.tests.eda.rulebook import ORGANIZATION, WORKFLOW, Web, running, until

NAME, REGION = "Payments", "eu-central-1"


@pytest.fixture(scope="module")
def made() -> t.Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.fixture
def web() -> t.Iterator[Web]:
    server = Web()
    yield server
    server.close()


@pytest.fixture
def rig(made: Rig) -> Rig:
    """An org with a connection that is registered and not provisioned, and its endpoint."""
    made.reset()
    place = made.ready["aws"]["regions"][REGION]
    options = {"VpcId": place["vpc_id"], "ServiceName": place["service_name"], "SubnetIds": place["subnet_ids"][:2], "VpcEndpointType": "Interface"}
    endpoint = _ec2(made).create_vpc_endpoint(**options)["VpcEndpoint"]["VpcEndpointId"]
    made.client.create(NAME, region=REGION, vpc_endpoint_id=endpoint)
    made.client.clear_calls()
    return made


def _ec2(rig: Rig) -> t.Any:
    return boto3.client("ec2", REGION, endpoint_url=rig.ready["aws"]["url"], aws_access_key_id="x", aws_secret_access_key="x")


def _endpoint_states(rig: Rig) -> list[str]:
    return [item["State"] for item in _ec2(rig).describe_vpc_endpoints()["VpcEndpoints"]]


def _org(rig: Rig) -> dict[str, str]:
    return rig.ready["orgs"]["acme"]


def _environ(rig: Rig) -> dict[str, str]:
    return {"SALESFORCE_CLIENT_ID": _org(rig)["client_id"], "SALESFORCE_CLIENT_SECRET": _org(rig)["client_secret"]}


def test_a_connection_that_is_on_its_way_is_synced_until_ready_and_that_is_told(rig: Rig, web: Web, tmp_path) -> None:
    orgs = [{"name": "acme", "instance_url": _org(rig)["instance_url"]}]
    variables = {"private_connect_orgs": orgs, "private_connect_interval": 1, "private_connect_notify_url": f"{web.url}/hook"}
    with running("inbound_connections", tmp_path, variables, _environ(rig)) as rulebook:
        until("the first round", lambda: rig.client.count("salesforce", "tooling.query") >= 2, rulebook.output)
        rig.client.provision(NAME)
        until("the resync", lambda: rig.client.count("salesforce", "connect.action.Sync"), rulebook.output)
        (hook,) = until("the notification", lambda: web.hooks, rulebook.output)
        assert (hook["change"], hook["org"], hook["name"], hook["before"], hook["after"]) == ("status", "acme", NAME, "PendingAcceptance", "Ready")
        # One of the source, however many rounds, and one of the playbook.
        assert rig.client.count("salesforce", "oauth.token") == 2
        rig.client.clear_calls()
        rig.client.add_fault("status", "salesforce", "tooling.query", status=500, times=None)
        until("the error", lambda: [item for item in web.hooks if item["change"] == "error"], rulebook.output)
        rig.client.clear_faults()
        until("the recovery", lambda: [item for item in web.hooks if item["change"] == "recovered"], rulebook.output)
        assert rulebook.lives()
        assert {item["change"] for item in web.hooks} <= {"status", "source_ip_ranges", "error", "recovered"}
    assert _org(rig)["client_secret"] not in rulebook.output()


@pytest.fixture
def drift(rig: Rig, web: Web, tmp_path) -> t.Iterator[t.Callable[..., t.Any]]:
    """Starts the rulebook on the connection as it is: ready, with its endpoint, unless a test has made it drift. ``more`` are options of its environment."""
    rig.client.provision(NAME)
    rig.client.sync(NAME)
    until("the endpoint", lambda: _endpoint_states(rig) == ["available"], lambda: str(_endpoint_states(rig)))
    place = rig.ready["aws"]["regions"][REGION]
    environment = {
        "org": "acme",
        "name": NAME,
        "instance_url": _org(rig)["instance_url"],
        "vpc_id": place["vpc_id"],
        "region": REGION,
        "my_domain": _org(rig)["host"],
        "manage_dns": False,
        "endpoint_url": rig.ready["aws"]["url"],
        "access_key": "x",
        "secret_key": "x",
    }
    variables = {"private_connect_interval": 1, "private_connect_workflow": WORKFLOW, "private_connect_organization": ORGANIZATION}
    words = ("--controller-url", web.url, "--controller-token", "t0k3n")

    def start(**more: str) -> t.Any:
        return running("drift", tmp_path, {**variables, "private_connect_environments": [{**environment, **more}]}, _environ(rig), *words)

    return start


def _launched(web: Web) -> list[str]:
    return [launch["extra_vars"]["private_connect_hosts"] for launch in web.launches]


def _rounds(rig: Rig, number: int, rulebook: t.Any) -> None:
    """Wait until this many rounds have been read from now on, of two queries each, and the next has begun."""
    rig.client.clear_calls()
    until(f"{number} rounds", lambda: rig.client.count("salesforce", "tooling.query") > 2 * number + 1, rulebook.output)


def test_drift_opens_the_workflow_once(rig: Rig, web: Web, drift) -> None:
    with drift() as rulebook:
        _rounds(rig, 1, rulebook)
        assert _launched(web) == []
        rig.client.act_aws("set_state", rig.client.connections()[NAME]["vpc_endpoint_id"], "rejected")
        until("the launch of the workflow", lambda: web.launches, rulebook.output)
        # The org learns of it: other drift of the same incident.
        rig.client.sync(NAME)
        _rounds(rig, 2, rulebook)
        assert _launched(web) == [f"acme_{NAME}"]
    assert _org(rig)["client_secret"] not in rulebook.output()


def test_a_connection_that_is_gone_from_the_org_opens_the_workflow(rig: Rig, web: Web, drift) -> None:
    with drift(host="payments") as rulebook:
        _rounds(rig, 1, rulebook)
        rig.client.delete(NAME)
        until("the launch of the workflow", lambda: web.launches, rulebook.output)
        assert _launched(web) == ["payments"]


def test_drift_that_is_there_at_the_start_opens_the_workflow(rig: Rig, web: Web, drift) -> None:
    rig.client.act_aws("set_state", rig.client.connections()[NAME]["vpc_endpoint_id"], "rejected")
    with drift() as rulebook:
        until("the launch of the workflow", lambda: web.launches, rulebook.output)
        assert _launched(web) == [f"acme_{NAME}"]


@pytest.mark.parametrize(
    ("orgs", "interval", "words"),
    [
        ([{"instance_url": "ftp://acme"}], 1, ["ftp://acme"]),
        ([{"instanceurl": "x"}], 0, ["unknown options instanceurl", "interval is 0"]),
    ],
)
def test_wrong_arguments_end_it_with_every_problem(orgs, interval, words, web: Web, tmp_path) -> None:
    variables = {"private_connect_orgs": orgs, "private_connect_interval": interval, "private_connect_notify_url": f"{web.url}/hook"}
    with running("inbound_connections", tmp_path, variables, {}) as rulebook:
        until("the end", lambda: not rulebook.lives(), rulebook.output)
        for word in words:
            assert word in rulebook.output()
