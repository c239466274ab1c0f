# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook by its name, on the example inventory of docs/, with emulators of its own over TLS.

The inventory is used as it is, vault, environment and AWS profiles included. Only what nobody can know beforehand comes from a second one: the IDs of
the VPCs, and how the bastions are reached. Both are processes here that resolve names as their VPC does (names/sitecustomize.py).
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import boto3
import yaml
from emulators.rig import Rig
from emulators.salesforce import OrgSeed

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[3] / "docs/examples/inventory"
FOLDER = Path(os.environ["OUTPUT_DIR"]).resolve() / "playbooks"
RECAP = re.compile(r"^(\w+)\s*: ok=\d+\s+changed=(\d+)\s+unreachable=\d+\s+failed=(\d+)", re.MULTILINE)
PROD, SANDBOX, PARTNERS = "acme_prod", "acme_uat", "partners_prod"
# Environment, org in the emulators, region, public address of the org, AWS profile.
PLACES = {
    PROD: ("prod", "acme", "eu-central-1", "203.0.113.10", "acme-prod"),
    SANDBOX: ("sandbox", "acme--uat", "us-east-1", "203.0.113.11", "acme-sandbox"),
    PARTNERS: ("partners", "acme-partners", "us-east-1", "203.0.113.12", "acme-prod"),
}
NAMES = {PROD: "Acme_Prod", SANDBOX: "Acme_UAT", PARTNERS: "Partners_Prod"}
OF_PROFILES = {"acme-prod": "123456789012", "acme-sandbox": "222222222222"}
NONE = dict.fromkeys(PLACES, 0)
HANDED_ON = '"source_cidrs": ['  # as Ansible shows what set_stats got
Json = dict[str, t.Any]


class Run(t.NamedTuple):
    """How a playbook ended. ``changed`` and ``failed``: numbers of tasks, for each host."""

    status: int
    changed: dict[str, int]
    failed: dict[str, int]
    output: str


def expect(what: str, have: t.Any, want: t.Any, run: Run | None = None) -> None:
    if have != want:
        raise AssertionError(f"{what}: have {have!r}, want {want!r}" + (f"\n{run.output}" if run else ""))


