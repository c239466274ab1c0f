# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every behaviour that no document settles, each way: a set-up, a run that changes nothing, a tear-down that leaves nothing."""

from __future__ import annotations

import functools
import typing as t

import quick
from emulators.salesforce.switches import variations
from runs import Json

from .cases import Case, References, as_undisturbed, assert_equal
from .lab import Lab
from .scenarios import SETUP, TEARDOWN, Reference

# Settings under which nothing can be set up: the words that a run must end with, before it has written anything.
REFUSED: t.Mapping[tuple[str, t.Any], str] = {
    ("feature", "off"): "Private Connect",
    ("version_ceiling", 66): "Does the org serve this API version?",
    ("rest_refuses", "not_valid_for_rest"): "not valid for use with the REST API",
    ("rest_refuses", "not_attached_to_agent"): "not attached to Agent",
}
# What the Metadata API answers and who may log in from where: calls that the role does not make are tried by their own modules' tests.
ELSEWHERE = (
    "absent_component", "security_full_name", "security_answer_name", "full_names", "range_order", "range_spelling", "partial_update", "empty_list_element",
    "required_members", "range_size_limit", "range_list_max", "range_description_max", "duplicate_ranges", "every_request_ranges", "bypass_2factor",
    "relaxed_every_request", "login_history_filters", "login_time", "jwt_exp", "jwt_aud_my_domain",
)  # fmt: skip
AWS: t.Sequence[tuple[str, t.Any]] = (
    ("swap_in_one_call", True),
    ("deleted_reads", 2),
    ("interfaces_on_accept", True),
    ("modify_reads", 2),
    ("token_outlives_endpoint", False),
)


def cases(references: References) -> t.Iterator[Case]:
    alone = [(name, value) for name, value in variations() if name not in ELSEWHERE]
    for number, (name, value) in enumerate(alone):
        body = functools.partial(lived, references=references, salesforce={name: value})
        yield Case("behaviours", "life", f"{name}={value}", body, quick=number % 40 == 5)
    for number, together in enumerate(_together()):
        yield Case(
            "behaviours",
            "life",
            f"all of the Metadata API and of addresses otherwise, {number + 1}",
            functools.partial(lived, references=references, salesforce=together),
        )
    for name, value in AWS:
        yield Case("behaviours", "life", f"AWS: {name}={value}", functools.partial(lived, references=references, aws={name: value}))


def _together() -> list[Json]:
    """Each value of each switch that the role's calls do not meet, in as few settings as there are values of one."""
    values: dict[str, list[t.Any]] = {}
    for name, value in variations():
        if name in ELSEWHERE:
            values.setdefault(name, []).append(value)
    return [{name: found[number % len(found)] for name, found in values.items()} for number in range(max(map(len, values.values())))]


def lived(lab: Lab, *, references: References, salesforce: Json | None = None, aws: Json | None = None) -> None:
    SETUP.begin(lab)
    # The org's time passes as fast as the run's.
    lab.client.set_switches(**{"status_seconds": 1 / quick.clock.FASTER, **(salesforce or {})})
    lab.client.set_aws_switches(**(aws or {}))
    lab.base = lab.state()  # as the org shows it by now
    words = next((REFUSED[item] for item in (salesforce or {}).items() if item in REFUSED), None)
    if words is not None:
        run = lab.go()
        assert run.failed, "the run did not fail"
        assert words in run.msg, f"not the words: {run.msg[:500]}"
        assert lab.writes() == [], f"it wrote: {lab.writes()}"
        return
    setup: Reference = references[SETUP.name]
    lab.well()
    assert_equal("the end of the set-up", _comparable(lab.ours()), _comparable(setup.end))
    lab.quiet()
    lab.well(**TEARDOWN.variables)
    as_undisturbed(lab, TEARDOWN, references[TEARDOWN.name])


def _comparable(end: t.Any) -> t.Any:
    """Without what the setting itself decides about the connection's record."""
    kept = ("full_name", "label", "description", "status", "region", "vpc_endpoint_id")
    return {**end, "connections": [{key: item[key] for key in kept} for item in end["connections"]]}
