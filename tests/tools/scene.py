# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection beside running emulators, for the demo and the benchmark: run a playbook, know how long it took and what it called."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import env
import tree
from integration import Emulators

sys.path.insert(0, str(env.ROOT / "tests"))
from emulators.client import EmulatorClient

RECAP = re.compile(r"^(?P<host>\S+)\s*: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)\s+unreachable=(?P<unreachable>\d+)\s+failed=(?P<failed>\d+)", re.MULTILINE)
TASK = re.compile(r"^TASK \[(?:[\w.]+ : )?(?P<name>.*?)\] \*+$")
REGION = "us-east-1"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of a playbook. ``calls`` are the actions of the Salesforce emulator in order, ``changed`` the tasks that changed something, ``failed`` the
    hosts that failed. ``largest``: of the controller and the processes that it forked, in MiB; pages that they share count in each."""

    seconds: float
    output: str
    ok: bool
    changed: list[str]
    calls: list[str]
    failed: list[str]
    largest: float


class Scene:
    """An environment with the collection, and emulators of its own; logs go to ``.cache/logs/<name>-*.log``."""

    def __init__(self, name: str, profile: str = "default") -> None:
        self.name = name
        self.at = env.ensure(profile)
        self.tree = tree.sync(self.at)
        self.folder = env.CACHE / "scenes" / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "ansible.cfg").touch()
        self.logs = env.CACHE / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.emulators = Emulators(self.at, env.ROOT, self.folder)
        self.client = EmulatorClient(self.emulators.ready)

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *failure: object) -> None:
        self.emulators.stop()

    @property
    def ready(self) -> dict[str, t.Any]:
        return self.emulators.ready

    def variables(self, **more: t.Any) -> dict[str, t.Any]:
        """Variables of the role for the seeded org and VPC."""
        org, region = self.ready["orgs"]["acme"], self.ready["aws"]["regions"][REGION]
        return {
            "private_connect_name": "Acme_Inbound",
            "private_connect_region": REGION,
            "private_connect_vpc_id": region["vpc_id"],
            "private_connect_my_domain": org["host"],
            "private_connect_settle": 0,
            "private_connect_poll_interval": 1,
            "private_connect_salesforce": {"instance_url": org["instance_url"], "client_id": org["client_id"], "client_secret": org["client_secret"]},
            "private_connect_aws": {"endpoint_url": self.ready["aws"]["url"], "access_key": "demo", "secret_key": "demo"},
            **more,
        }

    def run(self, label: str, playbook: str, variables: t.Mapping[str, t.Any], *words: str, limit: float = 300) -> Run:
        """Run a playbook by its path or FQCN, at most ``limit`` seconds. The variables travel in a file, not in the argument list."""
        file = self.folder / "vars.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(variables), encoding="utf-8")
        environ = self.at.environ(
            ANSIBLE_CONFIG=str(self.folder / "ansible.cfg"),
            ANSIBLE_NOCOLOR="1",
            ANSIBLE_DEPRECATION_WARNINGS="0",
            ANSIBLE_LOCALHOST_WARNING="0",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="0",
            ANSIBLE_DISPLAY_SKIPPED_HOSTS="0",
        )
        self.client.clear_calls()
        started = time.monotonic()
        with open(self.log(label), "wb") as log:
            process = subprocess.Popen(
                [str(self.at.bin / "ansible-playbook"), playbook, "-e", f"@{file}", *words],
                cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
            usage = _ended(process, limit)
        seconds = time.monotonic() - started
        output = self.log(label).read_text(encoding="utf-8")
        calls = [call["action"] for call in self.client.calls("salesforce")]
        failed = [host for host, _ok, _changed, _unreachable, count in RECAP.findall(output) if int(count)]
        return Run(seconds, output, process.returncode == 0, _changed(output), calls, failed, usage.ru_maxrss / 1024)

    def resolve(self, host: str) -> list[str]:
        """The addresses that the emulated resolver of the VPC answers, asked over UDP."""
        ask = "import sys, dns.message, dns.query; a = dns.query.udp(dns.message.make_query(sys.argv[1], 'A'), sys.argv[2], 5, int(sys.argv[3])); "
        ask += "print(' '.join(sorted(str(r) for rrset in a.answer for r in rrset)))"
        command = [str(self.at.python), "-c", ask, host, self.ready["dns"]["host"], str(self.ready["dns"]["port"])]
        return subprocess.run(command, env=self.at.environ(), capture_output=True, text=True, timeout=30, check=True).stdout.split()

    def log(self, label: str) -> Path:
        return self.logs / f"{self.name}-{label}.log"


def _ended(process: subprocess.Popen[bytes], limit: float) -> resource.struct_rusage:
    """What the process, and those that it waited for, used. Raises EnvError if it is not done after ``limit`` seconds."""
    # Popen's own ways to end a process would wait for it too, and keep to themselves what it used.
    timer = threading.Timer(limit, os.kill, [process.pid, signal.SIGKILL])
    timer.start()
    try:
        _pid, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == -signal.SIGKILL:
        raise env.EnvError(f"ansible-playbook was not done after {limit:.0f} s")
    return usage


def _changed(output: str) -> list[str]:
    names, task = [], ""
    for line in output.splitlines():
        found = TASK.match(line)
        if found:
            task = found["name"]
        elif line.startswith("changed: ") and task not in names:
            names.append(task)
    return names
