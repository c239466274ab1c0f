# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of connections as one self-contained HTML page with a drawing of each path. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from html import escape

from ._status import ERROR, OK, Row, Status, row
from ._status_drawing import STYLE, draw

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
"""


def page(statuses: t.Iterable[Status], title: str = "Salesforce Private Connect") -> str:
    """A whole HTML document. Everything that comes from a service is escaped; nothing is loaded from elsewhere."""
    rows = [row(status) for status in statuses]
    well = sum(item["state"] == OK for item in rows)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}{STYLE}</style></head><body>"
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
    return f"<section>{head}{draw(item)}{below}</section>"
