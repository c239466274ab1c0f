# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine alone: every status, every rule, in any order."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import model
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce.model import Connection, Refused, Remote, Rules
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce.switches import ALL, STATUSES, Switches

RANGES = (("10.0.0.0", "10.0.0.3"),)
START = Connection("id", "Link", "Link", "text", active=True, region="eu-central-1", endpoint_id="vpce-0123456789abcdef0")


def rules(**values: t.Any) -> Rules:
    return Rules.of(Switches(**values))


def sync(connection: Connection, remote: Remote = Remote.AVAILABLE, **values: t.Any) -> Connection:
    return model.sync(connection, rules(**values), remote, 0.0, lambda: RANGES).connection


def provision(connection: Connection = START, remote: Remote = Remote.WAITING, **values: t.Any) -> model.Transition:
    return model.provision(connection, rules(**values), remote, 0.0, lambda: RANGES)


def statuses(count: int, **values: t.Any) -> list[str]:
    """The status after Provision and after each of ``count`` Syncs, with an endpoint that is accepted at once."""
    connection = provision(**values).connection
    seen = [connection.status]
    for _sync in range(count):
        connection = sync(connection, **values)
        seen.append(connection.status)
    return seen


def test_provision_asks_to_accept_and_sync_makes_ready() -> None:
    started = provision()
    assert (started.connection.status, started.effect, started.connection.ranges) == ("PendingAcceptance", "accept", ())
    ready = sync(started.connection)
    assert (ready.status, ready.ranges) == ("Ready", RANGES)
    assert sync(ready) == ready


def test_path_and_number_of_syncs_follow_the_switches() -> None:
    whole = "Allocating,PendingAcceptance,PendingActivation"
    assert statuses(3, status_path=whole) == ["Allocating", "PendingAcceptance", "PendingActivation", "Ready"]
    assert statuses(5, status_path="Allocating,PendingAcceptance", syncs_to_ready=4) == ["Allocating"] + ["PendingAcceptance"] * 3 + ["Ready"] * 2
    assert statuses(0, syncs_to_ready=0) == ["Ready"]


def test_acceptance_at_first_sync_costs_one_sync() -> None:
    started = provision(provision_accepts="first_sync")
    assert started.effect is None
    first = model.sync(started.connection, rules(provision_accepts="first_sync"), Remote.WAITING, 0.0, lambda: RANGES)
    assert (first.connection.status, first.effect) == ("PendingAcceptance", "accept")
    assert sync(first.connection).status == "Ready"


@pytest.mark.parametrize(("remote", "status"), [(Remote.REJECTED, "RejectedRemotely"), (Remote.GONE, "DeletedRemotely")])
@pytest.mark.parametrize("before", ["Allocating", "PendingAcceptance", "PendingActivation", "Ready"])
def test_failures_in_aws_show_on_sync_and_stay(remote: Remote, status: str, before: str) -> None:
    failed = sync(dataclasses.replace(START, status=before, seen=True), remote)
    assert failed.status == status
    assert sync(failed).status == status
    assert sync(failed, remote_failures_recover=True).status == "Ready"


def test_rejected_becomes_deleted_when_the_endpoint_goes() -> None:
    assert sync(dataclasses.replace(START, status="RejectedRemotely", seen=True), Remote.GONE).status == "DeletedRemotely"


def test_unknown_endpoint() -> None:
    with pytest.raises(Refused, match="doesn't exist"):
        provision(remote=Remote.UNKNOWN)
    for rule, status in (("deleted_at_sync", "DeletedRemotely"), ("stays_pending", "PendingAcceptance")):
        started = provision(remote=Remote.UNKNOWN, unknown_endpoint=rule).connection
        assert sync(started, Remote.UNKNOWN, unknown_endpoint=rule).status == status


def test_incomplete_and_inactive_connections_are_refused() -> None:
    with pytest.raises(Refused, match="Region and AwsVpcEndpointId"):
        provision(dataclasses.replace(START, region=None, endpoint_id=None))
    idle = dataclasses.replace(START, active=False)
    assert provision(idle).connection.status == "PendingAcceptance"
    with pytest.raises(Refused, match="active"):
        provision(idle, inactive_provision="refuse")


