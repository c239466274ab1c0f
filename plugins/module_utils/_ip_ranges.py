# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges of IP addresses: read in any spelling, merged, and written for each consumer. Pure: no I/O.

This module util is PRIVATE to the collection.

A range is inclusive at both ends. Wherever a parameter is called ``ranges`` it is a list (or one item) of: a CIDR (``10.0.0.0/24``),
an address, ``start-end``, or a mapping ``{start, end, description}`` in any of Salesforce's spellings of the two ends (:data:`ENDS`).
Whatever is wrong with them is raised as one :class:`InputError` that names every bad item. Output is sorted, IPv4 before IPv6.
"""

from __future__ import annotations

import ipaddress
import json
import re
import typing as t

from ._errors import InputError

DEFAULT_DESCRIPTION = "Salesforce Private Connect"
DEFAULT_MAX_ADDRESSES = 4096
DEFAULT_PORTS = (443,)

ENDS = (
    ("start_ip", "end_ip"),  # connection.source_ip_ranges of this collection
    ("start", "end"),  # SecuritySettings, ConnectedApp
    ("startIp", "endIp"),  # InboundNetworkConnection
    ("startAddress", "endAddress"),  # Profile
    ("startIpAddress", "endIpAddress"),  # external client app
)

# What EC2 takes as the description of a security group rule.
_RULE_DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")

_Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


class IpRange(t.TypedDict, total=False):
    """The collection's own spelling. ``description`` is there only where one was given."""

    start_ip: str
    end_ip: str
    description: str


class _Span(t.NamedTuple):
    """A range as numbers, so that neighbours can be found without overflow at the last address of a family."""

    version: int
    first: int
    last: int
    texts: tuple[str, ...] = ()

    def address(self, number: int) -> _Address:
        return ipaddress.IPv4Address(number) if self.version == 4 else ipaddress.IPv6Address(number)

    @property
    def start(self) -> str:
        return str(self.address(self.first))

    @property
    def end(self) -> str:
        return str(self.address(self.last))

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def description(self) -> str:
        return "; ".join(self.texts)

    def networks(self) -> t.Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        return ipaddress.summarize_address_range(self.address(self.first), self.address(self.last))  # type: ignore[type-var]


# -- reading ----------------------------------------------------------------------------------------------------------


def parse_range(item: t.Any) -> IpRange:
    """One item of any accepted form."""
    return _item(_span(item))


def parse_ranges(ranges: t.Any) -> list[IpRange]:
    """Every item in the order given, nothing merged."""
    return [_item(span) for span in _spans(ranges)]


def parse_source_ip_ranges(value: t.Any) -> list[IpRange]:
    """Salesforce's ``SourceIpRanges``: a JSON string or the list in it, ``[{"startIp": ..., "endIp": ...}]``.

    None, an empty string and an empty list mean that nothing is allocated yet: ``[]``. Members that are not known are passed over,
    since the shape is Salesforce's to extend. Sorted; exact repetitions are dropped, nothing else is merged.
    """
    loaded = value
    while isinstance(loaded, str) and loaded.strip():
        try:
            loaded = json.loads(loaded)
        except ValueError as error:
            raise InputError([f"SourceIpRanges {_shown(value)} is not JSON: {error}"]) from error
    if loaded is None or isinstance(loaded, str):
        return []
    if isinstance(loaded, t.Mapping):
        loaded = [loaded]
    if not isinstance(loaded, list):
        raise InputError([f"SourceIpRanges {_shown(value)} is not a list of startIp and endIp"])
    return [_item(span) for span in sorted(set(_spans(loaded, strict=False)))]


def _spans(ranges: t.Any, *, strict: bool = True) -> list[_Span]:
    if isinstance(ranges, (str, t.Mapping)):
        ranges = [ranges]
    if not isinstance(ranges, t.Iterable):
        raise InputError([f"{_shown(ranges)} is not a list of IP ranges"])
    spans, problems = [], []
    for item in ranges:
        try:
            spans.append(_span(item, strict=strict))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return spans


def _span(item: t.Any, *, strict: bool = True) -> _Span:
    if isinstance(item, t.Mapping):
        return _span_of_mapping(item, strict=strict)
    if not isinstance(item, str):
        raise _bad(item, "it is neither text nor a mapping with start and end")
    if "/" in item:
        return _span_of_cidr(item)
    start, separator, end = item.partition("-")
    return _span_between(item, start, end if separator else start)


