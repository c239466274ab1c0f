# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a connection to a wanted state: what is written, what a failure in between leads to, and what is told."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _inbound_connection
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, NetworkError, OrgError, PrivateConnectError, Refusal
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import execute
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.twin import ENDPOINT, ID, OTHER_ENDPOINT, Twin, connection, refusal

BUSY = refusal("SERVER_UNAVAILABLE", 503)
LICENCE = refusal("LIMIT_EXCEEDED", words="All licenses are in use")
QUOTA = refusal("REQUEST_LIMIT_EXCEEDED", 403)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(monkeypatch, clock):
    """run(twin, state=..., ...) -> result, as main() would give it; run.check(...) in check mode."""

    def call(twin, *, check_mode=False, **options):
        def connect(params, context, problems=()):
            if problems:
                raise InputError(problems)
            return twin

        monkeypatch.setattr(_inbound_connection, "connect", connect)
        given = {"name": "Acme", "region": "eu-central-1", "vpc_endpoint_id": ENDPOINT, **options}
        spec = _inbound_connection.DEFINITION.argument_spec
        params = {name: given.get(name, option.get("default")) for name, option in spec.items()}
        return execute(_inbound_connection.DEFINITION, params, check_mode=check_mode, diff_mode=True, context=clock.context())

    call.check = lambda twin, **options: call(twin, check_mode=True, **options)
    return call


def down_and_up(**more):
    return {"state": "provisioned", "vpc_endpoint_id": OTHER_ENDPOINT, "replace": True, **more}


# -- the plain way -------------------------------------------------------------------------------------------------------

WAYS = [
    (None, {"state": "present"}, ["create"]),
    (None, {"state": "provisioned"}, ["create", "provision"]),
    (None, {"state": "unprovisioned"}, ["create"]),
    (None, {"state": "absent"}, []),
    ("Unprovisioned", {"state": "present"}, []),
    ("Unprovisioned", {"state": "present", "label": "New", "active": False}, ["update"]),
    ("Unprovisioned", {"state": "provisioned"}, ["provision"]),
    ("Unprovisioned", {"state": "provisioned", "vpc_endpoint_id": OTHER_ENDPOINT}, ["update", "provision"]),
    ("Unprovisioned", {"state": "absent"}, ["delete"]),
    ("Ready", {"state": "provisioned"}, []),
    ("Ready", {"state": "provisioned", "description": "New"}, ["update"]),
    ("Ready", {"state": "unprovisioned"}, ["teardown"]),
    ("Ready", {"state": "absent"}, ["teardown", "delete"]),
    ("Ready", down_and_up(), ["teardown", "update", "provision"]),
    ("DeletedRemotely", down_and_up(vpc_endpoint_id=ENDPOINT), ["teardown", "provision"]),
    ("TeardownInProgress", {"state": "provisioned"}, ["provision"]),
    ("TeardownInProgress", {"state": "absent"}, ["delete"]),
]


@pytest.mark.parametrize(("status", "options", "actions"), WAYS)
@pytest.mark.parametrize(("answers", "stale_reads"), [("status", 0), ("before", 2), ("none", 1)])
def test_check_run_and_run_again(run, status, options, actions, answers, stale_reads):
    twin = Twin(connection(status) if status else None, answers=answers, stale_reads=stale_reads)
    told = run.check(twin, **options)
    assert (twin.calls, twin.reads) == ([], 1)
    assert (told["changed"], told["actions"]) == (bool(actions), actions)

    done = run(twin, **options)
    assert (done["changed"], done["actions"]) == (bool(actions), actions)
    assert done["connection"] == twin.current
    assert {**told["diff"], "after": None} == {**done["diff"], "after": None}
    assert {**told["diff"]["after"], "id": 0} == {**done["diff"]["after"], "id": 0}
    if actions:
        assert done["diff"]["before"] != done["diff"]["after"]

    calls = list(twin.calls)
    again = run(twin, **{**options, "replace": False})
    assert (again["changed"], again["actions"], twin.calls) == (False, [], calls)
    assert again["diff"]["before"] == again["diff"]["after"]
    assert run.check(twin, **options)["changed"] is False


def test_an_update_sends_everything_back_with_the_status_as_it_was_read(run):
    twin = Twin(connection("Ready"))
    run(twin, state="present", label="New")
    assert twin.sent == [{**Twin(connection("Ready")).metadata(ID), "label": "New"}]


def test_space_around_a_text_is_no_difference(run):
    """A YAML block ends in a newline, which the org would not keep."""
    twin = Twin(connection("Ready", label="L", description="D"))
    assert run(twin, state="present", label=" L ", description="D\n")["changed"] is False
    assert run(twin, state="present", description="New\n")["connection"]["description"] == "New"


