# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""UDP and TCP listeners around the resolver, on one loopback port for each VPC."""

from __future__ import annotations

import socketserver
import struct
import threading
import typing as t

import dnslib

from ..aws import AwsEmulator
from ..control import Control, Fault
from .resolver import Answer, View

PLAIN_UDP_SIZE = 512
RDATA = {"A": dnslib.A, "AAAA": dnslib.AAAA, "CNAME": dnslib.CNAME, "NS": dnslib.NS}


class DnsServer:
    """The Amazon-provided resolver of a VPC.

    :attr:`port` answers as :attr:`vpc_id` (settable; at first the seeded VPC of the first region), :meth:`view` opens
    a port for another VPC. ``public`` maps names outside all private zones to addresses.
    """

    def __init__(self, control: Control, aws: AwsEmulator, *, public: dict[str, t.Sequence[str]] | None = None) -> None:
        self.vpc_id = ""
        self.public: dict[str, list[str]] = {}
        self._control = control
        self._aws = aws
        self._listeners: dict[str, _Listener] = {}
        for name, addresses in (public or {}).items():
            self.publish(name, *addresses)

    def start(self, port: int = 0) -> None:
        if not self.vpc_id:
            self.vpc_id = self._aws.seed[self._aws.regions[0]]["vpc_id"]
        self._listeners[""] = _Listener(lambda request, transport: self._answer(request, transport, self.vpc_id), port)

    def stop(self) -> None:
        while self._listeners:
            self._listeners.popitem()[1].stop()

    @property
    def port(self) -> int:
        return self._listeners[""].port

    def view(self, vpc_id: str) -> int:
        """A port that answers as ``vpc_id`` would."""
        if vpc_id not in self._listeners:
            self._listeners[vpc_id] = _Listener(lambda request, transport: self._answer(request, transport, vpc_id), 0)
        return self._listeners[vpc_id].port

    def publish(self, name: str, *addresses: str) -> None:
        """Let public DNS answer ``name`` with these addresses; without any, it does not exist."""
        key = name.lower().rstrip(".") + "."
        self.public.pop(key, None)
        if addresses:
            self.public[key] = list(addresses)

    def resolve(self, name: str, kind: str = "A", vpc_id: str | None = None) -> Answer:
        """The answer in process, uncounted."""
        seen = self._aws.vpc_zones(vpc_id or self.vpc_id)
        if seen is None or not seen[0]:  # no such VPC, or enableDnsSupport is off: nobody answers
            return Answer("REFUSED")
        view = View(seen[1], self._aws.endpoint_names(), self.public)
        return view.resolve(name.lower().rstrip(".") + ".", kind)

    def _answer(self, request: dnslib.DNSRecord, transport: str, vpc_id: str) -> bytes | None:
        """The reply as bytes, or None where none is to be sent."""
        name, kind = str(request.q.qname), dnslib.QTYPE.get(request.q.qtype)
        call, fault = self._control.begin("dns", f"query.{kind}", method=transport, path=name, write=False)
        answer = _injected(fault) or self.resolve(name, kind, vpc_id)
        reply = _reply(request, answer)
        silent = fault is not None and fault.kind in ("reset", "lost_answer")
        self._control.end(call, None if silent else getattr(dnslib.RCODE, answer.rcode), vpc_id)
        return None if silent else _packed(request, reply, transport, cut=fault is not None and fault.kind == "truncate")


def _injected(fault: Fault | None) -> Answer | None:
    """A `status` fault answers with the code named in its body (``SERVFAIL`` unless it is text)."""
    if fault is None or fault.kind != "status":
        return None
    return Answer(fault.body if isinstance(fault.body, str) else "SERVFAIL")


def _reply(request: dnslib.DNSRecord, answer: Answer) -> dnslib.DNSRecord:
    reply = request.reply(ra=1, aa=0)
    reply.header.rcode = getattr(dnslib.RCODE, answer.rcode)
    for name, kind, ttl, value in answer.records:
        if kind in RDATA:
            reply.add_answer(dnslib.RR(name, getattr(dnslib.QTYPE, kind), ttl=ttl, rdata=RDATA[kind](value)))
        else:
            reply.add_answer(*dnslib.RR.fromZone(f"{name} {ttl} IN {kind} {value}"))
    if answer.soa is not None:
        name, _kind, ttl, value = answer.soa
        server, mailbox, *times = value.split()
        reply.add_auth(dnslib.RR(name, dnslib.QTYPE.SOA, ttl=ttl, rdata=dnslib.SOA(server, mailbox, tuple(map(int, times)))))
    return reply


def _packed(request: dnslib.DNSRecord, reply: dnslib.DNSRecord, transport: str, cut: bool) -> bytes:
    packed = reply.pack()
    if transport == "TCP":
        return packed[: len(packed) // 2] if cut else packed
    room = max([PLAIN_UDP_SIZE, *(record.edns_len for record in request.ar if record.rtype == dnslib.QTYPE.OPT)])
    if cut or len(packed) > room:
        # dnslib's truncate() leaves the question out, and clients then take the reply for somebody else's.
        reply.rr, reply.auth, reply.header.tc = [], [], 1
        return reply.pack()
    return packed


Responder = t.Callable[[dnslib.DNSRecord, str], t.Optional[bytes]]


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    responder: Responder


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    responder: Responder


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, connection = self.request
        reply = _respond(self.server.responder, data, "UDP")
        if reply is not None:
            connection.sendto(reply, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self) -> None:
        try:
            while len(head := self.rfile.read(2)) == 2:
                (length,) = struct.unpack("!H", head)
                reply = _respond(self.server.responder, self.rfile.read(length), "TCP")
                if reply is None:
                    return
                self.wfile.write(struct.pack("!H", len(reply)) + reply)
        except (ConnectionError, TimeoutError):
            return  # the client went away or fell silent


def _respond(responder: Responder, data: bytes, transport: str) -> bytes | None:
    try:
        request = dnslib.DNSRecord.parse(data)
    except dnslib.DNSError:
        return None  # not DNS: real servers drop it too
    return responder(request, transport)


class _Listener:
    """UDP and TCP on the same port number."""

    def __init__(self, responder: Responder, port: int) -> None:
        self._servers = _bind(port)
        self.port = self._servers[0].server_address[1]
        for server in self._servers:
            server.responder = responder
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"dns-{self.port}", daemon=True).start()

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _bind(port: int) -> tuple[_Tcp, _Udp]:
    for attempt in range(20):
        tcp = _Tcp(("127.0.0.1", port), _TcpHandler)
        try:
            return tcp, _Udp(("127.0.0.1", tcp.server_address[1]), _UdpHandler)
        except OSError:
            tcp.server_close()
            if port or attempt == 19:  # a port that was asked for, or bad luck too often
                raise
    raise AssertionError("unreachable")