def _span_of_mapping(item: t.Mapping[str, t.Any], *, strict: bool) -> _Span:
    given = {key: value for key, value in item.items() if value is not None}
    pairs = [pair for pair in ENDS if given.keys() & set(pair)]
    if len(pairs) != 1:
        raise _bad(item, "it needs one start and one end" if not pairs else "it gives its ends in two spellings")
    start, end = pairs[0]
    missing = [key for key in (start, end) if key not in given]
    if missing:
        raise _bad(item, f"{missing[0]} is missing")
    unknown = sorted(str(key) for key in given.keys() - {start, end, "description"})
    if unknown and strict:
        raise _bad(item, f"it has unknown members: {', '.join(unknown)}")
    description = given.get("description", "")
    if not isinstance(description, str):
        raise _bad(item, "its description is not text")
    return _span_between(item, given[start], given[end])._replace(texts=(str(description),) if description else ())


def _span_of_cidr(text: str) -> _Span:
    address_text, _slash, prefix = text.strip().partition("/")
    address = _address(text, address_text)
    # ipaddress takes netmasks and host masks too, which would let a typing error through as another network.
    if not re.fullmatch(r"[0-9]{1,3}", prefix) or int(prefix) > address.max_prefixlen:
        raise _bad(text, f"the prefix length must be a number from 0 to {address.max_prefixlen}")
    network = ipaddress.ip_network((address, int(prefix)), strict=False)
    if network.network_address != address:
        raise _bad(text, f"it has host bits set; write {network} for the network or {address} for the address")
    return _Span(address.version, int(network.network_address), int(network.broadcast_address))


def _span_between(item: t.Any, start: t.Any, end: t.Any) -> _Span:
    first, last = _address(item, start), _address(item, end)
    if first.version != last.version:
        raise _bad(item, "it starts and ends in different address families")
    if int(first) > int(last):
        raise _bad(item, f"it is reversed: {first} lies after {last}")
    return _Span(first.version, int(first), int(last))


def _address(item: t.Any, text: t.Any) -> _Address:
    if not isinstance(text, str):
        raise _bad(item, f"{_shown(text)} is not the text of an IP address")
    if "%" in text:
        raise _bad(item, "an address with a zone (%) has a meaning on one machine only")
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        raise _bad(item, f"{text.strip()!r} is not an IP address") from None
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        raise _bad(item, f"{address} is an IPv4 address in IPv6 clothes; write {mapped}")
    return address


def _bad(item: t.Any, problem: str) -> InputError:
    return InputError([f"IP range {_shown(item)}: {problem}"])


