# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the rig: its counts, and whether it is of the cases that there are."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.privatelink.salesforce.tests.reliability.report import Result, page, stale


@dataclasses.dataclass
class Case:
    section: str
    scenario: str
    what: str


CASES = [Case("crash", "set-up", "a"), Case("crash", "set-up", "b"), Case("stale", "tear-down", "c"), Case("defects", "the rig itself", "Sync is skipped")]
RESULTS = [Result(case.section, case.scenario, case.what, "", "stale: set-up: late" if case.section == "defects" else "", 3, 1.0) for case in CASES]
NAMES = [result.name for result in RESULTS]
PAGE = page(NAMES, RESULTS)


def test_rows_and_sums():
    assert "| crash | set-up | 2 | 2 | 6 | 0 |" in PAGE
    assert "| stale | tear-down | 1 | 1 | 3 | 0 |" in PAGE
    assert "| all | | 3 | 3 | 9 | 0 |" in PAGE
    assert "| Sync is skipped | stale: set-up: late |" in PAGE


def test_what_was_not_run_and_what_failed_shows():
    broken = dataclasses.replace(RESULTS[0], problem="an orphan")
    told = page(NAMES, [broken])
    assert "| crash | set-up | 2 | 1 | 3 | 1 |" in told
    assert "| all | | 3 | 1 | 3 | 1 |" in told
    assert "| Sync is skipped | not run |" in told
    assert stale(told, CASES) == ""


def test_it_is_of_these_cases():
    assert stale(PAGE, CASES) == ""


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        (CASES[1:], "crash of set-up: 2 there, 1 now"),
        ([*CASES, Case("races", "replace", "d")], "races of replace: 0 there, 1 now"),
        ([*CASES, Case("defects", "the rig itself", "DNS first")], "defect 'DNS first' is not in it"),
    ],
)
def test_it_is_of_other_cases(cases, told):
    assert stale(PAGE, cases) == told
