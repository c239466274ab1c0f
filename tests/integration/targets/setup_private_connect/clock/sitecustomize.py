# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock on which waits cost next to nothing: who sleeps finds that the time has passed.

In force where RUNS_CLOCK names a file, which gets the seconds of each sleep, one a line. Python imports this by its name in each process that
has this directory in PYTHONPATH, so that modules that Ansible starts keep the same time.
"""

from __future__ import annotations

import os
import time

VARIABLE = "RUNS_CLOCK"
SHORTEST = 0.05  # shorter sleeps are those of loops that wait for other processes
FASTER = 50


def install() -> None:
    """In a process that is not told of a file, time goes as ever; those forked from it may be."""
    sleep, monotonic = time.sleep, time.monotonic
    passed = 0.0

    def quick_sleep(seconds: float) -> None:
        nonlocal passed
        log = os.environ.get(VARIABLE)
        if seconds < SHORTEST or not log:
            sleep(seconds)
            return
        sleep(seconds / FASTER)
        passed += seconds - seconds / FASTER
        with open(log, "a", encoding="ascii") as file:
            file.write(f"{seconds}\n")

    time.sleep = quick_sleep
    time.monotonic = lambda: monotonic() + passed


if os.environ.get(VARIABLE):
    install()
