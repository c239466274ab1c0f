# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the system's resolver and for the network, so that https://acme.my.salesforce.com leads to the emulators.

Python loads it at its start where its folder is on PYTHONPATH. The file that EMULATED_NET names holds
``{resolver: port or null, hosts: {name: public address}, ways: {"address:port": [address, port]}, private_port: port}``.
A process with a resolver is a machine inside a VPC: it asks there. Others know the public addresses.
"""

from __future__ import annotations

import json
import os
import socket
import typing as t
from pathlib import Path

_net = json.loads(Path(os.environ["EMULATED_NET"]).read_text(encoding="utf-8")) if "EMULATED_NET" in os.environ else None
_getaddrinfo, _connect = socket.getaddrinfo, socket.socket.connect


def _addresses(host: str) -> list[str]:
    if _net["resolver"] is None:
        return [_net["hosts"][host]]
    import dns.message
    import dns.query

    answer = dns.query.udp(dns.message.make_query(host, "A"), "127.0.0.1", 10, _net["resolver"])
    return [item.address for rows in answer.answer for item in rows if hasattr(item, "address")]


def getaddrinfo(host: t.Any, *args: t.Any, **options: t.Any) -> list[t.Any]:
    if host not in _net["hosts"]:
        return _getaddrinfo(host, *args, **options)
    addresses = _addresses(host)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [row for address in addresses for row in _getaddrinfo(address, *args, **options)]


def connect(self: socket.socket, address: t.Any) -> None:
    if self.family == socket.AF_INET:
        host, port = address
        if port == 443 and host.startswith("127."):
            address = (host, _net["private_port"])
        address = tuple(_net["ways"].get(f"{host}:{port}", address))
    _connect(self, address)


if _net is not None:
    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = connect
