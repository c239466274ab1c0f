# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host takes the private path to an org, seen from where it runs. This module util is PRIVATE to the collection.

It reads only: names, addresses, one request that needs no login. Nothing but the standard library is needed, unless
name servers are given.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import ipaddress
import ssl
import typing as t

from . import _validate
from ._dns_query import Answer, NameServer, ask_nameserver, ask_system, parse_nameserver, sort_addresses
from ._errors import InputError, PrivateConnectError, WaitTimeout
from ._module import Context, Definition
from ._my_domain_hints import explain
from ._tls_probe import probe, tls_context
from ._waiter import Wait

MAX_PROBES = 16
# Where the addresses of VPCs usually lie; anything else that a name resolves to is taken for Salesforce's public address.
_INSIDE = [
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
]


@dataclasses.dataclass(frozen=True)
class Request:
    """The options, checked. ``trust`` is None where TLS is not asked for; times are in seconds."""

    host: str
    wanted: tuple[str, ...]
    nameservers: tuple[NameServer, ...]
    trust: ssl.SSLContext | None
    port: int
    timeout: float
    wait_timeout: float
    poll_interval: float


@dataclasses.dataclass(frozen=True)
class Check:
    """One of ``resolve``, ``tls`` and ``http``. ``address`` is what was asked: a name server (None: the system) or an address."""

    check: str
    address: str | None
    ok: bool
    seen: str
    cause: str | None = None
    cure: str | None = None


@dataclasses.dataclass(frozen=True)
class Round:
    addresses: list[str]
    checks: list[Check]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.ok]

    @property
    def summary(self) -> str:
        heads = dict.fromkeys(check.check for check in self.failed)
        return f"failed {' and '.join(heads)}" if heads else "all checks passed"


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    """Check until all is well or ``wait_timeout`` is over; a round that has begun is finished. The failure carries the result's keys."""
    request = read_request(params)
    started = context.now()
    wait = Wait(request.host, timeout=request.wait_timeout, interval=request.poll_interval, context=context)
    last, well = wait.until(lambda: check_once(request), lambda seen: not seen.failed, lambda seen: seen.summary)
    seconds = context.now() - started
    result = _result(request, last, seconds)
    if well:
        if not request.wanted:
            context.warnings.append(
                f"addresses is not given, so it was not compared whether {request.host} takes the private path; it resolves to {_join(last.addresses)}"
            )
        return result
    message = failure_message(request.host, last)
    if request.wait_timeout <= 0:
        raise PrivateConnectError(message, **result)
    raise WaitTimeout(
        f"{message} | This is what was last seen, after {seconds:.0f} s (wait_timeout {request.wait_timeout:g} s). Next: mend what is named first, "
        "or raise wait_timeout if a record was changed less than its TTL ago, and run the check again; it changes nothing",
        **result,
    )


def read_request(params: dict[str, t.Any]) -> Request:
    """Raises :class:`InputError` with every problem of the options at once."""
    problems: list[str] = []
    host = str(params["host"]).strip().lower().rstrip(".")
    problems += _validate.problems(_validate.host_name("host", host) or _not_my_domain(host))
    wanted = _each(params.get("addresses"), lambda text: str(ipaddress.ip_address(text)), "addresses", "an IP address such as 10.0.1.5", problems)
    servers = _each(
        params.get("nameservers"),
        parse_nameserver,
        "nameservers",
        "an IP address with or without a port, such as 10.0.0.2, 10.0.0.2:5353 or [fd00::2]:53 (the VPC's own resolver is 169.254.169.253)",
        problems,
    )
    if not 1 <= params["port"] <= 65535:
        problems.append(f"port is {params['port']}, it must be from 1 to 65535")
    problems += [f"{name} is {params[name]}, it must be more than 0" for name in ("timeout", "poll_interval") if params[name] <= 0]
    problems += _validate.problems(_validate.at_least("wait_timeout", params["wait_timeout"], 0))
    trust = _trust(params, problems) if params["tls"] else None
    if problems:
        raise InputError(problems)
    return Request(
        host=host,
        wanted=tuple(sort_addresses(wanted)),
        nameservers=tuple(dict.fromkeys(servers)),
        trust=trust,
        **{name: params[name] for name in ("port", "timeout", "wait_timeout", "poll_interval")},
    )


def _not_my_domain(host: str) -> str | None:
    if host.endswith(".vpce.amazonaws.com"):
        return f"host {host} is the endpoint's own name, for which Salesforce has no certificate; give the My Domain host that the zone maps to it"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None
    return f"host {host} is an address; give the My Domain host, and the addresses that it should resolve to as addresses"


