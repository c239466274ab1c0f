# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets of the emulators show while an integration target runs, and in what it leaves."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from pathlib import Path

# What the emulators say of themselves that must show nowhere else, by the end of its name.
SECRET = ("client_secret", "access_token", "refresh_token")
INTERVAL = 0.1  # seconds; starting a module takes longer


def secrets(ready: t.Any) -> set[str]:
    """All secrets in a ready file: those of every user, each line of keys, and how every session of an org begins."""
    found: set[str] = set()
    if isinstance(ready, list):
        return found.union(*map(secrets, ready))
    if not isinstance(ready, dict):
        return found
    for key, value in ready.items():
        if key.endswith(SECRET):
            found.add(value)
        elif key == "private_key_file":
            found |= {line for line in Path(value).read_text(encoding="ascii").splitlines() if not line.startswith("-----")}
        elif key == "org_id":
            found.add(f"{value[:15]}!")
        else:
            found |= secrets(value)
    return found


class Watch:
    """``words`` are the secrets. Argument lists are looked at for as long as :meth:`processes` is entered; ``shows`` gathers where one was seen."""

    def __init__(self, words: t.Iterable[str]) -> None:
        self._words = [word.encode() for word in words]
        self.shows: list[str] = []

    def _look(self, text: bytes, where: str) -> None:
        if where not in self.shows and any(word in text for word in self._words):
            self.shows.append(where)

    def files(self, *paths: Path) -> None:
        """Look at files, and at all files of directories."""
        for path in paths:
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file():
                    self._look(file.read_bytes(), str(file))

    @contextlib.contextmanager
    def processes(self) -> t.Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(INTERVAL):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes()
                except OSError:
                    continue  # it ended between the listing and the look
                self._look(words, f"the argument list of {b' '.join(words.split(bytes(1))[:2]).decode(errors='replace')}")
