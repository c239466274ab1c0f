# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each write of a set-up and of a tear-down loses its answer (or is cut off before it has an effect). Whatever the run says, the next one ends
as an undisturbed one does, with nothing twice and nothing left, and the one after it changes nothing."""

from __future__ import annotations

import os
import typing as t

from runs import NAME, TAG, Bench, emulators, equal


def main() -> None:
    # The lost answer is the harder one; FAULT_KINDS=reset,lost_answer makes both.
    kinds = os.environ.get("FAULT_KINDS", "lost_answer").split(",")
    with emulators() as client:
        for state in ("present", "absent"):
            for service, action in writes(client, state):
                for kind in kinds:
                    disturbed(client, state, service, action, kind)
                    print(f"ok: {state}: {kind} of {service} {action}", flush=True)


def begin(client: t.Any, state: str) -> Bench:
    """The emulators as a run towards the state finds them."""
    client.reset()
    bench = Bench(client)
    if state == "absent":
        well(bench, "present")
    client.clear_calls()
    return bench


def well(bench: Bench, state: str) -> list[str]:
    run = bench.role(state=state)
    equal(f"a run towards {state}", (run.failed, run.msg), (False, ""))
    return run.changed


def writes(client: t.Any, state: str) -> list[tuple[str, str]]:
    """The kinds of write of an undisturbed run, in order."""
    bench = begin(client, state)
    well(bench, state)
    found = [(call["service"], call["action"]) for call in client.calls(write=True) if call["note"] != "DryRunOperation"]
    return list(dict.fromkeys(found))


def disturbed(client: t.Any, state: str, service: str, action: str, kind: str) -> None:
    bench = begin(client, state)
    before = bench.state()
    # Dry runs of the action come first and are writes to the emulator as well; they are let pass.
    dry = 1 if action in ("ec2.CreateSecurityGroup", "ec2.AuthorizeSecurityGroupIngress", "ec2.CreateVpcEndpoint", "ec2.CreateTags") else 0
    client.add_fault(kind, service, action, skip=dry if state == "present" else 0)
    bench.role(state=state)
    client.clear_faults()
    well(bench, state)
    equal(f"changes of the run after the next, {kind} of {action}", well(bench, state), [])
    if state == "absent":
        check_gone(bench, before)
    else:
        check_there(bench)


def check_there(bench: Bench) -> None:
    aws = bench.state()["aws"]
    tag = (TAG, f"{bench.host}/{NAME}")
    equal("endpoints", [item["state"] for item in aws["endpoints"]], ["available"])
    equal("groups", len([item for item in aws["security_groups"] if tag in item["tags"].items()]), 1)
    equal("zones", [item["name"] for item in aws["zones"]], [f"{bench.host}."])
    equal("connections", [(name, item["status"]) for name, item in bench.client.connections().items()], [(NAME, "Ready")])


def check_gone(bench: Bench, before: t.Any) -> None:
    aws = bench.state()["aws"]
    equal("left", (aws["endpoints"], aws["interfaces"], aws["zones"], bench.client.connections()), ([], [], [], {}))
    groups = {item["id"] for item in before["aws"]["security_groups"] if not item["tags"]}
    equal("groups", {item["id"] for item in aws["security_groups"]}, groups)


if __name__ == "__main__":
    main()
