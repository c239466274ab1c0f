# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many calls go wrong at once, or answers are older than what was written."""

from __future__ import annotations

import functools
import typing as t

from runs import Json

from .cases import Case, References, as_undisturbed, converges, no_more_made
from .lab import WAIT_TIMEOUT, Lab
from .scenarios import MOVE, REPLACE, SETUP, SWAP, TEARDOWN, Reference, Scenario

# Share of the calls that meet the fault, in percent.
SHARES = (1, 20, 60)
STORMS: t.Mapping[str, Json] = {
    "429": {"kind": "status", "status": 429},
    "429 with Retry-After": {"kind": "status", "status": 429, "headers": {"Retry-After": "2"}},
    "502": {"kind": "status", "status": 502},
    "503": {"kind": "status", "status": 503},
    "503 with Retry-After": {"kind": "status", "status": 503, "headers": {"Retry-After": "2"}},
    "slow answers": {"kind": "delay", "seconds": 0.1},
    "expired tokens": {"kind": "expire_token", "service": "salesforce"},
}
# A call is tried six times at most by this collection and by botocore, ten times by the modules of amazon.aws.
TRIES = 10
# Waits of one run: the longest it may take by the deadlines of its waits, and the back-off of single calls.
MAX_WAITED = 10 * WAIT_TIMEOUT
STALE: t.Mapping[str, Json] = {
    "org: two reads are old": {"salesforce": {"stale_reads": 2}},
    "org: five reads are old": {"salesforce": {"stale_reads": 5}},
    "endpoint is listed late": {"aws": {"hidden_reads": 3}},
    "Route 53 is PENDING": {"aws": {"change_reads": 3}},
    "interfaces linger": {"aws": {"deleting_reads": 6}},
    "deleted endpoints vanish": {"aws": {"deleted_reads": 0}},
    "endpoint is pending for long": {"aws": {"pending_reads": 6}},
    "interfaces come late": {"aws": {"interfaces_on_accept": True}},
    "all of it": {
        "salesforce": {"stale_reads": 3},
        "aws": {"hidden_reads": 2, "change_reads": 2, "deleting_reads": 3, "pending_reads": 3, "interfaces_on_accept": True},
    },
}
# What never comes, with the words that the run ends with.
NEVER: t.Sequence[tuple[Scenario, str, Json, str]] = (
    (SETUP, "the connection never becomes Ready", {"salesforce": {"syncs_to_ready": 10_000}}, "is still PendingAcceptance after"),
    (SETUP, "the endpoint never becomes available", {"aws": {"pending_reads": 10_000}}, "is pending with"),
    (TEARDOWN, "the connection never becomes Unprovisioned", {"salesforce": {"syncs_to_unprovisioned": 10_000}}, "is still TeardownInProgress"),
    (TEARDOWN, "the interfaces never go", {"aws": {"deleting_reads": 10_000}}, "interfaces are left after"),
)
ORG_CALLS = "[ct]*"  # all but logins
# botocore tries five times by itself. Between rounds of these the module of Route 53 waits for up to 500 s, unless it is told otherwise.
PRIOR = {"kind": "status", "status": 400, "body": {"code": "PriorRequestNotComplete", "message": "The request was rejected"}, "times": 11}
MAX_PRIOR = 80
THROTTLED: t.Mapping[str, tuple[str, int]] = {"reads of EC2": ("ec2.Describe*", 503), "the creation of the group": ("ec2.CreateSecurityGroup", 503)}


def cases(references: References) -> t.Iterator[Case]:
    for scenario in (SETUP, REPLACE, TEARDOWN):
        reference = references[scenario.name]
        for what, fields in STORMS.items():
            for share in SHARES:
                body = functools.partial(storm, scenario=scenario, reference=reference, fields=fields, share=share)
                yield Case("storms", scenario.name, f"{share} % of calls: {what}", body, quick=(what, share, scenario) == ("503", 20, REPLACE))
        for skip in range(reference.org_calls):
            body = functools.partial(limit, scenario=scenario, skip=skip)
            yield Case("limit", scenario.name, f"REQUEST_LIMIT_EXCEEDED from call {skip + 1} of the org on", body, quick=skip == 6)
    for scenario in (SETUP, TEARDOWN):
        body = functools.partial(busy, scenario=scenario, reference=references[scenario.name])
        yield Case("storms", scenario.name, "PriorRequestNotComplete eleven times for the record", body, quick=scenario is TEARDOWN)
    for what, (action, status) in THROTTLED.items():
        body = functools.partial(throttled, action=action, status=status)
        yield Case("storms", SETUP.name, f"no end of throttling: {what}", body)
    for scenario, what, switches, words in NEVER:
        body = functools.partial(deadline, scenario=scenario, switches=switches, words=words)
        yield Case("deadlines", scenario.name, what, body, quick="Ready" in what)
    for scenario in (SETUP, REPLACE, SWAP, MOVE, TEARDOWN):
        for what, switches in STALE.items():
            if scenario in (SWAP, MOVE) and what != "all of it":
                continue
            body = functools.partial(stale, scenario=scenario, reference=references[scenario.name], switches=switches)
            yield Case("stale", scenario.name, what, body, quick=what == "all of it" and scenario not in (SWAP, MOVE))
            if "org" in what or what == "all of it":
                body = functools.partial(stale, scenario=scenario, reference=references[scenario.name], switches=switches, lost=True)
                yield Case("stale", scenario.name, f"{what}, and each first answer to a write is lost", body)


