# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners on the addresses of available endpoints, and the pipes from there to the org."""

from __future__ import annotations

import dataclasses
import ipaddress
import socket
import struct
import threading
import typing as t

from ..aws import AwsEmulator
from ..control import Control, Fault
from .sniff import wanted_host

HTTPS = 443  # the port that the security groups are asked about: the data plane's own port stands for it
CHUNK = 65536


@dataclasses.dataclass(frozen=True)
class Route:
    """Where traffic for ``host`` goes once ``is_ready(endpoint id)``, and what address the org then sees."""

    host: str
    target: tuple[str, int]
    is_ready: t.Callable[[str], bool]
    source_ip: t.Callable[[str], str]


class DataPlane:
    """Carries TCP. An address listens while its endpoint is available; :attr:`check_groups` makes security groups count.

    A client on 127.0.0.1 stands for some host of the endpoint's VPC; one that binds an address of its own is that address.
    """

    def __init__(self, control: Control, aws: AwsEmulator) -> None:
        self.check_groups = True
        self.port = 0
        self._control = control
        self._aws = aws
        self._lock = threading.RLock()
        self._routes: list[Route] = []
        self._listeners: dict[str, socket.socket] = {}
        self._sources: dict[int, str] = {}
        self._open: set[socket.socket] = set()
        self._reserved: socket.socket | None = None

    def start(self, port: int = 0) -> None:
        # Holding the number on 127.0.0.1 keeps it ours, and nothing else answers there.
        self._reserved = socket.socket()
        self._reserved.bind(("127.0.0.1", port))
        self.port = self._reserved.getsockname()[1]
        self._aws.on_change(self._match)
        self._match()

    def stop(self) -> None:
        with self._lock:
            reserved, self._reserved = self._reserved, None
            if reserved is not None:
                reserved.close()
            for address in list(self._listeners):
                self._close_listener(address)
            for connection in list(self._open):
                _shut(connection)

    def route(self, host: str, org_host_port: tuple[str, int], is_ready: t.Callable[[str], bool], source_ip: t.Callable[[str], str]) -> None:
        """Send what clients address to ``host`` to the org's server. A second route for a host replaces the first."""
        with self._lock:
            self._routes = [route for route in self._routes if route.host != host.lower()]
            self._routes.append(Route(host.lower(), org_host_port, is_ready, source_ip))

    def source_of(self, peer_port: int) -> str | None:
        """The address that Salesforce sees for the connection that reached the org from this port; None: not the private path."""
        with self._lock:
            return self._sources.get(peer_port)

    # Listeners

    def _match(self) -> None:
        """Listen on the addresses of available endpoints and on no other."""
        with self._lock:
            if self._reserved is None:
                return
            wanted = {interface["address"] for interface in self._aws.interfaces() if interface["state"] == "available"}
            for address in set(self._listeners) - wanted:
                self._close_listener(address)
            for address in wanted - set(self._listeners):
                if ipaddress.ip_address(address).is_loopback:  # a VPC that a test made elsewhere cannot be reached here
                    self._listeners[address] = self._open_listener(address)

    def _open_listener(self, address: str) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, self.port))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener, address), name=f"dataplane-{address}", daemon=True).start()
        return listener

    def _close_listener(self, address: str) -> None:
        listener = self._listeners.pop(address)
        _shut(listener)
        listener.close()

    def _accept(self, listener: socket.socket, address: str) -> None:
        while True:
            try:
                client, peer = listener.accept()
            except OSError:
                return  # the listener was closed
            threading.Thread(target=self._serve, args=(client, peer[0], address), name=f"dataplane-{address}-{peer[1]}", daemon=True).start()

    # Connections

    def _serve(self, client: socket.socket, peer: str, address: str) -> None:
        call, fault = self._control.begin("dataplane", "connect", method="TCP", path=f"{address}:{self.port}", write=False)
        with client:
            route, vpce_id, reason = self._choose(client, peer, address)
            if route is None or (fault is not None and fault.kind in ("status", "reset")):
                self._control.end(call, None, reason or "fault")
                _reset(client)
                return
            self._control.end(call, 200, f"{vpce_id} to {route.host}")
            self._carry(client, route, vpce_id, fault)

    def _choose(self, client: socket.socket, peer: str, address: str) -> tuple[Route | None, str, str]:
        """The route for a connection, or None with the reason."""
        interface = next((item for item in self._aws.interfaces() if item["address"] == address and item["state"] == "available"), None)
        if interface is None:
            return None, "", "no available endpoint has this address"
        vpce_id = interface["endpoint_id"]
        if self.check_groups and not any(_lets_in(rule, peer, interface["vpc_cidr"]) for rule in interface["rules"]):
            return None, vpce_id, "no security group of the endpoint lets the client in on port 443"
        with self._lock:
            routes = list(self._routes)
        ready = [route for route in routes if route.is_ready(vpce_id)]
        if not ready:
            return None, vpce_id, "no inbound connection with this endpoint is Ready"
        if len({route.target for route in ready}) == 1:  # the link is that org's own, whatever name the client uses
            return ready[0], vpce_id, ""
        host = wanted_host(client)
        chosen = next((route for route in ready if route.host == host), None)
        return chosen, vpce_id, "" if chosen else f"no ready org is called {host}"

    def _carry(self, client: socket.socket, route: Route, vpce_id: str, fault: Fault | None) -> None:
        org = socket.socket()
        org.bind(("127.0.0.1", 0))
        port = org.getsockname()[1]
        source = route.source_ip(vpce_id)
        with self._lock:  # known before the org can see the connection
            self._sources[port] = source
            self._open.update((client, org))
        try:
            with org:
                org.connect(route.target)
                back = threading.Thread(target=_pipe, args=(org, client, fault), daemon=True)
                back.start()
                _pipe(client, org, None)
                back.join()
        except OSError:
            _reset(client)  # the org's server is not there
        finally:
            with self._lock:
                self._sources.pop(port, None)
                self._open.difference_update((client, org))


def _lets_in(rule: t.Any, peer: str, vpc_cidr: str) -> bool:
    if rule.ip_protocol not in ("-1", "tcp") or (rule.ip_protocol == "tcp" and not rule.from_port <= HTTPS <= rule.to_port):
        return False
    if rule.cidr_ipv4 is None:
        return bool(rule.source_group)  # the client may be a member: nothing here knows the groups of hosts
    allowed = ipaddress.ip_network(rule.cidr_ipv4, strict=False)
    if peer == "127.0.0.1":
        return allowed.overlaps(ipaddress.ip_network(vpc_cidr))
    return ipaddress.ip_address(peer) in allowed


def _pipe(source: socket.socket, sink: socket.socket, fault: Fault | None) -> None:
    """Copy until the source ends. A fault spoils the first answer: none of it arrives, or half of it."""
    try:
        while data := source.recv(CHUNK):
            if fault is not None and fault.kind in ("lost_answer", "truncate"):
                sink.sendall(data[: len(data) // 2] if fault.kind == "truncate" else b"")
                break
            sink.sendall(data)
    except OSError:
        _shut(source)
    if fault is not None and fault.kind == "lost_answer":
        _reset(sink)
    elif fault is not None and fault.kind == "truncate":
        _shut(sink)
        _shut(source)
    else:
        _end(sink)


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return  # closed already


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already


def _reset(connection: socket.socket) -> None:
    """Close with RST, so that the client notices at once."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it, without which the close would wait for that
    except OSError:
        return  # closed already
    finally:
        connection.close()
