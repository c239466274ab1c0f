# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure 50 connections over three orgs and two regions against the plain playbook, on the same emulators in the same run.

At first one of them cannot be set up. `make bench-fleet` calls it. Prints the figures and writes them to .cache/bench-fleet.json; ends with an error
where a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import bench
import env
import scene
from emulators import fleet

FORKS = 10
# For how many the plain playbook is measured: for all it would take a quarter of an hour. Ours is measured for as many, as the start counts for both.
PLAIN_SIZE = 10
RATIO = 0.15
LOGINS = 1
LIMIT = 1200  # seconds for a run
NOWHERE = "vpc-00000000000000000"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50, help="how many connections")
    size = parser.parse_args().size
    some = min(size, PLAIN_SIZE)
    with scene.Scene("bench-fleet") as stage:
        figures = {**ours(stage, size, some), **plain(stage, some)}
    figures["no change / plain"] = figures[f"no change, {some} of them, each"] / figures["plain, no change, each"]
    (env.CACHE / "bench-fleet.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    print(f"\n{size} connections, {len(fleet.ORGS)} orgs, {len(fleet.REGIONS)} regions, {FORKS} forks; the plain playbook with {some}")
    for name, value in figures.items():
        print(f"{name:<34}{value:>10.2f}")
    missed = [
        *([f"a run that changes nothing takes more than {RATIO} of the plain playbook"] if figures["no change / plain"] > RATIO else []),
        *([f"an org was logged in to more than {LOGINS} time in a run"] if figures["logins of an org"] > LOGINS else []),
    ]
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed else 0


def ours(stage: scene.Scene, size: int, some: int) -> dict[str, float]:
    stage.emulators.reset()
    made = fleet.inventory(stage.client, size)
    hosts = {name: host for org in made[fleet.GROUP]["children"].values() for name, host in org["hosts"].items()}
    first = _one_fails(stage, made, hosts)
    words = _words(stage, made)
    mended = bench.run(stage, "mended", bench.SETUP, {}, *words, limit=LIMIT)
    again = bench.run(stage, "again", bench.SETUP, {}, *words, limit=LIMIT)
    counts = fleet.calls(stage.client).values()
    few = bench.run(stage, "few", bench.SETUP, {}, *words, "--limit", ",".join(sorted(hosts)[:some]), limit=LIMIT)
    if again.changed or few.changed:
        raise env.EnvError(f"a run after the set-up changed {again.changed or few.changed}")
    return {
        "first set-up, each (s)": first.seconds / (size - 1),
        "the one that failed, and no change": mended.seconds,
        "no change, all (s)": again.seconds,
        "no change, each": again.seconds / size,
        f"no change, {some} of them, each": few.seconds / some,
        "logins of an org": max(org["oauth.token"] for org in counts),
        "calls of an org": max(sum(org.values()) for org in counts),
        "largest process, no change (MiB)": again.largest,
    }


def _one_fails(stage: scene.Scene, made: fleet.Json, hosts: dict[str, fleet.Json]) -> scene.Run:
    """The first set-up, with one VPC that is not there: the others are whole, and the summary names the one and its reason."""
    broken = sorted(hosts)[len(hosts) // 2]
    vpc, hosts[broken]["private_connect_vpc_id"] = hosts[broken]["private_connect_vpc_id"], NOWHERE
    run = stage.run("first", bench.SETUP, {}, *_words(stage, made), limit=LIMIT)
    hosts[broken]["private_connect_vpc_id"] = vpc
    wanted = {host["private_connect_name"]: "Ready" for name, host in hosts.items() if name != broken}
    found = {name: item["status"] for org in fleet.ORGS for name, item in stage.client.connections(org).items()}
    lines = (
        f"failed  {broken} ({hosts[broken]['private_connect_name']}) at ",
        f"{NOWHERE} does not exist",
        f"{len(wanted)} of {len(hosts)} connections are as wanted, 1 failed",
    )
    wrong = [
        *([f"the hosts {run.failed} failed"] if run.failed != [broken] else []),
        *([f"the connections are {found}"] if found != wanted else []),
        *(f"{line!r} is not in the summary" for line in lines if line not in run.output),
    ]
    if wrong:
        raise env.EnvError(f"with the VPC of {broken} missing, {'; '.join(wrong)}; see {stage.log('first')}")
    return run


def plain(stage: scene.Scene, size: int) -> dict[str, float]:
    stage.emulators.reset()
    words = _words(stage, fleet.inventory(stage.client, size))
    # The first one makes what the second finds.
    seconds = [bench.run(stage, f"plain-{label}", str(bench.PLAIN), {"plain_hosts": fleet.GROUP}, *words, limit=LIMIT).seconds for label in ("first", "again")]
    return {"plain, first, each (s)": seconds[0] / size, "plain, no change, each": seconds[1] / size}


def _words(stage: scene.Scene, made: fleet.Json) -> tuple[str, ...]:
    return ("-i", str(fleet.write(made, stage.folder / "inventory.json")), "--forks", str(FORKS))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except env.EnvError as error:
        sys.exit(f"bench-fleet: {error}")
