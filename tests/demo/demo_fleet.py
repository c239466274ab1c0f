# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a fleet on emulated services: several orgs and regions at once, one connection that fails, its repair, the status, and the end.

`make demo-fleet` calls it. It ends with an error where anything is not as promised.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import demo
import env
import scene
from emulators import fleet

SIZE, FORKS = 9, 10
NOWHERE = "vpc-00000000000000000"
# The lines that a playbook shows at its end, as the debug module prints a list.
SHOWN = re.compile(r'^    "msg": \[\n(.*?)^    \]', re.MULTILINE | re.DOTALL)


def main() -> int:
    started = time.monotonic()
    print("Preparing: three Salesforce orgs, AWS with nine VPCs in two regions, and DNS, on loopback")
    with scene.Scene("demo-fleet") as stage:
        good = demonstrate(stage)
    print(
        f"\nAll of it took {time.monotonic() - started:.0f} s. "
        + ("Everything was as promised." if good else "NOT everything was as promised: look at the logs.")
    )
    return 0 if good else 1


def demonstrate(stage: scene.Scene) -> bool:
    made = fleet.inventory(stage.client, SIZE)
    hosts = made[fleet.GROUP]["children"]["beta"]["hosts"]
    wrong = hosts["beta_00"]
    vpc, wrong["private_connect_vpc_id"] = wrong["private_connect_vpc_id"], NOWHERE
    before = demo.listing(stage)
    first = step(stage, made, "setup", f"{SIZE} connections; the VPC of beta_00 is wrong")
    wrong["private_connect_vpc_id"] = vpc
    second = step(stage, made, "setup", "the same again, with the VPC put right")
    logins = {org: counts["oauth.token"] for org, counts in fleet.calls(stage.client).items()}
    print(f"  logins of this run: {', '.join(f'{org} {count}' for org, count in sorted(logins.items()))}")
    status = step(stage, made, "status", "what there is")
    down = step(stage, made, "teardown", "all of it taken away")
    left = demo.differing(before, demo.listing(stage))
    print(f"  left behind on both sides: {', '.join(left) or 'nothing'}")
    return not first.ok and second.ok and status.ok and down.ok and not left and set(logins.values()) == {1}


def step(stage: scene.Scene, made: fleet.Json, playbook: str, title: str) -> scene.Run:
    file = fleet.write(made, stage.folder / "inventory.json")
    print(f"\n$ ansible-playbook {demo.COLLECTION}.{playbook} -i inventory --forks {FORKS}    # {title}")
    run = stage.run(playbook, f"{demo.COLLECTION}.{playbook}", {}, "-i", str(file), "--forks", str(FORKS), limit=900)
    for shown in SHOWN.findall(run.output):
        for line in json.loads(f"[{shown}]"):
            print(f"  {line}")
    print(f"  {run.seconds:.1f} s, {run.seconds / SIZE:.1f} s for each connection")
    return run


if __name__ == "__main__":
    try:
        sys.exit(main())
    except env.EnvError as error:
        sys.exit(f"demo-fleet: {error}")
