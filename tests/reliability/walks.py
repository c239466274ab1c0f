# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random walks: runs, faults and edits of people in any order. Whatever came before, a calm run comes to its end."""

from __future__ import annotations

import functools
import typing as t

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from runs import NAME, TAG

from .cases import SHOWN, Case, References, as_undisturbed
from .lab import Lab
from .scenarios import SETUP, TEARDOWN

WALKS = 8
SETTINGS: t.Mapping[str, t.Any] = {
    "deadline": None,
    "database": None,
    "phases": (hypothesis.Phase.generate,),  # a step takes seconds, so that a smaller failing walk is not looked for
    "suppress_health_check": list(hypothesis.HealthCheck),
    "print_blob": False,
}
WANTED: t.Sequence[dict[str, t.Any]] = ({}, {"replace": True}, {"state": "absent"})
SWITCHES = (
    {"stale_reads": 2},
    {"syncs_to_ready": 3},
    {"action_answer": "204"},
    {"teardown_rejects": False},
    {"provision_accepts": "first_sync"},
    {"teardown_immediate": True},
    {"remote_failures_recover": True},
    {"status_path": "Allocating,PendingAcceptance,PendingActivation"},
)


def cases(references: References) -> t.Iterator[Case]:
    for number in range(1, WALKS + 1):
        yield Case("walks", "any order", f"walk {number}", functools.partial(walk, references=references, number=number, examples=2, steps=7))
    yield Case("walks", "any order", "short walk", functools.partial(walk, references=references, number=0, examples=1, steps=5), quick=True)


def walk(lab: Lab, *, references: References, number: int, examples: int, steps: int) -> None:
    machine = hypothesis.seed(number)(type("ThisWalk", (Walk,), {"lab": lab, "references": references}))
    run_state_machine_as_test(machine, settings=hypothesis.settings(max_examples=examples, stateful_step_count=steps, **SETTINGS))


class Walk(RuleBasedStateMachine):
    """The model is small: what is wanted, and whether a calm run has just reached it."""

    lab: Lab
    references: References

    def __init__(self) -> None:
        super().__init__()
        self.lab.begin()
        self.steps: list[str] = []

    def note(self, step: str) -> None:
        self.steps.append(step)

    def run(self, **variables: t.Any) -> t.Any:
        self.lab.client.clear_calls()
        try:
            return self.lab.go(**variables)
        except AssertionError as error:
            raise AssertionError(self.told(str(error))) from error

    def told(self, problem: str) -> str:
        return f"{problem} after: {', '.join(self.steps)}"

    def calm(self, name: str) -> None:
        """With leave to replace, a run comes to its end whatever there was, and the next changes nothing."""
        scenario = SETUP if name == SETUP.name else TEARDOWN
        variables = {"replace": True} if scenario is SETUP else TEARDOWN.variables
        self.note(f"calm {name}")
        self.lab.client.clear_faults()
        run = self.run(**variables)
        assert not run.failed, self.told(f"stuck: {run.msg[:SHOWN]}")
        try:
            as_undisturbed(self.lab, scenario, self.references[scenario.name])
            self.lab.quiet(**variables)
        except AssertionError as error:
            raise AssertionError(self.told(str(error))) from error

    @rule(name=st.sampled_from([SETUP.name, TEARDOWN.name]))
    def calm_run(self, name: str) -> None:
        self.calm(name)

    @rule(
        wanted=st.sampled_from(WANTED),
        kind=st.sampled_from(["reset", "lost_answer", "truncate", "status"]),
        skip=st.integers(0, 12),
        times=st.integers(1, 3),
    )
    def run_with_faults(self, wanted: dict[str, t.Any], kind: str, skip: int, times: int) -> None:
        self.note(f"{wanted} with {times} {kind} from write {skip} on")
        self.lab.client.add_fault(kind, write=True, skip=skip, times=times)
        self.run(**wanted)
        self.lab.client.clear_faults()

    @rule(wanted=st.sampled_from(WANTED), skip=st.integers(0, 9), after=st.booleans())
    def run_that_is_killed(self, wanted: dict[str, t.Any], skip: int, after: bool) -> None:
        self.note(f"{wanted} killed {'after' if after else 'before'} write {skip}")
        self.lab.client.clear_calls()
        self.lab.client.add_fault("hold", write=True, skip=skip, after=after)
        job = self.lab.launch(**wanted)
        held = self.lab.until_held(job)
        if held is None:
            self.lab.finish(job)
        else:
            self.lab.kill(job)
            self.lab.client.release(held["number"], drop=True)
        self.lab.client.clear_faults()

    @rule(switches=st.sampled_from(SWITCHES))
    def other_behaviour(self, switches: dict[str, t.Any]) -> None:
        self.note(f"switch {switches}")
        self.lab.client.set_switches(**switches)

    @rule(how=st.sampled_from(["rejected", "deleted"]))
    def edit_endpoint(self, how: str) -> None:
        ours = [item["id"] for item in self.lab.state()["aws"]["endpoints"] if item["tags"].get(TAG, "").endswith(NAME) and item["state"] != "deleting"]
        if ours:
            self.note(f"endpoint {how}")
            if how == "rejected":
                self.lab.client.act_aws("set_state", ours[0], "rejected")
            else:
                self.lab.ec2.delete_vpc_endpoints(VpcEndpointIds=[ours[0]])

    @rule(how=st.sampled_from(["record", "rule", "zone"]))
    def edit_aws(self, how: str) -> None:
        zones = [zone for zone in self.lab.ours()["zones"] if zone["records"]]
        self.note(f"{how} deleted")
        if how == "rule":
            for group in self.lab.state()["aws"]["security_groups"]:
                if group["tags"].get(TAG, "").endswith(NAME) and group["ingress"]:
                    self.lab.forbid(group["id"], self.lab.place["vpc_cidr"], "")
        elif zones:
            self.lab.zone_id = next(zone["id"] for zone in self.lab.state()["aws"]["zones"] if zone["name"] == f"{self.lab.host}.")
            if how == "zone":
                self.lab.delete_zone()
            else:
                self.lab.change("DELETE", self.lab.record())

    @rule(how=st.sampled_from(["torn down", "deleted", "edited", "synced"]))
    def edit_org(self, how: str) -> None:
        status = self.lab.client.connections().get(NAME, {}).get("status")
        if status is None:
            return
        self.note(f"connection {how}")
        if how == "torn down" and status in ("Ready", "PendingAcceptance"):
            self.lab.client.teardown(NAME)
        elif how == "deleted" and status == "Unprovisioned":
            self.lab.client.delete(NAME)
        elif how == "edited":
            self.lab.client.set_fields(NAME, label="By hand", active=False)
        elif how == "synced" and status != "Unprovisioned":
            self.lab.client.sync(NAME)

    def teardown(self) -> None:
        self.calm(SETUP.name)
        self.calm(TEARDOWN.name)
