# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulators, policies of docs/iam, and runs with them; what a run has written is told by the calls that the emulators saw."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import jinja2
from emulators.rig import Rig

sys.path += os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)

from ansible_collections.privatelink.salesforce.plugins.module_utils import _private_connect_info as info
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context

DOCUMENTS = pathlib.Path(__file__).resolve().parents[4] / "docs/iam"
NAME, REGION, ELSEWHERE, FURTHER = "Acme_Inbound", "eu-central-1", "us-west-2", "us-east-1"
KEY = "AKIATHEROLE"
DENIED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
# Module bodies get all options, as a module does.
DEFAULTS = {name: option.get("default") for name, option in info.DEFINITION.argument_spec.items()}


class Wrong(Exception):
    """What was not as it should be."""


class Bench:
    def __init__(self, rig: Rig, folder: pathlib.Path) -> None:
        self.rig = rig
        self._folder = folder
        self._org = {key: rig.ready["orgs"]["acme"][key] for key in ("instance_url", "client_id", "client_secret")}
        self.host: str = rig.ready["orgs"]["acme"]["host"]
        folder.mkdir(parents=True, exist_ok=True)

    def vpc(self, region: str) -> str:
        return self.rig.ready["aws"]["regions"][region]["vpc_id"]

    # -- policies ----------------------------------------------------------------------------------------------------

    def policy(self, name: str, region: str = REGION) -> dict[str, t.Any]:
        """The document as it is published, with the places filled in."""
        values = {"region": region, "account": self.rig.ready["aws"]["regions"][region]["account"], "vpc_id": self.vpc(region), "my_domain": self.host}
        values |= {"further_vpc_id": self.vpc(FURTHER), "further_vpc_region": FURTHER, "old_vpc_id": self.vpc(REGION), "old_region": REGION}
        text = (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")
        return json.loads(jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(text).render(values))

    def allow(self, document: dict[str, t.Any], *, but: str | None = None) -> None:
        """Give the role's key this policy, without one action of it; and forget the calls so far."""
        document = copy.deepcopy(document)
        for statement in document["Statement"]:
            listed = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            statement["Action"] = [action for action in listed if action != but]
        document["Statement"] = [statement for statement in document["Statement"] if statement["Action"]]
        self.rig.aws.allow_only(KEY, document)
        self.rig.control.clear()

    # -- runs --------------------------------------------------------------------------------------------------------

    def _aws(self) -> dict[str, str]:
        return {"endpoint_url": self.rig.ready["aws"]["url"], "access_key": KEY, "secret_key": "secret"}

    def play(self, name: str, **variables: t.Any) -> tuple[bool, str]:
        """Run a playbook; whether it passed, and the message with which it ended, or all of its output."""
        given = {
            "private_connect_name": NAME,
            "private_connect_region": REGION,
            "private_connect_vpc_id": self.vpc(variables.get("private_connect_region", REGION)),
            "private_connect_my_domain": self.host,
            "private_connect_dns_vpcs": [{"id": self.vpc(FURTHER), "region": FURTHER}],
            "private_connect_settle": 0,
            "private_connect_poll_interval": 1,
            "private_connect_wait_timeout": 60,
            "private_connect_salesforce": self._org,
            "private_connect_aws": self._aws(),
            **variables,
        }
        (self._folder / "variables.json").write_text(json.dumps(given), encoding="utf-8")
        command = ["ansible-playbook", f"privatelink.salesforce.{name}", "-e", "@variables.json"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        failures = re.findall(r"FAILED! => (\{.*\})", done.stdout)
        return done.returncode == 0, json.loads(failures[-1])["msg"] if failures else f"{done.stdout}\n{done.stderr}"

    def look(self, region: str = REGION, **options: t.Any) -> str:
        """The role's first task in this process: what IAM refuses, as the role would say it before anything else; nothing if it goes on."""
        given = {"name": NAME, "region": region, "vpc_id": self.vpc(region), "my_domain": self.host, **self._org, **self._aws()}
        given["dns_vpcs"] = [{"id": self.vpc(FURTHER), "region": FURTHER}]
        try:
            result = info.run({**copy.deepcopy(DEFAULTS), **given, **options}, False, Context())
        except PrivateConnectError as error:
            return error.message
        return " ".join(f"{item['problem']}. Cure: {item['cure']}" for item in result["blockers"] if item["what"] == "iam")

    # -- what came of it ---------------------------------------------------------------------------------------------

    def writes(self, *, after_denial: bool = False) -> list[str]:
        """The calls that changed something, or tried to; those after the first denial."""
        calls = list(self.rig.control.calls)
        if after_denial:
            first = next((number for number, call in enumerate(calls) if call.note in DENIED), None)
            if first is None:
                raise Wrong("IAM denied nothing")
            calls = calls[first:]
        return [call.action for call in calls if call.write and call.note not in ("DryRunOperation", *DENIED)]

    def denied(self) -> set[str]:
        return {call.action for call in self.rig.control.calls if call.note in DENIED}

    def listing(self) -> str:
        """Everything that is there, on both sides, but for logins."""
        found = self.rig.listing()
        orgs = {name: org["connections"] for name, org in found["orgs"].items()}
        return json.dumps({"orgs": orgs, "aws": found["aws"]}, sort_keys=True, default=str)