class Stage:
    def __init__(self, rig: Rig) -> None:
        self.rig, self.client = rig, rig.client
        self.orgs = {host: rig.ready["orgs"][place[1]] for host, place in PLACES.items()}
        self.vpcs = {host: rig.client.act_aws("add_vpc", place[2], account=OF_PROFILES[place[4]])["vpc_id"] for host, place in PLACES.items()}
        for host, place in PLACES.items():
            rig.dns.publish(self.orgs[host]["host"], place[3])
        self.environ = self._environ()
        self._inventory()

    # Making it

    def write(self, name: str, content: str | Json, mode: int = 0o600) -> Path:
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        path.chmod(mode)
        return path

    def _net(self, name: str, resolver: int | None) -> Path:
        ways = {f"{place[3]}:443": ["127.0.0.1", self.orgs[host]["port"]] for host, place in PLACES.items()}
        hosts = {self.orgs[host]["host"]: place[3] for host, place in PLACES.items()}
        return self.write(f"{name}.json", {"resolver": resolver, "hosts": hosts, "ways": ways, "private_port": self.rig.ready["dataplane"]["port"]})

    def _environ(self) -> dict[str, str]:
        ready, sandbox, partners = self.rig.ready, self.orgs[SANDBOX], self.orgs[PARTNERS]
        profiles = "".join(f"[profile {name}]\nendpoint_url = {ready['aws']['url']}\n{self._keys(account)}" for name, account in OF_PROFILES.items())
        kept = {name: value for name, value in os.environ.items() if name != "ANSIBLE_INVENTORY"}
        return {
            **kept,
            "PYTHONPATH": str(HERE / "names"),
            "EMULATED_NET": str(self._net("controller", None)),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.write("vault_password", "not a secret")),
            "SANDBOX_CLIENT_ID": sandbox["client_id"],
            "SANDBOX_CLIENT_SECRET": sandbox["client_secret"],
            "PARTNERS_CLIENT_ID": partners["client_id"],
            "PARTNERS_CLIENT_SECRET": partners["client_secret"],
            "SALESFORCE_CA_PATH": ready["ca_path"],
            "SSL_CERT_FILE": ready["ca_path"],
            "AWS_CONFIG_FILE": str(self.write("aws_config", profiles)),
            "AWS_CA_BUNDLE": ready["ca_path"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _keys(self, account: str) -> str:
        """Keys of a role in the account, as lines of a profile."""
        sts = boto3.client(
            "sts", "us-east-1", endpoint_url=self.rig.ready["aws"]["url"], verify=self.rig.ready["ca_path"], aws_access_key_id="x", aws_secret_access_key="x"
        )
        keys = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/network", RoleSessionName="playbooks")["Credentials"]
        names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey", "aws_session_token": "SessionToken"}
        return "".join(f"{name} = {keys[key]}\n" for name, key in names.items())

    def _inventory(self) -> None:
        """A copy of the example with its vault, and beside it what is only known here."""
        shutil.copytree(EXAMPLE, FOLDER / "inventory")
        org = self.orgs[PROD]
        vault = self.write("inventory/group_vars/prod/vault.yml", {"vault_prod_client_id": org["client_id"], "vault_prod_client_secret": org["client_secret"]})
        subprocess.run(["ansible-vault", "encrypt", str(vault)], env=self.environ, check=True, capture_output=True)
        assert org["client_secret"] not in vault.read_text(encoding="utf-8"), "the vault is readable"
        quick = {"private_connect_settle": 0, "private_connect_poll_interval": 1, "private_connect_wait_timeout": 120}
        here = {place[0]: {"hosts": {host: {"private_connect_vpc_id": self.vpcs[host], **quick}}} for host, place in PLACES.items()}
        self.write("here.json", {**here, "bastions": {"hosts": {f"bastion_{place[0]}": self._bastion(host) for host, place in PLACES.items()}}})
        broken = {"private_connect_name": "Broken", "private_connect_vpc_id": "vpc-00000000000000000"}
        self.write("broken.json", {"sandbox": {"hosts": {"broken": broken}}})
        unready = {"mistyped": {"private_connect_name": "Mistyped", "private_connect_dns_ttl": "soon"}, "nameless": {}}
        self.write("unready.json", {"sandbox": {"hosts": unready}})

    def _bastion(self, host: str) -> Json:
        """A Python whose resolver is that of the VPC."""
        net = self._net(f"bastion-{host}", self.client.act_dns("view", self.vpcs[host]))
        text = f'#!/bin/sh\nEMULATED_NET="{net}" exec "{sys.executable}" "$@"\n'
        return {"ansible_connection": "local", "ansible_python_interpreter": str(self.write(f"bastion-{host}.sh", text, 0o700))}

    # Using it

    def slice(self, host: str, machine: str) -> Path:
        """The inventory as a slice of AWX has it: this one host, by itself, and machines by address only."""
        listed = ["ansible-inventory", "-i", str(FOLDER / "inventory"), "-i", str(FOLDER / "here.json"), "--host", host]
        variables = json.loads(subprocess.run(listed, cwd=FOLDER, env=self.environ, check=True, capture_output=True, text=True).stdout)
        own = {**variables, "private_connect_verify_host": machine}
        return self.write(f"slice_{host}.json", {"private_connections": {"hosts": {host: own}}, "all": {"vars": self._bastion(host)}})

    def run(self, playbook: str, *words: str, inventory: bool = True) -> Run:
        sources = ["-i", str(FOLDER / "inventory"), "-i", str(FOLDER / "here.json")] if inventory else []
        command = ["ansible-playbook", f"privatelink.salesforce.{playbook}", *sources, *words]
        self.client.clear_calls()
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=FOLDER,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        print(f"{time.monotonic() - started:5.1f} s  {playbook} {' '.join(words)}", flush=True)
        for host, org in self.orgs.items():
            assert org["client_secret"] not in done.stdout, f"the client secret of {host} is in the output of {playbook}"
        hosts = RECAP.findall(done.stdout)
        return Run(
            done.returncode, {name: int(changed) for name, changed, _failed in hosts}, {name: int(failed) for name, _changed, failed in hosts}, done.stdout
        )

    def good(self, playbook: str, *words: str, inventory: bool = True) -> Run:
        run = self.run(playbook, *words, inventory=inventory)
        expect(f"status of {playbook}", run.status, 0, run)
        return run

    def writes(self) -> list[str]:
        return [f"{call['service']} {call['action']}" for call in self.client.calls(write=True) if call["note"] != "DryRunOperation"]

    def statuses(self) -> dict[str, str]:
        return {name: item["status"] for place in PLACES.values() for name, item in self.client.connections(place[1]).items()}

    def aws(self) -> Json:
        return self.client.state()["aws"]

    def session(self, host: str) -> boto3.session.Session:
        return boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=PLACES[host][2])

    def endpoint(self, host: str) -> str:
        (found,) = [item["id"] for item in self.aws()["endpoints"] if item["vpc_id"] == self.vpcs[host]]
        return found


