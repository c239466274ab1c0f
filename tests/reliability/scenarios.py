# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is asked for: a set-up, a replacement, a move, a repair, a tear-down, access kept to the source IPs. Each begins anew and has one end."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from runs import Json

from . import beginnings
from .lab import PRIVATE_CONNECT, SOURCE_IP_SECURITY, Lab


@dataclasses.dataclass(frozen=True)
class Write:
    """A write call of an undisturbed run: the ``skip``-th of its action."""

    service: str
    action: str
    skip: int

    def __str__(self) -> str:
        return f"{self.service} {self.action}" + (f" ({self.skip + 1})" if self.skip else "")


@dataclasses.dataclass(frozen=True)
class Scenario:
    """``prepare`` brings both systems to where the run begins, and may give further variables; ``variables`` are the run's."""

    name: str
    prepare: t.Callable[[Lab], t.Mapping[str, t.Any] | None]
    variables: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    role: str = PRIVATE_CONNECT

    @property
    def leaves_nothing(self) -> bool:
        return self.variables.get("state") == "absent"

    def begin(self, lab: Lab) -> dict[str, t.Any]:
        """Prepare, and give the variables of the run."""
        lab.begin()
        lab.role_name = self.role
        more = self.prepare(lab)
        lab.now()
        return {**self.variables, **(more or {})}


@dataclasses.dataclass(frozen=True)
class Reference:
    """What an undisturbed run comes to: the end of both systems, how many things there are, how many endpoints were made, its writes and all its calls."""

    end: Json
    counts: dict[str, int]
    made: int
    writes: list[Write]
    calls: int
    org_calls: int
    waited: float


SETUP = Scenario("set-up", lambda lab: None)
REPLACE = Scenario("replace", beginnings.rejected, {"replace": True})
SWAP = Scenario("swap", beginnings.another_endpoint, {"replace": True})
MOVE = Scenario("move", beginnings.another_vpc, {"replace": True})
REPAIR = Scenario("repair", beginnings.drifted)
TEARDOWN = Scenario("tear-down", beginnings.plant, {"state": "absent"})
ELSEWHERE = Scenario("tear-down from elsewhere", beginnings.another_region, {"state": "absent"})
RESTRICT = Scenario("restrict", lambda lab: None, {"restrict": beginnings.RESTRICT}, SOURCE_IP_SECURITY)
RELEASE = Scenario("release", beginnings.restricted, {"restrict": beginnings.RESTRICT, "state": "absent"}, SOURCE_IP_SECURITY)
ALL = (SETUP, REPLACE, SWAP, MOVE, REPAIR, TEARDOWN, ELSEWHERE, RESTRICT, RELEASE)


def reference(lab: Lab, scenario: Scenario) -> Reference:
    variables = scenario.begin(lab)
    if scenario is TEARDOWN:
        planted = lab.ours()
        lab.quiet()
        assert lab.ours() == planted
        lab.client.clear_calls()
    lab.well(**variables)
    writes: list[Write] = []
    for call in lab.client.calls(write=True):
        writes.append(Write(call["service"], call["action"], sum(write.action == call["action"] for write in writes)))
    found = Reference(lab.ours(), lab.counts(), lab.made(), writes, len(lab.client.calls()), lab.client.count("salesforce", "[ct]*"), lab.waited)
    lab.quiet(**variables)
    if scenario.leaves_nothing:
        assert lab.state() == lab.base, f"a {scenario.name} leaves something"
    return found


def dump(references: t.Mapping[str, Reference]) -> str:
    return json.dumps({name: dataclasses.asdict(reference) for name, reference in references.items()})


def load(text: str) -> dict[str, Reference]:
    found = json.loads(text)
    return {name: Reference(**{**fields, "writes": [Write(**write) for write in fields["writes"]]}) for name, fields in found.items()}
