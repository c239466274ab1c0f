# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that is secret shows in what ansible-playbook prints at -vvvv, in argument lists, or in files that it leaves, in good runs and in bad ones."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import threading
import typing as t

from runs import Bench, emulators, equal

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
    }


def searched(bench: Bench, what: str, options: dict[str, t.Any], wrong: bool) -> None:
    """One run by variables. A wrong run meets a name that the role refuses after it has read its options."""
    variables = {
        **bench.vars,
        "private_connect_salesforce": {"instance_url": bench.org["instance_url"], **options},
        "private_connect_aws": {**bench.vars["private_connect_aws"], "secret_key": SECRET_KEY},
        **({"private_connect_label": "x" * 100} if wrong else {}),
    }
    play = [{"hosts": "localhost", "gather_facts": False, "roles": [{"role": "privatelink.salesforce.private_connect"}]}]
    (bench.folder / "secret_play.yml").write_text(json.dumps(play), encoding="utf-8")
    (bench.folder / "secret_vars.json").write_text(json.dumps(variables), encoding="utf-8")
    temporary = bench.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    command = ["ansible-playbook", "-vvvv", "--diff", str(bench.folder / "secret_play.yml"), "-e", f"@{bench.folder / 'secret_vars.json'}"]
    environ = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(temporary), "ANSIBLE_REMOTE_TMP": str(temporary), "ANSIBLE_KEEP_REMOTE_FILES": "0"}
    seen: set[str] = set()
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(seen, done))
    watcher.start()
    try:
        run = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    finally:
        done.set()
        watcher.join()
    equal(f"{what}: failed", run.returncode != 0, wrong)
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
