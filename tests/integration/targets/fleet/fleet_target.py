# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet over three orgs, two regions and two AWS accounts: one that fails leaves the others whole, logins are bounded, slices come to the same."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import time
import typing as t
from pathlib import Path

import boto3
from emulators import fleet
from emulators.client import EmulatorClient

FOLDER = Path(os.environ["OUTPUT_DIR"]).resolve() / "fleet"
RECAP = re.compile(r"^(\w+)\s*: ok=\d+\s+changed=(\d+)\s+unreachable=\d+\s+failed=(\d+)", re.MULTILINE)
SIZE = 6
OTHER_ACCOUNT = "222222222222"
BROKEN = "gamma_04"
NOWHERE = "vpc-00000000000000000"
SLICES = (("beta_00", "delta_02", "gamma_04"), ("gamma_01", "beta_03", "delta_05"))
STATS = re.compile(r"^\tRUN: (\{.*\})$", re.MULTILINE)
CONFIG = "fleet.inbound_connections.yml"


class Run(t.NamedTuple):
    status: int
    changed: set[str]
    failed: set[str]
    output: str

    @property
    def source_cidrs(self) -> list[str]:
        """What the run hands to the next one."""
        return sorted(json.loads(STATS.findall(self.output)[-1])["source_cidrs"])


def expect(what: str, have: t.Any, want: t.Any, run: Run | None = None) -> None:
    if have != want:
        raise AssertionError(f"{what}: have {have!r}, want {want!r}" + (f"\n{run.output}" if run else ""))


