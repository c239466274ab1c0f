# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that is secret shows in what ansible-playbook prints at -vvvv, in argument lists, or in files that it leaves, in good runs and in bad ones.

A good run also logs in from another machine, a Python that has nothing of the controller's environment, as entry point verify does.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import threading
import typing as t

from runs import Bench, emulators

SECRET_KEY = "aws-secret-key-of-this-test"


def main() -> None:
    with emulators() as client:
        for what, organise in ways(Bench(client)).items():
            client.reset()
            bench = Bench(client)
            for wrong in (False, True):
                searched(bench, what, organise, wrong)
            print(f"ok: {what}")


def ways(bench: Bench) -> dict[str, dict[str, t.Any]]:
    org = bench.org
    key = pathlib.Path(org["private_key_file"]).read_text(encoding="ascii")
    return {
        "client secret": {"client_id": org["client_id"], "client_secret": org["client_secret"]},
        "access token": {"access_token": org["access_token"]},
        "refresh token": {"client_id": org["client_id"], "refresh_token": org["refresh_token"]},
        "private key": {"client_id": org["client_id"], "username": org["username"], "private_key": key},
        "command line": {"auth_method": "cli", "target_org": "acme"},
    }


def machines(bench: Bench) -> pathlib.Path:
    """An inventory of the controller and a machine elsewhere; and a Salesforce CLI, by what its commands answer, for the controller."""
    elsewhere, cli, inventory = (bench.folder / name for name in ("elsewhere.sh", "sf", "machines"))
    elsewhere.write_text(f'#!/bin/sh\nexec env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "{sys.executable}" "$@"\n', encoding="utf-8")
    answers = {"display": {"instanceUrl": bench.org["instance_url"]}, "auth": {"accessToken": bench.org["access_token"]}}
    cases = [f"  *' {word} '*) echo '{json.dumps({'status': 0, 'result': answer})}';;" for word, answer in answers.items()]
    cli.write_text("\n".join(["#!/bin/sh", 'case " $* " in', *cases, "esac", ""]), encoding="utf-8")
    for program in (elsewhere, cli):
        program.chmod(0o700)
    lines = ["localhost ansible_connection=local", f"elsewhere ansible_connection=local ansible_python_interpreter={elsewhere}"]
    inventory.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return inventory


def searched(bench: Bench, what: str, options: dict[str, t.Any], wrong: bool) -> None:
    """One run by variables. A wrong run meets a name that the role refuses after it has read its options."""
    variables = {
        **bench.vars,
        "private_connect_salesforce": {"instance_url": bench.org["instance_url"], **options},
        "private_connect_aws": {**bench.vars["private_connect_aws"], "secret_key": SECRET_KEY},
        "private_connect_verify_options": {"wait_timeout": 0},
        **({"private_connect_label": "x" * 100} if wrong else {}),
    }
    role = "privatelink.salesforce.private_connect"
    # No name leads to the endpoint here, so verification ends badly; the login from elsewhere is good all the same.
    logged_in = {"assert": {"that": "private_connect__login.logins is defined", "fail_msg": "{{ private_connect__login.msg | default('no') }}"}}
    verify = {"include_role": {"name": role, "tasks_from": "verify"}, "vars": {"private_connect_verify_host": "elsewhere"}}
    play = [{"hosts": "localhost", "gather_facts": False, "roles": [{"role": role}], "tasks": [{"block": [verify], "rescue": [logged_in]}]}]
    (bench.folder / "secret_play.yml").write_text(json.dumps(play), encoding="utf-8")
    (bench.folder / "secret_vars.json").write_text(json.dumps(variables), encoding="utf-8")
    temporary = bench.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    command = [
        "ansible-playbook",
        "-vvvv",
        "--diff",
        "-i",
        str(machines(bench)),
        str(bench.folder / "secret_play.yml"),
        "-e",
        f"@{bench.folder / 'secret_vars.json'}",
    ]
    path = f"{bench.folder}:{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "ANSIBLE_LOCAL_TEMP": str(temporary), "ANSIBLE_REMOTE_TMP": str(temporary), "ANSIBLE_KEEP_REMOTE_FILES": "0"}
    seen: set[str] = set()
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(seen, done))
    watcher.start()
    try:
        run = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    finally:
        done.set()
        watcher.join()
    assert (run.returncode != 0) == wrong, f"{what}: ended with {run.returncode}:\n{run.stdout[-3000:]}"
    left = " ".join(path.read_text(errors="replace") for path in temporary.rglob("*") if path.is_file())
    secrets = [SECRET_KEY, *(str(options[name]) for name in ("client_secret", "access_token", "refresh_token", "private_key") if name in options)]
    tokens = [session for session in _tokens(bench) if len(session) > 20]
    for place, text in (("standard output", run.stdout), ("standard error", run.stderr), ("argument lists", "\n".join(seen)), ("files left", left)):
        for secret in [*secrets, *tokens]:
            # A key is looked for line by line, as output may fold it.
            for piece in [line for line in secret.splitlines() if len(line) > 20] or [secret]:
                assert piece not in text, f"{what}: a secret shows in {place}"


def _tokens(bench: Bench) -> list[str]:
    """The access token that tests know; sessions that runs open are checked by their common beginning."""
    return [bench.org["access_token"], bench.org["org_id"][:15] + "!"]


def _watch(seen: set[str], done: threading.Event) -> None:
    """The argument lists and environments' names of all processes for as long as the run lasts."""
    while not done.wait(0.05):
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                # The process ended between the listing and the look.
                continue


if __name__ == "__main__":
    main()
