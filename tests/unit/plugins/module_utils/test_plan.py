# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: a table over every status and wanted state, and walks through a model of the org that may answer with any status."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import STATUSES
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError, Refusal, WaitTimeout
from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection import Converger
from ansible_collections.privatelink.salesforce.plugins.module_utils._plan import STATES, Desired, Step, differences, plan, predict, reached
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.twin import ENDPOINT, OTHER_ENDPOINT, Twin, connection, refusal

LIVE = ("Allocating", "PendingAcceptance", "PendingActivation", "Ready")
LOST = ("RejectedRemotely", "DeletedRemotely")
DOWN = ["teardown", "await_unprovisioned"]


def desired(state, **more):
    return Desired(**{"name": "Acme", "state": state, "region": "eu-central-1", "vpc_endpoint_id": ENDPOINT, **more})


def kinds(steps):
    return [step.kind for step in steps]


def expected(status, state, moved, replace):
    """The table, written out apart from the code under test; a string is a refusal."""
    update = ["update"] if moved else []
    down = {"Unprovisioned": [], "TeardownInProgress": ["await_unprovisioned"]}.get(status, DOWN)
    if state == "absent":
        return [*down, "delete"]
    if state == "unprovisioned":
        return [*down, *update]
    if state == "present":
        return "refused" if moved and status != "Unprovisioned" else update
    if status in ("Unprovisioned", "TeardownInProgress"):
        return [*down, *update, "provision"]
    if moved or status in LOST:
        return [*DOWN, *update, "provision"] if replace else "refused"
    return []


@pytest.mark.parametrize(("status", "state", "moved", "replace"), list(itertools.product(STATUSES, STATES, (False, True), (False, True))))
def test_the_table(status, state, moved, replace):
    wanted = desired(state, vpc_endpoint_id=OTHER_ENDPOINT if moved else ENDPOINT, replace=replace)
    outcome = expected(status, state, moved, replace)
    if outcome == "refused":
        with pytest.raises(Refusal):
            plan(connection(status), wanted)
    else:
        assert kinds(plan(connection(status), wanted)) == outcome


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("state", ["present", "provisioned", "unprovisioned"])
def test_labels_are_written_whatever_the_status(status, state):
    steps = plan(connection(status), desired(state, label="New", replace=True))
    assert [dict(step.changes) for step in steps if step.kind == "update"] == [{"label": "New"}]


@pytest.mark.parametrize(("state", "steps"), [("present", ["create"]), ("provisioned", ["create", "provision"]), ("unprovisioned", ["create"]), ("absent", [])])
def test_from_nothing(state, steps):
    assert kinds(plan(None, desired(state))) == steps


def test_a_new_record_has_every_field():
    (create,) = plan(None, desired("present", name="Acme_Inbound_2"))
    assert create.changes == {
        "label": "Acme Inbound 2",
        "description": "Acme Inbound 2",
        "active": True,
        "region": "eu-central-1",
        "vpc_endpoint_id": ENDPOINT,
    }
    (create,) = plan(None, desired("present", label="L", active=False))
    assert (create.changes["label"], create.changes["description"], create.changes["active"]) == ("L", "L", False)


def test_what_a_new_record_lacks():
    with pytest.raises(InputError, match="Acme does not exist yet; to create it, give region and vpc_endpoint_id as well"):
        plan(None, Desired("Acme", "present"))
    with pytest.raises(InputError, match="give vpc_endpoint_id as well"):
        plan(None, Desired("Acme", "provisioned", region="eu-central-1"))
    with pytest.raises(InputError, match="is made by installing its package"):
        plan(None, desired("present", name="pkg__Acme"))


def test_options_left_out_stay_as_they_are():
    assert differences(connection("Ready", label="L", active=False), Desired("Acme", "present")) == {}
    assert differences(connection("Ready", active=False), Desired("Acme", "present", active=False)) == {}
    assert differences(connection("Ready"), Desired("Acme", "present", active=False, description="D")) == {"description": "D", "active": False}


@pytest.mark.parametrize(
    ("status", "change", "words"),
    [
        ("Ready", {"vpc_endpoint_id": OTHER_ENDPOINT}, f"changing vpc_endpoint_id from {ENDPOINT} to {OTHER_ENDPOINT} takes a tear-down"),
        ("Ready", {"region": "us-east-1"}, "changing region from eu-central-1 to us-east-1"),
        ("RejectedRemotely", {}, f"its endpoint {ENDPOINT} was rejected"),
        ("DeletedRemotely", {}, f"its endpoint {ENDPOINT} was deleted"),
    ],
)
def test_a_refusal_holds_the_plan(status, change, words):
    with pytest.raises(Refusal) as caught:
        plan(connection(status), desired("provisioned", **change))
    update = ["update"] if change else []
    assert words in caught.value.message
    assert f"is {status}" in caught.value.message
    assert f"With replace=true the plan is: {', '.join([*DOWN, *update, 'provision'])}" in caught.value.message
    assert caught.value.details["plan"] == [*DOWN, *update, "provision"]


def test_present_never_tears_down():
    with pytest.raises(Refusal, match="which state=present never does"):
        plan(connection("Ready"), desired("present", vpc_endpoint_id=OTHER_ENDPOINT, replace=True))


