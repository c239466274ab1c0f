# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the whole life of a private connection on emulated services: set up, change nothing, look, take away.

`make demo` calls it. It ends with an error where anything is not as promised.
"""

from __future__ import annotations

import sys
import time
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import env
import scene

LIMITS = {"first": 20.0, "again": 6.0, "calls": 3}
COLLECTION = "privatelink.salesforce"


def main() -> int:
    started = time.monotonic()
    print("Preparing: the environment, the collection, a Salesforce org, AWS and DNS on loopback")
    with scene.Scene("demo") as stage:
        told("ready", time.monotonic() - started, f"Python {stage.at.python_version}, profile {stage.at.profile}")
        return demonstrate(stage, started)


def demonstrate(stage: scene.Scene, started: float) -> int:
    variables, before = stage.variables(), listing(stage)
    first = step(stage, "set-up", "setup", variables)
    again = step(stage, "again", "setup", variables)
    print()
    print(summary(stage))
    down = step(stage, "take-down", "teardown", variables)
    left = differing(before, listing(stage))
    print(f"  left behind on both sides: {', '.join(left) or 'nothing'}")
    print()
    good = figures(first, again)
    print(real_life())
    print(f"Logs: {stage.log('*').relative_to(env.ROOT)}   All of it took {time.monotonic() - started:.0f} s")
    good &= first.ok and again.ok and down.ok and not again.changed and not left
    print("Everything was as promised." if good else "NOT everything was as promised: look at the logs.")
    return 0 if good else 1


def step(stage: scene.Scene, label: str, playbook: str, variables: dict[str, t.Any]) -> scene.Run:
    print(f"\n$ ansible-playbook {COLLECTION}.{playbook}")
    run = stage.run(label, f"{COLLECTION}.{playbook}", variables)
    for name in run.changed:
        print(f"  changed: {name}")
    if not run.changed and run.ok:
        print("  changed: nothing")
    if not run.ok:
        print("\n".join(run.output.splitlines()[-30:]))
    told(label, run.seconds, f"{len(run.calls)} Salesforce calls" if run.ok else "FAILED")
    return run


def told(label: str, seconds: float, more: str) -> None:
    print(f"  {label}: {seconds:.1f} s, {more}")


def summary(stage: scene.Scene) -> str:
    """The path as the emulated services have it, and the name as the emulated resolver of the VPC answers it."""
    connection = stage.client.connections()["Acme_Inbound"]
    region = stage.ready["aws"]["regions"][scene.REGION]
    found = stage.client.state()["aws"]
    endpoint = next(item for item in found["endpoints"] if item["vpc_id"] == region["vpc_id"])
    zones = {item["id"]: item["zone"] for item in region["subnets"]}
    interfaces = [f"{zones[item['subnet_id']]}  {item['address']}" for item in found["interfaces"] if item["endpoint_id"] == endpoint["id"]]
    org = stage.ready["orgs"]["acme"]
    lines = [
        "The path",
        f"  VPC {region['vpc_id']} ({scene.REGION})",
        f"    {org['host']}  ->  {', '.join(stage.resolve(org['host']))}   (asked of the VPC's resolver)",
        f"    endpoint {endpoint['id']}: {endpoint['state']}",
        *(f"      {text}" for text in sorted(interfaces)),
        "  -> Salesforce's transit VPC",
        f"  -> org {org['host']}: inbound connection Acme_Inbound is {connection['status']}",
        f"     the org sees it come from {', '.join(ranges(connection))}",
    ]
    return "\n".join(lines)


def ranges(connection: dict[str, t.Any]) -> list[str]:
    return [f"{start} to {end}" for start, end in connection["source_ip_ranges"]]


def listing(stage: scene.Scene) -> dict[str, t.Any]:
    return {"aws": stage.client.state()["aws"], "connections": stage.client.connections()}


def differing(before: dict[str, t.Any], after: dict[str, t.Any]) -> list[str]:
    kinds = [kind for kind in before["aws"] if before["aws"][kind] != after["aws"][kind]]
    return kinds + (["inbound connections"] if before["connections"] != after["connections"] else [])


def figures(first: scene.Run, again: scene.Run) -> bool:
    rows = [
        ("first set-up", first.seconds, LIMITS["first"], "s"),
        ("a run that changes nothing", again.seconds, LIMITS["again"], "s"),
        ("  its Salesforce calls, login included", len(again.calls), LIMITS["calls"], ""),
    ]
    for text, value, limit, unit in rows:
        shown = f"{value:.1f} s" if unit else str(value)
        print(f"  {text:<42} {shown:>8}  (promised: at most {limit:g}{' s' if unit else ''})")
    late = [text for text, value, limit, unit in rows if unit == "s" and value > limit]
    if late:
        print("  Slower than promised for 2 cores that do nothing else; is the machine busy? `make bench` measures with medians.")
    return len(again.calls) <= LIMITS["calls"]


def real_life() -> str:
    return f"""
The same on a real org and account:

  export SALESFORCE_INSTANCE_URL=https://YOUR-DOMAIN.my.salesforce.com
  export SALESFORCE_CLIENT_ID=... SALESFORCE_CLIENT_SECRET=...      # an app with the client credentials flow
  export AWS_PROFILE=... AWS_REGION=eu-central-1
  ansible-playbook {COLLECTION}.setup -e private_connect_name=Acme_Inbound -e private_connect_vpc_id=vpc-... --check --diff
  ansible-playbook {COLLECTION}.setup -e private_connect_name=Acme_Inbound -e private_connect_vpc_id=vpc-...
"""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except env.EnvError as error:
        sys.exit(f"demo: {error}")