def test_a_replacement_changes_the_endpoint_only_while_unprovisioned(run):
    twin = Twin(connection("Ready"), syncs=["TeardownInProgress", "Unprovisioned"])
    assert run(twin, **down_and_up())["connection"]["vpc_endpoint_id"] == OTHER_ENDPOINT
    assert twin.calls == ["TearDown", "Sync", "Sync", "update", "Provision"]


def test_a_refused_replacement_writes_nothing(run):
    twin = Twin(connection("Ready"))
    result = run(twin, **down_and_up(replace=False))
    assert result["failed"]
    assert result["changed"] is False
    assert result["plan"] == ["teardown", "await_unprovisioned", "update", "provision"]
    assert (twin.calls, run.check(twin, **down_and_up(replace=False))["failed"]) == ([], True)


def test_a_tear_down_that_ends_by_itself_needs_no_sync(run):
    twin = Twin(connection("Ready"), after={"TearDown": "Unprovisioned"})
    assert run(twin, state="absent")["actions"] == ["teardown", "delete"]
    assert twin.calls == ["TearDown", "delete"]


def test_an_endpoint_that_is_refused_at_once_is_provisioned_once(run):
    """Sync tells what is wrong with it."""
    twin = Twin(connection("Unprovisioned"), after={"Provision": "RejectedRemotely"})
    assert run(twin, state="provisioned", replace=True)["actions"] == ["provision"]
    assert twin.calls == ["Provision"]


# -- waiting -------------------------------------------------------------------------------------------------------------


def test_a_wait_says_how_it_is_going(run, clock):
    twin = Twin(connection("Ready"), syncs=["TeardownInProgress"] * 2)
    run(twin, state="absent", poll_interval=10, wait_timeout=60)
    assert clock.lines == [
        "Inbound connection Acme: TeardownInProgress, 0 s so far, deadline 60 s",
        "Inbound connection Acme: TeardownInProgress, 10 s so far, deadline 60 s",
        "Inbound connection Acme: TeardownInProgress, 20 s so far, deadline 60 s",
        "Inbound connection Acme: Unprovisioned, 30 s so far, deadline 60 s",
    ]


def test_nothing_is_said_where_nothing_is_waited_for(run, clock):
    run(Twin(None), state="provisioned")
    run(Twin(connection("Ready"), after={"TearDown": "Unprovisioned"}), state="absent")
    assert (clock.lines, clock.sleeps) == ([], [])


@pytest.mark.parametrize(
    ("status", "state", "actions"),
    [
        ("Ready", "absent", ["teardown"]),
        ("TeardownInProgress", "absent", []),
        ("Ready", "unprovisioned", ["teardown"]),
        ("TeardownInProgress", "provisioned", []),
    ],
)
def test_without_wait_it_ends_where_a_wait_would_begin(run, clock, status, state, actions):
    twin = Twin(connection(status))
    told = run.check(twin, state=state, wait=False)
    done = run(twin, state=state, wait=False)
    assert done["actions"] == told["actions"] == actions
    assert done["connection"]["status"] == told["connection"]["status"] == "TeardownInProgress"
    assert (clock.sleeps, "Sync" in twin.calls) == ([], False)


def test_a_wait_ends_at_its_deadline(run, clock):
    twin = Twin(connection("Ready"), syncs=["TeardownInProgress"] * 99)
    result = run(twin, state="absent", wait_timeout=100, poll_interval=30)
    assert result["failed"]
    assert result["changed"] is True
    assert result["actions"] == ["teardown"]
    assert result["connection"]["status"] == "TeardownInProgress"
    assert clock.time == 1100
    assert clock.sleeps == [30, 30, 30, 10]
    for words in ("Acme", ID, ENDPOINT, "still TeardownInProgress 100 s after its tear-down began, not Unprovisioned", "Run this again to go on waiting"):
        assert words in result["msg"]


def test_the_deadline_tells_what_the_org_said_last(run):
    twin = Twin(connection("TeardownInProgress"), syncs=["TeardownInProgress"] * 9)
    twin.fail("cut", "Sync", refusal(words="come back tomorrow"))
    assert "The org said to the last Sync: Cannot: INVALID_API_INPUT: come back tomorrow" in run(twin, state="absent", wait_timeout=10)["msg"]


def test_the_status_before_a_tear_down_may_be_seen_for_a_while(run):
    """Whether the status moves without a Sync is not documented; seeing it unmoved is no reason to tear down again."""
    twin = Twin(connection("Ready"), after={"TearDown": "Ready"}, syncs=["Ready", "TeardownInProgress", "Unprovisioned"])
    assert run(twin, state="absent")["actions"] == ["teardown", "delete"]
    assert twin.calls == ["TearDown", "Sync", "Sync", "Sync", "delete"]


