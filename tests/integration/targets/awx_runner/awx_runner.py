# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner, with the arguments of the pattern's templates and workflow nodes, what its credential types inject, its inventory
variables and the answers to its surveys.

First on this machine by `run`, then as an execution node gets them, by `transmit | worker | process`. The emulated network is that of target playbooks.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time
import typing as t

import ansible_runner
from awx_model import credentials, data, jobs, surveys
from emulators.rig import Rig
from emulators.salesforce import OrgSeed

from playbooks import FOLDER, NAMES, PLACES, PROD, Stage, expect

HERE = pathlib.Path(__file__).resolve().parent
COLLECTION = HERE.parents[3]
AWS_SECRET = "aws-secret-key-of-this-test"
Json = dict[str, t.Any]
PATTERN = data.read()
TYPES = {item["injectors"]["env"]["SALESFORCE_AUTH_METHOD"]: item for item in PATTERN["controller_credential_types"]}
TEMPLATES = {pathlib.Path(item["playbook"]).stem: item for item in PATTERN["controller_templates"]}


class Job(t.NamedTuple):
    status: int
    stdout: str
    artifacts: Json  # what set_stats left
    changed: int


class Awx:
    def __init__(self, stage: Stage) -> None:
        self.stage, self.ready = stage, stage.rig.ready
        self.org: Json = stage.orgs[PROD]
        self.region = PLACES[PROD][2]
        self.ca = pathlib.Path(self.ready["ca_path"]).read_text(encoding="ascii")
        key = pathlib.Path(self.org["private_key_file"]).read_text(encoding="ascii")
        address = {"instance_url": f"https://{self.org['host']}", "ca_certificate": self.ca}
        app = {**address, "client_id": self.org["client_id"]}
        self.inputs: dict[str, dict[str, str]] = {
            "client_credentials": {**app, "client_secret": self.org["client_secret"]},
            "jwt_bearer": {**app, "username": self.org["username"], "private_key": key},
            "refresh_token": {**app, "refresh_token": self.org["refresh_token"]},
            "access_token": {**address, "access_token": self.org["access_token"]},
            "cli": {"target_org": "acme", "ca_certificate": self.ca},
        }
        self.secrets = [AWS_SECRET, self.org["org_id"][:15] + "!"]
        self.number = 0
        self.project = self._project()
        self._log_the_cli_in()

    def _project(self) -> pathlib.Path:
        """What the project checks out, in as far as jobs need it; the roles come from the environment."""
        project = FOLDER / "project"
        shutil.copytree(COLLECTION / "playbooks", project / "playbooks")
        shutil.copytree(HERE / "project", project, dirs_exist_ok=True)
        return project

    def _log_the_cli_in(self) -> None:
        """A Salesforce CLI by what its commands answer."""
        answers = {"display": {"instanceUrl": f"https://{self.org['host']}"}, "auth": {"accessToken": self.org["access_token"]}}
        lines = [f"  *' {word} '*) echo '{json.dumps({'status': 0, 'result': answer})}';;" for word, answer in answers.items()]
        self.stage.write("bin/sf", "\n".join(["#!/bin/sh", 'case " $* " in', *lines, "esac", ""]), 0o700)

    def inventory(self) -> str:
        """An inventory of AWX reaches a job as a script that prints it."""
        quick = {"private_connect_settle": 0, "private_connect_poll_interval": 1}
        connection = {
            "private_connect_name": NAMES[PROD],
            "private_connect_vpc_id": self.stage.vpcs[PROD],
            "private_connect_region": self.region,
            "private_connect_verify_host": "bastion",
            **quick,
        }
        (inventory,) = PATTERN["controller_inventories"]
        document = {
            "all": {"vars": inventory["variables"], "hosts": ["bastion"], "children": ["private_connections"]},
            "private_connections": {"hosts": [PROD]},
            "_meta": {"hostvars": {PROD: connection, "bastion": self._bastion()}},
        }
        return f"#!/usr/bin/env python3\nprint({json.dumps(json.dumps(document))})\n"

    def _bastion(self) -> Json:
        """A machine in the VPC knows its resolver and the CA; nothing of the job's environment."""
        net = self.stage._net("bastion", self.stage.client.act_dns("view", self.stage.vpcs[PROD]))
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": self.stage.environ["PYTHONPATH"], "EMULATED_NET": net, "LC_ALL": "C.UTF-8"}
        environ |= dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), self.ready["ca_path"])
        words = " ".join(f"'{name}={value}'" for name, value in environ.items())
        path = self.stage.write("bastion.sh", f'#!/bin/sh\nexec env -i {words} "{sys.executable}" "$@"\n', 0o700)
        return {"ansible_connection": "local", "ansible_python_interpreter": str(path)}

    def prepare(self, method: str, extra_vars: Json, arguments: list[str], at: pathlib.Path | None = None) -> pathlib.Path:
        """The private data directory of a job. ``at``: where it is unpacked to be run, if not where it is made."""
        self.number += 1
        folder = FOLDER / "jobs" / str(self.number)
        folder.mkdir(parents=True)
        (folder / "project").symlink_to(self.project) if at is None else shutil.copytree(self.project, folder / "project")
        injected = credentials.inject(TYPES[method], self.inputs[method], folder)
        self.secrets += [secret for secret in injected.secrets if secret not in self.secrets]
        amazon = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": AWS_SECRET}
        # Where the emulated services are; no credential of AWX says it.
        services = {name: self.stage.environ[name] for name in ("PYTHONPATH", "EMULATED_NET")}
        services |= {"AWS_ENDPOINT_URL": self.ready["aws"]["url"], "AWS_CA_BUNDLE": self.ready["ca_path"], "AWS_EC2_METADATA_DISABLED": "true"}
        env = {**injected.env, **amazon, **services}
        if at is not None:
            env = {name: value.replace(str(folder), str(at)) for name, value in env.items()}
        (folder / "env/envvars").write_text(json.dumps(env), encoding="utf-8")
        (folder / "env/extravars").write_text(json.dumps(extra_vars), encoding="utf-8")
        (folder / "env/cmdline").write_text(shlex.join(arguments), encoding="utf-8")
        self.stage.write(str((folder / "inventory/hosts").relative_to(FOLDER)), self.inventory(), 0o700)
        return folder

    def run(self, playbook: str, method: str, extra_vars: Json, arguments: list[str]) -> Job:
        folder = self.prepare(method, extra_vars, arguments)
        with told(f"run {playbook} {shlex.join(arguments)}"):
            ansible_runner.run(private_data_dir=str(folder), playbook=playbook, ident="job", quiet=True)
        return self._ended(folder, playbook)

    def run_on_a_node(self, playbook: str, method: str, extra_vars: Json, arguments: list[str]) -> Job:
        """The controller sends the directory and takes the answer by the library, as AWX does; a node runs the command."""
        node = FOLDER / "nodes" / str(self.number + 1)
        folder = self.prepare(method, extra_vars, arguments, node)
        sent, came_back = (FOLDER / f"{way}_{self.number}" for way in ("sent", "came_back"))
        with told(f"transmit | worker | process {playbook} {shlex.join(arguments)}"):
            with open(sent, "wb") as out:
                ansible_runner.run(streamer="transmit", _output=out, private_data_dir=str(folder), playbook=playbook, ident="job", quiet=True)
            with open(sent, "rb") as given, open(came_back, "wb") as out:
                command = ["ansible-runner", "worker", "--private-data-dir", str(node), "--delete"]
                # It ends as the job does, which is judged by what came back.
                subprocess.run(command, stdin=given, stdout=out, cwd=FOLDER, timeout=300, check=False)
            with open(came_back, "rb") as answer:
                ansible_runner.run(streamer="process", _input=answer, private_data_dir=str(folder), ident="job", quiet=True)
        assert not node.exists(), "the node keeps the job's directory"
        # The guide says where secrets are on disk: the environment comes back by the first status and by the note of the command.
        for note in (came_back.read_text(encoding="utf-8").splitlines()[0], (folder / "artifacts/job/command").read_text(encoding="utf-8")):
            expect("the environment that comes back", json.loads(note)["env"]["AWS_SECRET_ACCESS_KEY"], AWS_SECRET)
        return self._ended(folder, playbook)

    def _ended(self, folder: pathlib.Path, playbook: str) -> Job:
        """What the job left. None of it holds a secret, but the note of the command those of the environment, which AWX does not keep; a key is a file."""
        left = folder / "artifacts/job"
        keys = [secret for secret in self.secrets if "\n" in secret]
        for path in sorted(path for path in left.rglob("*") if path.is_file()):
            text = path.read_text(encoding="utf-8", errors="replace")
            for secret in keys if path.name == "command" else self.secrets:
                for piece in [line for line in secret.splitlines() if len(line) > 20] or [secret]:
                    assert piece not in text, f"a secret is in {path.relative_to(folder)} of {playbook}"
        events = [json.loads(path.read_text(encoding="utf-8")) for path in (left / "job_events").glob("*.json")]
        (stats,) = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
        rc = int((left / "rc").read_text(encoding="ascii"))
        stdout = (left / "stdout").read_text(encoding="utf-8")
        return Job(rc, stdout, stats.get("artifact_data", {}), sum(stats["changed"].values()))


