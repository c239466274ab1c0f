# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of IP ranges inside metadata components: what an org refuses in them, and whether an address lies in one.

An item is a dict with two addresses, whose names differ by type, and a description. Ranges are inclusive.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

if t.TYPE_CHECKING:
    from .switches import Switches

Item = dict[str, t.Any]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Type of an item -> the names of its first and last address.
ENDS = {
    "IpRange": ("start", "end"),
    "ProfileLoginIpRange": ("startAddress", "endAddress"),
    "ConnectedAppIpRange": ("start", "end"),
    "ExtlClntAppOauthIpRange": ("startIpAddress", "endIpAddress"),
}
# A /7 of IPv4, a /32 of IPv6.
MOST_ADDRESSES = {4: 2**25, 6: 2**96}
MOST_OF_EXTERNAL_APP = 128


@dataclasses.dataclass(frozen=True)
class Problem:
    """One entry of a SaveResult's errors."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


def make(type_name: str, start: str, end: str, description: str | None = None) -> Item:
    """An item from plain values. Raises ValueError where they are no addresses."""
    first, last = ENDS[type_name]
    for address in (start, end):
        ipaddress.ip_address(address)
    return {**({} if description is None else {"description": description}), last: end, first: start}


def plain(type_name: str, items: t.Sequence[Item]) -> list[list[str]]:
    """``[[start, end, description], ...]``, as they are stored."""
    first, last = ENDS[type_name]
    return [[item[first], item[last], item.get("description", "")] for item in items]


def contains(type_name: str, items: t.Sequence[Item], address: str) -> bool:
    wanted = ipaddress.ip_address(address)
    for start, end, _text in plain(type_name, items):
        low, high = ipaddress.ip_address(start), ipaddress.ip_address(end)
        if low.version == wanted.version and int(low) <= int(wanted) <= int(high):
            return True
    return False


def check(type_name: str, items: t.Sequence[Item], switches: Switches) -> list[Problem]:
    """Everything that the org refuses in a list that was sent."""
    problems = [problem for item in items for problem in _check_item(type_name, item, switches)]
    if type_name == "ExtlClntAppOauthIpRange" and len(items) > MOST_OF_EXTERNAL_APP:
        problems.append(Problem("LIMIT_EXCEEDED", f"You can specify at most {MOST_OF_EXTERNAL_APP} trusted IP ranges; {len(items)} were sent"))
    elif len(items) > switches["range_list_max"]:
        problems.append(Problem("LIMIT_EXCEEDED", f"You can specify at most {int(switches['range_list_max'])} IP ranges; {len(items)} were sent"))
    if switches["duplicate_ranges"] == "refuse" and not problems:
        seen = [tuple(ipaddress.ip_address(address) for address in entry[:2]) for entry in plain(type_name, items)]
        if len(set(seen)) < len(seen):
            problems.append(Problem("DUPLICATE_VALUE", "The IP range already exists", ENDS[type_name]))
    return problems


def _check_item(type_name: str, item: Item, switches: Switches) -> list[Problem]:
    names = ENDS[type_name]
    absent = [name for name in names if not item.get(name)]
    if absent:
        return [Problem("REQUIRED_FIELD_MISSING", f"Required field is missing: {name}", (name,)) for name in absent]
    longest = int(switches["range_description_max"])
    problems = []
    if len(item.get("description") or "") > longest:
        problems.append(Problem("STRING_TOO_LONG", f"description: data value too large (max length={longest})", ("description",)))
    addresses: list[Address] = []
    for name in names:
        try:
            addresses.append(ipaddress.ip_address(item[name]))
        except ValueError:
            problems.append(Problem("INVALID_INET_ADDRESS", f"{name}: {item[name]} isn't a valid IP address", (name,)))
    return problems + (_check_pair(type_name, addresses, switches) if len(addresses) == 2 else [])


def _check_pair(type_name: str, addresses: list[Address], switches: Switches) -> list[Problem]:
    low, high = addresses
    names = ENDS[type_name]
    if low.version != high.version:
        return [Problem("FIELD_INTEGRITY_EXCEPTION", f"{low} and {high} must be of the same IP version", names)]
    if int(low) > int(high):
        return [Problem("FIELD_INTEGRITY_EXCEPTION", f"The ending IP address {high} must be greater than or equal to the starting IP address {low}", names)]
    limited = {"all": True, "network_access": type_name == "IpRange", "none": False}[switches["range_size_limit"]]
    most = MOST_ADDRESSES[low.version]
    if limited and int(high) - int(low) >= most:
        return [Problem("FIELD_INTEGRITY_EXCEPTION", f"The range {low} - {high} is too large: it can include at most {most} addresses", names)]
    return []


def shown(type_name: str, items: t.Sequence[Item], switches: Switches) -> list[Item]:
    """The list as an answer has it: order and spelling by switch."""
    first, last = ENDS[type_name]
    spell = {"as_sent": str, "canonical": _canonical, "expanded": lambda text: ipaddress.ip_address(text).exploded}[switches["range_spelling"]]
    listed = [{**item, last: spell(item[last]), first: spell(item[first])} for item in items]
    if switches["range_order"] == "sorted":
        listed.sort(key=lambda item: (ipaddress.ip_address(item[first]).version, int(ipaddress.ip_address(item[first])), int(ipaddress.ip_address(item[last]))))
    return listed


def _canonical(text: str) -> str:
    return str(ipaddress.ip_address(text))
