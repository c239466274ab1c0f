# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the modules and the role for source IP security, as their targets need them. Start by run.sh beside this file."""

from __future__ import annotations

import os
import typing as t

from hands import Hands
from runs import NAME, REGION, Json, Run, emulators, equal

os.environ["RECORD_RESULTS"] = "1"

COLLECTION = "privatelink.salesforce"
ADMIN, INTEGRATION = "admin@acme.example", "integration@acme.example"
CONNECTED, EXTERNAL, INTEGRATION_PROFILE = "Automation_of_Ada_Admin", "Automation_of_Private_Link", "Integration User"
OFFICE = ["198.51.100.0", "198.51.100.255", "Head office"]
DESCRIPTION = f"Salesforce Private Connect {NAME}"
OUTSIDE = "203.0.113.7"
# The connection's ranges, straight from the lookup.
LOOKUP = "{{ query('privatelink.salesforce.source_ips', '" + NAME + "', format='ranges') }}"

Entries = list[list[str]]


class Task(t.NamedTuple):
    """``keywords`` of the task beside its module."""

    module: str
    options: Json
    keywords: Json


def listed(result: Json) -> Entries:
    """The ranges of a result, as the emulators have them."""
    return [[item["start_ip"], item["end_ip"], item["description"]] for item in result["ranges"]]


def by_itself() -> Json:
    """Keywords of a task whose module runs in a process of its own."""
    # Where HOME is not the user's, the two sides of async differ in what ~ means.
    return {"async": 60, "poll": 1, "vars": {"ansible_async_dir": os.environ.get("ANSIBLE_HOME", "~/.ansible") + "_async"}}


def task(module: str, options: Json | None = None, **keywords: t.Any) -> Task:
    return Task(module, options or {}, keywords)


class Stage(Hands):
    """The org acme with a connection that is Ready; tasks log in as its admin unless another ``login`` is given."""

    login: Json
    ranges: list[list[str]]
    inside: str

    def set_up(self) -> Stage:
        self.client.reset()
        self.login = self.admin
        self.client.create(NAME, region=REGION, vpc_endpoint_id=self.new_endpoint())
        self.client.provision(NAME)
        self.client.sync(NAME)
        self.client.clear_calls()
        self.ranges = self.client.connections()[NAME]["source_ip_ranges"]
        self.inside = str(self.ranges[0][0])
        return self

    @property
    def entries(self) -> Entries:
        """What the connection's ranges become in a list."""
        return [[*ends, DESCRIPTION] for ends in self.ranges]

    @property
    def admin(self) -> Json:
        return dict(self.vars["private_connect_salesforce"])

    def integration(self, grant: str = "client_credentials") -> Json:
        """The login of the automation's own user, by this grant."""
        user = self.org["users"][INTEGRATION]
        secrets = {
            "client_credentials": {"client_secret": user["client_secret"]},
            "jwt_bearer": {"private_key_file": self.org["private_key_file"], "username": INTEGRATION},
        }
        return {"instance_url": self.org["instance_url"], "client_id": user["client_id"], "auth_method": grant, **secrets[grant]}

    # Runs

    def tasks(self, *tasks: Task) -> list[Json]:
        """Run tasks in one play, all of them; returns their results. ``_status`` is ok, changed or failed."""
        listed = [
            {"name": f"{number}: {each.module}", f"{COLLECTION}.{each.module}": each.options, "ignore_errors": True, **each.keywords}
            for number, each in enumerate(tasks)
        ]
        run = self.playbook([self._play(tasks=listed)])
        results = [{**line["result"], "_status": line["status"]} for line in run.lines]
        assert len(results) == len(tasks), run.output[-3000:]
        return results

    def _play(self, **more: t.Any) -> Json:
        variables = {f"salesforce_{key}": value for key, value in self.login.items()}
        return {"hosts": "localhost", "gather_facts": False, "module_defaults": {f"group/{COLLECTION}.org": self.login}, "vars": variables, **more}

    def well(self, module: str, **options: t.Any) -> Json:
        (result,) = self.tasks(task(module, options))
        assert result["_status"] != "failed", result.get("msg")
        return result

    def four_times(self, module: str, *cases: Json) -> list[Json]:
        """For each case in turn: check mode, run, run again, check again; returns the results of the runs.

        Check mode and diff tell the truth, and all together write once for each run.
        """
        self.client.clear_calls()
        told = [task(module, case, check_mode=check, diff=True) for case in cases for check in (True, False, False, True)]
        results = self.tasks(*told)
        done = []
        for number, case in enumerate(cases):
            four = results[number * 4 : number * 4 + 4]
            equal(f"{module} {case}: {four[0].get('msg')}", [item["_status"] for item in four], ["changed", "changed", "ok", "ok"])
            equal(f"diff of {module} {case}", four[1]["diff"], four[0]["diff"])
            equal(f"diffs of the reruns of {module} {case}", [item["diff"]["before"] == item["diff"]["after"] for item in four], [False, False, True, True])
            equal(f"state after {module} {case}", four[3]["diff"]["after"], four[1]["diff"]["after"])
            done.append(four[1])
        equal(f"writes of {module}", self.soap_writes(), len(cases))
        return done

    def refused(self, what: str, module: str, options: Json, *words: str, **keywords: t.Any) -> str:
        return self.all_refused((what, module, options, words), **keywords)[0]

    def all_refused(self, *cases: tuple[str, str, Json, tuple[str, ...]], **keywords: t.Any) -> list[str]:
        """Each fails with these words and leaves every component as it was; returns the messages."""
        before = self.security()
        results = self.tasks(*(task(module, options, **keywords) for _what, module, options, _words in cases))
        for (what, _module, _options, words), result in zip(cases, results, strict=True):
            assert result["_status"] == "failed", f"{what}: it went on"
            for word in words:
                assert word in result["msg"], f"{what}: {word!r} is not in: {result['msg']}"
        equal(f"components after {', '.join(case[0] for case in cases)}", self.security(), before)
        return [str(result["msg"]) for result in results]

    def secured(self, *, check: bool = False, **variables: t.Any) -> Run:
        """One run of the role source_ip_security; variables without ``source_ip_security_``."""
        named = {"salesforce": self.login, "connections": [NAME], **variables}
        role = {"role": f"{COLLECTION}.source_ip_security", "vars": {f"source_ip_security_{key}": value for key, value in named.items()}}
        return self.playbook([{"hosts": "localhost", "gather_facts": False, "roles": [role]}], check=check)

    # Looks

    def security(self) -> Json:
        return self.client.security()["components"]

    def soap_writes(self) -> int:
        return self.client.count("salesforce", "soap.updateMetadata")

    def logins_made(self) -> int:
        return self.client.count("salesforce", "oauth.token")

    def trusted(self) -> Entries:
        return self.client.security()["trusted_ip_ranges"]

    def profile(self, name: str) -> Entries:
        return self.client.security()["profiles"][name]["login_ip_ranges"]

    def app(self, name: str) -> tuple[str, Entries]:
        found = self.client.security()["apps"][name]
        return found["relaxation"], found["ranges"]


def run(*tests: t.Callable[[Stage], None]) -> None:
    """Each test on a stage that is set up anew."""
    with emulators() as client:
        stage = Stage(client)
        for test in tests:
            test(stage.set_up())
            print(f"ok: {test.__name__}", flush=True)
