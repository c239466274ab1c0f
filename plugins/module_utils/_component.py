# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing single members of metadata components, and proving it. This module util is PRIVATE to the collection.

Whether members that are left out of an update stay as they are is not documented. So a component is read before and after: what was sent must
be there, and all else must be as it was. What is not is sent again, with what was sent before; and what cannot be set right is put back.

Lists of IP ranges have other writers. A difference (:class:`_range_list.Delta`) is laid over what the list holds when it is sent, and again over what
it holds afterwards, until its entries are there together with those of the others; and only its own entries are put back.
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


def change(metadata: Metadata, kind: str, changes: Components) -> None:
    """Send ``changes`` (members by full name; nested members merge into what is there, and so do differences of lists) and prove the outcome.

    Raises :class:`PrivateConnectError` that says whether the components are as they were.
    """
    befores = metadata.read(kind, list(changes))
    gone = [name for name in changes if name not in befores]
    if gone:
        raise PrivateConnectError(f"Nothing was changed: {kind} {', '.join(gone)} is gone since it was read")
    try:
        _converge(metadata, kind, befores, befores, changes)
    except PrivateConnectError as error:
        if _refused_as_empty(error, befores, changes):
            error.add(_not_emptied(list(changes)))
        _put_back(metadata, kind, befores, changes, error)
        raise


def _converge(metadata: Metadata, kind: str, befores: Components, afters: Components, changes: Components) -> None:
    """``afters``: what there is now, ``befores`` where none of this has been sent yet."""
    _see_kept(kind, afters, changes)
    expected = _expected(befores, afters, changes)
    sent = {name: _picked(expected[name], members) for name, members in changes.items()}
    wrong: dict[str, list[str]] = {}
    for _attempt in range(_ATTEMPTS):
        lost = _send(metadata, kind, {name: _with_required(kind, expected[name], members) for name, members in sent.items()})
        earlier, afters = afters, metadata.read(kind, list(expected))
        _see_kept(kind, afters, changes)
        expected = _expected(befores, afters, changes)
        before, wrong = wrong, _wrong(expected, afters)
        if not wrong:
            return
        if wrong == before and afters == earlier and not lost:
            break
        _warn_of_resets(metadata, kind, {name: _resets(expected[name], afters.get(name, {}), sent.get(name, {})) for name in wrong})
        # Alone, what was reset would reset what was sent.
        sent = {name: {**_picked(expected[name], sent.get(name, {})), **_whole(expected[name], members)} for name, members in wrong.items()}
    _raise_unproven(kind, expected, afters, wrong, lost)


def _expected(befores: Components, afters: Components, changes: Components) -> dict[str, Component]:
    return {name: merged(_shared(befores[name], afters.get(name, {}), members), members) for name, members in changes.items()}


def _shared(before: Component, after: Component, members: t.Any) -> Component:
    """``before`` with the lists that others write to as they are now. A list that was not sent and is empty was reset, as far as can be told."""
    told = members if isinstance(members, dict) else {}
    found = dict(before)
    for name in dict.fromkeys([*before, *after]):
        if name in _ENDS:
            if isinstance(told.get(name), ranges.Delta) or after.get(name):
                found[name] = after.get(name) or []
        elif isinstance(after.get(name), dict) or isinstance(told.get(name), dict):
            inner, now = (found_in.get(name) for found_in in (before, after))
            found[name] = _shared(inner if isinstance(inner, dict) else {}, now if isinstance(now, dict) else {}, told.get(name)) or inner
    return found


def _see_kept(kind: str, afters: Components, changes: Components) -> None:
    """What a difference was judged by must be there; without it another list would come of it than was judged."""
    for name, members in changes.items():
        gone = [text for delta, current in _deltas(members, afters.get(name)) for text in delta.shown(delta.missing(current))]
        if gone:
            raise PrivateConnectError(
                f"{kind} {name} held {', '.join(gone)} when it was read, and no longer does. Another job or somebody in Setup changed the list at the same "
                "time. Let that end first, then run this again"
            )


def _deltas(members: Component, component: t.Any) -> t.Iterator[tuple[ranges.Delta, list[t.Any]]]:
    """Each difference with the list that it is for."""
    there = component if isinstance(component, dict) else {}
    for name, value in members.items():
        if isinstance(value, ranges.Delta):
            yield value, there.get(name) or []
        elif isinstance(value, dict):
            yield from _deltas(value, there.get(name))


def _picked(component: Component, members: Component) -> Component:
    """The values that the component has for these members."""
    return {name: _picked(component[name], value) if isinstance(value, dict) else component.get(name, "") for name, value in members.items()}


def _whole(component: Component, names: t.Sequence[str]) -> Component:
    return {name: component.get(name, "") for name in names}


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


def _refused_as_empty(error: PrivateConnectError, befores: Components, changes: Components) -> bool:
    emptied = any(_is_empty(member, merged(befores[name], members)) for name, members in changes.items() for member in members)
    return emptied and isinstance(error, OrgError) and error.error_code == "REQUIRED_FIELD_MISSING"


def _not_emptied(names: t.Sequence[str]) -> str:
    return (
        f"The list of IP ranges of {', '.join(names)} was to become empty, which this org does not take from the Metadata API. "
        "Remove the last ranges by hand in Setup, or keep one that lets in whom you mean"
    )


def _put_back(metadata: Metadata, kind: str, befores: Components, changes: Components, error: PrivateConnectError) -> None:
    """Adds to ``error`` whether all is as it was, what others did to the same lists apart."""
    wrong = {name: list(members) for name, members in changes.items()}
    undo = {name: _undo(befores[name], members) for name, members in changes.items()}
    try:
        afters = {**befores, **metadata.read(kind, list(befores))}
        wrong = _wrong(_expected(befores, afters, undo), afters)
        if wrong:
            back = {name: {member: _back(befores[name].get(member, ""), undo[name].get(member)) for member in members} for name, members in wrong.items()}
            _converge(metadata, kind, befores, afters, back)
    except PrivateConnectError as failed:
        words = f"Whether {kind} {', '.join(befores)} is as it was cannot be told, or it could not be put back: {failed.message}. Look at it in Setup"
        error.add(words, before={name: {member: befores[name].get(member) for member in members} for name, members in wrong.items()})
    else:
        error.add(f"What was changed already was put back: {', '.join(wrong)}" if wrong else "Nothing was changed")


def _undo(before: t.Any, members: Component) -> Component:
    """The changes that take ``members`` back, and nothing else."""
    there = before if isinstance(before, dict) else {}
    found: Component = {}
    for name, value in members.items():
        if name in _ENDS:
            entries = there.get(name) or []
            found[name] = ranges.undoing(entries, merged(entries, value), _ENDS[name])
        else:
            found[name] = _undo(there.get(name), value) if isinstance(value, dict) else there.get(name, "")
    return found


def _back(before: t.Any, undo: t.Any) -> t.Any:
    """A member as it was, with the difference that takes its list back."""
    if isinstance(undo, dict):
        return {**(before if isinstance(before, dict) else {}), **undo}
    return before if undo is None else undo


def merged(before: t.Any, changes: t.Any) -> t.Any:
    """``changes`` laid over ``before``; lists and texts replace."""
    if isinstance(changes, ranges.Delta):
        return changes(before if isinstance(before, list) else [])
    if not isinstance(changes, dict):
        return changes
    there = before if isinstance(before, dict) else {}
    return {**there, **{key: merged(there.get(key), value) for key, value in changes.items()}}


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
