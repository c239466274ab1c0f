# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: one table of what was tried and how it ended."""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

Row = tuple[str, str]  # section, scenario
DEFECTIVE = "the rig itself"

SECTIONS: t.Mapping[str, str] = {
    "crash": "The run is killed (SIGKILL, with all its processes) before and after each write call took effect; in scenarios beside set-up, replace and "
    "tear-down before the first and after each, as both systems are the same before a write as after the one before it.",
    "answers": "The connection is reset before a write takes effect, or after it (the answer is lost), or both one after the other: at every write call. "
    "In `swap`, `move`, `repair` and `tear-down from elsewhere` only the answer is lost.",
    "storms": "1, 20 or 60 % of all calls meet 429, 502, 503 (with and without Retry-After), slow answers, or an expired token. Calls and waits are "
    "bounded; no write of the org is sent again unread.",
    "limit": "From the n-th call on the org answers 403 REQUEST_LIMIT_EXCEEDED, for every n: the run ends at the first of them, with the hint.",
    "deadlines": "What is waited for never comes: the run ends when its time is up, and says how things stand and what to do.",
    "stale": "Reads are older than writes, endpoints are listed late, Route 53 is PENDING, interfaces linger: no run fails for it, nothing is made twice.",
    "races": "A run is held before or after each of its write calls while a second run, or a person in Setup, does all of its own; or the second is held "
    "as well, before each of its own writes in turn, and the first goes on. Nothing is there twice; the loser says why; a rerun comes to the end.",
    "behaviours": "Each behaviour that no document settles, each way: a set-up, a run that changes nothing, a tear-down that leaves nothing.",
    "walks": "Random order of runs, killed runs, faults, other behaviours and edits of people (hypothesis): whatever came before, a calm run comes to its end.",
    "hostile": "Oversized, truncated and senseless answers, redirects, XML bombs and external entities, Jinja in what others wrote, metacharacters in every "
    "option, IDs that are paths.",
    "defects": "Each defect is sown into a copy of the collection; the rig must find it.",
}
# What is tried answer by answer, apart from whole runs.
BESIDE = (
    ("Invalid UTF-8, answers without end, redirects and the token, repetition by kind of call", "tests/unit/plugins/module_utils/test_http.py"),
    ("Logins: senseless answers, keys and secrets never quoted", "tests/unit/plugins/module_utils/test_auth.py"),
    ("SOQL metacharacters, pages that lead elsewhere or nowhere, answers that are no org's", "tests/unit/plugins/module_utils/test_org.py"),
    ("Names, IDs, hosts and URLs that are none", "tests/unit/plugins/module_utils/test_validate.py"),
    ("Every status and wanted state, and walks of the plan under faults", "tests/unit/plugins/module_utils/test_plan.py"),
    ("Secrets, with each way to log in, in good runs and bad ones", "tests/integration/targets/role_private_connect_secrets"),
    ("Secrets in logs, argument lists, cached facts and temporary files of every integration target", "tests/tools/secrecy.py"),
    ("Each edit behind the role's back: reported, repaired or refused", "tests/integration/targets/role_private_connect_drift"),
)

