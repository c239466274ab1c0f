# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host a client means, told from its first bytes, which stay unread: SNI of a TLS ClientHello, or Host of an HTTP request."""

from __future__ import annotations

import select
import socket
import struct
import time

PEEK_SIZE = 16384
PATIENCE = 5.0  # seconds for a client to send a whole ClientHello or request head


def wanted_host(connection: socket.socket) -> str | None:
    """The host, lower case; None where the client names none or stays silent."""
    deadline = time.monotonic() + PATIENCE
    seen = b""
    while time.monotonic() < deadline:
        if not select.select([connection], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return None
        data = connection.recv(PEEK_SIZE, socket.MSG_PEEK)
        if not data:
            return None
        complete, host = _tls_host(data) if data[:1] == b"\x16" else _http_host(data)
        if complete or len(data) >= PEEK_SIZE:
            return host
        if data == seen:  # peeking does not consume, so select() returns at once until more has come
            time.sleep(0.005)
        seen = data
    return None


def _http_host(data: bytes) -> tuple[bool, str | None]:
    head, end, _rest = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"host":
            return bool(end), value.strip().decode("latin-1").partition(":")[0].lower()
    return bool(end), None


def _tls_host(data: bytes) -> tuple[bool, str | None]:
    """Walk a ClientHello: record header (5), handshake header (4), version and random (34), three vectors, extensions."""
    if len(data) < 5:
        return False, None
    (length,) = struct.unpack("!H", data[3:5])
    if len(data) < 5 + length:
        return False, None
    try:
        at = 9 + 34
        at += 1 + data[at]
        at += 2 + struct.unpack_from("!H", data, at)[0]
        at += 1 + data[at]
        end = at + 2 + struct.unpack_from("!H", data, at)[0]
        at += 2
        while at + 4 <= end:
            kind, size = struct.unpack_from("!HH", data, at)
            if kind == 0:
                (name_size,) = struct.unpack_from("!H", data, at + 7)
                return True, data[at + 9 : at + 9 + name_size].decode("ascii").lower()
            at += 4 + size
    except (IndexError, struct.error, UnicodeDecodeError):
        return True, None  # not a ClientHello that names a host
    return True, None
