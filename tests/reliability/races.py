# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two at once: a run is held at each of its write calls while another run, or a person in Setup, does all of its own."""

from __future__ import annotations

import functools
import typing as t

from runs import NAME, REGION, Run

from .cases import SHOWN, Case, References, as_undisturbed, converges
from .lab import Lab
from .scenarios import REPLACE, SETUP, TEARDOWN, Reference, Scenario, Write

CRASHES = ("Traceback", "MODULE FAILURE", "AssertionError", "KeyError", "undefined variable")


def _sync(lab: Lab) -> None:
    lab.client.sync(NAME)


def _torn_down(lab: Lab) -> None:
    lab.client.teardown(NAME)
    lab.client.sync(NAME)


def _deleted(lab: Lab) -> None:
    lab.client.delete(NAME)


def _edited(lab: Lab) -> None:
    lab.client.set_fields(NAME, label="By hand", active=False)


def _made(lab: Lab) -> None:
    lab.client.create(NAME, region=REGION, vpc_endpoint_id="vpce-0123456789abcdef0")


def _provisioned(lab: Lab) -> None:
    lab.client.provision(NAME)
    lab.client.sync(NAME)


# What a person does in Setup, and in which statuses it can be done; None: where there is no connection.
PEOPLE: t.Mapping[str, tuple[t.Callable[[Lab], None], tuple[str | None, ...]]] = {
    "makes the connection": (_made, (None,)),
    "deletes it": (_deleted, ("Unprovisioned",)),
    "provisions it": (_provisioned, ("Unprovisioned",)),
    "tears it down": (_torn_down, ("Ready", "PendingAcceptance", "RejectedRemotely")),
    "edits it": (_edited, ("Unprovisioned", "PendingAcceptance", "Ready", "RejectedRemotely")),
}
BEGINNING: t.Mapping[str, str | None] = {SETUP.name: None, REPLACE.name: "RejectedRemotely", TEARDOWN.name: "Ready"}
LEADS_TO: t.Mapping[str, str | None] = {
    "tooling.create": "Unprovisioned",
    "connect.action.Provision": "PendingAcceptance",
    "connect.action.TearDown": "TeardownInProgress",
    "tooling.delete": None,
}


def cases(references: References) -> t.Iterator[Case]:
    setup, teardown = references[SETUP.name], references[TEARDOWN.name]
    for index, write in enumerate(setup.writes):
        for after in (False, True):
            held = f"held {'after' if after else 'before'} {write}"
            body = functools.partial(two_setups, setup=setup, write=write, after=after)
            yield Case("races", SETUP.name, f"{held}, a second set-up runs", body, quick=not after and index == 2)
            body = functools.partial(setup_against_teardown, setup=setup, write=write, after=after)
            yield Case("races", SETUP.name, f"{held}, a tear-down runs", body, quick=after and index == 4)
        body = functools.partial(two_setups, setup=setup, write=write, after=False, other_write=write)
        yield Case("races", SETUP.name, f"two set-ups are held before {write}; the first to come goes first", body)
    for index, write in enumerate(teardown.writes):
        for after in (False, True):
            held = f"held {'after' if after else 'before'} {write}"
            body = functools.partial(teardown_against_setup, setup=setup, write=write, after=after)
            yield Case("races", TEARDOWN.name, f"{held}, a set-up runs", body, quick=after and index == 2)
        body = functools.partial(two_teardowns, teardown=teardown, write=write, after=False)
        yield Case("races", TEARDOWN.name, f"held before {write}, a second tear-down runs", body)
    for scenario in (SETUP, REPLACE, TEARDOWN):
        for index, (write, status) in enumerate(_with_status(scenario, references[scenario.name])):
            for person, (_act, statuses) in PEOPLE.items():
                if status in statuses:
                    body = functools.partial(against_person, scenario=scenario, reference=references[scenario.name], write=write, person=person)
                    yield Case(
                        "races", scenario.name, f"held before {write}, a person {person}", body, quick=(index, scenario, person) == (5, REPLACE, "deletes it")
                    )


def _with_status(scenario: Scenario, reference: Reference) -> t.Iterator[tuple[Write, str | None]]:
    """The writes, and the status that the connection has before each."""
    status: str | None = BEGINNING[scenario.name]
    for write in reference.writes:
        yield write, status
        if write.action == "connect.action.Sync":
            status = {"PendingAcceptance": "Ready", "TeardownInProgress": "Unprovisioned"}[str(status)]
        else:
            status = LEADS_TO.get(write.action, status)


