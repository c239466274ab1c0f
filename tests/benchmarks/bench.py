# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the role against a plain playbook of amazon.aws and ansible.builtin.uri tasks, on the same emulators in the same run.

`make bench` calls it. Prints medians and writes them to .cache/bench.json; ends with an error where a limit is missed.
"""

from __future__ import annotations

import json
import statistics
import sys
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import env
import scene

ROUNDS = 3
PLAIN = Path(__file__).with_name("plain.yml")
SETUP = "privatelink.salesforce.setup"
# Name, unit, limit.
LIMITS = (
    ("first set-up", "s", 20.0),
    ("no change", "s", 6.0),
    ("check mode, no change", "s", 6.0),
    ("no change / plain", "", 0.25),
    ("check mode, no change / plain", "", 0.25),
    ("calls", "", 3.0),
    ("check mode, calls", "", 3.0),
)


def main() -> int:
    with scene.Scene("bench") as stage:
        rounds = [measure(stage, number) for number in range(1, ROUNDS + 1)]
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    for name in ("no change", "check mode, no change"):
        medians[f"{name} / plain"] = medians[name] / medians["plain, no change"]
    (env.CACHE / "bench.json").write_text(json.dumps({"medians": medians, "rounds": rounds}, indent=2), encoding="utf-8")
    return report(medians)


def measure(stage: scene.Scene, number: int) -> dict[str, float]:
    stage.emulators.reset()
    variables = stage.variables()
    ours = [run(stage, f"{number}-{label}", SETUP, variables, *words) for label, words in (("first", ()), ("again", ()), ("check", ("--check",)))]
    if ours[1].changed or ours[2].changed:
        raise env.EnvError(f"the second run changed {ours[1].changed or ours[2].changed}")
    # The plain one gets services of its own, as fresh as ours were.
    stage.emulators.reset()
    plain = [run(stage, f"{number}-plain-{label}", str(PLAIN), variables) for label in ("first", "again")]
    print(f"round {number}: first {ours[0].seconds:.1f} s, no change {ours[1].seconds:.1f} s; plain {plain[0].seconds:.1f} s and {plain[1].seconds:.1f} s")
    return {
        "first set-up": ours[0].seconds,
        "no change": ours[1].seconds,
        "check mode, no change": ours[2].seconds,
        "calls": len(ours[1].calls),
        "check mode, calls": len(ours[2].calls),
        "plain, first": plain[0].seconds,
        "plain, no change": plain[1].seconds,
        "plain, calls": len(plain[1].calls),
    }


def run(stage: scene.Scene, label: str, playbook: str, variables: dict[str, t.Any], *words: str, limit: float = 300) -> scene.Run:
    done = stage.run(label, playbook, variables, *words, limit=limit)
    if not done.ok:
        raise env.EnvError(f"{label} failed; see {stage.log(label)}:\n" + "\n".join(done.output.splitlines()[-20:]))
    return done


def report(medians: dict[str, float]) -> int:
    limits = {name: limit for name, _unit, limit in LIMITS}
    missed = [name for name, limit in limits.items() if medians[name] > limit]
    print(f"\n{'median of ' + str(ROUNDS):<32}{'measured':>10}{'limit':>10}")
    for name, value in medians.items():
        limit = limits.get(name)
        print(f"{name:<32}{value:>10.2f}{'' if limit is None else format(limit, '.2f'):>10}{'  MISSED' if name in missed else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except env.EnvError as error:
        sys.exit(f"bench: {error}")