def no_hosts(stage: Stage) -> None:
    """A pattern or limit without hosts must not look like a run that went well."""
    for path in sorted((HERE.parents[3] / "playbooks").glob("*.yml")):
        for play in yaml.safe_load(path.read_text(encoding="utf-8")):
            expect(f"hosts of {path.name}", play["hosts"], "{{ lookup('privatelink.salesforce.connection_hosts') }}")
    elsewhere = f"private_connect_hosts={PROD}"
    for words, said in (
        (["-e", "private_connect_hosts=typo"], f"private_connect_hosts=typo matches no host of the inventory. The inventory has the hosts {PROD}"),
        (["-e", elsewhere, "--limit", "sandbox"], f"{elsewhere} matches no host of the inventory within --limit sandbox"),
    ):
        run = stage.run("status", *words)
        assert run.status != 0, run.output
        assert said in " ".join(run.output.split()), run.output


def set_up(stage: Stage) -> None:
    run = stage.run("preflight", "-i", str(FOLDER / "broken.json"))
    expect("failures", run.failed, {**NONE, "broken": 1}, run)
    expect("writes of the preflight", stage.writes(), [])
    run = stage.good("setup", "--check")
    expect("hosts that would change", {host for host, count in run.changed.items() if count}, set(PLACES), run)
    expect("writes in check mode", stage.writes(), [])
    run = stage.run("setup", "-i", str(FOLDER / "broken.json"))
    expect("failures", run.failed, {**NONE, "broken": 1}, run)
    expect("status", run.status, 2, run)
    expect("connections", stage.statuses(), dict.fromkeys(NAMES.values(), "Ready"), run)
    expect("VPC endpoints", sorted(item["vpc_id"] for item in stage.aws()["endpoints"]), sorted(stage.vpcs.values()))
    # The check from the bastion is no change.
    run = stage.good("setup")
    expect("changes of a second run", run.changed, NONE, run)
    expect("writes of a second run", stage.writes(), [])


def status(stage: Stage) -> None:
    # A relative path is one of the caller's directory.
    reports = FOLDER / "reports"
    unlike = [word for name in ("broken", "unready") for word in ("-i", str(FOLDER / f"{name}.json"))]
    run = stage.good("status", *unlike, "-e", "private_connect_report_dir=reports")
    expect("writes", stage.writes(), [])
    rows = {row["host"]: row for row in json.loads((reports / "status.json").read_text(encoding="utf-8"))}
    states = {host: row["state"] for host, row in rows.items()}
    expect("states", states, {**dict.fromkeys(PLACES, "ok"), "broken": "drift", "mistyped": "error", "nameless": "error"}, run)
    for host, word in (("mistyped", "private_connect_dns_ttl"), ("nameless", "private_connect_name")):
        assert word in rows[host]["error"], rows[host]["error"]
        assert rows[host]["error"] in html.unescape((reports / "status.html").read_text(encoding="utf-8")), f"the error of {host} is not on the page"
    page = (reports / "status.html").read_text(encoding="utf-8")
    expect("drawings", page.count("<svg"), len(PLACES) + 1)
    for host, name in NAMES.items():
        addresses = [item["address"] for item in rows[host]["interfaces"]]
        for shown in (name, stage.endpoint(host), *addresses, *rows[host]["source_cidrs"]):
            assert shown in run.output, f"{shown} is not in the table:\n{run.output}"
            assert shown in page, f"{shown} is not on the page"
    expect("records of production", [record["leads_to"] for record in rows[PROD]["records"]], [[item["address"] for item in rows[PROD]["interfaces"]]])
    # A part of the source addresses is not handed on for all.
    assert HANDED_ON not in run.output, run.output
    run = stage.good("status")
    assert HANDED_ON in run.output, run.output
    # One org that cannot be reached does not hide the others.
    stage.client.add_fault("status", service="salesforce", action="oauth.token", status=400, body={"error": "invalid_client"})
    run = stage.good("status")
    stage.client.clear_faults()
    assert HANDED_ON not in run.output, run.output
    assert "invalid_client" in run.output, run.output
    assert run.output.count(" Ready ") == len(PLACES) - 1, run.output
    # Nor does a host that cannot be reached, where a run makes it ask over a connection.
    out_of_reach = {"ansible_connection": "ssh", "ansible_ssh_executable": str(stage.write("no_ssh.sh", "#!/bin/sh\nexit 255\n", 0o700))}
    run = stage.run("status", "-e", json.dumps(out_of_reach), "-e", "private_connect_fail_on_drift=true")
    assert f"{len(PLACES)} of {len(PLACES)} are not as wanted" in run.output, run.output
    assert run.output.count("UNREACHABLE") == len(PLACES), run.output


