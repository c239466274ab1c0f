# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the role and reads of its module against the emulators, as tests of both need them.

Ansible and boto3 are loaded once; each run is a process forked from this one, which saves most of what a start costs. This process
itself starts no threads. Start tests by run.sh, as Ansible reads settings when it is loaded. The emulators are those that
EMULATORS_READY_FILE names, else a set of its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import gc
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t

import ansible.cli.playbook
import ansible.executor.playbook_executor
import ansible.plugins.strategy.linear
import boto3
import quick
import requests  # pylint: disable=unused-import  # noqa: F401  # loaded for the forked runs
from ansible import constants as C  # noqa: N812
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from emulators.client import EmulatorClient

HERE = pathlib.Path(__file__).resolve().parent
COLLECTION = HERE.parents[3]
REGION = "eu-central-1"
ORG = "acme"
NAME = "Acme_Inbound"
TAG = "privatelink.salesforce/connection"
Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run came to. ``changed``: task names, each once; ``items``: (task, item) of what changed; ``msg`` of the task that failed.

    ``lines``: all that the callback recorded, with ``result`` where RECORD_RESULTS is set."""

    changed: list[str]
    items: list[tuple[str, str | None]]
    failed: bool
    msg: str
    output: str
    lines: list[Json] = dataclasses.field(default_factory=list)


@contextlib.contextmanager
def emulators() -> t.Iterator[EmulatorClient]:
    """The emulators that are there, as at their start, or a set of its own."""
    given = os.environ.get("EMULATORS_READY_FILE")
    if given:
        client = EmulatorClient(given)
        client.reset()
        yield client
        return
    with tempfile.TemporaryDirectory(prefix="emulators-") as folder:
        ready = pathlib.Path(folder) / "ready.json"
        process = subprocess.Popen([sys.executable, "-m", "emulators", "--ready-file", str(ready)])
        try:
            deadline = time.monotonic() + 60
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the emulators do not start")
                time.sleep(0.05)
            yield EmulatorClient(ready)
        finally:
            process.terminate()
            process.wait(10)


class Bench:
    """The emulators with the role's variables for one connection of the org acme."""

    def __init__(self, client: EmulatorClient) -> None:
        self.client = client
        self.org: Json = client.ready["orgs"][ORG]
        self.host: str = self.org["host"]
        self.place: Json = client.ready["aws"]["regions"][REGION]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="runs-"))
        self.clock = self.folder / "clock"
        self.vars: Json = {
            "private_connect_name": NAME,
            "private_connect_region": REGION,
            "private_connect_vpc_id": self.place["vpc_id"],
            "private_connect_my_domain": self.host,
            "private_connect_settle": 0,
            "private_connect_poll_interval": 1,
            "private_connect_wait_timeout": 30,
            "private_connect_salesforce": {key: self.org[key] for key in ("instance_url", "client_id", "client_secret")},
            "private_connect_aws": {"endpoint_url": client.ready["aws"]["url"], "access_key": "test", "secret_key": "test"},
        }
        self._clients: dict[tuple[str, str], t.Any] = {}

    # Reading and changing past the role

    def aws(self, service: str, region: str = REGION) -> t.Any:
        if (service, region) not in self._clients:
            session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)
            self._clients[service, region] = session.client(service, endpoint_url=self.client.ready["aws"]["url"])
        return self._clients[service, region]

    @property
    def ec2(self) -> t.Any:
        return self.aws("ec2")

    @property
    def route53(self) -> t.Any:
        return self.aws("route53")

    def state(self) -> Json:
        """Everything on both sides, without what reading itself leaves behind."""
        state = self.client.state()
        for org in state["orgs"].values():
            for key in ("sessions", "logins", "api_usage"):
                del org[key]
        return state

    def writes(self) -> list[str]:
        """Calls that changed something, or could have."""
        return [f"{call['service']} {call['action']}" for call in self.client.calls(write=True)]

    # Runs

    def info(self, **options: t.Any) -> Json:
        """What private_connect_info returns, for the role's variables with these options; ``failed`` and ``msg`` where it fails."""
        return self._forked(lambda: _info(self._info_options(options)))

    def _info_options(self, options: Json) -> Json:
        org, aws = self.vars["private_connect_salesforce"], self.vars["private_connect_aws"]
        common = {"name": NAME, "region": REGION, "vpc_id": self.place["vpc_id"], "my_domain": self.host}
        return {**org, **aws, **common, **options}

    def role(self, *, check: bool = False, **variables: t.Any) -> Run:
        """One run of the role; variables without ``private_connect_``."""
        return self.playbook(self.plays(**variables), check=check)

    def plays(self, **variables: t.Any) -> list[Json]:
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": [{"role": "privatelink.salesforce.private_connect", "vars": {**self.vars, **{f"private_connect_{k}": v for k, v in variables.items()}}}],
        }
        return [play]

    def playbook(self, plays: list[Json] | pathlib.Path, *, check: bool = False, variables: Json | None = None) -> Run:
        """Run plays, or a playbook by its path, as ansible-playbook does."""
        return self.start(plays, ["--check"] if check else [], variables=variables).result()

    def start(self, plays: list[Json] | pathlib.Path, more: t.Sequence[str] = (), *, variables: Json | None = None) -> Job:
        """Begin such a run; ``more`` are words for ansible-playbook. A bench has one run at a time."""
        path = plays if isinstance(plays, pathlib.Path) else self._write("play.yml", plays)
        record, output = self.folder / "record", self.folder / "output"
        for old in (record, output):
            old.unlink(missing_ok=True)
        # Forked runs have one temporary directory; what one run keeps there is not for the next.
        shutil.rmtree(pathlib.Path(C.DEFAULT_LOCAL_TMP) / "privatelink_salesforce", ignore_errors=True)
        inventory = self.folder / "inventory"
        inventory.write_text('localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n', encoding="utf-8")
        words = ["ansible-playbook", "-i", str(inventory), str(path), *more]
        words += ["-e", f"@{self._write('vars.json', variables)}"] if variables else []

        def body() -> int | None:
            self.enter()
            return _ansible(words, record)

        return Job(_begin(body, output), record, output)

    def enter(self) -> None:
        """In the process of a run, before Ansible starts."""
        if quick.on:
            os.environ[quick.clock.VARIABLE] = str(self.clock)

    def _write(self, name: str, document: t.Any) -> pathlib.Path:
        path = self.folder / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def _forked(self, body: t.Callable[[], Json]) -> Json:
        answer, output = self.folder / "answer", self.folder / "output"
        answer.unlink(missing_ok=True)
        status = _end(_begin(lambda: answer.write_text(json.dumps(body()), encoding="utf-8") and 0, output))
        if status:
            raise AssertionError(f"a read ended with {status}:\n{output.read_text(errors='replace')}")
        return json.loads(answer.read_text(encoding="utf-8"))