HEAD = """\
<!--
{licence}
-->

# Reliability

Made by `make reliability`; not edited by hand. Everything runs on the emulators (`tests/emulators`), whose README says what they do not prove.

The promise: whatever breaks at whatever moment, a rerun reaches the same end, with nothing doubled, orphaned or lost.

A case begins with both systems as new, beside things of others (a connection, endpoint, group and zone). One run of the role is disturbed. The next run must
come to the same listing of both systems as an undisturbed run does (IDs and addresses apart), and the one after it must change nothing. In `crash`,
`answers`, `storms`, `stale` and races of two that want the same, no more endpoints are made over all these runs than by the undisturbed one, not even one that
is taken away again.

Scenarios: `set-up` from nothing; `replace` after the endpoint was rejected; `swap` of a live endpoint for one that is given; `move` to another VPC;
`repair` in place of what was edited on both sides, with a further VPC and tag; `tear-down`; `tear-down from elsewhere`, asked for with another region
and VPC; `restrict` and `release`, which put the source IPs on the lists of the org and take them off (role `source_ip_security`).

Looked at in every run of every case, killed ones included:

* After each single call, the name leads to no address without traffic (endpoint available, its connection Ready), unless a person or a race cut the path.
* No secret (client secret, access token, AWS key) shows in the output at -vvvv with diffs, in records of tasks, in cached facts, or in files that are
  left. Not looked at: the copy of a module that Ansible was starting when its process was killed.
* Things of others are byte for byte as before. After a tear-down the full listing of both systems is what it was before the set-up.

Waits do not last: a sleep passes on a clock of the run's own. The modules of amazon.aws run in processes forked from the run's.

"""
# REUSE-IgnoreStart
LICENCE = """\
Copyright (c) 2026, privatelink.salesforce contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later"""
# REUSE-IgnoreEnd


@dataclasses.dataclass(frozen=True)
class Result:
    section: str
    scenario: str
    what: str
    problem: str
    note: str
    runs: int
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.section}: {self.scenario}: {self.what}"


def page(names: t.Sequence[str], results: t.Sequence[Result]) -> str:
    """The whole report: ``names`` are those of all cases (``section: scenario: what``), ``results`` of those that were run."""
    outcomes = {result.name: result for result in results}
    rows: dict[Row, list[str]] = {}
    for name in names:
        section, scenario, _what = name.split(": ", 2)
        rows.setdefault((section, scenario), []).append(name)
    lines = ["| what | scenario | cases | of them run | runs of the role | not as promised |", "| --- | --- | --- | --- | --- | --- |"]
    order = list(SECTIONS)
    titled = {" | ".join(row): rows[row] for row in sorted(rows, key=lambda row: order.index(row[0])) if row[0] != "defects"}
    titled["all |"] = [name for mine in titled.values() for name in mine]
    for title, mine in titled.items():
        run = [outcomes[name] for name in mine if name in outcomes]
        figures = (len(mine), len(run), sum(result.runs for result in run), sum(bool(result.problem) for result in run))
        lines.append(f"| {title} | {' | '.join(map(str, figures))} |")
    said = [f"* {section}: {words}" for section, words in SECTIONS.items()]
    defects = ["| defect | found by |", "| --- | --- |"]
    for name in rows.get(("defects", DEFECTIVE), []):
        result = outcomes.get(name)
        defects.append(f"| {name.split(': ', 2)[2]} | {'not run' if result is None else result.note or 'nothing'} |")
    beside = ["| what | where |", "| --- | --- |", *(f"| {what} | `{where}` |" for what, where in BESIDE)]
    parts = ["## What was tried", "", *said, "", *lines, "", "## Defects that the rig finds", "", *defects, "", "## Tried elsewhere", "", *beside, ""]
    return HEAD.format(licence=LICENCE) + "\n".join(parts)


def stale(text: str, cases: t.Iterable[t.Any]) -> str:
    """In which rows a report is not of these cases; empty where it is."""
    wanted: collections.Counter[Row] = collections.Counter()
    defects = set()
    for case in cases:
        if case.section == "defects":
            defects.add(case.what)
        else:
            wanted[case.section, case.scenario] += 1
    rows = {(section, scenario): int(count) for section, scenario, count in re.findall(r"^\| ([\w-]+) \| ([\w -]+) \| (\d+) \|", text, re.MULTILINE)}
    differing = [f"{' of '.join(row)}: {rows.get(row, 0)} there, {wanted[row]} now" for row in sorted({*wanted, *rows}) if rows.get(row, 0) != wanted[row]]
    told = {line.split(" | ")[0][2:] for line in text.splitlines()}
    differing += [f"defect {what!r} is not in it" for what in sorted(defects - told)]
    return "; ".join(differing)
