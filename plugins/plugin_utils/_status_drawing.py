# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The path of a connection as SVG; whatever differs or is in the way marks the part that it is about. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from html import escape

from ._status import Row

STYLE = """
svg { width: 100%; height: auto; display: block; margin-top: 8px; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); } svg rect { fill: none; stroke: var(--line); stroke-width: 1.5; } svg rect.ok { stroke: var(--ok); }
svg rect.bad { stroke: var(--bad); stroke-dasharray: 6 4; stroke-width: 2.5; fill: var(--bad); fill-opacity: .07; }
svg path { stroke: var(--soft); fill: none; stroke-width: 1.5; } svg path.bad { stroke: var(--bad); stroke-dasharray: 6 4; stroke-width: 2.5; }
svg text.bad { fill: var(--bad); font-weight: 600; }
"""

VPC, ENDPOINT, ADDRESSES, NAMES, TRANSIT, ORG, LEFT_OVER, WHOLE = "vpc", "endpoint", "addresses", "names", "transit", "org", "left_over", "whole"
# What each word of drift and blockers is about. A word with a dot that is not here goes where its beginning goes; one that is not known marks the whole.
PARTS = {
    "vpc": VPC,
    "endpoint": ENDPOINT,
    "endpoint.replaced": LEFT_OVER,
    "endpoint.subnet_ids": ADDRESSES,
    "security_group": ENDPOINT,
    "security_groups": ENDPOINT,
    "subnets": ADDRESSES,
    "record": NAMES,
    "resolver_rule": NAMES,
    "zone": NAMES,
    "region": TRANSIT,
    "service": TRANSIT,
    "connection": ORG,
    "edition": ORG,
    "permission": ORG,
    "replace": ORG,
    "name": ORG,
    "package": ORG,
    "moved_from": LEFT_OVER,
    "aws": WHOLE,
    "iam": WHOLE,
}
# What lets no traffic through between endpoint and Salesforce; and on the whole way.
_ENTRY = {"endpoint", "endpoint.state", "region", "service"}
_WAY = {"connection", "connection.active", "connection.region", "connection.status", "connection.vpc_endpoint_id"}
# The widest that a letter of the drawings' font is on average, in units of the drawing: browsers differ in their system-ui.
_LETTER = 7.8
_TITLE, _LINE, _GAP = 36, 22, 12

Line = tuple[str, str]


class _Part(t.NamedTuple):
    """A box; ``lines`` are (text, class), ``marks`` the lines that say what is wrong with it."""

    name: str
    title: str
    lines: list[Line]
    marks: list[str]

    @property
    def height(self) -> int:
        return _TITLE + _LINE * (len(self.lines) + len(self.marks))


def part_of(word: str) -> str:
    return PARTS.get(word) or PARTS.get(word.split(".")[0], WHOLE)


def draw(item: Row) -> str:
    """VPC with endpoint, addresses by zone and names; transit VPC with source addresses; org; what is left over elsewhere. What is marked is dashed."""
    words = {entry["what"] for entry in (*item["drift"], *item["blockers"])}
    vpc, endpoint, names, transit, org, left_over, whole = _parts(item)
    inner = [endpoint, names] if names.lines or names.marks else [endpoint]
    room = vpc.height + sum(part.height + _GAP for part in inner)
    right = 44 + max(transit.height, org.height)
    height = max(10 + room, right + (_GAP + left_over.height if left_over.marks else 0)) + 10
    middle = 44 + endpoint.height // 2
    shapes = [_box(10, 10, 426, vpc, room), *_column(26, 44, 394, inner), *_marks(22, room - 2, 402, vpc.marks)]
    shapes += [_arrow(420, 470, middle, bool(words & (_ENTRY | _WAY))), *_column(470, 44, 190, [transit])]
    shapes += [_arrow(660, 690, min(middle, right - 10), bool(words & _WAY)), *_column(690, 44, 300, [org])]
    if left_over.marks:
        shapes += _column(470, right + _GAP, 520, [left_over])
    if whole.marks:
        height += _LINE * len(whole.marks)
        shapes = [_box(2, 2, 996, whole, height - 4), *shapes, *_marks(14, height - 12, 972, whole.marks)]
    label = (
        f"Path of {item['name']}: endpoint {item['endpoint_state']}, connection {item['connection_status']}; differs: {', '.join(sorted(words)) or 'nothing'}"
    )
    return f'<svg viewBox="0 0 1000 {height}" role="img" aria-label="{escape(label)}">{"".join(shapes)}</svg>'


