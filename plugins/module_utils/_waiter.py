# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting with a deadline, and saying so while it lasts. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._module import Context

T = t.TypeVar("T")


class Wait:
    """One wait: ``timeout`` and ``interval`` in seconds. It starts with its first use."""

    def __init__(self, what: str, *, timeout: float, interval: float, context: Context) -> None:
        self.what = what
        self.timeout = timeout
        self.interval = interval
        self._context = context
        self._started: float | None = None
        self._told: str | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start; 0 before it."""
        return 0.0 if self._started is None else self._context.now() - self._started

    def until(self, read: t.Callable[[], T], done: t.Callable[[T], bool], describe: t.Callable[[T], str]) -> tuple[T, bool]:
        """Read until ``done`` or the deadline. Returns the last value, and whether it was ``done``. Reads at least once, and once at the deadline."""
        if self._started is None:
            self._started = self._context.now()
        while True:
            value = read()
            if done(value):
                if self._told is not None:
                    self.tell(describe(value))
                return value, True
            left = self.timeout - self.elapsed
            if left <= 0:
                return value, False
            self.tell(describe(value))
            self._context.sleep(min(self.interval, left))

    def tell(self, status: str) -> None:
        self._told = status
        self._context.progress(f"{self.what}: {status}, {self.elapsed:.0f} s so far, deadline {self.timeout:.0f} s")