def raced(lab: Lab, first: t.Mapping[str, t.Any], second: t.Mapping[str, t.Any], write: Write, *, after: bool, other_write: Write | None = None) -> list[Run]:
    """Hold the first at the call; let the second run to its end, or to a call of its own, where it waits until the first has ended."""
    other = Lab(lab.client)
    other.base = lab.base
    job = lab.launch(**first)
    lab.client.add_fault("hold", write.service, write.action, write=True, skip=write.skip, after=after)
    held = lab.until_held(job)
    assert held is not None, f"the first run never came to {write}"
    waiting = None
    other_job = other.launch(**second)
    if other_write is not None:
        lab.client.add_fault("hold", other_write.service, other_write.action, write=True, skip=other_write.skip)
        waiting = next((item for item in _until_two(lab, other, other_job)), None)
    runs = []
    if waiting is None:
        runs.append(other.finish(other_job, alone=False))
    lab.client.release(held["number"])
    runs.append(lab.finish(job, alone=False))
    if waiting is not None:
        lab.client.release(waiting["number"])
        runs.append(other.finish(other_job, alone=False))
    lab.runs += other.runs
    lab.client.clear_faults()
    for run in runs:
        assert not any(mark in run.msg for mark in CRASHES), f"a loser does not say why: {run.msg[:SHOWN]}"
    return runs


def _until_two(lab: Lab, other: Lab, job: t.Any) -> t.Iterator[t.Any]:
    """The second call that is held, if the other run comes to it."""
    first = {item["number"] for item in lab.client.held()}
    while not job.ended():
        new = [item for item in lab.client.held() if item["number"] not in first]
        if new:
            yield new[0]
            return


def no_more_than(lab: Lab, reference: Reference) -> None:
    counts = lab.counts()
    more = {kind: counts[kind] for kind, wanted in reference.counts.items() if counts[kind] > wanted}
    assert not more, f"too many: {more}"


def two_setups(lab: Lab, *, setup: Reference, write: Write, after: bool, other_write: Write | None = None) -> None:
    variables = SETUP.begin(lab)
    runs = raced(lab, variables, variables, write, after=after, other_write=other_write)
    no_more_than(lab, setup)
    assert not all(run.failed for run in runs), f"both failed: {[run.msg[:SHOWN] for run in runs]}"
    converges(lab, SETUP, setup, variables)


def setup_against_teardown(lab: Lab, *, setup: Reference, write: Write, after: bool) -> None:
    """From nothing. Afterwards a tear-down leaves nothing."""
    variables = SETUP.begin(lab)
    raced(lab, variables, TEARDOWN.variables, write, after=after)
    no_more_than(lab, setup)
    run = lab.go(alone=False, **TEARDOWN.variables)
    assert not run.failed, f"the tear-down failed: {run.msg[:SHOWN]}"
    assert lab.state() == lab.base, f"left after a tear-down: {lab.counts()}"


def teardown_against_setup(lab: Lab, *, setup: Reference, write: Write, after: bool) -> None:
    """From a connection that works. Afterwards a set-up comes to its end."""
    variables = TEARDOWN.begin(lab)
    raced(lab, variables, {}, write, after=after)
    no_more_than(lab, setup)
    run = lab.go(alone=False)
    assert not run.failed, f"the set-up failed: {run.msg[:SHOWN]}"
    as_undisturbed(lab, SETUP, setup)
    lab.quiet()


def two_teardowns(lab: Lab, *, teardown: Reference, write: Write, after: bool) -> None:
    variables = TEARDOWN.begin(lab)
    runs = raced(lab, variables, variables, write, after=after)
    assert not all(run.failed for run in runs), f"both failed: {[run.msg[:SHOWN] for run in runs]}"
    converges(lab, TEARDOWN, teardown, variables)


def against_person(lab: Lab, *, scenario: Scenario, reference: Reference, write: Write, person: str) -> None:
    variables = scenario.begin(lab)
    act, statuses = PEOPLE[person]
    job = lab.launch(**variables)
    lab.client.add_fault("hold", write.service, write.action, write=True, skip=write.skip)
    held = lab.until_held(job)
    assert held is not None, f"the run never came to {write}"
    status = lab.client.connections().get(NAME, {}).get("status")
    assert status in statuses, f"the connection is {status} at {write}"
    act(lab)
    lab.client.release(held["number"])
    run = lab.finish(job, alone=False)
    lab.client.clear_faults()
    assert not any(mark in run.msg for mark in CRASHES), f"the run does not say what is wrong: {run.msg[:SHOWN]}"
    no_more_than_both(lab, reference)
    # What the person did may need the word for a replacement.
    converges(lab, scenario, reference, {**variables, **({} if scenario is TEARDOWN else {"replace": True})})


def no_more_than_both(lab: Lab, reference: Reference) -> None:
    """A replacement that failed half-way has the old endpoint beside the new one."""
    counts = lab.counts()
    more = {kind: counts[kind] for kind in ("connections", "zones", "security_groups") if counts[kind] > max(reference.counts[kind], 1)}
    assert not more, f"too many: {more}"
