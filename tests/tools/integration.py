# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run integration targets on the emulators.

The targets are laid out as ansible-test has them: tests/integration/targets/<name> with tasks/main.yml (a role, run on
localhost without facts) or an executable runme.sh. Each worker starts one set of emulators and resets it before each target.
A target finds the emulators' addresses in the variable `emulators` and in the file that EMULATORS_READY_FILE names.
A target fails where a secret of the emulators shows in its log, in an argument list, in cached facts, or in temporary files that it leaves.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import queue
import shutil
import subprocess
import sys
import time
import typing as t
import urllib.request
from pathlib import Path

import env
import secrecy
import tree

TARGETS = Path("tests/integration/targets")
# An alias such as time=5m marks a target that takes minutes.
LONG = "time="
SHORT = 0.5  # minutes, of targets without the alias
NOT_BY_DEFAULT = {"hidden", "disabled", "unsupported"}
# Takes too long for each change; runs where it is named, and in `make test-long`.
RARE = "rare"
INVENTORY = 'localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n'
# Loopback addresses are not to be asked of a proxy.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulators:
    """One set of emulators in a process of its own. `ready` is what they say of themselves: {control_url, orgs, aws, dns, ca_path}."""

    def __init__(self, at: env.Env, root: Path, folder: Path, start_timeout: float = 60.0) -> None:
        self.ready_file, self.log = folder / "ready.json", folder / "emulators.log"
        command = [str(at.python), "-m", "emulators", "--ready-file", str(self.ready_file)]
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=at.environ(PYTHONPATH=str(root / "tests")), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self.ready: dict[str, t.Any] = self._wait(time.monotonic() + start_timeout)
        except BaseException:
            self.stop()
            raise

    def _wait(self, deadline: float) -> dict[str, t.Any]:
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise env.EnvError(f"the emulators ended with {self._process.returncode} before they were ready:\n{self.log.read_text(errors='replace')}")
            try:
                return json.loads(self.ready_file.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):  # not there, or not written to its end
                time.sleep(0.05)
        raise env.EnvError(f"the emulators are not ready in time:\n{self.log.read_text(errors='replace')}")

    def reset(self) -> None:
        """Bring the emulators back to how they started: no records, no faults, no counts."""
        request = urllib.request.Request(f"{self.ready['control_url'].rstrip('/')}/reset", data=b"{}", method="POST")
        request.add_header("Content-Type", "application/json")
        with _opener.open(request, timeout=30) as answer:
            answer.read()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _aliases(target: Path) -> set[str]:
    return set((target / "aliases").read_text(encoding="utf-8").split()) if (target / "aliases").exists() else set()


def _minutes(target: Path) -> float:
    return next((float(alias[len(LONG) :].rstrip("m")) for alias in _aliases(target) if alias.startswith(LONG)), SHORT)


def find(root: Path, wanted: t.Sequence[str], quick: bool = False, part: tuple[int, int] = (1, 1), rare: bool = False) -> list[Path]:
    """Return the directories of the targets that are wanted; none wanted: all but those that run only when named, ``quick``: nor long ones.

    ``rare``: only those that take too long for each change. ``part`` (number, of how many) of them is chosen such that all parts take about as long.
    """
    known = {path.name: path for path in sorted((root / TARGETS).glob("*/")) if (path / "tasks/main.yml").exists() or (path / "runme.sh").exists()}
    wrong = [name for name in wanted if name not in known]
    if wrong or not known:
        raise env.EnvError(f"There is no target {', '.join(wrong)}. There are: {', '.join(known) or 'none'}.")
    if wanted:
        return [known[name] for name in wanted]
    chosen = [
        path for path in known.values() if not _aliases(path) & NOT_BY_DEFAULT and (RARE in _aliases(path)) == rare and not (quick and _minutes(path) != SHORT)
    ]
    parts: list[list[Path]] = [[] for _number in range(part[1])]
    for path in sorted(chosen, key=_minutes, reverse=True):
        min(parts, key=lambda paths: sum(map(_minutes, paths))).append(path)
    return parts[part[0] - 1]


def _part(text: str) -> tuple[int, int]:
    number, _slash, count = text.partition("/")
    if not 1 <= int(number) <= int(count):
        raise ValueError(text)
    return int(number), int(count)