def test_somebody_provisions_it_during_the_wait(run):
    twin = Twin(connection("Ready"), syncs=["TeardownInProgress", "PendingAcceptance", "TeardownInProgress", "Unprovisioned"])
    assert run(twin, state="absent")["actions"] == ["teardown", "teardown", "delete"]


def test_it_is_gone_during_the_wait(run):
    twin = Twin(connection("Ready"))
    twin.fail("meanwhile", "Sync", lambda: setattr(twin, "current", None))
    result = run(twin, state="absent")
    assert (result["connection"], result["actions"]) == (None, ["teardown"])


@pytest.mark.parametrize("error", [BUSY, None])
def test_a_lost_sync_does_not_end_the_wait(run, error):
    twin = Twin(connection("Ready"), syncs=["TeardownInProgress", "Unprovisioned"])
    twin.fail("lost", "Sync", error)
    assert run(twin, state="absent")["actions"] == ["teardown", "delete"]


# -- lost answers ----------------------------------------------------------------------------------------------------------

WRITES = [
    ("create", None, {"state": "provisioned"}, ["create", "provision"]),
    ("Provision", None, {"state": "provisioned"}, ["create", "provision"]),
    ("update", "Ready", {"state": "provisioned", "label": "New"}, ["update"]),
    ("TearDown", "Ready", {"state": "absent"}, ["teardown", "delete"]),
    ("delete", "Ready", {"state": "absent"}, ["teardown", "delete"]),
    ("update", "Ready", down_and_up(), ["teardown", "update", "provision"]),
    ("Provision", "Ready", down_and_up(), ["teardown", "update", "provision"]),
]


@pytest.mark.parametrize(("call", "status", "options", "actions"), WRITES)
@pytest.mark.parametrize("error", [BUSY, None])
@pytest.mark.parametrize("stale_reads", [0, 1, 3])
@pytest.mark.parametrize("kind", ["lost", "cut"])
def test_a_write_whose_answer_is_lost(run, call, status, options, actions, error, stale_reads, kind):
    twin = Twin(connection(status) if status else None, stale_reads=stale_reads)
    twin.fail(kind, call, error)
    result = run(twin, **options)
    assert result.get("msg") is None
    # A late read may bring an update once more, which does no harm.
    assert list(dict.fromkeys(result["actions"])) == actions
    assert [action for action in result["actions"] if action != "update"] == [action for action in actions if action != "update"]
    assert result["connection"] == twin.current
    # Sent again only after a read that did not show it.
    assert twin.calls.count(call) == (1 if kind == "lost" and not stale_reads else 2)


@pytest.mark.parametrize(("call", "status", "options", "actions"), WRITES)
@pytest.mark.parametrize("error", [BUSY, None])
def test_a_write_that_never_arrives_ends_in_its_own_error(run, call, status, options, actions, error):
    twin = Twin(connection(status) if status else None)
    for _try in range(9):
        twin.fail("cut", call, error)
    result = run(twin, **options)
    assert result["failed"]
    assert ("SERVER_UNAVAILABLE" if error else f"The connection broke ({call})") in result["msg"]
    assert twin.calls.count(call) == _inbound_connection.MAX_LOST + 1
    # What was done before it is told, so that nobody looks for a run without traces.
    done = {"create": "create", "Provision": "provision", "update": "update", "TearDown": "teardown", "delete": "delete"}[call]
    assert result["actions"] == actions[: actions.index(done)]
    assert result["changed"] is bool(result["actions"])


def test_the_read_after_a_lost_answer_fails_too(run):
    twin = Twin(connection("Unprovisioned"))
    twin.fail("lost", "Provision")
    twin.fail("meanwhile", "read", lambda: None)  # the first read
    twin.fail("cut", "read", NetworkError("no route", sent=False))
    result = run(twin, state="provisioned")
    assert (result["failed"], result["msg"]) == (True, "no route")
    assert run(twin, state="provisioned")["actions"] == []
    assert twin.calls == ["Provision"]


# -- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "status", "options", "done"),
    [
        ("create", None, {"state": "provisioned"}, []),
        ("Provision", None, {"state": "provisioned"}, ["create"]),
        ("update", "Ready", {"state": "present", "label": "New"}, []),
        ("TearDown", "Ready", {"state": "absent"}, []),
        ("delete", "Ready", {"state": "absent"}, ["teardown"]),
        ("Provision", "Ready", down_and_up(), ["teardown", "update"]),
    ],
)
def test_a_refused_write_is_not_repeated(run, call, status, options, done):
    twin = Twin(connection(status) if status else None)
    twin.fail("cut", call, LICENCE)
    result = run(twin, **options)
    assert result["failed"]
    assert "LIMIT_EXCEEDED: All licenses are in use" in result["msg"]
    assert (result["error_code"], result["actions"], result["changed"]) == ("LIMIT_EXCEEDED", done, bool(done))
    assert twin.calls.count(call) == 1
    # A rerun picks up where it ended.
    assert run(twin, **options).get("failed") is None


