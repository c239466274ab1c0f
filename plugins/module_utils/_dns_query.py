# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host name resolves to, by the system or by name servers. This module util is PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import socket
import threading
import time
import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ._errors import PrivateConnectError

try:
    import dns.exception
    import dns.resolver

    DNSPYTHON_IMPORT_ERROR = None
except ImportError:
    DNSPYTHON_IMPORT_ERROR = traceback.format_exc()

_BRACKETED = re.compile(r"^\[(?P<address>[^\]]+)\](:(?P<port>\d+))?$")
_WITH_PORT = re.compile(r"^(?P<address>[^:]+):(?P<port>\d+)$")


@dataclasses.dataclass(frozen=True)
class NameServer:
    address: str
    port: int = 53

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclasses.dataclass(frozen=True)
class Answer:
    """``kind`` is ``answered`` or why there is no whole answer: nxdomain, nodata, dns_timeout, dns_failure."""

    nameserver: NameServer | None
    kind: str
    addresses: tuple[str, ...] = ()
    seen: str = ""


def parse_nameserver(text: str) -> NameServer:
    """``10.0.0.2``, ``10.0.0.2:5353``, ``fd00::2`` or ``[fd00::2]:5353``; ValueError for anything else."""
    match = _BRACKETED.match(text) or _WITH_PORT.match(text)
    address, port = (match["address"], int(match["port"] or 53)) if match else (text, 53)
    if not 1 <= port <= 65535:
        raise ValueError(f"{port} is no port")
    return NameServer(str(ipaddress.ip_address(address)), port)


def sort_addresses(addresses: t.Iterable[str]) -> list[str]:
    """Each once, IPv4 first, by number; ValueError for what is no address."""
    parsed = {ipaddress.ip_address(address) for address in addresses}
    return [str(address) for address in sorted(parsed, key=lambda address: (address.version, int(address)))]


def ask_system(host: str, timeout: float) -> Answer:
    """What every program on this host gets: files, caches, search list and name servers in the system's own order."""
    found: list[Answer] = []
    # getaddrinfo() takes no timeout and cannot be interrupted, so it is left behind when its time is up.
    thread = threading.Thread(target=lambda: found.append(_getaddrinfo(host)), daemon=True)
    thread.start()
    thread.join(timeout)
    return found[0] if found else Answer(None, "dns_timeout", seen=f"no answer from the system's resolver within {timeout:g} s")


def _getaddrinfo(host: str) -> Answer:
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        seen = f"the system's resolver says: {error.strerror}"
        kinds = {socket.EAI_NONAME: "nxdomain", getattr(socket, "EAI_NODATA", None): "nodata", socket.EAI_AGAIN: "dns_timeout"}
        return Answer(None, kinds.get(error.errno, "dns_failure"), seen=seen)
    except OSError as error:
        return Answer(None, "dns_failure", seen=f"the system's resolver failed: {error}")
    return Answer(None, "answered", tuple(sort_addresses(str(row[4][0]).partition("%")[0] for row in rows)))


def ask_nameserver(host: str, server: NameServer, timeout: float) -> Answer:
    """A and AAAA from this server only; ``timeout`` is for both. Truncated answers are asked for again over TCP."""
    if DNSPYTHON_IMPORT_ERROR:
        raise PrivateConnectError(
            missing_required_lib("dnspython", reason="to ask the given nameservers") + " Without nameservers the system's resolver is asked.",
            exception=DNSPYTHON_IMPORT_ERROR,
        )
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [server.address]
    resolver.port = server.port
    deadline = time.monotonic() + timeout
    found: list[str] = []
    for record in ("A", "AAAA"):
        try:
            # The final dot keeps search lists out of it.
            answer = resolver.resolve(f"{host}.", record, search=False, raise_on_no_answer=False, lifetime=max(deadline - time.monotonic(), 0.01))
        except dns.resolver.NXDOMAIN:
            return Answer(server, "nxdomain", seen=f"{server} says NXDOMAIN")
        except dns.exception.Timeout:
            return Answer(server, "dns_timeout", tuple(found), f"no answer from {server} for {record} within {timeout:g} s")
        except dns.resolver.NoNameservers as error:
            return Answer(server, "dns_failure", tuple(found), f"{server} answered {_last_error(error)} for {record}")
        except dns.exception.DNSException as error:
            return Answer(server, "dns_failure", tuple(found), f"{server} gave no usable answer for {record}: {error or type(error).__name__}")
        found += [item.address for item in answer.rrset or ()]
    if not found:
        return Answer(server, "nodata", seen=f"{server} knows the name, but no address (neither A nor AAAA)")
    return Answer(server, "answered", tuple(sort_addresses(found)))


def _last_error(error: t.Any) -> str:
    """dnspython keeps (server, tcp, port, exception or code in words, response) of every try."""
    errors = error.kwargs.get("errors") or []
    return str(errors[-1][3]) if errors else str(error)