@contextlib.contextmanager
def told(what: str) -> t.Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:5.1f} s  {what}", flush=True)


Runner = t.Callable[[str, str, Json, list[str]], Job]
NO_TEMPLATE = jobs.arguments({})


def survey_of(item: Json) -> Json:
    """The data names the survey by a template."""
    return PATTERN["pattern_surveys"][item["survey_spec"].strip("{} ").rpartition(".")[2]]


def launch(awx: Awx, run: Runner, template: str, method: str, *, status: int = 0, **answers: t.Any) -> Job:
    """Launch a job template: these are answers to its survey."""
    item = TEMPLATES[template]
    return started(awx, run, item, method, surveys.extra_vars(survey_of(item), answers), jobs.arguments(item), status)


def started(awx: Awx, run: Runner, item: Json, method: str, extra_vars: Json, arguments: list[str], status: int = 0) -> Job:
    before = awx.stage.writes()
    job = run(item["playbook"], method, extra_vars, arguments)
    if job.status != status:
        raise AssertionError(f"{item['playbook']} ended with {job.status}:\n{job.stdout[-4000:]}")
    if "--check" in arguments:
        expect(f"writes of {item['playbook']} in check mode", awx.stage.writes(), before)
    return job


def change(awx: Awx, run: Runner, method: str, **answers: t.Any) -> dict[str, Job]:
    """The workflow: the jobs of its nodes. Each has the survey's answers, and the artifacts of the nodes before it."""
    (workflow,) = PATTERN["controller_workflows"]
    given = surveys.extra_vars(survey_of(workflow), answers)
    done: dict[str, Job] = {}
    artifacts: Json = {}
    for node in workflow["workflow_nodes"]:
        if node["unified_job_template"]["type"] == "workflow_approval":
            continue
        (item,) = [item for item in TEMPLATES.values() if item["name"] == node["unified_job_template"]["name"]]
        job = started(awx, run, item, method, artifacts | given, jobs.arguments(item, node.get("job_type")))
        artifacts |= job.artifacts
        done[node["identifier"]] = job
    expect("whether the set-up does what the check run showed", bool(done["setup"].changed), bool(done["check"].changed))
    expect("what preflight and verify change", (done["preflight"].changed, done["verify"].changed), (0, 0))
    return done


