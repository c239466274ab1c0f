# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of connections as one self-contained HTML page with a drawing of each path. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from html import escape

from ._status import ERROR, OK, Row, Status, row

_STYLE = """
:root { --ok: #2e7d4f; --bad: #b3261e; --ink: #1c2430; --soft: #5b6675; --line: #ccd3dc; --paper: #fff; --ground: #f4f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --ok: #6fcf97; --bad: #ff8a80; --ink: #e8ecf1; --soft: #a4aebb; --line: #3a4552; --paper: #1a212a; --ground: #11161c; }
}
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0 auto; max-width: 1040px; padding: 24px; }
h1 { font-size: 22px; } h2 { font-size: 18px; margin: 0; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; margin: 16px 0; padding: 16px; }
.ok { color: var(--ok); } .bad { color: var(--bad); } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin-top: 8px; } th, td { text-align: left; vertical-align: top; padding: 4px 8px; }
th { color: var(--soft); font-weight: 600; } tr + tr td { border-top: 1px solid var(--line); }
svg { width: 100%; height: auto; display: block; margin-top: 8px; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); } svg rect { fill: none; stroke: var(--line); stroke-width: 1.5; } svg rect.ok { stroke: var(--ok); }
svg rect.bad { stroke: var(--bad); stroke-dasharray: 6 4; stroke-width: 2.5; } svg path { stroke: var(--soft); fill: none; stroke-width: 1.5; }
svg path.bad { stroke: var(--bad); stroke-dasharray: 6 4; } svg text.bad { fill: var(--bad); }
"""


# The widest that a letter of the drawings' font is on average, in units of the drawing: browsers differ in their system-ui.
_LETTER = 7.8


def page(statuses: t.Iterable[Status], title: str = "Salesforce Private Connect") -> str:
    """A whole HTML document. Everything that comes from a service is escaped; nothing is loaded from elsewhere."""
    rows = [row(status) for status in statuses]
    well = sum(item["state"] == OK for item in rows)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{_overview(rows, well)}{''.join(map(_section, rows))}</body></html>\n"
    )


def _overview(rows: list[Row], well: int) -> str:
    lines = "".join(
        f"<tr><td>{_mark(item)}</td><td>{escape(item['name'])}</td><td>{escape(item['host'])}</td><td>{escape(str(item['connection_status'] or 'error'))}</td>"
        f"<td>{escape(item['next_step'])}</td></tr>"
        for item in rows
    )
    head = "<tr><th></th><th>Connection</th><th>Environment</th><th>Status</th><th>Next step</th></tr>"
    return f"<p>{well} of {len(rows)} as wanted.</p><section><table>{head}{lines}</table></section>"


def _mark(item: Row) -> str:
    return '<span class="ok">&#10003;</span>' if item["state"] == OK else '<span class="bad">!</span>'


def _section(item: Row) -> str:
    head = f"<h2>{_mark(item)} {escape(item['name'])} <span class='soft'>{escape(item['my_domain'] or item['host'])}</span></h2>"
    if item["state"] == ERROR:
        return f"<section>{head}<p class='bad'>{escape(item['error'])}</p></section>"
    differing = "".join(f"<tr><td>{escape(drift['what'])}</td><td>{escape(drift['repair'])}</td></tr>" for drift in item["drift"])
    differing += "".join(f"<tr><td>{escape(one['what'])}</td><td>{escape(one['problem'])}: {escape(one['cure'])}</td></tr>" for one in item["blockers"])
    below = f"<table><tr><th>Differs</th><th>What to do</th></tr>{differing}</table>" if differing else "<p class='soft'>Nothing differs.</p>"
    return f"<section>{head}{_drawing(item)}{below}</section>"


def _drawing(item: Row) -> str:
    """VPC with endpoint, addresses by zone and records; transit VPC with source addresses; org. What differs is dashed."""
    bad = {drift["what"].split(".")[0] for drift in item["drift"]}
    addresses = [f"{one['zone']}  {one['address']}" for one in item["interfaces"]] or ["no addresses"]
    records = [f"{one['host']} \u2192 {', '.join(one['leads_to']) or 'missing'}" for one in item["records"]]
    wrong = [not one["right"] for one in item["records"]]
    height = 120 + 22 * max(len(addresses), len(item["source_cidrs"]), 1) + 24 * len(records)
    middle = 84 + 11 * len(addresses)
    parts = [
        _box(10, 10, 420, height - 20, f"VPC {item['vpc_id']} ({item['region']})", "ok"),
        _box(30, 44, 380, 36 + 22 * len(addresses), f"{item['endpoint_id'] or 'VPC endpoint'}: {item['endpoint_state']}", _class("endpoint" in bad)),
        *(_text(46, 88 + 22 * index, text, room=356) for index, text in enumerate(addresses)),
        *(_text(30, 112 + 22 * len(addresses) + 24 * index, text, "bad" if wrong[index] else "", room=392) for index, text in enumerate(records)),
        _arrow(410, 500, middle, "connection" in bad or "endpoint" in bad),
        _box(500, 44, 230, 36 + 22 * max(len(item["source_cidrs"]), 1), "Salesforce transit VPC", "ok"),
        *(_text(516, 88 + 22 * index, cidr, room=206) for index, cidr in enumerate(item["source_cidrs"] or ["no source IPs yet"])),
        _arrow(730, 790, middle, "connection" in bad),
        _box(790, 44, 200, 80, item["my_domain"], _class("connection" in bad)),
        _text(806, 92, f"{item['name']}", room=176),
        _text(806, 112, str(item["connection_status"]), "bad" if "connection" in bad else "", room=176),
    ]
    label = f"Path of {item['name']}: endpoint {item['endpoint_state']}, connection {item['connection_status']}"
    return f'<svg viewBox="0 0 1000 {height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _class(bad: bool) -> str:
    return "bad" if bad else "ok"


def _box(x: int, y: int, width: int, height: int, title: str, kind: str) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>{_text(x + 12, y + 20, title, "soft", room=width - 20)}'


def _text(x: int, y: int, text: str, kind: str = "", *, room: int) -> str:
    """A line of at most ``room`` units. A longer one is cut, and whole where the pointer rests on it."""
    most = int(room / _LETTER)
    inside = escape(text) if len(text) <= most else f"{escape(text[: most - 1])}\u2026<title>{escape(text)}</title>"
    return f'<text class="{kind}" x="{x}" y="{y}">{inside}</text>'


def _arrow(start: int, end: int, y: int, bad: bool) -> str:
    return f'<path class="{"bad" if bad else ""}" d="M{start} {y} H{end - 2} m-9 -5 l9 5 l-9 5"/>'
