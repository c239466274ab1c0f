# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can stand in the way is named at once, with cause and cure, before any write: by the module, the playbook preflight and the role."""

from __future__ import annotations

import sys
import time

from cases import CASES, Case
from hands import Hands
from runs import COLLECTION, Json, emulators, equal

PLAYBOOK = COLLECTION / "playbooks" / "preflight.yml"


def main() -> None:
    with emulators() as client:
        for case in (case for case in CASES if len(sys.argv) < 2 or any(word in case.what for word in sys.argv[1:])):
            started = time.monotonic()
            client.reset()
            try:
                prove(Hands(client), case)
            except AssertionError as error:
                raise SystemExit(f"FAILED with {case.what}: {error}") from error
            print(f"ok {case.what} {time.monotonic() - started:.1f} s", flush=True)
        client.reset()
        no_dry_runs(Hands(client))


def prove(hands: Hands, case: Case) -> None:
    given = case.arrange(hands)
    hands.vars.update({f"private_connect_{key}": value for key, value in given.items()})
    said = case.said(hands, given)
    before = hands.state()
    hands.client.clear_calls()

    info = hands.info(**options(hands))
    silent = [words for what, *words in said if what == "org"]
    equal("the module fails", "msg" in info, bool(silent))
    for word in (word for words in silent for word in words):
        equal(f"'{word}' in the error", (word in info["msg"], info["msg"]), (True, info["msg"]))
    in_the_way = [words for words in said if words[0] != "org"]
    equal("blockers", [item["what"] for item in info.get("blockers", [])], [what for what, _problem, _cure in in_the_way])
    for item, (_what, problem, cure) in zip(info.get("blockers", []), in_the_way):
        equal(f"'{problem}' in the problem", (problem in item["problem"], item["problem"]), (True, item["problem"]))
        equal(f"'{cure}' in the cure", (cure in item["cure"], item["cure"]), (True, item["cure"]))

    preflight = hands.playbook(PLAYBOOK, variables=hands.vars)
    equal("preflight", (preflight.failed, preflight.changed), (bool(said), []))
    told(preflight.msg, info, "preflight")
    for subnet in [] if silent else info["wanted"]["dropped_subnets"]:
        equal(
            "preflight tells why a subnet is passed over", f"subnet {subnet['id']} ({subnet['zone']}) is passed over: {subnet['why']}" in preflight.output, True
        )
    if said:
        run = hands.role()
        equal("the run fails", run.failed, True)
        told(run.msg, info, "the run")
    equal("writes", hands.writes(), [])
    equal("everything afterwards", hands.state(), before)


def no_dry_runs(hands: Hands) -> None:
    """The entry point verify only looks, so it asks for nothing that only a run needs."""
    role = {"name": "privatelink.salesforce.private_connect", "tasks_from": "verify"}
    tasks = [{"name": "Verify", "ansible.builtin.include_role": role, "vars": {**hands.vars, "private_connect_verify_host": "localhost"}}]
    run = hands.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    equal("verify fails", (run.failed, "has no endpoint with addresses yet" in run.msg, run.msg), (True, True, run.msg))
    equal("dry runs of verify", [call["action"] for call in hands.client.calls() if call["status"] == 412], [])


def told(message: str, info: Json, who: str) -> None:
    for item in info.get("blockers", []):
        equal(f"{who} tells problem and cure", (item["problem"] in message, item["cure"] in message, message), (True, True, message))


def options(hands: Hands) -> Json:
    """The role's variables as the options of the module that the role passes."""
    names = ("region", "vpc_id", "my_domain", "vpc_endpoint_id", "subnet_ids", "security_group_ids", "allowed_cidrs", "dns_zone", "dns_vpcs")
    given = {name: hands.vars[f"private_connect_{name}"] for name in names if f"private_connect_{name}" in hands.vars}
    return {**given, **hands.vars["private_connect_salesforce"], "preflight": True}


if __name__ == "__main__":
    main()