def every_template(awx: Awx, run: Runner, method: str) -> Json:
    """The workflow, and every template that is not of it but the one that takes away; returns the artifacts of the set-up."""
    client = awx.stage.client
    first = change(awx, run, method, private_connect_wait_timeout=120, private_connect_replace="false")["setup"]
    expect("status", client.connections("acme")[NAMES[PROD]]["status"], "Ready")
    looked = launch(awx, run, "status", method, private_connect_fail_on_drift="true", private_connect_hosts="private_connections")
    expect("artifacts of the status", looked.artifacts, first.artifacts)
    expect("what resync changes", launch(awx, run, "resync", method, private_connect_wait_timeout=60).changed, 0)
    launch(awx, run, "restrict_access", method)
    own = [list(item) for item in client.connections("acme")[NAMES[PROD]]["source_ip_ranges"]]
    assert all(item in [list(entry[:2]) for entry in client.security("acme")["trusted_ip_ranges"]] for item in own), "the ranges are not trusted"
    return first.artifacts


def open_group(awx: Awx, artifacts: Json) -> None:
    """The next job of a workflow has the artifacts of the jobs before as extra variables."""
    expect("names of the artifacts", sorted(artifacts), ["source_cidrs"])
    place = {"vpc_id": awx.stage.vpcs[PROD], "region": awx.region}
    job = awx.run("open_group.yml", "client_credentials", {**artifacts, **place}, NO_TEMPLATE)
    expect("status of the second job", job.status, 0)
    ec2 = awx.stage.session(PROD).client("ec2", endpoint_url=awx.ready["aws"]["url"], verify=awx.ready["ca_path"])
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["application"]}])["SecurityGroups"]
    opened = sorted(item["CidrIp"] for rule in group["IpPermissions"] for item in rule["IpRanges"])
    expect("what the group lets in", opened, sorted(artifacts["source_cidrs"]))
    ec2.delete_security_group(GroupId=group["GroupId"])


