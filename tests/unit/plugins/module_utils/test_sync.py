# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Syncing until a status is there: the wait, its end in each way, and what is said meanwhile."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _inbound_connection_sync as sync
from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import STATUSES
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, NetworkError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import execute
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.twin import ENDPOINT, ID, Twin, connection, refusal

BUSY = refusal("SERVER_UNAVAILABLE", 503)
QUOTA = refusal("REQUEST_LIMIT_EXCEEDED", 403)
FORBIDDEN = refusal("INSUFFICIENT_ACCESS", 403)
NOT_NOW = refusal(words="not now")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(monkeypatch, clock):
    def call(twin, *, check_mode=False, **options):
        def connect(params, context, problems=()):
            if problems:
                raise InputError(problems)
            return twin

        monkeypatch.setattr(sync, "connect", connect)
        params = {name: option.get("default") for name, option in sync.DEFINITION.argument_spec.items()}
        params.update({"name": "Acme", **options})
        return execute(sync.DEFINITION, params, check_mode=check_mode, diff_mode=True, context=clock.context())

    return call


def test_until_ready(run, clock):
    twin = Twin(connection("PendingAcceptance"), syncs=["PendingAcceptance", "PendingActivation", "Ready"])
    result = run(twin)
    assert (result["changed"], result["connection"]["status"], result["syncs"]) == (True, "Ready", 3)
    assert result["status_history"] == [
        {"status": "PendingAcceptance", "seconds": 0.0},
        {"status": "PendingActivation", "seconds": 15.0},
        {"status": "Ready", "seconds": 30.0},
    ]
    assert (result["diff"]["before"]["status"], result["diff"]["after"]["status"]) == ("PendingAcceptance", "Ready")
    assert twin.calls == ["Sync"] * 3
    assert clock.sleeps == [15, 15]


def test_ready_already(run, clock):
    twin = Twin(connection("Ready"))
    result = run(twin, settle=180)
    assert (result["changed"], result["syncs"], result["diff"]) == (False, 1, {"before": {}, "after": {}})
    assert (twin.calls, twin.reads, clock.sleeps, clock.lines) == (["Sync"], 2, [], [])


def test_ranges_that_appear_are_a_change(run):
    twin = Twin(connection("Ready"))
    twin.fail("meanwhile", "Sync", lambda: twin.change(source_cidrs=["10.0.0.0/30"]))
    assert run(twin)["changed"] is True


def test_a_wait_says_each_status_and_that_it_goes_on(run, clock):
    run(Twin(connection("PendingAcceptance"), syncs=["PendingAcceptance", "PendingActivation", "Ready"]), wait_timeout=600)
    assert clock.lines == [
        "Inbound connection Acme: PendingAcceptance, 0 s so far, deadline 600 s",
        "Inbound connection Acme: PendingActivation, 15 s so far, deadline 600 s",
        "Inbound connection Acme: Ready, 30 s so far, deadline 600 s",
    ]


def test_the_first_sync_may_do(run, clock):
    assert run(Twin(connection("PendingAcceptance"), syncs=["Ready"]))["syncs"] == 1
    assert (clock.lines, clock.sleeps) == ([], [])


def test_the_deadline(run, clock):
    twin = Twin(connection("PendingAcceptance"))
    result = run(twin, wait_timeout=100, poll_interval=30)
    assert result["failed"]
    for words in ("Acme", ID, ENDPOINT, "still PendingAcceptance after 100 s and 5 Syncs, not Ready", "Run this again", "look at the endpoint's state in AWS"):
        assert words in result["msg"]
    assert (result["connection"]["status"], result["syncs"], clock.time) == ("PendingAcceptance", 5, 1100)
    assert result["status_history"] == [{"status": "PendingAcceptance", "seconds": 0.0}]


@pytest.mark.parametrize("status", ["RejectedRemotely", "DeletedRemotely"])
@pytest.mark.parametrize("before", ["PendingAcceptance", "same"])
def test_what_is_lost_ends_the_wait_at_once(run, clock, status, before):
    result = run(Twin(connection(status if before == "same" else before), syncs=[status]))
    assert result["failed"]
    assert f"({ID}, endpoint {ENDPOINT}) is {status}: the endpoint was {'rejected' if status.startswith('R') else 'deleted'}" in result["msg"]
    assert "replace=true" in result["msg"]
    assert (result["syncs"], clock.sleeps, result["connection"]["status"]) == (1, [], status)


def test_what_was_lost_may_be_well_again(run):
    assert run(Twin(connection("DeletedRemotely"), syncs=["Ready"]))["connection"]["status"] == "Ready"


@pytest.mark.parametrize("status", STATUSES)
def test_any_status_can_be_waited_for(run, status):
    twin = Twin(connection("TeardownInProgress" if status == "Unprovisioned" else "PendingAcceptance"), syncs=["Allocating", status])
    if status == "Allocating":
        twin.syncs = ["PendingActivation", status]
    result = run(twin, wait_for=[status])
    assert result.get("msg") is None
    assert result["connection"]["status"] == status


def test_one_of_several(run):
    assert run(Twin(connection("PendingAcceptance"), syncs=["PendingActivation"]), wait_for=["Ready", "PendingActivation"])["syncs"] == 1


def test_unprovisioned_is_told_before_any_sync(run):
    twin = Twin(connection("Unprovisioned"))
    result = run(twin)
    assert result["failed"]
    assert "provision it first (privatelink.salesforce.inbound_connection with state=provisioned)" in result["msg"]
    assert twin.calls == []


def test_unprovisioned_is_what_was_wanted(run):
    twin = Twin(connection("Unprovisioned"))
    result = run(twin, wait_for=["Unprovisioned"])
    assert (result["changed"], result["syncs"], twin.calls) == (False, 0, [])


