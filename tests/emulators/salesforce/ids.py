# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Salesforce record ids: 15 characters, case-sensitive, or 18 with a checksum that tells their case."""

from __future__ import annotations

import re
import string

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECK = string.ascii_uppercase + "012345"


def to18(id15: str) -> str:
    """The 18-character form of a 15-character id."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << index for index, char in enumerate(id15[start : start + 5]) if char in string.ascii_uppercase)
        suffix += _CHECK[bits]
    return id15 + suffix


def make(prefix: str, number: int, pod: str = "Hs") -> str:
    """An 18-character id from a 3-character key prefix and a number."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _DIGITS[rest] + digits
    return to18(f"{prefix}{pod}{digits.rjust(15 - 3 - len(pod), '0')}")


def well_formed(value: str, prefix: str | None = None) -> bool:
    if not re.fullmatch(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", value):
        return False
    if len(value) == 18 and to18(value[:15]) != value:
        return False
    return prefix is None or value.startswith(prefix)


def canonical(value: str) -> str:
    """The 18-character form of either form; anything else as it is."""
    return to18(value) if len(value) == 15 and well_formed(value) else value
