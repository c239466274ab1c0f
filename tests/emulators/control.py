# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all emulators share: every call is counted, and any call can be made to fail.

An emulator asks :meth:`Control.begin` once for each call that reaches it, acts on the fault that comes back,
and reports the outcome with :meth:`Control.end`. Tests read ``calls`` and add ``faults``, in process or over HTTP.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import itertools
import random
import threading
import time
import typing as t

FAULT_KINDS = (
    "status",  # answer with `status`, `headers` and `body`; the call has no effect
    "reset",  # the connection is cut before the call has an effect
    "lost_answer",  # the call takes effect, then the connection is cut
    "delay",  # the call is served after `seconds`
    "expire_token",  # the session that made the call is expired first, so the call meets INVALID_SESSION_ID
    "truncate",  # the call takes effect, half of the answer arrives
    "hold",  # the call waits, before it has an effect or (`after`) before it is answered, until it is released
)
HELD_SECONDS = 120.0


@dataclasses.dataclass
class Fault:
    """One way in which calls go wrong.

    ``service`` and ``action`` are shell patterns (``aws``, ``ec2.Create*``); ``skip`` calls that match pass
    unharmed, then ``times`` calls fail (None: all that follow), or ``share`` of these, drawn by ``seed``. ``write``: only writes, or only reads.
    """

    kind: str
    service: str = "*"
    action: str = "*"
    times: int | None = 1
    skip: int = 0
    status: int = 503
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: t.Any = None
    seconds: float = 0.0
    after: bool = False
    share: float = 1.0
    seed: int = 0
    write: bool | None = None
    hits: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"no such kind of fault: {self.kind!r}; known: {', '.join(FAULT_KINDS)}")

    def takes(self, call: Call) -> bool:
        if not (fnmatch.fnmatchcase(call.service, self.service) and fnmatch.fnmatchcase(call.action, self.action)):
            return False
        if self.write not in (None, call.write):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self.share < 1 and self._random.random() >= self.share:
            return False
        self.hits += 1
        return True


@dataclasses.dataclass
class Call:
    """One call as the emulator saw it. ``write`` is true where the call can change state."""

    number: int
    service: str
    action: str
    method: str
    path: str
    write: bool
    at: float
    org: str | None = None
    status: int | None = None
    fault: str | None = None
    note: str | None = None


class Held:
    """A call that waits for its release."""

    def __init__(self, call: Call, *, after: bool) -> None:
        self.call = call
        self.after = after
        self.dropped = False
        self._released = threading.Event()

    def wait(self) -> bool:
        """Whether the call is to go on; held too long, it is dropped."""
        return self._released.wait(HELD_SECONDS) and not self.dropped

    def release(self, *, drop: bool) -> None:
        self.dropped = drop
        self._released.set()


class Control:
    """Counts calls, hands out faults, holds the switches. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.listeners: list[t.Callable[[Call], None]] = []
        self.enders: list[t.Callable[[Call], None]] = []  # told of each call after its effect, before its answer
        self.held: dict[int, Held] = {}
        self._hold_after: set[int] = set()

    def begin(self, service: str, action: str, *, method: str, path: str, write: bool, org: str | None = None) -> tuple[Call, Fault | None]:
        """Count a call. Returns it and the fault that it must meet, if any; a ``delay`` is served here."""
        with self._lock:
            call = Call(next(self._numbers), service, action, method, path, write, time.monotonic(), org)
            self.calls.append(call)
            fault = next((fault for fault in self.faults if fault.takes(call)), None)
            if fault is not None:
                call.fault = fault.kind
        for listener in self.listeners:
            listener(call)
        if fault is not None and fault.kind == "delay":
            time.sleep(fault.seconds)
            return call, None
        if fault is not None and fault.kind == "hold":
            if fault.after:
                self._hold_after.add(call.number)
            elif not self._hold(call, after=False):
                return call, Fault("reset")
            return call, None
        return call, fault

    def end(self, call: Call, status: int | None, note: str | None = None) -> None:
        call.status = status
        call.note = note
        for ender in self.enders:
            ender(call)
        if call.number in self._hold_after:
            self._hold_after.discard(call.number)
            self._hold(call, after=True)

    def _hold(self, call: Call, *, after: bool) -> bool:
        held = Held(call, after=after)
        with self._lock:
            self.held[call.number] = held
        try:
            return held.wait()
        finally:
            with self._lock:
                self.held.pop(call.number, None)

    def release(self, number: int, *, drop: bool = False) -> None:
        """Let a held call go on. ``drop``: without an effect, where it has none yet, and its connection is cut."""
        with self._lock:
            if number not in self.held:
                raise LookupError(f"call {number} is not held")
            self.held[number].release(drop=drop)

    def add_fault(self, **fields: t.Any) -> Fault:
        fault = Fault(**fields)
        with self._lock:
            self.faults.append(fault)
        return fault

    def clear(self, *, calls: bool = True, faults: bool = True) -> None:
        with self._lock:
            if calls:
                self.calls.clear()
            if faults:
                self.faults.clear()
            for held in self.held.values():
                held.release(drop=True)

    def count(self, service: str = "*", action: str = "*", *, write: bool | None = None) -> int:
        with self._lock:
            return sum(
                1
                for call in self.calls
                if fnmatch.fnmatchcase(call.service, service) and fnmatch.fnmatchcase(call.action, action) and (write is None or call.write == write)
            )
