# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing single members of metadata components, and proving it. This module util is PRIVATE to the collection.

Whether members that are left out of an update stay as they are is not documented. So a component is read before and after: what was sent must
be there, and all else must be as it was. What is not is sent again, with what was sent before; and what cannot be set right is put back.
"""

from __future__ import annotations

import typing as t

from . import _range_list as ranges
from ._errors import NetworkError, OrgError, PrivateConnectError
from ._metadata import COMPONENTS_PER_CALL, Component, Metadata

_ENDS = {"ipRanges": ranges.SETTINGS, "loginIpRanges": ranges.PROFILE, "trustedIpRanges": ranges.EXTERNAL_APP}
# What the Metadata API guide calls required: of a component with each update, of a complex member with that member.
_REQUIRED = {
    "ConnectedApp": ("contactEmail", "label"),
    "oauthConfig": ("callbackUrl",),
    "oauthPolicy": ("ipRelaxation", "refreshTokenPolicy"),
    "ExtlClntAppOauthSettings": ("externalClientApplication", "label"),
    "ExtlClntAppOauthConfigurablePolicies": ("externalClientApplication", "label"),
}
_ATTEMPTS = 4

Components = t.Mapping[str, Component]


def change(metadata: Metadata, kind: str, befores: Components, changes: Components) -> None:
    """Send ``changes`` (members by full name; nested members merge into what is there) and prove the outcome.

    Raises :class:`PrivateConnectError` that says whether the components are as they were.
    """
    expected = {name: merged(befores[name], members) for name, members in changes.items()}
    try:
        _converge(metadata, kind, expected, changes)
    except PrivateConnectError as error:
        if _refused_as_empty(error, changes):
            error.add(_not_emptied(list(changes)))
        _put_back(metadata, kind, {name: befores[name] for name in changes}, changes, error)
        raise


def _converge(metadata: Metadata, kind: str, expected: Components, changes: Components) -> None:
    sent = {name: dict(members) for name, members in changes.items()}
    wrong: dict[str, list[str]] = {}
    for _attempt in range(_ATTEMPTS):
        lost = _send(metadata, kind, {name: _with_required(kind, expected[name], members) for name, members in sent.items()})
        afters = metadata.read(kind, list(expected))
        before, wrong = wrong, _wrong(expected, afters)
        if not wrong:
            return
        if wrong == before and not lost:
            break
        _warn_of_resets(metadata, kind, {name: _resets(expected[name], afters.get(name, {}), sent.get(name, {})) for name in wrong})
        # Alone, what was reset would reset what was sent.
        sent = {name: {**sent.get(name, {}), **{member: expected[name].get(member, "") for member in members}} for name, members in wrong.items()}
    _raise_unproven(kind, expected, afters, wrong, lost)


def _send(metadata: Metadata, kind: str, changes: Components) -> NetworkError | None:
    """The calls. They set values, so a lost answer is settled by the read that follows."""
    names = list(changes)
    for start in range(0, len(names), COMPONENTS_PER_CALL):
        try:
            metadata.update(kind, [{"fullName": name, **changes[name]} for name in names[start : start + COMPONENTS_PER_CALL]])
        except NetworkError as error:
            return error
    return None


def _with_required(kind: str, expected: Component, members: Component) -> Component:
    """``members`` and beside them, at each level, what the type requires."""
    needed = {name: expected[name] for name in _REQUIRED.get(kind, ()) if name not in members and expected.get(name)}
    inner = {name: _with_required(name, expected.get(name) or {}, value) if isinstance(value, dict) else value for name, value in members.items()}
    return {**needed, **inner}


def _wrong(expected: Components, afters: Components) -> dict[str, list[str]]:
    """The members that differ, by component; those that do not differ are left out."""
    found = {name: differing(component, afters.get(name, {})) for name, component in expected.items()}
    return {name: members for name, members in found.items() if members}


def _resets(expected: Component, after: Component, sent: Component) -> list[str]:
    """What differs and was not sent, as ``member`` or ``member.member``."""
    found = []
    for name in differing(expected, after):
        if name not in sent:
            found.append(name)
        elif isinstance(sent[name], dict):
            inner = after.get(name)
            found += [f"{name}.{member}" for member in _resets(expected[name], inner if isinstance(inner, dict) else {}, sent[name])]
    return found


def _warn_of_resets(metadata: Metadata, kind: str, resets: t.Mapping[str, list[str]]) -> None:
    for name, members in resets.items():
        if members:
            metadata.org.context.warnings.append(
                f"After the update of {kind} {name} members differed that were not sent: {', '.join(members)}. They are sent back as they were"
            )


def _raise_unproven(kind: str, expected: Components, afters: Components, wrong: t.Mapping[str, list[str]], lost: NetworkError | None) -> t.NoReturn:
    listed = "; ".join(f"{name}: {', '.join(members)}" for name, members in wrong.items())
    error = PrivateConnectError(
        f"The update of {kind} got no answer, and the org does not show its values ({listed}): {lost.message}"
        if lost
        else f"The org took the update of {kind}, but shows other values than were sent, or changed what was not sent ({listed})",
        expected={name: {member: expected[name].get(member) for member in members} for name, members in wrong.items()},
        found={name: {member: afters.get(name, {}).get(member) for member in members} for name, members in wrong.items()},
    )
    full = [name for name, members in wrong.items() if any(_is_empty(member, expected[name]) for member in members)]
    if full:
        error.add(_not_emptied(full))
    raise error


def _is_empty(member: str, component: Component) -> bool:
    return member in _ENDS and not component.get(member)


def _refused_as_empty(error: PrivateConnectError, changes: Components) -> bool:
    emptied = any(_is_empty(member, members) for members in changes.values() for member in members)
    return emptied and isinstance(error, OrgError) and error.error_code == "REQUIRED_FIELD_MISSING"


def _not_emptied(names: t.Sequence[str]) -> str:
    return (
        f"The list of IP ranges of {', '.join(names)} was to become empty, which this org does not take from the Metadata API. "
        "Remove the last ranges by hand in Setup, or keep one that lets in whom you mean"
    )


def _put_back(metadata: Metadata, kind: str, befores: Components, changes: Components, error: PrivateConnectError) -> None:
    """Adds to ``error`` whether all is as it was."""
    wrong = {name: list(members) for name, members in changes.items()}
    try:
        wrong = _wrong(befores, metadata.read(kind, list(befores)))
        if wrong:
            back = {name: {member: befores[name].get(member, "") for member in members} for name, members in wrong.items()}
            _converge(metadata, kind, {name: befores[name] for name in back}, back)
    except PrivateConnectError as failed:
        words = f"Whether {kind} {', '.join(befores)} is as it was cannot be told, or it could not be put back: {failed.message}. Look at it in Setup"
        error.add(words, before={name: {member: befores[name].get(member) for member in members} for name, members in wrong.items()})
    else:
        error.add(f"What was changed already was put back: {', '.join(wrong)}" if wrong else "Nothing was changed")


def merged(before: t.Any, changes: t.Any) -> t.Any:
    """``changes`` laid over ``before``; lists and texts replace."""
    if not isinstance(before, dict) or not isinstance(changes, dict):
        return changes
    return {**before, **{key: merged(before.get(key), value) for key, value in changes.items()}}


def differing(expected: Component, after: Component) -> list[str]:
    """The members that differ, each once."""
    names = [*expected, *(name for name in after if name not in expected)]
    return [name for name in names if name != "fullName" and not equal(name, expected.get(name), after.get(name))]


def equal(name: str, left: t.Any, right: t.Any) -> bool:
    """Absent, empty, nil and false are the same, booleans are texts in XML, and lists have no order."""
    if name in _ENDS:
        return ranges.same(left or [], right or [], _ENDS[name])
    if isinstance(left, list) or isinstance(right, list):
        return _text(_listed(left)) == _text(_listed(right))
    if isinstance(left, dict) or isinstance(right, dict):
        one, other = (left if isinstance(left, dict) else {}), (right if isinstance(right, dict) else {})
        return all(equal(key, one.get(key), other.get(key)) for key in {*one, *other})
    return _text(left) == _text(right)


def _listed(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _text(value: t.Any) -> str:
    if isinstance(value, dict):
        return repr(sorted((key, _text(item)) for key, item in value.items()))
    if isinstance(value, list):
        return repr(sorted(map(_text, value)))
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return "" if text == "false" else text