def test_somebody_tears_it_down_during_the_wait(run):
    """Unprovisioned is no success of a wait for Ready."""
    result = run(Twin(connection("PendingAcceptance"), syncs=["TeardownInProgress", "Unprovisioned"]))
    assert result["failed"]
    assert "is Unprovisioned: provision it first" in result["msg"]


def test_it_is_gone_during_the_wait(run):
    twin = Twin(connection("PendingAcceptance"), syncs=["PendingAcceptance"])
    run_away = twin.connection
    twin.connection = lambda name: None if len(twin.calls) == 2 else run_away(name)
    result = run(twin)
    assert (result["failed"], "somebody deleted it" in result["msg"]) == (True, True)


def test_there_is_none(run):
    result = run(Twin(None))
    assert "There is no inbound connection Acme in acme.my.salesforce.com" in result["msg"]


# -- without wait --------------------------------------------------------------------------------------------------------


def test_without_wait_there_is_one_sync(run, clock):
    twin = Twin(connection("PendingAcceptance"), syncs=["PendingActivation"])
    result = run(twin, wait=False, settle=180)
    assert (result["connection"]["status"], result["changed"], result["syncs"]) == ("PendingActivation", True, 1)
    assert (clock.sleeps, clock.lines) == ([], [])


def test_without_wait_the_end_of_a_tear_down_is_news(run):
    assert run(Twin(connection("TeardownInProgress")), wait=False)["connection"]["status"] == "Unprovisioned"


@pytest.mark.parametrize("error", [None, BUSY, NetworkError("no route", sent=False)])
def test_without_wait_a_lost_sync_is_sent_again(run, error):
    """Else a run would report the status of before as the latest."""
    twin = Twin(connection("PendingAcceptance"), syncs=["Ready"])
    twin.fail("cut", "Sync", error)
    assert run(twin, wait=False)["connection"]["status"] == "Ready"
    assert twin.calls == ["Sync", "Sync"]


def test_without_wait_lost_syncs_have_an_end(run):
    twin = Twin(connection("PendingAcceptance"))
    for _try in range(9):
        twin.fail("cut", "Sync", BUSY)
    assert "SERVER_UNAVAILABLE" in run(twin, wait=False)["msg"]
    assert len(twin.calls) == sync.MAX_UNANSWERED


def test_without_wait_a_refusal_is_told(run):
    twin = Twin(connection("PendingAcceptance"))
    twin.fail("cut", "Sync", NOT_NOW)
    assert "not now" in run(twin, wait=False)["msg"]
    assert twin.calls == ["Sync"]


# -- what goes wrong meanwhile -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [None, BUSY, NOT_NOW])
@pytest.mark.parametrize("kind", ["lost", "cut"])
def test_a_sync_that_fails_does_not_end_the_wait(run, error, kind):
    twin = Twin(connection("PendingAcceptance"), syncs=["PendingActivation", "Ready"])
    twin.fail(kind, "Sync", error)
    result = run(twin)
    assert result["connection"]["status"] == "Ready"
    assert result["syncs"] == (1 if kind == "lost" else 2)


def test_the_deadline_tells_what_the_org_said_last(run):
    twin = Twin(connection("PendingAcceptance"))
    for _try in range(9):
        twin.fail("cut", "Sync", NOT_NOW)
    result = run(twin, wait_timeout=30)
    assert "The org said to the last Sync: Cannot: INVALID_API_INPUT: not now" in result["msg"]
    assert "0 Syncs" in result["msg"]


@pytest.mark.parametrize("error", [QUOTA, FORBIDDEN, refusal("INVALID_AUTH_HEADER", 401)])
def test_what_no_waiting_cures_ends_it(run, error):
    twin = Twin(connection("PendingAcceptance"))
    twin.fail("cut", "Sync", error)
    assert run(twin)["error_code"] == error.error_code
    assert twin.calls == ["Sync"]


def test_reads_that_lag_behind(run):
    twin = Twin(connection("PendingAcceptance"), syncs=["Ready"])
    late, read = [connection("PendingAcceptance")] * 3, twin.connection
    twin.connection = lambda name: late.pop() if late else read(name)
    assert run(twin)["connection"]["status"] == "Ready"


# -- settling ------------------------------------------------------------------------------------------------------------


def test_settling_after_a_change(run, clock):
    run(Twin(connection("PendingAcceptance"), syncs=["Ready"]), settle=40, poll_interval=5)
    assert sum(clock.sleeps) == 40
    assert clock.lines[0] == "Inbound connection Acme: Ready, settling before it is used, 0 s so far, deadline 40 s"
    assert "40 s so far" in clock.lines[-1]


@pytest.mark.parametrize(("settle_when", "slept"), [("changed", 0), ("always", 40)])
def test_settling_without_a_change(run, clock, settle_when, slept):
    run(Twin(connection("Ready")), settle=40, settle_when=settle_when)
    assert sum(clock.sleeps) == slept


def test_no_settling_where_it_failed(run, clock):
    run(Twin(connection("PendingAcceptance"), syncs=["RejectedRemotely"]), settle=40, settle_when="always")
    assert clock.sleeps == []


# -- check mode and bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "changed"), [("Ready", False), ("PendingAcceptance", True)])
def test_check_mode_sends_no_sync(run, status, changed):
    twin = Twin(connection(status))
    result = run(twin, check_mode=True)
    assert (result["changed"], result["connection"]["status"], twin.calls) == (changed, status, [])


def test_every_problem_at_once(run):
    result = run(Twin(None), name="1x", wait_timeout=0, poll_interval=0, settle=-1)
    assert [problem.split()[0] for problem in result["problems"]] == ["name", "wait_timeout", "poll_interval", "settle"]