def imported(awx: Awx) -> None:
    file = FOLDER / "imported.yml"
    job = awx.run_on_a_node("playbooks/import_connection.yml", "jwt_bearer", {"private_connect_import_file": str(file)}, NO_TEMPLATE)
    expect("status of the import", job.status, 0)
    assert awx.stage.vpcs[PROD] in file.read_text(encoding="utf-8"), "the imported variables lack the VPC"


def every_way(awx: Awx) -> None:
    """A token, be it the CLI's, is no login from the bastion; all other ways make one."""
    for method in TYPES:
        job = awx.run("everything.yml", method, {}, NO_TEMPLATE)
        assert job.status == 0, f"{method}:\n{job.stdout[-4000:]}"
        verified = launch(awx, awx.run, "verify", method)
        proof = "a token is no login" if method in ("access_token", "cli") else "the org saw the login come from"
        assert proof in " ".join(verified.stdout.split()), f"{method}:\n{verified.stdout[-4000:]}"


def enter() -> None:
    """The environment variables of a machine that runs jobs: no settings of the test's."""
    os.environ["ANSIBLE_LOCALHOST_WARNING"] = os.environ["ANSIBLE_DEPRECATION_WARNINGS"] = "false"
    os.environ["PATH"] = f"{FOLDER / 'bin'}:{os.environ['PATH']}"
    for name in ("ANSIBLE_INVENTORY", "PYTHONPATH"):
        os.environ.pop(name, None)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    enter()
    with Rig(tls=True, directory=FOLDER, seeds=[OrgSeed(place[1], sandbox=place[0] == "sandbox") for place in PLACES.values()]) as rig:
        stage = Stage(rig)
        awx = Awx(stage)
        before = stage.aws()
        drifting = launch(awx, awx.run, "status", "client_credentials", status=2, private_connect_fail_on_drift="true")
        assert f"1 of 1 are not as wanted: {NAMES[PROD]}: " in drifting.stdout, drifting.stdout[-2000:]
        artifacts = every_template(awx, awx.run, "client_credentials")
        expect("artifacts from a node", every_template(awx, awx.run_on_a_node, "jwt_bearer"), artifacts)
        open_group(awx, artifacts)
        imported(awx)
        every_way(awx)
        assert launch(awx, awx.run_on_a_node, "teardown", "jwt_bearer", private_connect_hosts=PROD).changed
        expect("what is left in AWS", stage.aws(), before)
        expect("changes where nothing is left", launch(awx, awx.run, "teardown", "client_credentials", private_connect_hosts=PROD).changed, 0)
    print("AWX's way of running jobs gets the same results")


if __name__ == "__main__":
    main()
