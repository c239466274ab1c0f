# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an org answers at an address: connection, TLS handshake, one request. This module util is PRIVATE to the collection.

Certificates are always verified, with the host's own name: there is no way to switch that off.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import re
import socket
import ssl
import threading
import typing as t
from urllib.parse import urlsplit

PATH = "/services/data/"
MAX_BODY = 256 * 1024
USER_AGENT = "ansible-privatelink.salesforce"

_VERIFY_KINDS = {62: "wrong_name", 9: "wrong_dates", 10: "wrong_dates", 18: "unknown_ca", 19: "unknown_ca", 20: "unknown_ca", 21: "unknown_ca"}
_STATUS_KINDS = {420: "no_route", 502: "no_instance", 503: "unavailable"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One step at one address. ``check`` is ``tls`` or ``http``; ``kind`` is ``ok`` or names the failure."""

    check: str
    kind: str
    seen: str


@contextlib.contextmanager
def _cut_after(sock: socket.socket, seconds: float) -> t.Iterator[threading.Event]:
    """Shuts ``sock`` down when its time is up, and sets the event: the socket's own timeout starts anew with each byte that trickles in."""
    expired = threading.Event()

    def cut() -> None:
        expired.set()
        with contextlib.suppress(OSError):  # the peer was quicker
            # SSLSocket's own shutdown() would take the TLS object away under the thread that reads.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


def tls_context(ca_path: str | None) -> ssl.SSLContext:
    """Trusts only ``ca_path`` (a PEM file or a hashed folder), or the system's store. OSError where it cannot be read."""
    folder = ca_path is not None and os.path.isdir(ca_path)
    context = ssl.create_default_context(cafile=None if folder else ca_path, capath=ca_path if folder else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def probe(host: str, address: str, port: int, context: ssl.SSLContext, timeout: float) -> list[Outcome]:
    """The steps in order, up to the first that fails. ``timeout`` is in seconds, for each of connection, handshake and request."""
    try:
        raw = socket.create_connection((address, port), timeout)
    except OSError as error:
        return [_connect_failure(error, address, port, timeout)]
    with contextlib.closing(raw):  # wrapping moves the connection into the TLS socket, failing or not
        try:
            tls = _handshake(raw, host, context, timeout)
        except OSError as error:
            return [_handshake_failure(error, timeout)]
        with contextlib.closing(tls):
            seen = f"{tls.version()}, certificate for {host} valid until {_not_after(tls)}"
            return [Outcome("tls", "ok", seen), _request(tls, host, port, context, timeout)]


def _handshake(raw: socket.socket, host: str, context: ssl.SSLContext, timeout: float) -> ssl.SSLSocket:
    """OSError, of which ssl.SSLError is one, where there is none; socket.timeout where it took too long."""
    tls = context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
    with _cut_after(tls, timeout) as expired:
        try:
            tls.do_handshake()
        except OSError as error:
            tls.close()
            if expired.is_set():
                raise socket.timeout from error
            raise
    return tls


def _connect_failure(error: OSError, address: str, port: int, timeout: float) -> Outcome:
    where = f"port {port}"
    if isinstance(error, socket.timeout):
        return Outcome("tls", "connect_timeout", f"no connection to {where} within {timeout:g} s{_own_address(address)}")
    if isinstance(error, ConnectionRefusedError):
        return Outcome("tls", "connect_refused", f"connection to {where} refused")
    return Outcome("tls", "unreachable", f"no connection to {where}: {error.strerror or error}")


def _own_address(address: str) -> str:
    """The address that this host sends from, which is what a security group has to let in. Nothing is sent to find it."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 443))
            return f" from {sock.getsockname()[0]}"
    except OSError:
        return ""


def _not_after(tls: ssl.SSLSocket) -> str:
    return str((tls.getpeercert() or {}).get("notAfter", "an unknown date"))


def _handshake_failure(error: OSError, timeout: float) -> Outcome:
    if isinstance(error, socket.timeout):
        return Outcome("tls", "handshake_timeout", f"connected, but no TLS handshake within {timeout:g} s")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Outcome("tls", _VERIFY_KINDS.get(error.verify_code, "bad_certificate"), f"certificate refused: {error.verify_message}")
    if isinstance(error, (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Outcome("tls", "handshake_cut", f"connected, but the other side cut the TLS handshake ({_words(error)})")
    reason = getattr(error, "reason", None) or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return Outcome("tls", "no_tls", f"connected, but what answers does not speak TLS ({_words(error)})")
    alert = "TLS alert" if "ALERT" in reason or "UNRECOGNIZED_NAME" in reason else "TLS error"
    return Outcome("tls", "wrong_name" if "UNRECOGNIZED_NAME" in reason else "tls_alert", f"{alert}: {_words(error)}")


def _words(error: BaseException) -> str:
    """OpenSSL's own words without the place in its source."""
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
    return re.sub(r" \(_ssl\.c:\d+\)", "", str(reason))


def _request(tls: ssl.SSLSocket, host: str, port: int, context: ssl.SSLContext, timeout: float) -> Outcome:
    connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    connection.sock = tls  # HTTPSConnection writes the Host header; the connection is the verified one to this address
    with _cut_after(tls, timeout) as expired:
        try:
            connection.request("GET", PATH, headers={"Accept": "application/json", "User-Agent": USER_AGENT, "Connection": "close"})
            response = connection.getresponse()
            body = response.read(MAX_BODY + 1)
            short = bool(response.length) and len(body) <= MAX_BODY
        except (OSError, http.client.HTTPException) as error:
            if expired.is_set() or isinstance(error, socket.timeout):
                return _slow(timeout)
            return Outcome("http", "http_cut", f"no whole answer to GET {PATH}: {type(error).__name__}: {_words(error)}")
    if expired.is_set():
        return _slow(timeout)
    if short:
        return Outcome("http", "http_cut", f"HTTP {response.status}, cut off after {len(body)} bytes with {response.length} to come")
    return judge(response.status, response.headers, body)


def _slow(timeout: float) -> Outcome:
    return Outcome("http", "http_timeout", f"no whole answer to GET {PATH} within {timeout:g} s")


def judge(status: int, headers: t.Mapping[str, str], body: bytes) -> Outcome:
    """Whether this is the list of API versions with which an org answers anybody, before any login."""
    seen = f"HTTP {status}"
    if status in _STATUS_KINDS:
        return Outcome("http", _STATUS_KINDS[status], seen)
    if 300 <= status < 400:
        return Outcome("http", "redirect", f"{seen} to {_without_secrets(headers.get('Location', ''))}")
    if len(body) > MAX_BODY:
        return Outcome("http", "no_org", f"{seen} with more than {MAX_BODY} bytes")
    content_type = headers.get("Content-Type", "no content type").partition(";")[0]
    if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
        return Outcome("http", "html", f"{seen} with a page ({content_type}): {_excerpt(body)}")
    if status != 200:
        return Outcome("http", "other_status", f"{seen} ({content_type}): {_excerpt(body)}")
    try:
        versions = json.loads(body)
    except (ValueError, RecursionError):
        return Outcome("http", "no_org", f"{seen}, but no JSON ({content_type}): {_excerpt(body)}")
    if not isinstance(versions, list) or not versions or not all(_is_version(item) for item in versions):
        return Outcome("http", "no_org", f"{seen} with JSON that is no list of API versions: {_excerpt(body)}")
    return Outcome("http", "ok", f"{seen}, {len(versions)} API versions, the last is {versions[-1]['version']}")


def _is_version(item: t.Any) -> bool:
    return isinstance(item, dict) and all(isinstance(item.get(key), str) for key in ("label", "url", "version"))


def _without_secrets(location: str) -> str:
    """Queries and fragments of redirects can hold session material."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "an address that is no URL"
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return _printable(where + parts.path)[:200] or "nowhere (no Location header)"


def _excerpt(body: bytes) -> str:
    return _printable(body[:400].decode("utf-8", "replace"))[:100] or "(empty)"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
