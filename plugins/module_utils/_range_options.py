# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options and the common body of modules that keep a list of IP ranges. This module util is PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t
from urllib.parse import unquote

from . import _ip_ranges as ip
from . import _range_list as ranges
from ._argspec import org_argument_spec
from ._component import change
from ._errors import InputError, OrgError
from ._metadata import Component, Metadata
from ._module import Context
from ._org import Org, connect
from ._range_list import Ends, Entry

RANGE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "ranges": {"type": "list", "elements": "raw", "default": []},
    "description": {"type": "str", "default": ip.DEFAULT_DESCRIPTION},
    "mode": {"type": "str", "choices": list(ranges.MODES), "default": ranges.MERGE},
}


def guarded() -> dict[str, dict[str, t.Any]]:
    """The options of changes that can shut somebody out."""
    return {"allow_lockout": {"type": "bool", "default": False}, "verify_login": {"type": "bool", "default": True}}


def range_argument_spec(**more: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    return org_argument_spec(**RANGE_ARGUMENTS, **more)


def prepare(params: t.Mapping[str, t.Any], context: Context, *, need_ranges: bool = True) -> tuple[Org, Metadata, list[t.Any]]:
    """Every problem of the options at once; then the org, its Metadata API, and the ranges as given."""
    found: list[str] = []
    given: list[t.Any] = []
    try:
        items = ip.parse_ranges(_flat(params["ranges"]))
        given = ip.merge(items)
        found += ranges.too_large(items) if params["mode"] != ranges.REMOVE else []
    except InputError as error:
        found += error.problems
    if need_ranges and not given and not found and params["mode"] == ranges.MERGE:
        found.append(
            "ranges is empty: there is nothing to merge; mode=replace with empty ranges clears the list, "
            "mode=remove without ranges takes out the entries that have the description"
        )
    if not params["description"].strip():
        found.append("description is empty; it is what entries are known by")
    elif len(params["description"]) > ranges.MAX_DESCRIPTION:
        found.append(f"description has {len(params['description'])} characters, at most {ranges.MAX_DESCRIPTION} are taken")
    try:
        org = connect(params, context)
    except InputError as error:
        found += error.problems
    if found:
        raise InputError(found)
    return org, Metadata(org), given


def _flat(items: t.Sequence[t.Any]) -> list[t.Any]:
    """Ranges straight from a lookup may be lists in a list."""
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a list lies in a component: the members from the top to it."""

    kind: str
    path: tuple[str, ...]
    ends: Ends

    def entries(self, component: Component) -> list[Entry]:
        value: t.Any = component
        for member in self.path:
            value = value.get(member) if isinstance(value, dict) else None
        return list(value or [])

    def members(self, value: t.Any) -> Component:
        """An update that holds this list, or a difference of it, and nothing else."""
        for member in reversed(self.path):
            value = {member: value}
        return value


def existing(metadata: Metadata, kind: str, names: t.Sequence[str], what: str) -> dict[str, Component]:
    """The components by name; those that are not there are named at once, with near names."""
    found = metadata.read(kind, names)
    missing = [name for name in names if name not in found]
    if missing:
        labels = _labels(metadata, kind)
        raise InputError([unknown(what, name, labels) for name in missing])
    return found


def _labels(metadata: Metadata, kind: str) -> dict[str, str]:
    """What people call the components, by full name. In full names all but letters, digits, spaces, ``-`` and ``_`` is percent-encoded."""
    items = metadata.list(kind)
    labels = {item["fullName"]: unquote(item["fullName"]) for item in items}
    if kind == "Profile":
        # The standard profiles have full names of their own, such as Admin.
        try:
            rows = {row["Id"][:15]: row["Name"] for row in metadata.org.query("SELECT Id, Name FROM Profile")}
        except OrgError:
            rows = {}
        labels.update({item["fullName"]: rows[item["id"][:15]] for item in items if item.get("id", "")[:15] in rows})
    return labels


def unknown(what: str, name: str, labels: t.Mapping[str, str]) -> str:
    """The words for a name that no component has; ``labels`` are those that there are, by full name."""
    wanted = unquote(name).casefold()
    same = [full for full, label in labels.items() if wanted in (unquote(full).casefold(), label.casefold())]
    if same:
        return f"there is no {what} with the full name {name}; do you mean {same[0]}, which is the full name of {labels[same[0]]}?"
    spellings = {spelling.casefold(): full for full, label in labels.items() for spelling in (unquote(full), label)}
    near = [spellings[match] for match in difflib.get_close_matches(wanted, list(spellings), n=5, cutoff=0.5)] or sorted(labels)[:10]
    listed = ", ".join(full if labels[full] == full else f"{full} ({labels[full]})" for full in dict.fromkeys(near))
    return f"there is no {what} {name}; there are {listed or 'none'}"


def outcome(place: Place, components: t.Mapping[str, Component], given: t.Any, params: t.Mapping[str, t.Any]) -> dict[str, list[Entry]]:
    """What each list becomes; limits are checked here, before anything is written."""
    result, found = {}, []
    for name, component in components.items():
        before = place.entries(component)
        result[name] = ranges.combine(before, given, params["mode"], params["description"], place.ends)
        found += [f"{name}: {problem}" for problem in ranges.problems(result[name], before, place.ends)]
    if found:
        raise InputError(found)
    return result


def edit(place: Place, before: t.Sequence[Entry], after: t.Sequence[Entry], mode: str) -> Component:
    """An update that leads from one list to the other. Others may write to it at the same time: only ``replace`` says what becomes of their entries."""
    return place.members(list(after) if mode == ranges.REPLACE else ranges.difference(before, after, place.ends))


def write(
    metadata: Metadata, place: Place, components: t.Mapping[str, Component], wanted: t.Mapping[str, list[Entry]], mode: str, check_mode: bool
) -> list[str]:
    """Send the lists that differ. Returns the names of the components that changed, or would."""
    names = [name for name, entries in wanted.items() if not ranges.same(place.entries(components[name]), entries, place.ends)]
    if names and not check_mode:
        change(metadata, place.kind, {name: edit(place, place.entries(components[name]), wanted[name], mode) for name in names})
    return names


def take_back(metadata: Metadata, place: Place, components: t.Mapping[str, Component], wanted: t.Mapping[str, list[Entry]], names: t.Sequence[str]) -> None:
    """Undo what made the lists of ``components`` those that were ``wanted``."""
    change(metadata, place.kind, {name: place.members(ranges.undoing(place.entries(components[name]), wanted[name], place.ends)) for name in names})


def shown(place: Place, entries: t.Mapping[str, t.Sequence[Entry]]) -> dict[str, t.Any]:
    return {name: ranges.shown(items, place.ends) for name, items in entries.items()}
