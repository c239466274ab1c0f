# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each write call of each scenario: the run is killed at it, its connection is cut, its answer is lost."""

from __future__ import annotations

import functools
import typing as t

from .cases import Case, References, converges, no_more_made
from .lab import Lab
from .scenarios import ALL, ELSEWHERE, MOVE, RELEASE, REPAIR, REPLACE, RESTRICT, SETUP, SWAP, TEARDOWN, Reference, Scenario, Write

LONGER = (SWAP, MOVE, REPAIR, ELSEWHERE)
ACCESS = (RESTRICT, RELEASE)
LOST = "answer lost after"
# Faults one after the other: the second meets the call that is made again.
CUTS: t.Mapping[str, tuple[str, ...]] = {
    "connection reset before": ("reset",),
    LOST: ("lost_answer",),
    "reset, then lost": ("reset", "lost_answer"),
}


def cases(references: References) -> t.Iterator[Case]:
    for scenario in ALL:
        reference = references[scenario.name]
        for index, write in enumerate(reference.writes):
            # Both systems are the same before a write as after the one before it; what differs is what was read meanwhile.
            for after in (False, True) if index == 0 or scenario in (SETUP, REPLACE, TEARDOWN) else (True,):
                what = f"killed {'after' if after else 'before'} {write}"
                body = functools.partial(killed, scenario=scenario, reference=reference, write=write, after=after)
                yield Case("crash", scenario.name, what, body, quick=after and index in (2, 5) and scenario not in LONGER + ACCESS)
        for index, write in enumerate(reference.writes):
            for what, kinds in CUTS.items():
                body = functools.partial(cut, scenario=scenario, reference=reference, write=write, kinds=kinds)
                quick = what == LOST and (scenario in (SETUP, TEARDOWN) or (scenario is REPLACE and index == 4))
                if scenario not in LONGER or what == LOST:
                    yield Case("answers", scenario.name, f"{what} {write}", body, quick=quick)


def killed(lab: Lab, *, scenario: Scenario, reference: Reference, write: Write, after: bool) -> None:
    variables = scenario.begin(lab)
    job = lab.launch(**variables)
    lab.client.add_fault("hold", write.service, write.action, write=True, skip=write.skip, after=after)
    held = lab.until_held(job)
    assert held is not None, f"the run never came to {write}: {job.result().msg[:500]}"
    lab.kill(job)
    lab.client.release(held["number"], drop=True)
    lab.client.clear_faults()
    converges(lab, scenario, reference, variables)
    no_more_made(lab, reference)


def cut(lab: Lab, *, scenario: Scenario, reference: Reference, write: Write, kinds: tuple[str, ...]) -> None:
    variables = scenario.begin(lab)
    for kind in kinds:
        lab.client.add_fault(kind, write.service, write.action, write=True, skip=write.skip)
    lab.go(**variables)
    met = lab.client.faults()[0]["hits"]
    assert met == 1, f"the run never came to {write}"
    lab.client.clear_faults()
    converges(lab, scenario, reference, variables)
    no_more_made(lab, reference)
