# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback for the tests of my_domain_check: name servers, and what may answer at an endpoint's address."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
import typing as t

import dnslib
import dnslib.server

HOST = "acme.my.salesforce.com"
VERSIONS = [{"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"} for number in (65, 66, 67)]


class Records(dnslib.server.BaseResolver):
    """``a`` and ``aaaa`` of HOST; None stands for a name that is not there. ``rcode`` refuses everything.

    ``later`` replaces ``a`` after ``switch_after`` queries for A, as a record does that is changed meanwhile.
    """

    def __init__(self, a: list[str] | None = None, aaaa: list[str] | None = None, *, rcode: str | None = None, cname: str | None = None) -> None:
        self.a, self.aaaa, self.rcode, self.cname = a, aaaa, rcode, cname
        self.later: list[str] | None = None
        self.switch_after = 0
        self.max_udp = 0
        self.queries: list[str] = []

    def resolve(self, request: dnslib.DNSRecord, handler: dnslib.server.DNSHandler) -> dnslib.DNSRecord:
        kind = dnslib.QTYPE[request.q.qtype]
        self.queries.append(f"{kind} {handler.protocol}")
        reply = request.reply()
        if self.later is not None and self.queries.count("A udp") > self.switch_after:
            self.a = self.later
        if self.rcode:
            reply.header.rcode = getattr(dnslib.RCODE, self.rcode)
        elif request.q.qname != HOST or (self.a is None and self.aaaa is None):
            reply.header.rcode = dnslib.RCODE.NXDOMAIN
        else:
            name = HOST
            if self.cname:
                reply.add_answer(dnslib.RR(HOST, dnslib.QTYPE.CNAME, rdata=dnslib.CNAME(self.cname), ttl=5))
                name = self.cname
            for address in (self.a if kind == "A" else self.aaaa) or []:
                data = dnslib.A(address) if kind == "A" else dnslib.AAAA(address)
                reply.add_answer(dnslib.RR(name, request.q.qtype, rdata=data, ttl=5))
        if self.max_udp and handler.protocol == "udp" and len(reply.pack()) > self.max_udp:
            # dnslib's own truncation drops the question, which real servers keep.
            reply = request.reply()
            reply.header.tc = 1
        return reply


@contextlib.contextmanager
def name_server(records: Records, *, max_udp: int = 0) -> t.Iterator[str]:
    """``127.0.0.1:port``. UDP answers longer than ``max_udp`` bytes are truncated; TCP listens on the same port then."""
    quiet = dnslib.server.DNSLogger("-request,-reply,-truncated,-error", prefix=False)
    udp = dnslib.server.DNSServer(records, address="127.0.0.1", port=0, logger=quiet)
    port = udp.server.server_address[1]
    records.max_udp = max_udp
    servers = [udp]
    if max_udp:
        servers.append(dnslib.server.DNSServer(records, address="127.0.0.1", port=port, logger=quiet, tcp=True))
    for server in servers:
        threading.Thread(target=server.server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        for server in servers:
            server.server.shutdown()
            server.server.server_close()


@contextlib.contextmanager
def dead_name_server() -> t.Iterator[str]:
    """Takes queries and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{sock.getsockname()[1]}"


class Peer:
    """A TCP server that gives each connection to ``behave``, in threads. ``requests`` and ``names`` (SNI) are what it was sent."""

    def __init__(self, behave: t.Callable[[Peer, socket.socket], None], address: str = "127.0.0.1", port: int = 0) -> None:
        self.behave = behave
        self.requests: list[str] = []
        self.names: list[str] = []
        self.stopped = threading.Event()
        self.sock = socket.create_server((address, port))
        self.port: int = self.sock.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # close() ends it
            while True:
                connection, _from = self.sock.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # clients that refuse the certificate hang up
            self.behave(self, connection)

    def close(self) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def over_tls(context: ssl.SSLContext, speak: t.Callable[[Peer, ssl.SSLSocket], None]) -> t.Callable[[Peer, socket.socket], None]:
    """Does the handshake, reads the request, and lets ``speak`` answer it."""

    def behave(peer: Peer, connection: socket.socket) -> None:
        def note(_sock: t.Any, name: str | None, _context: ssl.SSLContext) -> None:
            peer.names.append(name or "")

        context.sni_callback = note
        with context.wrap_socket(connection, server_side=True) as tls:
            request = b""
            while b"\r\n\r\n" not in request:
                received = tls.recv(4096)
                if not received:
                    return
                request += received
            peer.requests.append(request.decode())
            speak(peer, tls)

    return behave


def answer(
    status: str = "200 OK", body: t.Any = VERSIONS, content_type: str = "application/json;charset=UTF-8", **headers: str
) -> t.Callable[[Peer, ssl.SSLSocket], None]:
    """One HTTP answer; a ``body`` that is no str or bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *(f"{name}: {value}" for name, value in headers.items())]
    if "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(data)}")
    head = "\r\n".join(lines).replace("Content_Length", "Content-Length").encode() + b"\r\n\r\n"
    return lambda _peer, tls: tls.sendall(head + data)


def trickle(peer: Peer, tls: ssl.SSLSocket) -> None:
    """A header of 5 s, a byte every 50 ms, so that no single read is slow."""
    tls.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _count in range(100):
        if not peer.stopped.wait(0.05):
            tls.sendall(b"x")


def silent(peer: Peer, _connection: socket.socket) -> None:
    """Takes the connection and says nothing."""
    peer.stopped.wait()


def alert(context: ssl.SSLContext, description: ssl.AlertDescription) -> t.Callable[[Peer, socket.socket], None]:
    """Refuses the handshake by a TLS alert."""

    def behave(_peer: Peer, connection: socket.socket) -> None:
        context.sni_callback = lambda *_arguments: description
        context.wrap_socket(connection, server_side=True)

    return behave


@contextlib.contextmanager
def full_backlog() -> t.Iterator[int]:
    """A port whose queue of connections is full, so that the kernel drops further ones as a security group does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        deadline = time.monotonic() + 5
        while True:
            client = stack.enter_context(socket.socket())
            client.settimeout(0.2)
            try:
                client.connect(("127.0.0.1", port))
            except socket.timeout:
                break
            if time.monotonic() > deadline:
                raise RuntimeError("the queue never filled")
        yield port
