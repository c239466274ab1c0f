# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP(S) servers on loopback whose every answer is scripted, and a clock that only the code under test moves."""

from __future__ import annotations

import dataclasses
import http.server
import json
import socket
import ssl
import struct
import threading
import typing as t
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: t.Mapping[str, str]
    body: bytes
    peer: t.Tuple[str, int]  # noqa: UP006

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    def json(self) -> t.Any:
        return json.loads(self.body)


@dataclasses.dataclass
class Reply:
    """``delivery``: whole; reset (nothing is sent, then RST); half (the length of all is announced, half is sent)."""

    status: int = 200
    body: t.Any = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    delivery: str = "whole"


RESET = Reply(delivery="reset")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.owner.answer(Request(self.command, self.path, self.headers, body, self.client_address[:2]))
        if reply.delivery == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        content, headers = reply.body, dict(reply.headers)
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
            headers.setdefault("Content-Type", "application/json;charset=UTF-8")
        lines = [f"HTTP/1.1 {reply.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
        if reply.status != 204:
            lines.append(f"Content-Length: {len(content)}")
        if reply.delivery == "half":
            content, self.close_connection = content[: len(content) // 2], True
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: t.Any) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    owner: Loopback

    def __init__(self, owner: Loopback, tls: ssl.SSLContext | None) -> None:
        self.owner = owner
        self.tls = tls
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer.server_bind asks DNS for the host's name.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        if self.tls:
            request.settimeout(10)
            with self.tls.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)
        else:
            super().finish_request(request, client_address)

    def shutdown_request(self, request: t.Any) -> None:
        # No shutdown(): it would turn the RST of a reset into a FIN.
        self.close_request(request)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that distrusts the certificate hangs up; the assertions look at what it says of it."""


class Loopback:
    """Serves ``script``: a list of replies given in turn (the last for ever), or a function of the request. ``requests`` is what came."""

    def __init__(self, script: t.Sequence[Reply] | t.Callable[[Request], Reply], *, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._server = _Server(self, tls)
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
        if callable(self.script):
            return self.script(request)
        return self.script[min(number, len(self.script)) - 1]

    @property
    def told(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Clock:
    """Stands still but for sleeps, which take no time."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.sleeps: list[float] = []
        self.lines: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    def context(self) -> Context:
        return Context(now=lambda: self.time, sleep=self.sleep, progress=self.lines.append)