def verify(stage: Stage) -> None:
    run = stage.good("verify")
    for host in PLACES:
        assert f"{stage.orgs[host]['host']} leads to the endpoint; the org saw the login come from" in run.output, run.output
    expect("writes", stage.writes(), [])
    verify_other_ways(stage)
    verify_in_slices(stage)
    bastions_are_lost(stage)
    # Without the private zone the name leads to Salesforce's public addresses, where an org answers just as well.
    (zone,) = [item for item in stage.aws()["zones"] if item["name"] == f"{stage.orgs[PROD]['host']}."]
    route53 = stage.session(PROD).client("route53", endpoint_url=stage.rig.ready["aws"]["url"], verify=stage.rig.ready["ca_path"])
    for record in route53.list_resource_record_sets(HostedZoneId=zone["id"])["ResourceRecordSets"]:
        if record["Type"] == "A":
            route53.change_resource_record_sets(HostedZoneId=zone["id"], ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]})
    route53.delete_hosted_zone(Id=zone["id"])
    run = stage.run("verify", "-e", '{"private_connect_verify_options": {"wait_timeout": 0}}')
    expect("failures", run.failed, {**NONE, PROD: 1}, run)
    assert "outside the ranges of Acme_Prod" in run.output, run.output
    assert "its name resolves to other addresses than the endpoint has" in run.output, run.output
    assert PLACES[PROD][3] in run.output, run.output
    run = stage.good("setup")
    expect("hosts that were mended", {host for host, count in run.changed.items() if count}, {PROD}, run)


def verify_in_slices(stage: Stage) -> None:
    """A machine that no slice knows is reached by its address and the variables of all."""
    run = stage.good("verify", "-i", str(stage.slice(SANDBOX, "10.20.0.5")), inventory=False)
    expect("hosts", set(run.changed), {SANDBOX}, run)
    assert f"{stage.orgs[SANDBOX]['host']} leads to the endpoint; the org saw the login come from" in run.output, run.output


def verify_other_ways(stage: Stage) -> None:
    """The name leads to the endpoint and the session does not; and a login that is refused."""
    # The controller asks the VPC's name server for the check, and its own for the session.
    options = {"nameservers": [f"127.0.0.1:{stage.client.act_dns('view', stage.vpcs[PROD])}"], "wait_timeout": 0}
    elsewhere = json.dumps({"private_connect_verify_host": "localhost", "private_connect_verify_options": options})
    run = stage.run("verify", "--limit", "prod", "-e", elsewhere)
    expect("failures", run.failed, {PROD: 1}, run)
    for words in ("outside the ranges of Acme_Prod", "traffic of localhost is not private", "resolves privately, so the session went another way"):
        assert words in run.output, run.output
    # The first login is the controller's own.
    stage.client.add_fault("status", service="salesforce", action="oauth.token", skip=1, status=400, body={"error": "invalid_grant"})
    run = stage.run("verify", "--limit", "prod")
    stage.client.clear_faults()
    expect("failures", run.failed, {PROD: 1}, run)
    assert "The login from bastion_prod failed" in run.output, run.output
    assert "invalid_grant" in run.output, run.output


def bastions_are_lost(stage: Stage) -> None:
    """Every connection fails by itself, with the reason, though all of them need a machine that cannot be reached."""
    ssh = stage.write("ssh.sh", "#!/bin/sh\necho 'ssh: connect to host 192.0.2.7 port 22: Connection refused' >&2\nexit 255\n", 0o700)
    lost = {"ansible_connection": "ssh", "ansible_host": "192.0.2.7", "ansible_ssh_executable": str(ssh)}
    bastions = {f"bastion_{place[0]}": lost for place in PLACES.values()}
    inventory = ["-i", str(stage.write("lost.json", {"bastions": {"hosts": bastions}}))]
    for playbook in ("verify", "setup"):
        run = stage.run(playbook, *inventory)
        expect(f"failures of {playbook}", run.failed, dict.fromkeys(PLACES, 1), run)
        words = " ".join(run.output.split())
        summed = f"0 of {len(PLACES)} connections are as wanted, {len(PLACES)} failed"
        for said in (*(f"Ansible cannot reach {name}" for name in bastions), "Connection refused", summed):
            assert said in words, run.output


