# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two at once: a run is held at each of its write calls while another run, or a person in Setup, does all of its own; or two are held in turn."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import typing as t

from runs import NAME, REGION, Job, Json, Run

from . import beginnings
from .cases import SHOWN, Case, References, as_undisturbed, assert_equal, converges, no_more_made
from .lab import Lab
from .scenarios import REPLACE, RESTRICT, SETUP, TEARDOWN, Reference, Scenario, Write

READ = "soap.readMetadata"
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


@dataclasses.dataclass(frozen=True)
class Duel:
    """``first`` is held while ``second`` runs; a run of ``end`` comes last. ``turns``: the second is held as well, before each of its own writes."""

    first: Scenario
    what: str
    second: Scenario
    end: Scenario
    turns: bool = False

    @property
    def alike(self) -> bool:
        """Both want the same: not both may fail, and what one run is to make is made once."""
        return self.first is self.second


DUELS = (
    Duel(SETUP, "a second set-up", SETUP, SETUP, turns=True),
    Duel(SETUP, "a tear-down", TEARDOWN, TEARDOWN, turns=True),
    Duel(REPLACE, "a second replacement", REPLACE, REPLACE),
    Duel(REPLACE, "a set-up", SETUP, REPLACE),
    Duel(REPLACE, "a tear-down", TEARDOWN, TEARDOWN, turns=True),
    Duel(TEARDOWN, "a second tear-down", TEARDOWN, TEARDOWN),
    Duel(TEARDOWN, "a set-up", SETUP, SETUP),
)
QUICK = (("set-up", "set-up", 2, True), ("set-up", "tear-down", 4, True), ("tear-down", "set-up", 2, True), ("replace", "tear-down", 4, True))


def cases(references: References) -> t.Iterator[Case]:
    for duel in DUELS:
        for index, write in enumerate(references[duel.first.name].writes):
            for after in (True,) if duel.turns else (False, True):
                body = functools.partial(fought, duel=duel, references=references, write=write, after=after)
                what = f"held {'after' if after else 'before'} {write}, {duel.what} runs"
                yield Case("races", duel.first.name, what, body, quick=(duel.first.name, duel.second.name, index, after) in QUICK)
            if duel.turns:
                body = functools.partial(fought_by_turns, duel=duel, references=references, write=write)
                yield Case("races", duel.first.name, f"held before {write}, {duel.what} runs to each of its own, and to its end", body)
    for write in references[RESTRICT.name].writes:
        body = functools.partial(turn_taken, restrict=references[RESTRICT.name], write=write)
        yield Case("races", RESTRICT.name, f"held before {write}, a second restriction waits for its turn", body)
    yield Case(
        "races",
        RESTRICT.name,
        "held for good, a second restriction waits for its turn",
        functools.partial(turn_never_taken, restrict=references[RESTRICT.name]),
    )
    yield Case(
        "races", RESTRICT.name, "a person enters the same, then it fails", functools.partial(same_by_hand, restrict=references[RESTRICT.name]), quick=True
    )
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


def fought(lab: Lab, *, duel: Duel, references: References, write: Write, after: bool) -> None:
    """The second runs to its end while the first is held."""
    variables = duel.first.begin(lab)
    other = _other(lab, duel.second)
    job, held = _held_at(lab, variables, write, after=after)
    runs = [other.go(alone=False, **_wanted(duel, variables))]
    lab.client.release(held["number"])
    runs.append(lab.finish(job, alone=False))
    _judge(lab, duel, references, runs, other)


def fought_by_turns(lab: Lab, *, duel: Duel, references: References, write: Write) -> None:
    """The first before one of its writes, the second before its n-th from there, for every n; then the first runs to its end, and the second does."""
    for number in itertools.count():
        variables = duel.first.begin(lab)
        other = _other(lab, duel.second)
        job, held = _held_at(lab, variables, write, after=False)
        lab.client.add_fault("hold", write=True, skip=number)
        other_job = other.launch(**_wanted(duel, variables))
        waiting = other.until_held(other_job, beside=held)
        lab.client.release(held["number"])
        if waiting is None:  # it has no n-th write, and ran to its end; the first may come to one
            waiting = lab.until_held(job, beside=held)
            if waiting is not None:
                lab.client.release(waiting["number"])
            _judge(lab, duel, references, [other.finish(other_job, alone=False), lab.finish(job, alone=False)], other)
            return
        runs = [lab.finish(job, alone=False)]
        lab.client.release(waiting["number"])
        runs.append(other.finish(other_job, alone=False))
        try:
            _judge(lab, duel, references, runs, other)
        except AssertionError as error:
            raise AssertionError(f"the second before its write {number + 1}, {waiting['action']}: {error}") from error
    raise AssertionError("a second run writes without end")


