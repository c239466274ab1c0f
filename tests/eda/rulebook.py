# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook as a process, and a web server that stands for a webhook and for the controller."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time
import typing as t
from urllib.parse import urlsplit

Json = dict[str, t.Any]
WORKFLOW, ORGANIZATION = "Private Connect: repair", "Network"


def until(what: str, seen: t.Callable[[], t.Any], told: t.Callable[[], str], seconds: float = 90.0) -> t.Any:
    """What ``seen`` returns once that is true; AssertionError with ``told()`` after a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = seen()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} has not come in {seconds:.0f} s:\n{told()}")


class Web:
    """``hooks`` are the bodies posted to /hook, ``launches`` those that launched the workflow."""

    def __init__(self) -> None:
        self.hooks: list[Json] = []
        self.launches: list[Json] = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(web.read(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                self._answer(web.write(urlsplit(self.path).path, body))

            def _answer(self, body: Json) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words: t.Any) -> None:
                """Not to the terminal."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def read(self, path: str) -> Json:
        """As the controller answers it, in the members that ansible-rulebook reads."""
        if path.endswith("/config/"):
            return {"version": "4.6.0"}
        if path.endswith("/unified_job_templates/"):
            asks = {f"ask_{name}_on_launch": True for name in ("limit", "labels", "inventory", "variables")}
            related = {"launch": "/api/v2/workflow_job_templates/7/launch/"}
            fields = {"organization": {"name": ORGANIZATION}}
            return {"count": 1, "results": [{"id": 7, "type": "workflow_job_template", "name": WORKFLOW, "related": related, "summary_fields": fields, **asks}]}
        done = {"id": 8, "status": "successful", "created": "2026-11-24T08:00:00Z", "artifacts": {}, "url": "/api/v2/workflow_jobs/8/"}
        return {**done, "count": 1, "results": [done]}

    def write(self, path: str, body: Json) -> Json:
        (self.hooks if path == "/hook" else self.launches).append(body)
        return {"id": 8, "url": "/api/v2/workflow_jobs/8/"}


class Rulebook:
    def __init__(self, process: subprocess.Popen[bytes], log: pathlib.Path) -> None:
        self._process, self._log = process, log

    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def lives(self) -> bool:
        return self._process.poll() is None


@contextlib.contextmanager
def running(name: str, folder: pathlib.Path, variables: Json, environ: t.Mapping[str, str], *words: str) -> t.Iterator[Rulebook]:
    """A rulebook of the collection, by its name, until the block ends."""
    (folder / "vars.yml").write_text(json.dumps(variables), encoding="utf-8")
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    (folder / "inventory.yml").write_text(json.dumps({"all": {"hosts": {"localhost": local}}}), encoding="utf-8")
    log = folder / "rulebook.log"
    command = [
        "ansible-rulebook",
        "-r",
        f"privatelink.salesforce.{name}",
        "-i",
        str(folder / "inventory.yml"),
        "--vars",
        str(folder / "vars.yml"),
        "-v",
        *words,
    ]
    with open(log, "wb") as out:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield Rulebook(process, log)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
