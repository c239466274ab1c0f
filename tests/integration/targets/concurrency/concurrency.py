# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two jobs on one connection at the same time: one right result, and no more than one message that says what to do. A run after them changes nothing more."""

from __future__ import annotations

import json
import os
import pathlib
import re
import sys
import typing as t

from runs import NAME, TAG, Bench, Json, Run, emulators, equal


class Paces:
    """Two jobs in step: each time that a job looks at its tags, which is before it reads and before it makes something, it waits for the other one to
    have got as far, or to have ended. Without it the slower one would find all done."""

    SCRIPT = """
      echo >> {mine}
      count=$(wc -l < {mine})
      for _ in $(seq 100); do
        [ -e {other}.ended ] || [ "$(wc -l < {other})" -ge "$count" ] && break
        sleep 0.05
      done
      echo in step
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._files = [folder / f"pace_{number}" for number in (0, 1)]
        self._script = folder / "pace.sh"
        for file in self._files:
            file.write_text("", encoding="utf-8")
            self._ended(file).unlink(missing_ok=True)

    def keeping(self, number: int, variables: Json) -> Json:
        script = self._script.with_suffix(f".{number}")
        script.write_text(self.SCRIPT.format(mine=self._files[number], other=self._files[1 - number]), encoding="utf-8")
        return {**variables, "tags": {"pace": f"{{{{ lookup('ansible.builtin.pipe', 'sh {script}') }}}}"}}

    def leave(self, number: int) -> None:
        self._ended(self._files[number]).touch()

    @staticmethod
    def _ended(file: pathlib.Path) -> pathlib.Path:
        return file.with_name(f"{file.name}.ended")


def at_once(bench: Bench, *jobs: Json) -> list[Run]:
    """Run the role with each of these variables, all at the same time."""
    started = []
    paces = Paces(bench.folder)
    for number, variables in enumerate(jobs):
        answer = bench.folder / f"job_{number}"
        process = os.fork()
        if process == 0:
            status = 1
            try:
                run = Bench(bench.client).role(**paces.keeping(number, variables))
                answer.write_text(json.dumps([run.changed, run.items, run.failed, run.msg, run.output]), encoding="utf-8")
                status = 0
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                paces.leave(number)
                os._exit(status)
        started.append((process, answer))
    return [_ended(process, answer) for process, answer in started]


def _ended(process: int, answer: pathlib.Path) -> Run:
    equal("status of a job", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
    return Run(*json.loads(answer.read_text(encoding="utf-8")))


def made(bench: Bench) -> dict[str, int]:
    """How many of each thing there are that carry the connection's mark."""
    state = bench.state()
    aws = state["aws"]
    return {
        "endpoints": len([item for item in aws["endpoints"] if TAG in item["tags"]]),
        "groups": len([item for item in aws["security_groups"] if TAG in item["tags"]]),
        "zones": len([item for item in aws["zones"] if item["name"].rstrip(".") == bench.host]),
        "connections": len(state["orgs"]["acme"]["connections"]),
    }


# What a run may say that gives way to another one.
CLEAR = re.compile(r"Another run may be at work on it; let that end first\. .*run this again")


def at_most_one_gives_way(what: str, runs: list[Run]) -> None:
    failed = [run.msg for run in runs if run.failed]
    print(f"{what}: {len(runs) - len(failed)} of {len(runs)} went through{': ' + failed[0] if failed else ''}", flush=True)
    assert len(failed) < len(runs), f"{what}: {failed}"
    for msg in failed:
        assert CLEAR.search(msg), f"{what}: it is not said what to do: {msg}"


def both_up(bench: Bench, what: str, **variables: t.Any) -> None:
    at_most_one_gives_way(what, at_once(bench, variables, variables))
    equal(f"{what}: what there is", made(bench), {"endpoints": 1, "groups": 0 if variables else 1, "zones": 1, "connections": 1})
    equal(f"{what}: status", bench.client.connections()[NAME]["status"], "Ready")
    again = bench.role(**variables, tags={"pace": "in step"})
    equal(f"{what}: changes of a run after them", (again.failed, again.changed), (False, []))


def both_down(bench: Bench, what: str) -> None:
    at_most_one_gives_way(what, at_once(bench, {"state": "absent"}, {"state": "absent"}))
    equal(f"{what}: what there is", made(bench), NOTHING)


NOTHING = {"endpoints": 0, "groups": 0, "zones": 0, "connections": 0}


def main() -> None:
    with emulators() as client:
        bench = Bench(client)
        both_up(bench, "two set-ups")
        both_down(bench, "two tear-downs")
        group = bench.ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=bench.place["vpc_id"])["GroupId"]
        bench.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="10.0.0.0/8")
        both_up(bench, "two set-ups with a group of others", security_group_ids=[group])
        at_most_one_gives_way("a set-up and a tear-down", at_once(bench, {"state": "absent"}, {"security_group_ids": [group]}))
        after = bench.role(security_group_ids=[group], tags={"pace": "in step"})
        equal("a run after them failed", after.failed, False)
        equal("what there is after it", made(bench), {"endpoints": 1, "groups": 0, "zones": 1, "connections": 1})


if __name__ == "__main__":
    main()
