# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a step of `make test` is made of: a log, a directory, and how it says what went wrong."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import env

LIMIT = 2400
NAME = "privatelink.salesforce"


class Failed(Exception):
    """The step found something wrong; the text says what."""


class Skipped(Exception):
    """The step cannot run on this machine; the text says why."""


@dataclass(frozen=True)
class Step:
    name: str
    what: str
    run: t.Callable[[Log], str]


class Log:
    """The log of one step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace")

    def say(self, text: str) -> None:
        with open(self.path, "a", encoding="utf-8") as out:
            out.write(text + "\n")

    def run(self, command: t.Sequence[object], cwd: Path, environ: dict[str, str]) -> str:
        """Run a command, its output into the log, and return that output.

        Raises Failed if it does not end with 0, or not in LIMIT seconds; what it started ends with it.
        """
        words = [str(word) for word in command]
        self.say(f"$ {shlex.join(words)}")
        before = self.path.stat().st_size
        with open(self.path, "ab") as out:
            process = subprocess.Popen(words, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
            try:
                code = process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                raise Failed(f"{Path(words[0]).name} was not done after {LIMIT} s") from None
            finally:
                env.end_group(process)
        if code:
            raise Failed(f"{Path(words[0]).name} ended with {code}")
        return self.path.read_bytes()[before:].decode(errors="replace")


def fresh(name: str) -> Path:
    """Return a new, empty directory for a step."""
    path = env.CACHE / "steps" / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
