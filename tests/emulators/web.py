# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small threaded HTTP/1.1 server whose answers can be cut or truncated on the socket.

Keep-alive and TCP_NODELAY are on, and an answer leaves in one write, so a call on loopback costs about a millisecond.
(werkzeug's server closes the connection after every answer, which would hide how a client reuses connections.)
"""

from __future__ import annotations

import dataclasses
import http.server
import json
import socket
import socketserver
import ssl
import struct
import sys
import threading
import typing as t
import urllib.parse

JSON_TYPE = "application/json;charset=UTF-8"


@dataclasses.dataclass
class Request:
    """One request, its body read in full. ``peer`` is the (address, port) of the TCP peer; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]
    secure: bool = False

    @property
    def path(self) -> str:
        return urllib.parse.unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def form(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclasses.dataclass
class Response:
    """What to answer. ``delivery``: ``whole``, ``cut`` (the connection is reset, no byte is sent), ``half`` (Content-Length
    announces the whole body, half of it is sent, then the connection is reset)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    delivery: str = "whole"

    @classmethod
    def json(cls, document: t.Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return cls(status, json.dumps(document, separators=(",", ":")).encode(), {"Content-Type": JSON_TYPE, **(headers or {})})

    @classmethod
    def text(cls, text: str, status: int = 200, media_type: str = "text/html;charset=UTF-8") -> Response:
        return cls(status, text.encode(), {"Content-Type": media_type})


Handler = t.Callable[[Request], Response]


class _RequestHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        # The handshake runs in this connection's own thread: a client that never finishes it blocks nobody else.
        if self.server.tls is not None:
            self.request.settimeout(30)
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self.request.settimeout(None)
        super().setup()

    def handle(self) -> None:
        self.server.track(self.connection)
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True
        finally:
            self.server.forget(self.connection)

    def finish(self) -> None:
        super().finish()
        if self.server.tls is not None:
            self.connection.close()  # the server knows only the socket below, which the TLS socket has taken over

    def _serve(self) -> None:
        try:
            body = (
                self._chunks()
                if self.headers.get("Transfer-Encoding", "").lower() == "chunked"
                else self.rfile.read(int(self.headers.get("Content-Length", 0)))
            )
        except ValueError:
            self.close_connection = True
            self._send(Response.text("The body's length can't be understood.", 400))
            return
        request = Request(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            peer=self.client_address[:2],
            secure=self.server.tls is not None,
        )
        self._send(self.server.handler(request))

    def _chunks(self) -> bytes:
        """The body of a request that comes in chunks, as Node's fetch sends it."""
        parts = []
        while size := int(self.rfile.readline(64).partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline(2)
        while self.rfile.readline(65536).strip():
            continue  # trailers
        return b"".join(parts)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _send(self, response: Response) -> None:
        if response.delivery == "cut":
            self._reset()
            return
        lines = [
            f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('Unknown',))[0]}",
            f"Date: {response.headers.get('Date', self.date_time_string())}",
        ]
        lines += [f"{name}: {value}" for name, value in response.headers.items() if name != "Date"]
        if response.status not in (204, 304):
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        body = b"" if self.command == "HEAD" or response.status in (204, 304) else response.body
        if response.delivery == "half":
            body = body[: len(body) // 2]
        self.wfile.write("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body)
        if response.delivery == "half":
            self._reset(abrupt=False)

    def _reset(self, *, abrupt: bool = True) -> None:
        """End the TCP connection: with RST where ``abrupt``, else with FIN so that bytes already sent still arrive."""
        self.close_connection = True
        if abrupt:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Calls are recorded by Control; nothing goes to stderr."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: Handler, tls: ssl.SSLContext | None) -> None:
        self.handler = handler
        self.tls = tls
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _RequestHandler)

    def server_bind(self) -> None:
        # HTTPServer.server_bind asks DNS for the host's name, which can hang without a resolver.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        # No shutdown(): with SO_LINGER 0 the close alone sends RST, which is the fault that was asked for.
        lingering = request.fileno() != -1 and struct.unpack("ii", request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))[0]
        if lingering:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that hangs up, or that distrusts the certificate, is no error of the server; anything else is shown."""
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)

    def track(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)

    def drop_connections(self) -> None:
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                continue  # closed by its own thread meanwhile


class HttpServer:
    """Serves ``handler`` on a loopback port in threads of its own."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), self._handler, self._tls)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"http-{self.port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.shutdown()
        self._server.drop_connections()
        self._server.server_close()
        self._thread.join()
        self._server = None