def _parts(item: Row) -> tuple[_Part, ...]:
    marks: dict[str, list[str]] = {}
    for kind, entries in (("differs", item["drift"]), ("in the way", item["blockers"])):
        for word in dict.fromkeys(entry["what"] for entry in entries):
            marks.setdefault(part_of(word), []).append(f"{kind}: {word}")
    strange = "bad" if ADDRESSES in marks else ""
    addresses = [(f"{one['zone']}  {one['address']}", strange) for one in item["interfaces"]] or [("no addresses", strange)]
    records = [(f"{one['host']} \u2192 {', '.join(one['leads_to']) or 'missing'}", "" if one["right"] else "bad") for one in item["records"]]
    status = "bad" if any(entry["what"] in ("connection", "connection.status") for entry in item["drift"]) else ""
    left = [(_said(entry["have"]), "") for entry in item["drift"] if part_of(entry["what"]) == LEFT_OVER]
    shown = (
        (VPC, f"VPC {item['vpc_id']} ({item['region']})", []),
        (ENDPOINT, f"{item['endpoint_id'] or 'VPC endpoint'}: {item['endpoint_state']}", addresses),
        (NAMES, "Names in private zones", records),
        (TRANSIT, "Salesforce transit VPC", [(cidr, "") for cidr in item["source_cidrs"] or ["no source IPs yet"]]),
        (ORG, item["my_domain"], [(item["name"], ""), (str(item["connection_status"]), status)]),
        (LEFT_OVER, "Left over", left),
        (WHOLE, "", []),
    )
    marks[ENDPOINT] = marks.get(ENDPOINT, []) + marks.pop(ADDRESSES, [])
    return tuple(_Part(name, title, lines, marks.get(name, [])) for name, title, lines in shown)


def _said(value: t.Any) -> str:
    return "  ".join(map(str, value.values())) if isinstance(value, t.Mapping) else str(value)


def _column(x: int, y: int, width: int, parts: t.Sequence[_Part]) -> list[str]:
    """Boxes below each other, each with all that is in it."""
    found = []
    for part in parts:
        lines = [_text(x + 12, y + 44 + _LINE * index, text, kind, room=width - 24) for index, (text, kind) in enumerate(part.lines)]
        found.append(_box(x, y, width, part, part.height) + "".join([*lines, *_marks(x + 12, y + part.height - 14, width - 24, part.marks)]))
        y += part.height + _GAP
    return found


def _box(x: int, y: int, width: int, part: _Part, height: int) -> str:
    title = _text(x + 12, y + 20, part.title, "soft", room=width - 16) if part.title else ""
    return f'<rect data-part="{part.name}" class="{"bad" if part.marks else "ok"}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>{title}'


def _marks(x: int, bottom: int, room: int, marks: t.Sequence[str]) -> list[str]:
    """Lines of which the last stands at ``bottom``."""
    return [_text(x, bottom - _LINE * (len(marks) - 1 - index), mark, "bad", room=room) for index, mark in enumerate(marks)]


def _text(x: int, y: int, text: str, kind: str = "", *, room: int) -> str:
    """A line of at most ``room`` units. A longer one is cut, and whole where the pointer rests on it."""
    most = int(room / _LETTER)
    inside = escape(text) if len(text) <= most else f"{escape(text[: most - 1])}\u2026<title>{escape(text)}</title>"
    return f'<text class="{kind}" x="{x}" y="{y}">{inside}</text>'


def _arrow(start: int, end: int, y: int, bad: bool) -> str:
    return f'<path class="{"bad" if bad else ""}" d="M{start} {y} H{end - 2} m-9 -5 l9 5 l-9 5"/>'
