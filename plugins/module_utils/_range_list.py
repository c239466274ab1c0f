# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of IP ranges in the org's settings: what a list becomes, and what it may hold. Pure. This module util is PRIVATE to the collection.

An entry is a dict as Salesforce has it, with any members; ``Ends`` says how its two addresses are spelled.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import _ip_ranges as ip

MERGE, REPLACE, REMOVE = "merge", "replace", "remove"
MODES = (MERGE, REPLACE, REMOVE)
MAX_ENTRIES = 128
MAX_DESCRIPTION = 255
MAX_ADDRESSES = {4: 2**25, 6: 2**96}

Entry = dict[str, t.Any]


class Ends(t.NamedTuple):
    start: str
    end: str


SETTINGS = Ends("start", "end")
PROFILE = Ends("startAddress", "endAddress")
EXTERNAL_APP = Ends("startIpAddress", "endIpAddress")


def combine(current: t.Sequence[Entry], given: t.Any, mode: str, description: str, ends: Ends) -> list[Entry]:
    """The list after the change. Entries that are not told about stay as they are, to the letter.

    ``merge`` adds what no entry holds yet; ``remove`` takes out the entries that lie in ``given``, or, where nothing is given,
    those with the description; ``replace`` makes it exactly ``given``.
    """
    plain = [plainly(entry, ends) for entry in current]
    if mode == REMOVE:
        if not given:
            return [entry for entry in current if entry.get("description") != description]
        return [entry for entry, item in zip(current, plain) if not ip.covers(given, item)]
    if mode == MERGE:
        return [*current, *_entries(ip.subtract(given, plain), description, ends)]
    wanted = _entries(ip.merge(given), description, ends)
    known = {canonical(entry, ends): entry for entry in current}
    return [known.get(canonical(entry, ends), entry) for entry in wanted]


@dataclasses.dataclass(frozen=True)
class Delta:
    """A change by single entries, for whatever the list holds when it is made. ``kept``: what it relies on, and leaves alone."""

    added: t.Sequence[Entry]
    removed: t.Sequence[Entry]
    kept: t.Sequence[Entry]
    ends: Ends

    def __call__(self, current: t.Sequence[Entry]) -> list[Entry]:
        return [*_without(current, self.removed, self.ends), *_without(self.added, current, self.ends)]

    def shown(self, entries: t.Sequence[Entry]) -> list[str]:
        return [f"{start}-{end} ({text})" for start, end, text in (canonical(entry, self.ends) for entry in entries)]

    def missing(self, current: t.Sequence[Entry]) -> list[Entry]:
        """What it relies on and is not there."""
        return _without(self.kept, current, self.ends)


def difference(before: t.Sequence[Entry], after: t.Sequence[Entry], ends: Ends) -> Delta:
    removed = _without(before, after, ends)
    return Delta(_without(after, before, ends), removed, _without(before, removed, ends), ends)


def undoing(before: t.Sequence[Entry], after: t.Sequence[Entry], ends: Ends) -> Delta:
    """Takes back what led from ``before`` to ``after``, whatever others have made of the list."""
    done = difference(before, after, ends)
    return Delta(added=done.removed, removed=done.added, kept=(), ends=ends)


def _without(entries: t.Sequence[Entry], others: t.Sequence[Entry], ends: Ends) -> list[Entry]:
    known = {canonical(entry, ends) for entry in others}
    return [entry for entry in entries if canonical(entry, ends) not in known]


def too_large(given: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """The ranges, as they were given, that are larger than Salesforce takes."""
    return [
        f"range {item['start_ip']}-{item['end_ip']} is larger than the /{7 if ':' not in item['start_ip'] else 32} that Salesforce takes; split it"
        for item in given
        if ip.size(dict(item)) > _most(item)
    ]


def _most(item: t.Mapping[str, t.Any]) -> int:
    return MAX_ADDRESSES[6 if ":" in item["start_ip"] else 4]


def problems(entries: t.Sequence[Entry], before: t.Sequence[Entry], ends: Ends) -> list[str]:
    """What Salesforce would not take, sizes apart. Entries that were there before are Salesforce's own business."""
    found = []
    if len(entries) > MAX_ENTRIES:
        found.append(f"the list would hold {len(entries)} entries, the most allowed are {MAX_ENTRIES}")
    for entry in entries:
        if entry in before:
            continue
        shown = f"{entry[ends.start]}-{entry[ends.end]}"
        if len(entry["description"]) > MAX_DESCRIPTION:
            found.append(f"the description of {shown} has {len(entry['description'])} characters, at most {MAX_DESCRIPTION} are taken")
    return found


def canonical(entry: Entry, ends: Ends) -> tuple[str, str, str]:
    """For comparison: addresses in one spelling, a missing description as an empty one."""
    item = ip.parse_range({"start_ip": entry[ends.start], "end_ip": entry[ends.end]})
    return item["start_ip"], item["end_ip"], entry.get("description") or ""


def same(left: t.Sequence[Entry], right: t.Sequence[Entry], ends: Ends) -> bool:
    """Whether two lists hold the same entries, in whatever order."""
    return sorted(canonical(entry, ends) for entry in left) == sorted(canonical(entry, ends) for entry in right)


def plainly(entry: Entry, ends: Ends) -> dict[str, str]:
    return {"start_ip": entry[ends.start], "end_ip": entry[ends.end]}


def shown(entries: t.Sequence[Entry], ends: Ends) -> list[dict[str, str]]:
    """For results: ``[{start_ip, end_ip, description}]``, sorted."""
    return [{"start_ip": start, "end_ip": end, "description": text} for start, end, text in sorted(canonical(entry, ends) for entry in entries)]


def _entries(items: t.Iterable[t.Mapping[str, t.Any]], description: str, ends: Ends) -> list[Entry]:
    """Neighbours were joined, so what is too large by now is split again."""
    return [
        {"description": item.get("description") or description, ends.end: part["end_ip"], ends.start: part["start_ip"]}
        for item in items
        for part in ip.pieces(dict(item), _most(item))
    ]


def lost(before: t.Sequence[Entry], after: t.Sequence[Entry], ends: Ends) -> list[t.Any]:
    """The addresses that were in the list and are not any more."""
    return t.cast(list[t.Any], ip.subtract([plainly(entry, ends) for entry in before], [plainly(entry, ends) for entry in after]))