class Worker:
    """Runs targets one after another on emulators of its own."""

    def __init__(self, at: env.Env, root: Path, number: int, options: argparse.Namespace) -> None:
        self._at, self._root, self._options = at, root, options
        self._folder = at.home.parent / "integration" / "-".join(map(str, (*options.part, number)))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._emulators = Emulators(at, root, self._folder)
        (self._folder / "inventory").write_text(INVENTORY, encoding="utf-8")
        # An empty one, so that no configuration of the machine takes part.
        (self._folder / "ansible.cfg").touch()
        (self._folder / "vars.json").write_text(json.dumps({"emulators": self._emulators.ready}), encoding="utf-8")
        self._secrets = secrecy.secrets(self._emulators.ready)

    def stop(self) -> None:
        self._emulators.stop()

    def _command(self, target: Path) -> tuple[list[str], Path]:
        words = ["-e", f"@{self._folder / 'vars.json'}", *(["-" + "v" * self._options.verbose] if self._options.verbose else [])]
        if (target / "runme.sh").exists():
            return ["./runme.sh", *words], target
        play = {"name": target.name, "hosts": "localhost", "gather_facts": False, "roles": [target.name]}
        playbook = self._folder / f"{target.name}.yml"
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        return ["ansible-playbook", str(playbook), *words], self._folder

    def run(self, target: Path, log: Path) -> bool:
        """Run one target, its output into the log, and return whether it passed."""
        self._emulators.reset()
        command, where = self._command(target)
        output = self._folder / "output" / target.name
        output.mkdir(parents=True, exist_ok=True)
        facts, temporary = (self._folder / "left" / target.name / name for name in ("facts", "temporary"))
        temporary.mkdir(parents=True)
        environ = self._at.environ(
            ANSIBLE_ROLES_PATH=str(self._root / TARGETS),
            ANSIBLE_INVENTORY=str(self._folder / "inventory"),
            ANSIBLE_CONFIG=str(self._folder / "ansible.cfg"),
            ANSIBLE_NOCOLOR="1",
            ANSIBLE_RETRY_FILES_ENABLED="0",
            ANSIBLE_CACHE_PLUGIN="ansible.builtin.jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(facts),
            ANSIBLE_LOCAL_TEMP=str(temporary),
            ANSIBLE_REMOTE_TEMP=str(temporary),
            ANSIBLE_TEST_PYTHON_INTERPRETER=str(self._at.python),
            INVENTORY_PATH=str(self._folder / "inventory"),
            OUTPUT_DIR=str(output),
            EMULATORS_READY_FILE=str(self._emulators.ready_file),
            PYTHONPATH=str(self._root / "tests"),
        )
        watch = secrecy.Watch(self._secrets)
        with open(log, "wb") as out, watch.processes():
            # A session of its own, so that what a target leaves running ends with it.
            process = subprocess.Popen(command, cwd=where, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
            try:
                good = process.wait(self._options.timeout) == 0
            except subprocess.TimeoutExpired:
                out.write(f"\nnot done after {self._options.timeout} s\n".encode())
                good = False
            finally:
                env.end_group(process)
        watch.files(log, facts, temporary)
        if watch.shows:
            with open(log, "ab") as out:
                out.write("".join(f"\na secret shows in {where}" for where in watch.shows).encode() + b"\n")
        return good and not watch.shows


def _serve(worker: Worker, targets: queue.SimpleQueue[Path], logs: Path) -> tuple[int, int]:
    passed = failed = 0
    try:
        while True:
            try:
                target = targets.get_nowait()
            except queue.Empty:
                return passed, failed
            started, log = time.monotonic(), logs / f"{target.name}.log"
            good = worker.run(target, log)
            passed, failed = passed + good, failed + (not good)
            shown = "" if good else f"\n{log.read_text(encoding='utf-8', errors='replace')}---- end of the log of {target.name}"
            print(f"{'ok    ' if good else 'FAILED'} {target.name} {time.monotonic() - started:.1f} s{shown}", flush=True)
    finally:
        worker.stop()


def run(options: argparse.Namespace) -> int:
    at = env.ensure(options.profile)
    root = tree.sync(at)
    chosen = find(root, options.targets, options.quick, options.part, options.rare)
    logs = env.CACHE / "logs" / "integration" / at.profile
    logs.mkdir(parents=True, exist_ok=True)
    targets: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for target in chosen:
        targets.put(target)
    print(f"{len(chosen)} targets on {at.profile} (Python {at.python_version}); logs in {logs.relative_to(env.ROOT)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        counts = list(pool.map(lambda number: _serve(Worker(at, root, number, options), targets, logs), range(options.workers)))
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Run integration targets on the emulators.")
    parser.add_argument("targets", nargs="*", help="names under tests/integration/targets (default: all)")
    parser.add_argument("--profile", default="default", help="the environment to run in, see env.py")
    parser.add_argument("--workers", type=int, default=1, help="sets of emulators, and targets at a time")
    parser.add_argument("--quick", action="store_true", help="leave out the targets that an alias marks as long")
    parser.add_argument("--rare", action="store_true", help="those that take too long for each change")
    parser.add_argument("--part", type=_part, default=(1, 1), metavar="1/3", help="only the first of three parts, which take about as long")
    parser.add_argument("--timeout", type=float, default=1200.0, help="seconds for one target")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="as for ansible-playbook")
    try:
        return run(parser.parse_args())
    except env.EnvError as error:
        env.say(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