@dataclasses.dataclass
class Job:
    """A run that is under way. ``record`` holds what tasks came to, ``output`` what ansible-playbook printed."""

    pid: int
    record: pathlib.Path
    output: pathlib.Path
    status: int | None = None

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def result(self) -> Run:
        """Wait for its end, and tell."""
        if self.status is None:
            self.status = _end(self.pid)
        lines = [json.loads(line) for line in self.record.read_text(encoding="utf-8").splitlines()] if self.record.exists() else []
        text = self.output.read_text(encoding="utf-8", errors="replace")
        failed = [line for line in lines if line["status"] == "failed"]
        if self.status and not failed:
            raise AssertionError(f"ansible-playbook ended with {self.status}:\n{text}")
        items = [(line["task"], line["item"]) for line in lines if line["status"] == "changed"]
        return Run(list(dict.fromkeys(task for task, _item in items)), items, bool(self.status), str(failed[-1]["msg"]) if failed else "", text, lines)


def _begin(body: t.Callable[[], int | None], output: pathlib.Path) -> int:
    """Run the body in a process of its own, its output into a file; returns its ID."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process == 0:
        status: t.Any = 70
        try:
            handle = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            status = body()
        except SystemExit as ended:
            status = ended.code
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status if isinstance(status, int) else 0 if status is None else 1)
    return process


def _end(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _ansible(words: list[str], record: pathlib.Path) -> int | None:
    os.environ["RECORD_FILE"] = str(record)
    sys.argv = words
    return ansible.cli.playbook.main(words)


def _info(options: Json) -> Json:
    from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context, execute
    from ansible_collections.privatelink.salesforce.plugins.module_utils._private_connect_info import DEFINITION

    validated = ModuleArgumentSpecValidator(DEFINITION.argument_spec).validate(options)
    assert not validated.error_messages, validated.error_messages
    return execute(DEFINITION, validated.validated_parameters, check_mode=True, diff_mode=False, context=Context())


def equal(what: str, have: t.Any, want: t.Any) -> None:
    """Fail with both where they differ; where they are long, with the lines of JSON in which they do."""
    if have == want:
        return
    texts = [json.dumps(value, sort_keys=True, default=str) for value in (have, want)]
    if max(map(len, texts)) > 1000:
        lines = [json.dumps(value, sort_keys=True, default=str, indent=1).splitlines() for value in (want, have)]
        raise AssertionError("\n".join([f"{what}:", *list(difflib.unified_diff(*lines, "want", "have", lineterm="", n=4))[:80]]))
    raise AssertionError(f"{what}:\n  have {texts[0]}\n  want {texts[1]}")


# boto3 reads what it knows of services when a client is made; every forked run finds it read.
for _service in ("ec2", "route53", "route53resolver"):
    boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION).client(_service)

# A run ends before collecting garbage pays, and a collection would touch, and so copy, all that it shares with this process.
gc.collect()
gc.freeze()
gc.disable()