def turn_taken(lab: Lab, *, restrict: Reference, write: Write) -> None:
    """Lists are written as wholes, so that the second may not read one before the first has sent it."""
    variables = RESTRICT.begin(lab)
    other = _other(lab, RESTRICT)
    job, held = _held_at(lab, variables, write, after=False)
    other_job = other.launch(**variables)
    assert other.until_asleep(other_job), f"the second run did not wait: {other.finish(other_job, alone=False).msg[:SHOWN]}"
    lab.client.release(held["number"])
    runs = [lab.finish(job, alone=False), other.finish(other_job, alone=False)]
    lab.runs += other.runs
    lab.client.clear_faults()
    assert not any(run.failed for run in runs), f"one failed: {[run.msg[:SHOWN] for run in runs]}"
    converges(lab, RESTRICT, restrict, variables)


def turn_never_taken(lab: Lab, *, restrict: Reference) -> None:
    """The second gives up in time, says whom it waited for, and takes nothing back, as it did nothing."""
    variables = RESTRICT.begin(lab)
    other = _other(lab, RESTRICT)
    job, held = _held_at(lab, variables, restrict.writes[0], after=False)
    run = other.go(alone=False, **variables)
    assert run.failed, "the second run did not fail"
    assert "Another task on this machine" in run.msg, f"not the words: {run.msg[:SHOWN]}"
    taken_back = [name for name in run.changed if name.startswith("Put ")]
    assert not taken_back, f"it took back: {taken_back}"
    lab.client.release(held["number"])
    lab.finish(job, alone=False)
    lab.runs += other.runs
    lab.client.clear_faults()
    converges(lab, RESTRICT, restrict, variables)


def same_by_hand(lab: Lab, *, restrict: Reference) -> None:
    """All steps are judged, none is applied yet, and one of them will fail. What the person has entered meanwhile is not the run's to take back."""
    variables = RESTRICT.begin(lab)
    job, held = _held_at(lab, variables, restrict.writes[0], after=False)
    reads = len(lab.client.calls("salesforce", READ))
    lab.kill(job)
    lab.client.release(held["number"], drop=True)
    variables = RESTRICT.begin(lab)
    job = lab.launch(**variables)
    # Before its first write the first step reads twice.
    lab.client.add_fault("hold", "salesforce", READ, skip=reads - 2)
    lab.client.add_fault("status", "salesforce", READ, status=500, skip=reads - 2)  # the one after that, as one that is held does not count here
    last = lab.until_held(job)
    assert last is not None, "the run never came to the first read of its first step"
    beginnings.restricted(lab)
    entered = lab.client.security()
    lab.client.release(last["number"])
    run = lab.finish(job, alone=False)
    lab.client.clear_faults()
    assert run.failed, "the run did not fail"
    assert lab.client.count("salesforce", READ) >= reads, "it failed before it applied anything"
    assert_equal("what the person entered", lab.client.security(), entered)
    converges(lab, RESTRICT, restrict, variables)


def _other(lab: Lab, second: Scenario) -> Lab:
    other = Lab(lab.client)
    other.base, other.role_name = lab.base, second.role
    return other


def _wanted(duel: Duel, variables: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    return variables if duel.alike else duel.second.variables


def _held_at(lab: Lab, variables: t.Mapping[str, t.Any], write: Write, *, after: bool) -> tuple[Job, Json]:
    job = lab.launch(**variables)
    lab.client.add_fault("hold", write.service, write.action, write=True, skip=write.skip, after=after)
    held = lab.until_held(job)
    assert held is not None, f"the first run never came to {write}"
    return job, held


def _judge(lab: Lab, duel: Duel, references: References, runs: t.Sequence[Run], other: Lab) -> None:
    lab.runs += other.runs
    lab.client.clear_faults()
    for run in runs:
        assert not any(mark in run.msg for mark in CRASHES), f"a loser does not say why: {run.msg[:SHOWN]}"
    no_more_than_both(lab, references[SETUP.name], replaced=duel.first is REPLACE)
    reference, variables = references[duel.end.name], duel.end.variables
    if duel.alike:
        assert not all(run.failed for run in runs), f"both failed: {[run.msg[:SHOWN] for run in runs]}"
        converges(lab, duel.end, reference, variables)
        no_more_made(lab, reference)
        return
    # What the two left may not carry traffic.
    run = lab.go(alone=False, **variables)
    assert not run.failed, f"the {duel.end.name} afterwards failed: {run.msg[:SHOWN]}"
    as_undisturbed(lab, duel.end, reference)
    lab.quiet(**variables)


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
    no_more_than_both(lab, reference, replaced=True)
    # What the person did may need the word for a replacement.
    converges(lab, scenario, reference, {**variables, **({} if scenario is TEARDOWN else {"replace": True})})


def no_more_than_both(lab: Lab, reference: Reference, *, replaced: bool) -> None:
    """A replacement that failed half-way has the old endpoint beside the new one."""
    kinds = ("connections", "zones", "security_groups") if replaced else tuple(reference.counts)
    counts = lab.counts()
    more = {kind: counts[kind] for kind in kinds if counts[kind] > max(reference.counts[kind], int(replaced))}
    assert not more, f"too many: {more}"