def storm(lab: Lab, *, scenario: Scenario, reference: Reference, fields: Json, share: int) -> None:
    variables = scenario.begin(lab)
    lab.client.add_fault(**{"times": None, "share": share / 100, "seed": share, **fields})
    lab.go(**variables)
    calls = lab.client.calls()
    lab.client.clear_faults()
    assert len(calls) <= TRIES * reference.calls, f"{len(calls)} calls, {reference.calls} without the storm"
    assert lab.waited <= MAX_WAITED, f"waited {lab.waited:.0f} s"
    converges(lab, scenario, reference, variables)
    no_more_made(lab, reference)


def busy(lab: Lab, *, scenario: Scenario, reference: Reference) -> None:
    """Route 53 has not done with an earlier change: the run goes on, and soon."""
    variables = scenario.begin(lab)
    lab.client.add_fault(service="aws", action="route53.ChangeResourceRecordSets", **PRIOR)
    lab.well(**variables)
    refused = [call for call in lab.client.calls("aws", "route53.ChangeResourceRecordSets") if call["status"] == 400]
    assert len(refused) == PRIOR["times"], f"refused {len(refused)} times"
    assert lab.waited <= MAX_PRIOR, f"waited {lab.waited:.0f} s"
    as_undisturbed(lab, scenario, reference)


def throttled(lab: Lab, *, action: str, status: int) -> None:
    """The run ends in time with AWS's words, and writes nothing more."""
    variables = SETUP.begin(lab)
    lab.client.add_fault("status", "aws", action, status=status, times=None)
    run = lab.go(**variables)
    assert run.failed, "the run did not fail"
    assert "RequestLimitExceeded" in run.msg, f"not AWS's words: {run.msg[:500]}"
    assert lab.waited <= MAX_WAITED, f"waited {lab.waited:.0f} s"
    assert lab.state() == lab.base, f"left: {lab.counts()}"


def limit(lab: Lab, *, scenario: Scenario, skip: int) -> None:
    """The org's quota is used up: the run ends with the hint, and does not ask again."""
    variables = scenario.begin(lab)
    lab.client.add_fault("status", "salesforce", ORG_CALLS, status=403, skip=skip, times=None)
    run = lab.go(**variables)
    refused = [call for call in lab.client.calls("salesforce", ORG_CALLS) if call["status"] == 403]
    assert run.failed, "the run did not fail"
    assert "24-hour quota" in run.msg, f"no hint: {run.msg[:500]}"
    assert len(refused) == 1, f"{len(refused)} calls were refused: {[call['action'] for call in refused]}"


def deadline(lab: Lab, *, scenario: Scenario, switches: Json, words: str) -> None:
    """The run ends when its time is up, and says how things stand and what to do."""
    variables = scenario.begin(lab)
    lab.client.set_switches(**switches.get("salesforce", {}))
    lab.client.set_aws_switches(**switches.get("aws", {}))
    run = lab.go(**variables)
    assert run.failed, "the run did not fail"
    assert words in run.msg, f"not the words: {run.msg[:500]}"
    assert "Run this again" in run.msg, f"no advice: {run.msg[:500]}"
    assert WAIT_TIMEOUT - 1 <= lab.waited <= 1.5 * WAIT_TIMEOUT, f"waited {lab.waited:.0f} s of {WAIT_TIMEOUT} s"


def stale(lab: Lab, *, scenario: Scenario, reference: Reference, switches: Json, lost: bool = False) -> None:
    """No failure without a cause, nothing made twice. With lost answers the run may fail; the next may not."""
    variables = scenario.begin(lab)
    lab.client.set_switches(**switches.get("salesforce", {}))
    lab.client.set_aws_switches(**switches.get("aws", {}))
    if not lost:
        lab.well(**variables)
        as_undisturbed(lab, scenario, reference)
    else:
        for action in ("tooling.create", "tooling.update", "tooling.delete", "connect.action.Provision", "connect.action.TearDown"):
            lab.client.add_fault("lost_answer", "salesforce", action)
        lab.client.add_fault("lost_answer", "aws", "ec2.CreateVpcEndpoint", write=True)
        lab.go(**variables)
        lab.client.clear_faults()
    # Reads of the next run may still be old.
    converges(lab, scenario, reference, variables)
    no_more_made(lab, reference)