def _shown(value: t.Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def _item(span: _Span) -> IpRange:
    item: IpRange = {"start_ip": span.start, "end_ip": span.end}
    if span.texts:
        item["description"] = span.description
    return item


# -- merging ----------------------------------------------------------------------------------------------------------


def merge(ranges: t.Any) -> list[IpRange]:
    """The same addresses, each once. Overlapping ranges become one with the descriptions of both; neighbours only if described alike."""
    return [_item(span) for span in _merged(_spans(ranges))]


def _merged(spans: t.Iterable[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in sorted(spans):
        before = merged[-1] if merged else None
        if before is None or not _joins(before, span):
            merged.append(span)
        else:
            texts = tuple(dict.fromkeys(before.texts + span.texts))
            merged[-1] = before._replace(last=max(before.last, span.last), texts=texts)
    return merged


def _joins(before: _Span, span: _Span) -> bool:
    """Whether two spans in sorted order become one."""
    if before.version != span.version or span.first > before.last + 1:
        return False
    return span.first <= before.last or span.texts == before.texts


def _union(ranges: t.Any) -> list[_Span]:
    return _merged(span._replace(texts=()) for span in _spans(ranges))


def _described(ranges: t.Any, description: str) -> list[_Span]:
    return _merged(span if span.texts else span._replace(texts=(str(description),)) for span in _spans(ranges))


def contains(ranges: t.Any, address: str) -> bool:
    """Whether the one address lies in any of the ranges."""
    wanted = _address(address, address)
    return any(span.version == wanted.version and span.first <= int(wanted) <= span.last for span in _spans(ranges))


def subtract(ranges: t.Any, other: t.Any) -> list[IpRange]:
    """What of ``ranges`` is in none of ``other``; descriptions stay with their ranges."""
    left = _merged(_spans(ranges))
    for hole in _union(other):
        left = [part for span in left for part in _without(span, hole)]
    return [_item(span) for span in left]


def _without(span: _Span, hole: _Span) -> list[_Span]:
    if span.version != hole.version or hole.last < span.first or hole.first > span.last:
        return [span]
    parts = [span._replace(last=hole.first - 1)] if span.first < hole.first else []
    return parts + ([span._replace(first=hole.last + 1)] if span.last > hole.last else [])


def covers(ranges: t.Any, item: t.Any) -> bool:
    """Whether all addresses of the one range are in ``ranges``."""
    return not subtract([item], ranges)


def pieces(item: t.Any, most: int) -> list[IpRange]:
    """A range cut into ranges of at most ``most`` addresses."""
    span = _span(item)
    return [_item(span._replace(first=first, last=min(first + most - 1, span.last))) for first in range(span.first, span.last + 1, most)]


def size(item: t.Any) -> int:
    """How many addresses a range holds."""
    return _span(item).size


# -- writing ----------------------------------------------------------------------------------------------------------


def to_cidrs(ranges: t.Any) -> list[str]:
    """The fewest CIDRs that cover exactly the same addresses."""
    return [str(network) for span in _union(ranges) for network in span.networks()]


def to_ranges(ranges: t.Any) -> list[dict[str, str]]:
    """``{start, end}``."""
    return [{"start": span.start, "end": span.end} for span in _union(ranges)]


def to_addresses(ranges: t.Any, max_addresses: int = DEFAULT_MAX_ADDRESSES) -> list[str]:
    """Each address by itself, refused where there are more than ``max_addresses``."""
    spans = _union(ranges)
    size = sum(span.size for span in spans)
    if size > max_addresses:
        raise InputError([f"the ranges hold {size} addresses, more than the {max_addresses} allowed: take CIDRs or ranges, or raise max_addresses"])
    return [str(span.address(number)) for span in spans for number in range(span.first, span.last + 1)]


def to_login_ip_ranges(ranges: t.Any, description: str = DEFAULT_DESCRIPTION) -> list[dict[str, str]]:
    """``{startAddress, endAddress, description}``, as in a Profile's loginIpRanges. ``description`` is for ranges without their own."""
    return [{"startAddress": span.start, "endAddress": span.end, "description": span.description} for span in _described(ranges, description)]


def to_network_access(ranges: t.Any, description: str = DEFAULT_DESCRIPTION) -> list[dict[str, str]]:
    """``{start, end, description}``, as in SecuritySettings.networkAccess. ``description`` is for ranges without their own."""
    return [{"start": span.start, "end": span.end, "description": span.description} for span in _described(ranges, description)]


def to_security_group_rules(ranges: t.Any, ports: t.Any = DEFAULT_PORTS, description: str = DEFAULT_DESCRIPTION) -> list[dict[str, t.Any]]:
    """TCP rules for amazon.aws.ec2_security_group: one for each port, family and description.

    ``ports`` holds numbers and ``first-last``. ``from_port`` and ``to_port`` are used rather than ``ports`` because the module's
    check mode shows only the last of several ``ports``.
    """
    allowed = parse_ports(ports)
    groups: dict[tuple[int, str], list[str]] = {}
    for span in _described(ranges, description):
        groups.setdefault((span.version, span.description), []).extend(str(network) for network in span.networks())
    bad = sorted({text for _version, text in groups if not _RULE_DESCRIPTION.fullmatch(text)})
    if bad:
        raise InputError([f"EC2 does not take the rule description {text!r}: at most 255 of a-z A-Z 0-9 space ._-:/()#,@[]+=&;{{}}!$*" for text in bad])
    return [
        {"proto": "tcp", "from_port": first, "to_port": last, "cidr_ip" if version == 4 else "cidr_ipv6": cidrs, "rule_desc": text}
        for first, last in allowed
        for (version, text), cidrs in groups.items()
    ]


def parse_ports(ports: t.Any) -> list[tuple[int, int]]:
    """First and last port of each item, in the order given."""
    found, problems = [], []
    for port in ports if isinstance(ports, (list, tuple)) else [ports]:
        match = re.fullmatch(r"\s*([0-9]{1,5})\s*(?:-\s*([0-9]{1,5})\s*)?", str(port))
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (-1, -1)
        if not 0 <= first <= last <= 65535:
            problems.append(f"port {_shown(port)} is neither a number from 0 to 65535 nor first-last")
        found.append((first, last))
    if not found:
        problems.append("no port is given: the rules would let nothing in")
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(found))
