# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig can fail: each defect is sown into a copy of the collection, and a case must find it there."""

from __future__ import annotations

import dataclasses
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t

from runs import COLLECTION

from .cases import Case, References
from .lab import Lab
from .scenarios import dump

LIMIT = 300.0


@dataclasses.dataclass(frozen=True)
class Defect:
    """``old`` is replaced by ``new`` in ``file``; ``cases`` (a regular expression) are to find it."""

    what: str
    file: str
    old: str
    new: str
    cases: str


UTILS = "plugins/module_utils"
TASKS = "roles/private_connect/tasks"
SECURITY = "roles/source_ip_security/tasks"
DEFECTS = (
    Defect(
        "Sync is skipped", f"{UTILS}/_inbound_connection_sync.py", 'self.org.action(self.name, "Sync")', "str(self.name)", "stale: set-up: endpoint is listed"
    ),
    Defect(
        "the record is deleted before its tear-down",
        f"{UTILS}/_plan.py",
        "return [*_down(current), Step(DELETE)]",
        "return [Step(DELETE)]",
        "stale: tear-down: endpoint is listed",
    ),
    Defect(
        "an endpoint is created without a client token",
        f"{UTILS}/_vpc_endpoint.py",
        "        if not key:\n            return {}\n",
        "        if key:\n            return {}\n",
        "answers: set-up: answer lost after aws ec2.CreateVpcEndpoint",
    ),
    Defect(
        "a write is sent again unread",
        f"{UTILS}/_http.py",
        "if last or (write and error.sent) or",
        "if last or",
        "answers: replace: answer lost after salesforce connect.action.TearDown",
    ),
    Defect("a wait does not end", f"{UTILS}/_waiter.py", "if left <= 0:", "if left <= -100:", "deadlines: set-up: the connection"),
    Defect(
        "endpoints of others are torn down",
        f"{UTILS}/_gather.py",
        'item["tags"].get(TAG) == facts["tag_value"] and str',
        'TAG in item["tags"] and str',
        "stale: tear-down: endpoint is listed",
    ),
    Defect(
        "a write whose answer is lost is taken for not done",
        f"{UTILS}/_inbound_connection.py",
        "        fresh = self._after_tear_down() if step.kind == _plan.PROVISION and self._torn_down_from else self.org.connection(self.desired.name)\n",
        "        fresh = planned_on\n",
        "answers: (set-up|replace): answer lost after salesforce",
    ),
    Defect(
        "the name is mapped first",
        "roles/private_connect/defaults/main.yml",
        "private_connect_dns_order: after_ready",
        "private_connect_dns_order: before_provision",
        "stale: set-up: endpoint is listed",
    ),
    Defect(
        "the name stays while its path is replaced",
        f"{TASKS}/present.yml",
        "when: private_connect__read.names_first",
        "when: false",
        "stale: swap: all of it$",
    ),
    Defect(
        "Route 53 is asked again only after minutes",
        f"{TASKS}/dns.yml",
        "        retry_interval: 10\n",
        "",
        "storms: set-up: PriorRequestNotComplete",
    ),
    Defect("a tear-down leaves the zone", f"{TASKS}/names_out.yml", "when: private_connect__zones_too", "when: false", "stale: tear-down: endpoint is listed"),
    Defect(
        "a zone without its tag is not known",
        f"{UTILS}/_selection_dns.py",
        "(comment[2] if not comment[0] else None) or None",
        "None",
        "crash: set-up: .*HostedZone",
    ),
    Defect(
        "dead endpoints are adopted", f"{UTILS}/_aws.py", 'return str(endpoint["state"]).lower() in LIVE', "return True", "stale: replace: endpoint is listed"
    ),
    Defect(
        "nobody waits for the interfaces to go",
        f"{UTILS}/_vpc_endpoint.py",
        'return self.calls.until_gone(endpoint) if self.params["wait"] and',
        "return self.calls.until_gone(endpoint) if not self.params and",
        "stale: tear-down: interfaces linger",
    ),
    Defect("redirects are followed", f"{UTILS}/_http.py", "allow_redirects=False", "allow_redirects=True", "hostile: .*query redirects"),
    Defect(
        "the session is printed",
        f"{UTILS}/_http.py",
        "        try:\n            with warnings.catch_warnings():",
        '        self.context.progress(f"calls with {authorization}")\n        try:\n            with warnings.catch_warnings():',
        "stale: set-up: endpoint is listed",
    ),
    Defect(
        "what was only judged is taken back",
        f"{SECURITY}/apply.yml",
        "  when: not ansible_check_mode\n\n- name: Apply, and take back",
        "  when: false\n\n- name: Apply, and take back",
        "races: restrict: a person",
    ),
    Defect(
        "the quota is asked again and again",
        f"{UTILS}/_http.py",
        "else (429, 502, 503)):",
        "else (403, 429, 502, 503)):",
        "limit: set-up: .* from call 2 of",
    ),
)


def cases(references: References) -> t.Iterator[Case]:
    for defect in DEFECTS:
        yield Case("defects", "the rig itself", defect.what, functools.partial(found, defect=defect, references=references))


def misplaced() -> list[str]:
    """Defects that can no longer be sown, as the code they change has moved."""
    return [defect.what for defect in DEFECTS if (COLLECTION / defect.file).read_text(encoding="utf-8").count(defect.old) != 1]


def found(lab: Lab, *, defect: Defect, references: References) -> str:
    """Run the cases in a copy with the defect; tell which found it."""
    with tempfile.TemporaryDirectory(prefix="defect-") as folder:
        root = pathlib.Path(folder) / "ansible_collections/privatelink/salesforce"
        shutil.copytree(COLLECTION, root, ignore=shutil.ignore_patterns(".git", ".cache", "__pycache__", "output"))
        (pathlib.Path(folder) / "ansible_collections/amazon").symlink_to(COLLECTION.parents[1] / "amazon")
        _sow(root, defect)
        kept = pathlib.Path(folder) / "references.json"
        kept.write_text(dump(references), encoding="utf-8")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("EMULATORS_")}
        # The copy's tests and collection in place of these.
        environ["PYTHONPATH"] = os.environ["PYTHONPATH"].replace(str(COLLECTION), str(root)).replace(str(COLLECTION.parents[2]), folder)
        environ |= {"ANSIBLE_COLLECTIONS_PATH": folder, "ANSIBLE_CALLBACK_PLUGINS": os.environ["ANSIBLE_CALLBACK_PLUGINS"].replace(str(COLLECTION), str(root))}
        words = [sys.executable, "-m", "reliability", "--only", defect.cases, "--limit", "1", "--references", str(kept)]
        run = subprocess.run(words, cwd=root, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False)
    red = re.search(r"^FAILED (.*?)( \d+\.\d s.*)?$", run.stdout, re.MULTILINE)
    assert run.returncode == 1, f"no case found it (status {run.returncode}): {run.stdout[-600:]} {run.stderr[-600:]}"
    assert red is not None, f"it broke the rig in place of a case: {run.stdout[-600:]} {run.stderr[-600:]}"
    return red[1]


def _sow(root: pathlib.Path, defect: Defect) -> None:
    path = root / defect.file
    text = path.read_text(encoding="utf-8")
    assert text.count(defect.old) == 1, f"{defect.file} holds what the defect replaces {text.count(defect.old)} times: {defect.old!r}"
    path.write_text(text.replace(defect.old, defect.new), encoding="utf-8")