def resync(stage: Stage) -> None:
    run = stage.good("resync")
    expect("changes", run.changed, NONE, run)
    stage.client.act_aws("set_state", stage.endpoint(SANDBOX), "rejected")
    run = stage.run("resync")
    expect("failures", run.failed, {**NONE, SANDBOX: 1}, run)
    assert "RejectedRemotely" in run.output, run.output
    expect("connections", stage.statuses(), {**dict.fromkeys(NAMES.values(), "Ready"), "Acme_UAT": "RejectedRemotely"})


def restrict_access(stage: Stage) -> None:
    def trusted() -> list[list[str]]:
        return [list(item[:2]) for item in stage.client.security("acme")["trusted_ip_ranges"]]

    others = trusted()
    run = stage.good("restrict_access", "--limit", "prod")
    own = [list(item) for item in stage.client.connections("acme")["Acme_Prod"]["source_ip_ranges"]]
    expect("trusted ranges", trusted(), others + own, run)


def without_inventory(stage: Stage) -> Json:
    """The same connection by extra variables alone, then by what the import makes of it; returns the variables."""
    org = stage.orgs[PROD]
    alone = {
        "private_connect_name": NAMES[PROD],
        "private_connect_region": PLACES[PROD][2],
        "private_connect_salesforce": {"instance_url": f"https://{org['host']}", "client_id": org["client_id"], "client_secret": org["client_secret"]},
        "private_connect_aws": {"profile": PLACES[PROD][4]},
    }
    how = ["-e", f"@{stage.write('alone.json', alone)}"]
    # Who writes in Setup runs nothing here.
    label = stage.client.connections(PLACES[PROD][1])["Acme_Prod"]["label"]
    stage.client.set_fields("Acme_Prod", PLACES[PROD][1], label="{{ 1 + 1 }}")
    several = stage.run("import_connection", "-e", "private_connect_import_file=imported.yml")
    expect("imports of several hosts into one file", set(several.failed.values()), {1}, several)
    # A relative path is one of the caller's directory.
    run = stage.good("import_connection", *how, "-e", "private_connect_import_file=imported.yml", inventory=False)
    expect("writes of the import", stage.writes(), [], run)
    assert "changes nothing" in run.output, run.output
    imported = FOLDER / "imported.yml"
    again = stage.run("import_connection", *how, "-e", "private_connect_import_file=imported.yml", inventory=False)
    expect("an import over a file that is there", again.failed, {"localhost": 1}, again)
    for more in (f"private_connect_vpc_id={stage.vpcs[PROD]}", f"@{imported}"):
        run = stage.good("setup", *how, "-e", more, inventory=False)
        expect(f"changes with {more}", run.changed, {"localhost": 0}, run)
    stage.client.set_fields("Acme_Prod", PLACES[PROD][1], active=False)
    run = stage.good("import_connection", *how, "-e", "private_connect_import_file=inactive.yml", inventory=False)
    assert "would change: " in run.output, run.output
    stage.client.set_fields("Acme_Prod", PLACES[PROD][1], active=True, label=label)
    run = stage.good("status", *how, "-e", f"@{imported}", inventory=False)
    assert " Ready " in run.output, run.output
    return {**alone, "private_connect_vpc_id": stage.vpcs[PROD], "private_connect_poll_interval": 1}


def take_down(stage: Stage, alone: Json, before: Json) -> None:
    run = stage.good("teardown", "-e", f"@{stage.write('alone.json', alone)}", inventory=False)
    expect("connections", stage.statuses(), {"Acme_UAT": "RejectedRemotely", "Partners_Prod": "Ready"}, run)
    run = stage.good("teardown")
    expect("connections", stage.statuses(), {}, run)
    expect("changes where nothing is left", run.changed[PROD], 0, run)
    expect("AWS", stage.aws(), before, run)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    seeds = [OrgSeed(place[1], sandbox=place[0] == "sandbox") for place in PLACES.values()]
    with Rig(tls=True, directory=FOLDER, seeds=seeds) as rig:
        stage = Stage(rig)
        before = stage.aws()
        no_hosts(stage)
        set_up(stage)
        status(stage)
        verify(stage)
        restrict_access(stage)
        alone = without_inventory(stage)
        resync(stage)
        take_down(stage, alone, before)
    print("every playbook did what it says")


if __name__ == "__main__":
    main()