def test_packaged_connections():
    packaged = connection("Ready", namespace_prefix="pkg")
    wanted = {"name": "pkg__Acme", "region": None, "vpc_endpoint_id": None}
    assert plan(packaged, desired("provisioned", **wanted)) == []
    assert kinds(plan(packaged, desired("unprovisioned", **wanted))) == DOWN
    with pytest.raises(Refusal, match="only its developer changes label"):
        plan(packaged, desired("provisioned", **wanted, label="New"))
    with pytest.raises(Refusal, match="it goes when the package is uninstalled"):
        plan(packaged, desired("absent", **wanted))


@pytest.mark.parametrize("status", ["Quarantined", None])
def test_a_status_that_nobody_knows_yet(status):
    assert plan(connection(status), desired("provisioned")) == []
    assert kinds(plan(connection(status), desired("absent"))) == [*DOWN, "delete"]


@pytest.mark.parametrize(("status", "state", "moved", "start"), list(itertools.product((*STATUSES, None), STATES, (False, True), (False, True))))
def test_the_prediction_leaves_nothing_to_do(status, state, moved, start):
    """Check mode tells what the run leads to: a plan made from it is empty."""
    current = connection(status) if status else None
    wanted = desired(state, vpc_endpoint_id=OTHER_ENDPOINT if moved else ENDPOINT, label="New" if start else None, replace=True)
    try:
        steps = plan(current, wanted)
    except Refusal:
        assert (state, moved) == ("present", True)
        return
    before = dict(current) if current else None
    for step in steps:
        current = predict(current, step, wanted)
        assert reached(step, current)
    assert plan(current, wanted) == []
    assert before is None or before == connection(status)


# -- walks -----------------------------------------------------------------------------------------------------------------

BAD_LUCK = st.sampled_from(["lost", "cut", "busy"])


def luck(kind):
    return ("cut", refusal("SERVER_UNAVAILABLE", 503)) if kind == "busy" else (kind, None)


class Draws:
    """Statuses drawn one after the other; the last of them for ever, so that a run of bad luck has an end."""

    def __init__(self, drawn, last):
        self.drawn = list(drawn)
        self.last = last

    def __call__(self, before):
        return self.drawn.pop(0) if self.drawn else self.last


@settings(max_examples=400, deadline=None)
# A Provision is cut off, and the read after it is of before the tear-down: that status is not what the Provision led to.
@example("RejectedRemotely", "provisioned", False, None, True, False, [], ["Unprovisioned"], [], "status", 2, [("cut", "Provision")])
@given(
    start=st.sampled_from([None, *STATUSES]),
    state=st.sampled_from(STATES),
    moved=st.booleans(),
    label=st.sampled_from([None, "New"]),
    replace=st.booleans(),
    wait=st.booleans(),
    # What a Provision may lead to, a tear-down, and the Syncs that follow one.
    provisioned=st.lists(st.sampled_from([*LIVE, *LOST]), max_size=3),
    torn_down=st.lists(st.sampled_from(["TeardownInProgress", "Unprovisioned"]), max_size=3),
    syncs=st.lists(st.sampled_from(["TeardownInProgress", "Unprovisioned", *LOST]), max_size=5),
    answers=st.sampled_from(["status", "before", "none"]),
    stale_reads=st.integers(0, 3),
    faults=st.lists(st.tuples(BAD_LUCK, st.sampled_from(["create", "update", "delete", "Provision", "TearDown", "Sync"])), max_size=4),
)
def test_every_walk_ends_and_does_nothing_illegal(start, state, moved, label, replace, wait, provisioned, torn_down, syncs, answers, stale_reads, faults):
    twin = Twin(
        connection(start) if start else None,
        after={"Provision": Draws(provisioned, "PendingAcceptance"), "TearDown": Draws(torn_down, "TeardownInProgress")},
        syncs=syncs,
        answers=answers,
        stale_reads=stale_reads,
    )
    for kind, call in faults:
        kind, error = luck(kind)
        twin.fail(kind, call, error)
    wanted = desired(state, vpc_endpoint_id=OTHER_ENDPOINT if moved else ENDPOINT, label=label, replace=replace)
    clock = Clock()
    converger = Converger(twin, wanted, {"wait": wait, "wait_timeout": 300, "poll_interval": 15}, clock.context())
    # Illegal (a delete but from Unprovisioned) is no PrivateConnectError: it fails the test.
    try:
        after, actions = converger.converge(twin.connection("Acme"))
    except PrivateConnectError as error:
        failed, actions, after = error, converger.actions, None
    else:
        failed = None
    assert len(twin.calls) <= 60
    assert clock.time < 1000 + 4 * 300
    writes = [call for call in twin.calls if call != "Sync"]
    counts = {call: writes.count(call) for call in writes}
    troubled = {call for _kind, call in faults}
    if not troubled and not (set(syncs) & set(LOST)):
        # Without a lost answer nothing is sent twice, and nothing that the org must refuse.
        assert not any(count > 1 for count in counts.values())
        # A Sync may come late, while reads still show what was before.
        assert [action for action in twin.refused if not (stale_reads and action.startswith("Sync"))] == []
        assert actions == [{"Provision": "provision", "TearDown": "teardown"}.get(call, call) for call in writes]
        assert failed is None or isinstance(failed, (Refusal, WaitTimeout))
    if isinstance(failed, Refusal):
        assert not replace or state == "present"
    if failed is None:
        assert after == twin.current
        if actions[-1:] == ["provision"] and after["status"] in LOST:
            return  # for inbound_connection_sync to tell
        finished = plan(after, wanted)
        # Without wait a run ends where a wait would begin, even if there were nothing to wait for.
        assert finished == [] or (not wait and (finished[0] == Step("await_unprovisioned") or actions[-1:] == ["teardown"]))
