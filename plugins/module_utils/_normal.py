# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options in the one form in which they are compared and sent. This module util is PRIVATE to the collection.

What is written in another way than the org or AWS gives it back would differ for ever. Each function adds what is wrong to ``problems``, in words.
"""

from __future__ import annotations

import ipaddress
import typing as t

OUR_TAGS = "privatelink.salesforce/"
_MAX_KEY, _MAX_VALUE = 128, 256


def text(value: str | None) -> str | None:
    """Text from a YAML block ends in a newline, which the org would not keep."""
    return None if value is None else value.strip()


def each(values: t.Iterable[str]) -> list[str]:
    """Each once, in the order given."""
    return list(dict.fromkeys(values))


def cidrs(option: str, values: t.Iterable[str], problems: list[str]) -> list[str]:
    """CIDR blocks as AWS spells them, each once; a bare address is a block of its own."""
    found = []
    for value in values:
        try:
            if "%" in value:
                raise ValueError("it has a scope")
            found.append(str(ipaddress.ip_network(value.strip())))
        except ValueError as error:
            problems.append(f"{option} {value!r} is not a CIDR block: {error}")
    return each(found)


def tags(option: str, values: t.Mapping[t.Any, t.Any] | None, problems: list[str], *, ours: bool = False) -> dict[str, str | None]:
    """Tags as text, as amazon.aws makes it of numbers and booleans, too; null stays null. ``ours``: whether the collection's own tags may be among them."""
    result: dict[str, str | None] = {}
    for given, value in (values or {}).items():
        key, told = str(given).strip(), None if value is None else str(value).strip()
        problem = _bad_key(key, ours) or _bad_value(value, told or "")
        if problem:
            problems.append(f"{option}: the tag {key!r} {problem}")
        else:
            result[key] = told
    return result


def _bad_key(key: str, ours: bool) -> str | None:
    if not key or len(key) > _MAX_KEY or not key.isprintable():
        return f"has a key that AWS does not take: 1 to {_MAX_KEY} printable characters"
    if key.lower().startswith("aws:"):
        return "begins with aws:, which AWS keeps for itself"
    if key.startswith(OUR_TAGS) and not ours:
        return f"begins with {OUR_TAGS}, by which the collection knows what is its own"
    return None


def _bad_value(value: t.Any, told: str) -> str | None:
    if value is not None and not isinstance(value, (str, int, float)):
        return f"holds a {type(value).__name__}; a tag holds text"
    if len(told) > _MAX_VALUE or not told.isprintable():
        return f"has a value that AWS does not take: at most {_MAX_VALUE} printable characters"
    return None
