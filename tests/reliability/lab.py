# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laboratory: both systems with strangers in them, runs of the role on a clock of their own, and what is looked at after each."""

from __future__ import annotations

import gc
import json
import os
import pathlib
import signal
import tempfile
import time
import typing as t

from ansible import constants as C  # noqa: N812
from hands import Hands
from runs import NAME, REGION, Job, Json, Run

SECRET_KEY = "wJalrXUtnFEMI-K7MDENG-secret-of-the-rig"
WAIT_TIMEOUT = 30
POLL = 0.005
OTHER = "Other_Inbound"
PRIVATE_CONNECT, SOURCE_IP_SECURITY = "private_connect", "source_ip_security"
# Faults after which nobody but a read can tell whether a call took effect.
SERIOUS = ("reset", "lost_answer", "truncate")
# What the role makes, by the part of the listing that shows it.
MADE = ("endpoints", "interfaces", "security_groups", "zones", "resolver_rules")


class Lab(Hands):
    """``base``: the listing of both systems before anything of ours was there; ``role_name``: the role that runs; ``runs`` counts."""

    def __init__(self, client: t.Any) -> None:
        super().__init__(client)
        self.vars["private_connect_aws"]["secret_key"] = SECRET_KEY
        self.vars |= {
            "private_connect_wait_timeout": WAIT_TIMEOUT,
            "private_connect_label": "Acme inbound",
            "private_connect_description": "Kept by automation",
        }
        self.scratch = pathlib.Path(os.environ["ANSIBLE_LOCAL_TEMP"])
        self.base: Json = {}
        self.other_vpc = ""
        self.names: dict[str, str] = {}
        self.role_name = PRIVATE_CONNECT
        self.runs = 0
        self._made = 0
        self.waited = 0.0

    # Beginning

    def begin(self) -> None:
        """Both systems as at the start, with strangers: another connection with its endpoint, group and zone."""
        self.client.reset()
        self.role_name = PRIVATE_CONNECT
        group = self.group("theirs")
        endpoint = self.new_endpoint(group=group, mark="other.my.salesforce.com/Other")
        self.client.create(OTHER, region=REGION, vpc_endpoint_id=endpoint)
        self.client.provision(OTHER)
        self.client.sync(OTHER)
        self.until_available(endpoint)
        self.new_zone("corp.example.com", self.vpc, {"wiki.corp.example.com": "10.1.1.1"})
        self.base = self.state()
        self.now()

    def now(self) -> None:
        """What was there and was done so far is not the run's."""
        self.client.clear_calls()
        self.client.clear_misled()
        self._made = len(self.client.endpoints_made())

    def made(self) -> int:
        """How many endpoints were made since, also those that are gone again."""
        return len(self.client.endpoints_made()) - self._made

    def until_available(self, endpoint: str) -> None:
        """Time passes by reads."""
        for _read in range(20):
            if self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"] == "available":
                return
        raise AssertionError(f"{endpoint} does not become available")

    def make_other_vpc(self) -> None:
        """A VPC of the same region with two subnets in the service's zones; the data plane need not reach it."""
        self.other_vpc, subnets = self.new_vpc("127.90", zones="ab")
        self.names = {self.other_vpc: "<other VPC>", **{subnet: f"<other subnet {number}>" for number, subnet in enumerate(subnets, 1)}}
        self.base["aws"] = {**self.base["aws"], **{kind: self.state()["aws"][kind] for kind in ("vpcs", "subnets")}}
        known = {item["id"] for item in self.base["aws"]["security_groups"]}
        default = [item for item in self.state()["aws"]["security_groups"] if item["vpc_id"] == self.other_vpc and item["id"] not in known]
        self.base["aws"]["security_groups"] = sorted([*self.base["aws"]["security_groups"], *default], key=lambda item: (item["region"], item["id"]))

    # Runs

    def enter(self) -> None:
        super().enter()
        C.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix="ansible-local-", dir=self.scratch)  # two runs at once have one each
        tempfile.tempdir = os.environ["TMPDIR"] = str(self.scratch)
        gc.disable()  # runs are short, and a pass would copy the pages that they share

    def plays(self, **variables: t.Any) -> list[Json]:
        if self.role_name == PRIVATE_CONNECT:
            return super().plays(**variables)
        named = {"salesforce": self.vars["private_connect_salesforce"], "connections": [OTHER], **variables}
        role = {"role": f"privatelink.salesforce.{self.role_name}", "vars": {f"{self.role_name}_{key}": value for key, value in named.items()}}
        return [{"hosts": "localhost", "gather_facts": False, "roles": [role]}]

    def launch(self, **variables: t.Any) -> Job:
        self.clock.unlink(missing_ok=True)
        self.runs += 1
        return self.start(self.plays(**variables), ["-vvvv", "--diff"])

    def finish(self, job: Job, *, alone: bool = True) -> Run:
        run = job.result()
        self.waited = sum(map(float, self.clock.read_text(encoding="ascii").split())) if self.clock.exists() else 0.0
        self.audit(alone=alone)
        return run

    def go(self, *, alone: bool = True, **variables: t.Any) -> Run:
        return self.finish(self.launch(**variables), alone=alone)

    def well(self, **variables: t.Any) -> Run:
        run = self.go(**variables)
        assert not run.failed, f"a run failed: {run.msg[:1500]}"
        return run

    def quiet(self, **variables: t.Any) -> None:
        """A run that changes and writes nothing."""
        self.client.clear_calls()
        run = self.well(**variables)
        assert run.changed == [], f"a run that should find nothing to do changed: {run.changed}"
        assert self.writes() == [], f"a run that should find nothing to do wrote: {self.writes()}"

    def until_held(self, job: Job, beside: Json | None = None) -> Json | None:
        """The call that is held (another than ``beside``), or None where the run ended before."""
        while True:
            held = [call for call in self.client.held() if beside is None or call["number"] != beside["number"]]
            if held:
                return held[0]
            if job.ended():
                return None
            time.sleep(POLL)

    def until_asleep(self, job: Job) -> bool:
        """Whether the run came to wait for something before it ended."""
        while not (self.clock.exists() and self.clock.stat().st_size):
            if job.ended():
                return False
            time.sleep(POLL)
        return True

    def kill(self, job: Job) -> None:
        """The run with all its processes, as a power cut does it."""
        for pid in (job.pid, *_descendants(job.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended by itself
        while not job.ended():
            time.sleep(POLL)
        self.audit()

    # What is looked at after each run

    def audit(self, *, alone: bool = True) -> None:
        """``alone``: nobody else was at work, so that whatever went wrong is the run's doing."""
        misled, unread = self.client.misled(), repeated_unread(self.client.calls("salesforce"))
        self.client.clear_misled()
        if alone:
            assert not misled, f"the name led to an address without traffic: {misled[:3]}"
            assert not unread, f"sent again without a read in between: {unread}"
        found = self.leaks()
        assert not found, f"a secret shows in {found}"
        changed = self.strangers_changed()
        assert not changed, f"things of others changed: {changed}"

    def leaks(self) -> list[str]:
        """Where a secret shows: in the output, or in a file that the run left (but for a module that Ansible was just starting when it was killed)."""
        secrets = [SECRET_KEY, self.org["client_secret"], self.org["access_token"], f"{self.org['org_id'][:15]}!"]
        places = [self.folder / "output", self.folder / "record", self.clock]
        places += [path for path in self.scratch.rglob("*") if path.is_file() and not path.name.startswith("AnsiballZ_")]
        found = []
        for place in filter(pathlib.Path.exists, places):
            text = place.read_text(encoding="utf-8", errors="replace")
            found += [place.name for secret in secrets if secret in text]
        return found

    def strangers_changed(self) -> list[str]:
        state = self.state()
        changed = []
        for kind, things in self.base["aws"].items():
            now = {item["id"]: item for item in state["aws"][kind]}
            changed += [f"{kind} {item['id']}" for item in things if now.get(item["id"]) != item]
        for key, value in self.base["orgs"][self.org_name].items():
            now = state["orgs"][self.org_name][key]
            if key == "connections":
                changed += [f"connection {item['name']}" for item in value if item not in now]
            elif key not in self._own_keys and now != value:
                changed.append(f"org: {key}")
        return changed

    @property
    def _own_keys(self) -> tuple[str, ...]:
        """Parts of the org that the role is to change; the end is compared as a whole."""
        return ("licences",) if self.role_name == PRIVATE_CONNECT else ("security",)

    @property
    def org_name(self) -> str:
        return "acme"

    def ours(self) -> Json:
        """All that is there beyond ``base``, with IDs and addresses replaced by what they are of: equal for equal ends."""
        state = self.state()
        own: Json = {}
        for kind in MADE:
            known = {item["id"] for item in self.base["aws"][kind]}
            own[kind] = [item for item in state["aws"][kind] if item["id"] not in known]
        known = {item["id"] for item in self.base["orgs"][self.org_name]["connections"]}
        own["connections"] = [item for item in state["orgs"][self.org_name]["connections"] if item["id"] not in known]
        own |= {key: state["orgs"][self.org_name][key] for key in self._own_keys}
        ranges = self.base["orgs"][self.org_name]["connections"][0]["source_ip_ranges"]
        ends = {end: f"<{name} of range {number}>" for number, pair in enumerate(ranges, 1) for name, end in zip(("start", "end"), pair, strict=True)}
        return _canonical(own, {**self.names, **ends})

    def counts(self) -> dict[str, int]:
        ours = self.ours()
        return {kind: len(ours[kind]) for kind in (*MADE, "connections")}


def repeated_unread(calls: t.Sequence[Json]) -> list[str]:
    """Writes of the org, but for Syncs, that were sent again after one of unknown outcome, with no read in between."""
    unknown: set[str] = set()
    found = []
    for call in calls:
        if not call["write"]:
            if call["action"].startswith(("tooling.", "soap.")):
                unknown.clear()
        elif call["action"] != "connect.action.Sync":
            if call["action"] in unknown:
                found.append(call["action"])
            if call["fault"] in SERIOUS or (call["fault"] == "status" and call["status"] in (502, 503)):
                unknown.add(call["action"])
    return found


def _canonical(own: Json, known: t.Mapping[str, str]) -> Json:
    for zone in own["zones"]:
        zone["records"] = [record for record in zone["records"] if record["type"] not in ("NS", "SOA")]
    for connection in own["connections"]:
        # Allocated anew with each Provision.
        connection["source_ip_ranges"] = len(connection["source_ip_ranges"])
        connection["properties"] = [item for item in connection["properties"] if item["name"] != "SourceIpRanges"]
    names = {}
    for item in own["interfaces"]:
        names[item["address"]] = f"<address in {item['subnet_id']}>"
    for kind in (*MADE, "connections"):
        for number, item in enumerate(sorted(own[kind], key=lambda item: json.dumps({**item, "id": None}, sort_keys=True)), 1):
            names[item["id"]] = f"<{kind} {number}>" if kind != "interfaces" else f"<interface in {item['subnet_id']}>"
    text = json.dumps(own, sort_keys=True)
    for found in (names, known):
        for name in sorted(found, key=len, reverse=True):
            text = text.replace(name, found[name])
    return _sorted(json.loads(text))


def _sorted(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended between the listing and the look
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


__all__ = ["NAME", "REGION", "WAIT_TIMEOUT", "Lab"]
