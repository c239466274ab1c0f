# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case is, and the end that each must come to."""

from __future__ import annotations

import dataclasses
import typing as t

from runs import Json

from .lab import Lab
from .scenarios import Reference, Scenario

SHOWN = 700


@dataclasses.dataclass(frozen=True)
class Case:
    """One experiment. ``run`` raises AssertionError where the promise is not kept; it may return a note. ``quick``: also in the short run."""

    section: str
    scenario: str
    what: str
    run: t.Callable[[Lab], str | None]
    quick: bool = False

    @property
    def name(self) -> str:
        return f"{self.section}: {self.scenario}: {self.what}"


References = t.Mapping[str, Reference]


def converges(lab: Lab, scenario: Scenario, reference: Reference, variables: t.Mapping[str, t.Any]) -> None:
    """The next run ends as an undisturbed one, with nothing twice and nothing left over; the one after it changes nothing."""
    lab.client.clear_calls()
    run = lab.go(**variables)
    assert not run.failed, f"the next run failed: {run.msg[:SHOWN]}"
    as_undisturbed(lab, scenario, reference)
    if run.changed or lab.writes():
        lab.quiet(**variables)


def no_more_made(lab: Lab, reference: Reference) -> None:
    """Also none that a later run took away again."""
    assert lab.made() <= reference.made, f"{lab.made()} endpoints were made, an undisturbed run makes {reference.made}"


def as_undisturbed(lab: Lab, scenario: Scenario, reference: Reference) -> None:
    counts = lab.counts()
    more = {kind: counts[kind] - wanted for kind, wanted in reference.counts.items() if counts[kind] > wanted}
    assert not more, f"too many: {more}"
    assert_equal("the end", lab.ours(), reference.end)
    if scenario.leaves_nothing:
        assert_equal("both systems after it", lab.state(), lab.base)


def assert_equal(what: str, have: Json, want: Json) -> None:
    if have != want:
        parts = [f"{key}: have {have.get(key)}, want {want.get(key)}"[:SHOWN] for key in sorted({*have, *want}) if have.get(key) != want.get(key)]
        raise AssertionError(f"{what} differs: {' | '.join(parts)}")
