# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the cases, in workers with emulators of their own, and write the report.

python -m reliability [--quick] [--workers N] [--only PATTERN ...] [--report FILE] [--check FILE] [--folder DIR [--resume]]
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import typing as t

import quick
from runs import emulators

from . import catalogue, defects, report
from .cases import Case
from .lab import Lab
from .scenarios import ALL, dump, load, reference

NAMES = "names.json"  # of all cases, in the order of the report
CLAIMS = "claims"  # a file for each case that a worker has taken


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a part of the cases, for each change")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with emulators of its own")
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN", help="cases whose name matches this regular expression")
    parser.add_argument("--limit", type=int, default=0, help="at most so many failures")
    parser.add_argument("--report", type=pathlib.Path, help="write the report of a full run to this file")
    parser.add_argument("--check", type=pathlib.Path, help="fail if this report is not of the cases that there are")
    parser.add_argument("--references", type=pathlib.Path, help="what undisturbed runs came to, as an earlier run found it")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=pathlib.Path, help="keep results here; default: a temporary directory")
    parser.add_argument("--resume", action="store_true", help="leave out the cases that passed before, by the folder; its results count for the report")
    parser.add_argument("--list", action="store_true", help="tell how many cases there are, by section")
    options = parser.parse_args()
    return work(options) if options.worker is not None else spread(options)


def spread(options: argparse.Namespace) -> int:
    """Start the workers, gather what they found, and tell."""
    started = time.monotonic()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="reliability-"))
    if not options.resume:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder / CLAIMS, ignore_errors=True)
    (folder / CLAIMS).mkdir(parents=True)
    _gather(folder)
    processes = []
    # In the system's own place, as Ansible's sockets are in there and their paths may not be long.
    scratches = [pathlib.Path(tempfile.mkdtemp(prefix="rig-")) for _number in range(options.workers)]
    for number, scratch in enumerate(scratches):
        environ = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(scratch), "ANSIBLE_REMOTE_TMP": str(scratch)}
        environ |= {"ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(scratch / "facts")}
        words = [sys.executable, "-m", "reliability", *sys.argv[1:], "--folder", str(folder), "--worker", str(number)]
        processes.append(subprocess.Popen(words, env=environ))
    broken = [process.wait() for process in processes]
    for scratch in scratches:
        shutil.rmtree(scratch)
    results = [result for result in _gather(folder) if not options.only or any(re.search(only, result.name) for only in options.only)]
    failed = [result for result in results if result.problem]
    for result in failed:
        print(f"\nFAILED {result.name}\n    {result.problem}")
    runs = sum(result.runs for result in results)
    print(f"\n{len(results)} cases, {runs} runs of the role, {len(failed)} failed, {time.monotonic() - started:.0f} s")
    if any(broken):
        print("a worker broke, or the report is stale")
        return 1
    if not results:
        print("no case has such a name; --list tells what there is")
        return 1
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    if options.report and not options.only:
        options.report.write_text(report.page(names, [result for result in results if result.name in names]), encoding="utf-8")
    if not options.folder:
        shutil.rmtree(folder)
    return 1 if failed else 0


def _gather(folder: pathlib.Path) -> list[report.Result]:
    """All results so far, the last of each case, kept in one file: those of workers that broke off as well."""
    files = [folder / "results.jsonl", *sorted(folder.glob("worker*.jsonl"))]
    results = {result.name: result for file in files for result in _read(file)}
    (folder / "results.jsonl").write_text("".join(json.dumps(dataclasses.asdict(result)) + "\n" for result in results.values()), encoding="utf-8")
    for file in files[1:]:
        file.unlink()  # what it held is in the one file now
    return list(results.values())


def _read(file: pathlib.Path) -> list[report.Result]:
    return [report.Result(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def work(options: argparse.Namespace) -> int:
    """One worker: its share of the cases."""
    quick.prepare()
    with emulators() as client, open(options.folder / f"worker{options.worker}.jsonl", "w", encoding="utf-8") as results:
        lab = Lab(client)
        references = (
            load(options.references.read_text(encoding="utf-8")) if options.references else {scenario.name: reference(lab, scenario) for scenario in ALL}
        )
        everything = list(catalogue.cases(references))
        # With references of another run it is a copy with a defect in it.
        if options.worker == 0 and not options.references and not _current(everything, options.check):
            return 1
        if options.list:
            counts = collections.Counter((case.section, case.scenario, case.quick) for case in everything)
            print("\n".join(f"{section:<12} {scenario:<14} {'quick' if quick else ''} {count}" for (section, scenario, quick), count in counts.items()))
            return 0
        if options.worker == 0:
            (options.folder / NAMES).write_text(json.dumps([case.name for case in everything]), encoding="utf-8")
            (options.folder / "references.json").write_text(dump(references), encoding="utf-8")
        failures = 0
        for case in _not_taken(options.folder / CLAIMS, _chosen(everything, options)):
            result = _one(lab, case)
            results.write(json.dumps(dataclasses.asdict(result)) + "\n")
            results.flush()
            failures += bool(result.problem)
            if options.limit and failures >= options.limit:
                break
    return 0


def _current(everything: list[Case], page: pathlib.Path | None) -> bool:
    """Whether the report is of these cases, and the defects can be sown."""
    differing = report.stale(page.read_text(encoding="utf-8"), everything) if page else ""
    if differing:
        print(f"{page} is of other cases than there are: {differing}. Make it anew: make reliability", flush=True)
    moved = defects.misplaced()
    if moved:
        print(f"tests/reliability/defects.py: the code has moved for: {', '.join(moved)}", flush=True)
    return not differing and not moved


def _chosen(everything: list[Case], options: argparse.Namespace) -> list[Case]:
    kept = options.folder / "results.jsonl"
    done = {result.name for result in _read(kept) if not result.problem}
    chosen = [
        case
        for case in everything
        if (case.quick or not options.quick) and (not options.only or any(re.search(only, case.name) for only in options.only)) and case.name not in done
    ]
    # Mixed, so that workers end together; the short part first.
    random.Random(1).shuffle(chosen)
    return sorted(chosen, key=lambda case: not case.quick)


def _not_taken(claims: pathlib.Path, chosen: list[Case]) -> t.Iterator[Case]:
    """One after the other, those that no other worker has taken."""
    for number, case in enumerate(chosen):
        try:
            (claims / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield case


def _one(lab: Lab, case: Case) -> report.Result:
    started, runs = time.monotonic(), lab.runs
    problem = note = ""
    try:
        note = case.run(lab) or ""
    except AssertionError as error:
        problem = str(error) or traceback.format_exc()
    except Exception as error:  # told as a failure of this case, so that the others run
        problem = f"{error!r}: {traceback.format_exc()}"
    seconds = time.monotonic() - started
    print(f"{'FAILED' if problem else 'ok    '} {case.name} {seconds:.1f} s{': ' + problem[:900] if problem else ''}", flush=True)
    return report.Result(case.section, case.scenario, case.what, problem, note, lab.runs - runs, seconds)


if __name__ == "__main__":
    sys.exit(main())
