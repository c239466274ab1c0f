# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure 50 connections over three orgs and two regions against the plain playbook, on the same emulators in the same run.

`make bench-fleet` calls it. Prints the figures and writes them to .cache/bench-fleet.json; ends with an error where a limit is missed.
"""

from __future__ import annotations

import json
import resource
import sys
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import bench
import env
import scene
from emulators import fleet

SIZE, FORKS = 50, 10
# The plain playbook needs as long for each connection however many there are: it is bound by the starts of modules.
PLAIN_SIZE = 10
RATIO = 0.15
LOGINS = 1
LIMIT = 1200  # seconds for a run


def main() -> int:
    with scene.Scene("bench-fleet") as stage:
        figures = {**ours(stage), **plain(stage)}
    figures["no change / plain"] = figures["no change, each"] / figures["plain, no change, each"]
    (env.CACHE / "bench-fleet.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    print(f"\n{SIZE} connections, {len(fleet.ORGS)} orgs, {len(fleet.REGIONS)} regions, {FORKS} forks; the plain playbook with {PLAIN_SIZE}")
    for name, value in figures.items():
        print(f"{name:<34}{value:>10.2f}")
    missed = [
        *([f"a run that changes nothing takes more than {RATIO} of the plain playbook"] if figures["no change / plain"] > RATIO else []),
        *([f"an org was logged in to more than {LOGINS} time in a run"] if figures["logins of an org"] > LOGINS else []),
    ]
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed else 0


def ours(stage: scene.Scene) -> dict[str, float]:
    stage.emulators.reset()
    hosts = _inventory(stage, SIZE)
    words = ("-i", str(hosts), "--forks", str(FORKS))
    first = bench.run(stage, "first", bench.SETUP, {}, *words, limit=LIMIT)
    again = bench.run(stage, "again", bench.SETUP, {}, *words, limit=LIMIT)
    counts = fleet.calls(stage.client).values()
    if again.changed:
        raise env.EnvError(f"the second run changed {again.changed}")
    return {
        "first set-up, each (s)": first.seconds / SIZE,
        "no change, all (s)": again.seconds,
        "no change, each": again.seconds / SIZE,
        "logins of an org": max(org["oauth.token"] for org in counts),
        "calls of an org": max(sum(org.values()) for org in counts),
        # Of the controller or one of its processes; shared pages count in each.
        "largest process (MiB)": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def plain(stage: scene.Scene) -> dict[str, float]:
    stage.emulators.reset()
    hosts = _inventory(stage, PLAIN_SIZE)
    words = ("-i", str(hosts), "--forks", str(FORKS))
    # The first one makes what the second finds.
    seconds = [bench.run(stage, f"plain-{label}", str(bench.PLAIN), {"plain_hosts": fleet.GROUP}, *words, limit=LIMIT).seconds for label in ("first", "again")]
    return {"plain, first, each (s)": seconds[0] / PLAIN_SIZE, "plain, no change, each": seconds[1] / PLAIN_SIZE}


def _inventory(stage: scene.Scene, size: int) -> Path:
    made: dict[str, t.Any] = fleet.inventory(stage.client, size)
    return fleet.write(made, stage.folder / "inventory.json")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except env.EnvError as error:
        sys.exit(f"bench-fleet: {error}")