@pytest.mark.parametrize("call", ["create", "Provision"])
def test_a_used_up_quota_costs_no_further_call(run, call):
    twin = Twin(None)
    twin.fail("cut", call, QUOTA)
    result = run(twin, state="provisioned")
    assert result["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert twin.calls[-1] == call
    # one before, and one to see what was created
    assert twin.reads == (1 if call == "create" else 2)


def test_a_used_up_quota_ends_a_wait(run, clock):
    twin = Twin(connection("TeardownInProgress"))
    twin.fail("cut", "Sync", QUOTA)
    assert run(twin, state="absent")["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert twin.calls == ["Sync"]


def test_somebody_was_faster(run):
    """Refused, and what is there now is what was wanted: not changed by this run."""
    twin = Twin(None)
    twin.fail("meanwhile", "create", lambda: setattr(twin, "current", connection("PendingAcceptance")))
    result = run(twin, state="provisioned")
    assert (result["changed"], result["actions"], result["connection"]["status"]) == (False, [], "PendingAcceptance")


def test_somebody_made_it_otherwise(run):
    twin = Twin(None)
    twin.fail("meanwhile", "create", lambda: setattr(twin, "current", connection("Unprovisioned", label="Theirs", vpc_endpoint_id=OTHER_ENDPOINT)))
    result = run(twin, state="provisioned", label="Mine")
    assert result["actions"] == ["update", "provision"]
    assert (result["connection"]["label"], result["connection"]["vpc_endpoint_id"]) == ("Mine", ENDPOINT)


def test_somebody_provisions_it_before_it_is_deleted(run):
    """The org refuses; the run tears it down as its plan for what is there now says."""
    twin = Twin(connection("Unprovisioned"))
    original = twin.delete

    def delete(record_id):
        if twin.current["status"] == "Unprovisioned" and "TearDown" not in twin.calls:
            twin.calls.append("delete")
            twin.change(status="Ready")
            raise refusal("DELETE_FAILED")
        original(record_id)

    twin.delete = delete
    assert run(twin, state="absent")["actions"] == ["teardown", "delete"]
    assert twin.calls == ["delete", "TearDown", "Sync", "delete"]


def test_somebody_deletes_it_first(run):
    twin = Twin(connection("Unprovisioned"))
    twin.fail("meanwhile", "delete", lambda: setattr(twin, "current", None))
    result = run(twin, state="absent")
    assert (result["actions"], result["connection"], result["changed"]) == ([], None, False)


def test_somebody_changes_it_all_the_time(run):
    twin = Twin(connection("Unprovisioned", label="0"))
    original = twin.update

    def update(record_id, metadata):
        original(record_id, metadata)
        twin.change(label=f"{len(twin.calls)}")

    twin.update = update
    result = run(twin, state="present", label="Mine")
    assert result["failed"]
    assert len(twin.calls) <= _inbound_connection.MAX_STEPS
    assert "does not show" in result["msg"] or "Is something else changing it?" in result["msg"]


def test_a_write_that_the_org_accepts_and_forgets(run, clock):
    twin = Twin(None)
    twin.create = lambda name, metadata: twin.calls.append("create")
    result = run(twin, state="present")
    assert "The org accepted the create of inbound connection Acme, but does not show it after 60 s" in result["msg"]
    assert (result["actions"], result["connection"], twin.calls) == (["create"], None, ["create"])
    assert clock.time == 1060


# -- bad input -----------------------------------------------------------------------------------------------------------


def test_every_problem_at_once_and_nothing_is_sent(run):
    twin = Twin(None)
    result = run(twin, name="1x", label="x" * 81, description="x" * 256, region="Frankfurt", vpc_endpoint_id="vpc-1", wait_timeout=0, poll_interval=0)
    assert [problem.split()[0] for problem in result["problems"]] == [
        "name",
        "label",
        "description",
        "region",
        "vpc_endpoint_id",
        "wait_timeout",
        "poll_interval",
    ]
    assert (twin.reads, twin.calls) == (0, [])


def test_problems_of_the_orgs_options_come_with_the_others():
    params = {name: option.get("default") for name, option in _inbound_connection.DEFINITION.argument_spec.items()}
    with pytest.raises(InputError) as caught:
        _inbound_connection.prepare({**params, "name": "1x", "instance_url": "http://acme.my.salesforce.com"}, Clock().context())
    assert [problem.split()[0] for problem in caught.value.problems] == ["name", "instance_url", "no"]


def test_errors_are_of_the_collections_own_class():
    assert all(issubclass(kind, PrivateConnectError) for kind in (InputError, NetworkError, OrgError, Refusal))
