# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing single members of a metadata component, and proving it. This module util is PRIVATE to the collection.

Whether members that are left out of an update stay as they are is not documented. So a component is read before and after: what was sent must
be there, and all else must be as it was; members that were not are sent back once.
"""

from __future__ import annotations

import typing as t

from . import _range_list as ranges
from ._errors import NetworkError, PrivateConnectError
from ._metadata import Component, Metadata

_ENDS = {"ipRanges": ranges.SETTINGS, "loginIpRanges": ranges.PROFILE, "trustedIpRanges": ranges.EXTERNAL_APP}


def change(metadata: Metadata, kind: str, befores: t.Mapping[str, Component], changes: t.Mapping[str, Component]) -> None:
    """Send ``changes`` (members by full name; nested members merge into what is there) and prove the outcome."""
    expected = {name: merged(befores[name], members) for name, members in changes.items()}
    sent = dict(changes)
    for _attempt in range(3):
        lost = _send(metadata, kind, sent)
        afters = metadata.read(kind, list(expected))
        wrong = {name: differing(expected[name], afters.get(name, {})) for name in expected}
        wrong = {name: members for name, members in wrong.items() if members}
        if not wrong:
            return
        sent = {name: {member: expected[name].get(member, "") for member in members} for name, members in wrong.items()}
    said = f" The last answer was lost: {lost.message}." if lost else ""
    listed = "; ".join(f"{name}: {', '.join(members)}" for name, members in wrong.items())
    raise PrivateConnectError(
        f"The org took the update of {kind}, but shows other values than were sent, or changed what was not sent ({listed}).{said} Look at them in Setup",
        before={name: {member: befores[name].get(member) for member in members} for name, members in wrong.items()},
    )


def _send(metadata: Metadata, kind: str, changes: t.Mapping[str, Component]) -> NetworkError | None:
    """The call. It sets values, so a lost answer is settled by the read that follows."""
    names = list(changes)
    for start in range(0, len(names), 10):
        try:
            metadata.update(kind, [{"fullName": name, **changes[name]} for name in names[start : start + 10]])
        except NetworkError as error:
            return error
    return None


def merged(before: t.Any, changes: t.Any) -> t.Any:
    """``changes`` laid over ``before``; lists and texts replace."""
    if not isinstance(before, dict) or not isinstance(changes, dict):
        return changes
    return {**before, **{key: merged(before.get(key), value) for key, value in changes.items()}}


def differing(expected: Component, after: Component) -> list[str]:
    """The members that differ, in the order in which they are sent."""
    names = [*expected, *(name for name in after if name not in expected)]
    return [name for name in names if name != "fullName" and not equal(name, expected.get(name), after.get(name))]


def equal(name: str, left: t.Any, right: t.Any) -> bool:
    """Absent, empty and nil are the same, booleans are texts in XML, and lists of ranges have no order."""
    if name in _ENDS:
        return ranges.same(left or [], right or [], _ENDS[name])
    if isinstance(left, dict) or isinstance(right, dict):
        one, other = (left if isinstance(left, dict) else {}), (right if isinstance(right, dict) else {})
        return all(equal(key, one.get(key), other.get(key)) for key in {*one, *other})
    if isinstance(left, list) or isinstance(right, list):
        return left == right
    return _text(left) == _text(right)


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