def test_teardown_ends_unprovisioned_and_can_be_undone() -> None:
    ready = sync(provision().connection)
    going = model.tear_down(ready, rules(), Remote.AVAILABLE, 0.0)
    assert (going.connection.status, going.effect) == ("TeardownInProgress", "reject")
    gone = sync(going.connection, Remote.REJECTED)
    assert (gone.status, gone.ranges) == ("Unprovisioned", ())
    again = provision(gone, Remote.REJECTED)
    assert again.effect == "accept"
    assert sync(again.connection).status == "Ready"


def test_ranges_appear_and_stay_by_switch() -> None:
    assert provision(ranges_appear="provision").connection.ranges == RANGES
    ready = sync(provision().connection)
    gone = model.tear_down(ready, rules(teardown_immediate=True, ranges_kept_after_teardown=True), Remote.AVAILABLE, 0.0).connection
    assert (gone.status, gone.ranges) == ("Unprovisioned", RANGES)


LEGAL = {
    "provisioned": set(STATUSES) - {"Unprovisioned", "TeardownInProgress"},
    "settled": {"Ready", "RejectedRemotely", "DeletedRemotely"},
    "all": set(STATUSES),
}


@pytest.mark.parametrize("rule", LEGAL)
@pytest.mark.parametrize("status", STATUSES)
def test_teardown_is_legal_where_the_switch_says(rule: str, status: str) -> None:
    connection = dataclasses.replace(START, status=status, seen=True)
    try:
        model.tear_down(connection, rules(teardown_from=rule), Remote.AVAILABLE, 0.0)
        legal = True
    except Refused:
        legal = False
    assert legal == (status in LEGAL[rule])


@pytest.mark.parametrize("status", STATUSES[1:])
def test_provision_is_legal_only_when_unprovisioned(status: str) -> None:
    with pytest.raises(Refused, match=status):
        provision(dataclasses.replace(START, status=status))


SETTINGS = st.fixed_dictionaries({switch.name: st.sampled_from(switch.choices or (switch.default, *switch.samples)) for switch in ALL})


@given(SETTINGS, st.lists(st.tuples(st.sampled_from(["provision", "sync", "tear_down"]), st.sampled_from(Remote)), max_size=12))
def test_any_walk_keeps_the_invariants(settings: dict[str, t.Any], walk: list[tuple[str, Remote]]) -> None:
    """Only known statuses; a Ready connection has ranges, and they never change while it is provisioned."""
    connection, rule = START, Rules.of(Switches(**settings))
    for action, remote in walk:
        arguments = (connection, rule, remote, 0.0) if action == "tear_down" else (connection, rule, remote, 0.0, lambda: RANGES)
        try:
            after = getattr(model, action)(*arguments).connection
        except Refused:
            continue
        assert after.status in STATUSES
        assert after.ranges or after.status != "Ready"
        if connection.provisioned and after.provisioned and connection.ranges:
            assert after.ranges == connection.ranges
        connection = after


@given(SETTINGS)
def test_the_way_to_ready_and_back_ends(settings: dict[str, t.Any]) -> None:
    """With a well endpoint, Provision and Syncs lead to Ready, TearDown and Syncs to Unprovisioned, under any setting."""
    rule = Rules.of(Switches(**{**settings, "sync_in": "not_unprovisioned"}))
    connection = model.provision(START, rule, Remote.WAITING, 0.0, lambda: RANGES).connection
    for _sync in range(12):
        connection = model.sync(connection, rule, Remote.AVAILABLE, 0.0, lambda: RANGES).connection
    assert connection.status == "Ready"
    connection = model.tear_down(connection, rule, Remote.AVAILABLE, 0.0).connection
    while connection.provisioned:
        connection = model.sync(connection, rule, Remote.REJECTED, 0.0, lambda: RANGES).connection
    assert connection.status == "Unprovisioned"


def test_observe_looks_at_the_service_too() -> None:
    endpoint = {"service_name": "ours", "state": "pendingAcceptance"}
    assert model.observe(START, endpoint, "ours") is Remote.WAITING
    assert model.observe(START, endpoint, "theirs") is Remote.UNKNOWN
    assert model.observe(START, None, "ours") is Remote.UNKNOWN
    assert model.observe(dataclasses.replace(START, seen=True), None, "ours") is Remote.GONE