class Stage:
    def __init__(self, client: EmulatorClient) -> None:
        self.client = client
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.inventory = fleet.inventory(client, SIZE, [fleet.AWS, self._other_account()])
        self.hosts = {name: host for org in self._children().values() for name, host in org["hosts"].items()}
        self.vpcs = {name: host["private_connect_vpc_id"] for name, host in self.hosts.items()}
        self.write()
        self.environ = {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            **{f"{name}_secret".upper(): org["vars"]["private_connect_salesforce"]["client_secret"] for name, org in self._children().items()},
        }

    def _children(self) -> dict[str, t.Any]:
        return t.cast(dict[str, t.Any], self.inventory[fleet.GROUP]["children"])

    def _other_account(self) -> dict[str, str]:
        role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/network"
        sts = boto3.client("sts", "us-east-1", endpoint_url=self.client.ready["aws"]["url"], aws_access_key_id="x", aws_secret_access_key="x")
        found = sts.assume_role(RoleArn=role, RoleSessionName="fleet")["Credentials"]
        names = {"access_key": "AccessKeyId", "secret_key": "SecretAccessKey", "session_token": "SessionToken"}
        return {"account": OTHER_ACCOUNT, **{name: found[key] for name, key in names.items()}}

    def write(self, **changes: str) -> None:
        """The inventory, with other VPCs for the hosts that are named."""
        for host, vpc in {**self.vpcs, **changes}.items():
            self.hosts[host]["private_connect_vpc_id"] = vpc
        fleet.write(self.inventory, FOLDER / "inventory.json")
        for number, names in enumerate(SLICES):
            fleet.write(self._slice(names), FOLDER / f"slice_{number}.json")

    def _slice(self, names: t.Sequence[str]) -> dict[str, t.Any]:
        """What a slice of AWX gets: these hosts, and nothing of the others."""
        orgs = {name: {**org, "hosts": {host: org["hosts"][host] for host in names if host in org["hosts"]}} for name, org in self._children().items()}
        return {fleet.GROUP: {**self.inventory[fleet.GROUP], "children": orgs}}

    def run(self, playbook: str, *words: str, inventory: str = "inventory.json") -> Run:
        self.client.clear_calls()
        started = time.monotonic()
        output, status = self.command("ansible-playbook", f"privatelink.salesforce.{playbook}", "-i", str(FOLDER / inventory), "--forks", "10", *words)
        print(f"{time.monotonic() - started:5.1f} s  {playbook} {' '.join(words)}", flush=True)
        hosts = RECAP.findall(output)
        return Run(status, {name for name, changed, _failed in hosts if int(changed)}, {name for name, _changed, failed in hosts if int(failed)}, output)

    def command(self, *words: str) -> tuple[str, int]:
        done = subprocess.run(words, cwd=FOLDER, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        output = done.stdout + done.stderr
        for name, org in self._children().items():
            assert org["vars"]["private_connect_salesforce"]["client_secret"] not in output, f"the client secret of {name} is in the output"
        return output, done.returncode

    def statuses(self) -> dict[str, str]:
        return {name: item["status"] for org in fleet.ORGS for name, item in self.client.connections(org).items()}

    def writes(self) -> list[str]:
        return [call["action"] for call in self.client.calls(write=True) if call["note"] != "DryRunOperation"]

    def logins(self) -> dict[str, int]:
        return {org: counts.get("oauth.token", 0) for org, counts in fleet.calls(self.client).items()}

    def lists(self, org: str) -> dict[str, list[list[str]]]:
        """The ranges that the hosts of an org share."""
        found = self.client.security(org)
        return {"trusted": sorted(found["trusted_ip_ranges"]), "profile": sorted(found["profiles"]["Standard"]["login_ip_ranges"])}

    def endpoints(self) -> dict[str, str]:
        """Connection to the VPC of its endpoint, as the org has it and AWS knows it."""
        vpcs = {item["id"]: item["vpc_id"] for item in self.client.state()["aws"]["endpoints"]}
        return {name: vpcs[item["vpc_endpoint_id"]] for org in fleet.ORGS for name, item in self.client.connections(org).items()}


def set_up(stage: Stage) -> None:
    """In slices, as job slicing of AWX cuts the inventory; one host of the first slice cannot be set up."""
    stage.write(**{BROKEN: NOWHERE})
    run = stage.run("setup", inventory="slice_0.json")
    expect("status", run.status, 2, run)
    expect("hosts that failed", run.failed, {BROKEN}, run)
    expect("hosts that changed", run.changed, {"beta_00", "delta_02"}, run)
    expect("connections", stage.statuses(), {"Fleet_00": "Ready", "Fleet_02": "Ready"}, run)
    for line in (
        "ok      beta_00 (Fleet_00)  Ready  vpce-",
        f"failed  {BROKEN} (Fleet_04) at ",
        f"{NOWHERE} does not exist",
        "2 of 3 connections are as wanted, 1 failed",
    ):
        assert line in run.output, f"{line!r} is not in the summary:\n{run.output}"
    expect("logins", set(stage.logins().values()), {1}, run)

    run = stage.run("setup", inventory="slice_1.json")
    expect("status", run.status, 0, run)
    of_slice = run.source_cidrs
    expect("logins", stage.logins(), {"beta": 1, "gamma": 1, "delta": 1}, run)

    stage.write()
    run = stage.run("setup")
    expect("hosts that changed", run.changed, {BROKEN}, run)
    expect("logins", stage.logins(), {"beta": 1, "gamma": 1, "delta": 1}, run)
    expect("connections", stage.statuses(), {f"Fleet_{number:02}": "Ready" for number in range(SIZE)}, run)
    expect("VPCs", stage.endpoints(), {host["private_connect_name"]: stage.vpcs[name] for name, host in stage.hosts.items()}, run)

    run = stage.run("status")
    ranges = [ends for org in fleet.ORGS for item in stage.client.connections(org).values() for ends in item["source_ip_ranges"]]
    every = sorted(str(network) for ends in ranges for network in ipaddress.summarize_address_range(*map(ipaddress.ip_address, ends)))
    expect("source addresses of one job", run.source_cidrs, every, run)
    expect("source addresses of a slice", (set(of_slice) < set(every), len(of_slice)), (True, len(every) // 2), run)


def change_nothing(stage: Stage) -> None:
    """The whole after its slices: nothing to do, and few calls."""
    for words in ((), ("--check",)):
        run = stage.run("setup", *words)
        expect("changed and failed", (run.status, run.changed, stage.writes()), (0, set(), []), run)
        for org, counts in fleet.calls(stage.client).items():
            expect(f"calls of {org}", counts, {"oauth.token": 1, "tooling.query": 2 * SIZE // len(fleet.ORGS)}, run)


def list_them(stage: Stage) -> None:
    """The inventory plugin finds the same connections, and the playbooks work on what it lists."""
    orgs = [
        {
            "name": name,
            "instance_url": org["vars"]["private_connect_salesforce"]["instance_url"],
            "client_id": org["vars"]["private_connect_salesforce"]["client_id"],
            "client_secret": f"{{{{ lookup('ansible.builtin.env', '{name.upper()}_SECRET') }}}}",
        }
        for name, org in stage._children().items()
    ]
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(FOLDER / "cache")}
    (FOLDER / CONFIG).write_text(json.dumps({"plugin": "privatelink.salesforce.inbound_connections", "orgs": orgs, **cache}), encoding="utf-8")
    stage.client.clear_calls()
    for calls in (3 * len(fleet.ORGS), 0):
        output, status = stage.command("ansible-inventory", "-i", str(FOLDER / CONFIG), "--list")
        expect("status of ansible-inventory", status, 0)
        expect("calls", len(stage.client.calls("salesforce")), calls)
        stage.client.clear_calls()
    found = json.loads(output)
    expect("hosts", sorted(found["status_ready"]["hosts"]), sorted(f"{name[:-3]}_{host['private_connect_name']}" for name, host in stage.hosts.items()))
    expect("regions", sorted(name for name in found if name.startswith("region_")), ["region_eu_central_1", "region_us_east_1"])
    kept = "".join(path.read_text(encoding="utf-8") for path in (FOLDER / "cache").iterdir())
    assert not [org for org in stage._children().values() if org["vars"]["private_connect_salesforce"]["client_secret"] in kept], "a secret is in the cache"

    org = stage._children()["beta"]["vars"]["private_connect_salesforce"]
    secrets = {"SALESFORCE_CLIENT_ID": org["client_id"], "SALESFORCE_CLIENT_SECRET": org["client_secret"]}
    stage.environ.update(secrets)
    run = stage.run("resync", "--limit", "org_beta", inventory=CONFIG)
    expect("resync of an org by its group", (run.status, run.changed), (0, set()), run)
    expect("who was asked", stage.logins(), {"beta": 1}, run)
    for name in secrets:
        del stage.environ[name]


def restrict(stage: Stage) -> None:
    """The hosts of an org write to the same lists at the same time, and all that they wrote is there. It goes away the same way."""
    options = {
        "source_ip_security_connections": ["{{ private_connect_name }}"],
        "source_ip_security_restrict": [{"what": "trusted_ip_ranges"}, {"what": "profile", "name": "Standard"}],
        "source_ip_security_salesforce": "{{ private_connect_salesforce }}",
    }
    before = {org: stage.lists(org) for org in fleet.ORGS}
    run = stage.run("restrict_access", "--extra-vars", json.dumps(options))
    expect("status and who changed", (run.status, run.changed), (0, set(stage.hosts)), run)
    for org in fleet.ORGS:
        ranges = [[*ends, f"Salesforce Private Connect {name}"] for name, item in stage.client.connections(org).items() for ends in item["source_ip_ranges"]]
        expect(f"lists of {org}", stage.lists(org), {name: sorted([*entries, *ranges]) for name, entries in before[org].items()}, run)
    run = stage.run("restrict_access", "--extra-vars", json.dumps({**options, "source_ip_security_state": "absent"}))
    expect("status and who changed", (run.status, run.changed), (0, set(stage.hosts)), run)
    expect("lists without them", {org: stage.lists(org) for org in fleet.ORGS}, before, run)


def take_down(stage: Stage, before: dict[str, t.Any]) -> None:
    run = stage.run("teardown")
    expect("status", run.status, 0, run)
    expect("connections", stage.statuses(), {}, run)
    after = stage.client.state()["aws"]
    expect("what is left in AWS", [kind for kind in before if before[kind] != after[kind]], [], run)


def main() -> None:
    client = EmulatorClient(os.environ["EMULATORS_READY_FILE"])
    stage = Stage(client)
    before = client.state()["aws"]
    set_up(stage)
    change_nothing(stage)
    list_them(stage)
    restrict(stage)
    take_down(stage, before)
    print("ok")


if __name__ == "__main__":
    main()
