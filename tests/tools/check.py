# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the checks of the collection, two at a time, and say what each did and how long it took.

Each step writes to a log of its own under .cache/logs; the log of a step that fails is shown. All steps run, whatever
fails; the exit code tells whether any did. The closing lines of pytest are shown as they are.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
import threading
import time
import typing as t
from dataclasses import dataclass

import env
import steps

WORKERS = 2
SHOWN = 400  # lines of the log of a failed step
_printing = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    step: steps.Step
    result: str
    note: str
    seconds: float


def say(text: str) -> None:
    with _printing:
        print(text, flush=True)


def run(step: steps.Step) -> Outcome:
    """Run one step; a failure becomes an outcome, with the log printed."""
    say(f"-- {step.name}: {step.what}")
    started = time.monotonic()
    log = steps.Log(env.CACHE / "logs" / f"{step.name}.log")
    try:
        result, note = "ok", step.run(log)
    except steps.Skipped as reason:
        result, note = "skipped", str(reason)
    except (steps.Failed, env.EnvError) as error:
        result, note = "FAILED", str(error)
    except Exception as error:  # a mistake in a step must not hide what the others found
        result, note = "FAILED", f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    if result == "FAILED":
        lines = log.text().splitlines()
        left_out = f"({len(lines) - SHOWN} lines are left out here)\n" if len(lines) > SHOWN else ""
        text = "\n".join(lines[-SHOWN:])
        say(f"\n---- log of {step.name}, {log.path.relative_to(env.ROOT)}\n{left_out}{text}\n---- end of the log of {step.name}\n")
    say(f"-- {step.name}: {result} after {seconds:.1f} s")
    if note:
        say(note)
    return Outcome(step, result, note, seconds)


def choose(names: t.Sequence[str]) -> list[steps.Step]:
    """Return the steps that the names stand for: a name, or what stands before one of its dashes; none stands for all."""
    known = steps.all_steps()
    if not names:
        return known
    wrong = [n for n in names if not any(_means(n, s) for s in known)]
    if wrong:
        raise SystemExit(f"error: no step is called {', '.join(wrong)}. There are: {', '.join(s.name for s in known)}.")
    return [s for s in known if any(_means(n, s) for n in names)]


def _means(name: str, step: steps.Step) -> bool:
    return f"{step.name}-".startswith(f"{name}-")


def summary(outcomes: list[Outcome], seconds: float) -> int:
    print(f"\n{'step':<20} {'seconds':>7}  result")
    for outcome in outcomes:
        note = outcome.note.splitlines()[0] if outcome.result != "ok" and outcome.note else ""
        print(f"{outcome.step.name:<20} {outcome.seconds:>7.1f}  {outcome.result}{': ' if note else ''}{note}")
    count = {result: sum(o.result == result for o in outcomes) for result in ("ok", "FAILED", "skipped")}
    print(f"{'all':<20} {seconds:>7.1f}  with {WORKERS} at a time\n")
    print(f"{count['ok']} passed, {count['FAILED']} failed" + (f", {count['skipped']} skipped" if count["skipped"] else ""))
    return 1 if count["FAILED"] or not count["ok"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("steps", nargs="*", help="names of steps, or what stands before a dash; default: all")
    parser.add_argument("--list", action="store_true", help="list the steps and stop")
    options = parser.parse_args()
    chosen = choose(options.steps)
    if options.list:
        print("\n".join(f"{step.name:<20} {step.what}" for step in chosen))
        return 0
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(run, chosen))
    return summary(outcomes, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
