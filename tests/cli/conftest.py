# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Salesforce's own CLI in a HOME of its own, and plays that find it on PATH. `make test-cli` brings it."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import threading
import typing as t
from pathlib import Path

import pytest

TIMEOUT = 180
SETTINGS = {
    "SF_DISABLE_TELEMETRY": "true",
    "SF_AUTOUPDATE_DISABLE": "true",
    "SF_SKIP_NEW_VERSION_CHECK": "true",  # else each command asks the npm registry
    "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
}


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that has ended. ``argv`` is what processes that started meanwhile had as arguments, as far as it was seen."""

    code: int
    out: str
    err: str
    argv: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        return self.out + self.err

    def result(self) -> t.Any:
        """``result`` of the CLI's JSON envelope {status, result, warnings}."""
        assert self.code == 0, self.said
        return json.loads(self.out)["result"]


class Cli:
    """The commands run in ``folder``, which is HOME too. Each call, also a play's, leaves its arguments as one line in ``record``."""

    def __init__(self, command: str, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "calls"
        self.bin = folder / "bin"
        self.bin.mkdir()
        launcher = self.bin / "sf"
        launcher.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{shlex.quote(str(self.record))}\nexec {shlex.quote(command)} "$@"\n', encoding="utf-8")
        launcher.chmod(0o755)

    @property
    def environ(self) -> dict[str, str]:
        foreign = ("SF_", "SFDX_", "SALESFORCE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {**kept, **SETTINGS, "HOME": str(self.folder), "PATH": f"{self.bin}{os.pathsep}{kept['PATH']}"}

    def run(self, *words: str, **environ: str) -> Done:
        return self._run([str(self.bin / "sf"), *words], environ)

    def calls(self) -> list[str]:
        return self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []

    def play(self, tasks: list[dict[str, t.Any]], *words: str) -> tuple[Done, dict[str, t.Any]]:
        """Run tasks on localhost; returns also what they registered, by name."""
        self.record.unlink(missing_ok=True)
        results = self.folder / "results.json"
        results.unlink(missing_ok=True)
        names = [task["register"] for task in tasks if "register" in task]
        told = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
        keep = {"name": "Keep", "ansible.builtin.copy": {"content": told, "dest": str(results), "mode": "0600"}}
        play = {"name": "CLI", "hosts": "localhost", "gather_facts": False, "tasks": [*tasks, keep]}
        (self.folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        (self.folder / "hosts").write_text('localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n', encoding="utf-8")
        done = self._run(["ansible-playbook", "-i", "hosts", "play.yml", *words], {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_ASYNC_DIR": str(self.folder / "async")})
        return done, json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}

    def _run(self, command: list[str], environ: dict[str, str]) -> Done:
        with Watch() as watch:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env={**self.environ, **environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        return Done(done.returncode, done.stdout, done.stderr, frozenset(watch.seen))


class Watch:
    """Collects the arguments of processes that start meanwhile, where there is a /proc to look at, every few milliseconds."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._before = self._processes()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._over.set()
        self._thread.join()

    @staticmethod
    def _processes() -> set[Path]:
        return set(Path("/proc").glob("[0-9]*"))

    def _look(self) -> None:
        while not self._over.wait(0.02):
            for process in self._processes() - self._before:
                try:
                    self.seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:  # the process is gone, or another user's
                    continue


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    command = os.environ.get("SF_COMMAND") or shutil.which("sf")
    if not command:
        pytest.fail("no 'sf': `make test-cli` installs Salesforce's CLI and runs these tests")
    return Cli(command, tmp_path_factory.mktemp("sf"))
