# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of docs/iam, and runs with them; what a run has written is told by the calls that the emulators saw."""

from __future__ import annotations

import copy
import json
import os
import typing as t

import jinja2
import runs
from runs import COLLECTION, NAME, REGION, Json

ELSEWHERE, FURTHER = "us-west-2", "us-east-1"
KEY = "AKIATHEROLE"
DENIED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")


class Wrong(Exception):
    """What was not as it should be."""


class Bench(runs.Bench):
    def __init__(self, client: t.Any) -> None:
        super().__init__(client)
        self.vars["private_connect_aws"]["access_key"] = KEY

    def vpc(self, region: str) -> str:
        return str(self.client.ready["aws"]["regions"][region]["vpc_id"])

    def enter(self) -> None:
        super().enter()
        os.chdir(self.folder)  # where `status` leaves its files

    # Policies

    def policy(self, name: str, region: str = REGION) -> Json:
        """The document as it is published, with the places filled in."""
        values = {"region": region, "account": self.client.ready["aws"]["regions"][region]["account"], "vpc_id": self.vpc(region), "my_domain": self.host}
        values |= {"further_vpc_id": self.vpc(FURTHER), "further_vpc_region": FURTHER, "old_vpc_id": self.vpc(REGION), "old_region": REGION}
        text = (COLLECTION / f"docs/iam/{name}.json").read_text(encoding="utf-8")
        return json.loads(jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(text).render(values))

    def allow(self, document: Json, *, but: str | None = None) -> None:
        """Give the role's key this policy, without one action of it; and forget the calls so far."""
        document = copy.deepcopy(document)
        for statement in document["Statement"]:
            listed = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            statement["Action"] = [action for action in listed if action != but]
        document["Statement"] = [statement for statement in document["Statement"] if statement["Action"]]
        self.client.act_aws("allow_only", KEY, document)
        self.client.clear_calls()

    # Runs

    def play(self, name: str, **variables: t.Any) -> tuple[bool, str]:
        """Run a playbook; whether it passed, and the messages with which its tasks failed, or all of its output."""
        given = {
            **self.vars,
            "private_connect_vpc_id": self.vpc(variables.get("private_connect_region", REGION)),
            "private_connect_dns_vpcs": [{"id": self.vpc(FURTHER), "region": FURTHER}],
            **variables,
        }
        run = self.playbook(COLLECTION / f"playbooks/{name}.yml", variables=given)
        reasons = [str(line["msg"]) for line in run.lines if line["status"] == "failed"]
        return not run.failed, " | ".join(reasons) if run.failed else run.output

    def look(self, region: str = REGION, **options: t.Any) -> str:
        """The role's first task: what IAM refuses, as the role would say it before anything else; nothing if it goes on."""
        found = self.info(**{"region": region, "vpc_id": self.vpc(region), "dns_vpcs": [{"id": self.vpc(FURTHER), "region": FURTHER}], **options})
        if found.get("failed"):
            return str(found["msg"])
        return " ".join(f"{item['problem']}. Cure: {item['cure']}" for item in found["blockers"] if item["what"] == "iam")

    # What came of it

    def writes(self, *, after_denial: bool = False) -> list[str]:  # type: ignore[override]
        """The calls that changed something, or tried to; those after the first denial."""
        calls = self.client.calls()
        if after_denial:
            first = next((number for number, call in enumerate(calls) if call["note"] in DENIED), None)
            if first is None:
                raise Wrong("IAM denied nothing")
            calls = calls[first:]
        return [call["action"] for call in calls if call["write"] and call["note"] not in ("DryRunOperation", *DENIED)]

    def denied(self) -> set[str]:
        return {call["action"] for call in self.client.calls() if call["note"] in DENIED}

    def listing(self) -> str:
        """Everything that is there, on both sides, but for logins."""
        found = self.client.state()
        orgs = {name: org["connections"] for name, org in found["orgs"].items()}
        return json.dumps({"orgs": orgs, "aws": found["aws"]}, sort_keys=True, default=str)


__all__ = ["ELSEWHERE", "NAME", "REGION", "Bench", "Wrong"]