def _each(items: t.Sequence[str] | None, parse: t.Callable[[str], t.Any], option: str, form: str, problems: list[str]) -> list[t.Any]:
    parsed = []
    for item in items or ():
        try:
            parsed.append(parse(item))
        except ValueError:
            problems.append(f"{option}: {item!r} is not {form}")
    return parsed


def _trust(params: dict[str, t.Any], problems: list[str]) -> ssl.SSLContext | None:
    try:
        return tls_context(params.get("ca_path"))
    except OSError as error:
        problems.append(f"ca_path {params.get('ca_path')} cannot be read as CA certificates in PEM form: {error.strerror or error}")
        return None


def check_once(request: Request) -> Round:
    """All three checks once. Every wanted address is probed even where the name does not resolve to it (yet)."""
    if request.nameservers:
        answers = [ask_nameserver(request.host, server, request.timeout) for server in request.nameservers]
    else:
        answers = [ask_system(request.host, request.timeout)]
    addresses = sort_addresses(address for answer in answers for address in answer.addresses)
    checks = [_resolve_check(request, answer) for answer in answers]
    targets = request.wanted or tuple(addresses)
    trust = request.trust
    if trust is not None and targets:
        with concurrent.futures.ThreadPoolExecutor(max_workers=min(len(targets), MAX_PROBES)) as pool:
            probed = list(pool.map(lambda address: _probe_checks(request, trust, address), targets))
        checks += sorted((check for found in probed for check in found), key=lambda check: check.check != "tls")
    return Round(addresses, checks)


def _resolve_check(request: Request, answer: Answer) -> Check:
    kind, seen = answer.kind, answer.seen
    if kind == "answered":
        kind = _compare(set(answer.addresses), set(request.wanted))
        seen = _join(answer.addresses)
        if kind != "ok":
            seen = f"resolves to {seen} instead of {_join(request.wanted)}"
        elif not request.wanted:
            seen += " (not compared: addresses is not given)"
    return _check(request, "resolve", str(answer.nameserver) if answer.nameserver else None, kind, seen)


def _compare(found: set[str], wanted: set[str]) -> str:
    if not wanted or found == wanted:
        return "ok"
    if found < wanted:
        return "missing_addresses"
    if found & wanted:
        return "extra_addresses"
    return "other_addresses" if all(_is_inside(address) for address in found) else "public_addresses"


def _is_inside(address: str) -> bool:
    return any(ipaddress.ip_address(address) in network for network in _INSIDE)


def _probe_checks(request: Request, trust: ssl.SSLContext, address: str) -> list[Check]:
    outcomes = probe(request.host, address, request.port, trust, request.timeout)
    return [_check(request, outcome.check, address, outcome.kind, outcome.seen) for outcome in outcomes]


def _check(request: Request, check: str, address: str | None, kind: str, seen: str) -> Check:
    if kind == "ok":
        return Check(check, address, True, seen)
    cause, cure = explain(kind, host=request.host, port=request.port)
    return Check(check, address, False, seen, cause, cure)


def _result(request: Request, last: Round, seconds: float) -> dict[str, t.Any]:
    return {
        "changed": False,
        "host": request.host,
        "addresses": last.addresses,
        "wanted": list(request.wanted),
        "private": bool(request.wanted) and all(check.ok for check in last.checks if check.check == "resolve"),
        "nameservers": [str(server) for server in request.nameservers],
        "checks": [dataclasses.asdict(check) for check in last.checks],
        "seconds": round(seconds, 3),
    }


def failure_message(host: str, last: Round) -> str:
    """Everything that failed; what looks alike at several addresses is said once."""
    alike: dict[tuple[str, str, str | None, str | None], list[str]] = {}
    for check in last.failed:
        alike.setdefault((check.check, check.seen, check.cause, check.cure), []).extend([check.address] if check.address else [])
    parts = [
        f"{check} failed{' at ' + _join(places) if places else ''}: {seen}. Usual cause: {cause}. Cure: {cure}"
        for (check, seen, cause, cure), places in alike.items()
    ]
    return f"{host}: " + " | ".join(parts)


def _join(items: t.Iterable[str]) -> str:
    return ", ".join(items)


DEFINITION = Definition(
    argument_spec={
        "host": {"type": "str", "required": True},
        "addresses": {"type": "list", "elements": "str"},
        "nameservers": {"type": "list", "elements": "str"},
        "tls": {"type": "bool", "default": True},
        "port": {"type": "int", "default": 443},
        "ca_path": {"type": "path"},
        "timeout": {"type": "int", "default": 10},
        "wait_timeout": {"type": "int", "default": 0},
        "poll_interval": {"type": "int", "default": 5},
    },
    run=run,
)
