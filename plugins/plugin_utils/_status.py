# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of connections as rows and as a table: pure. This plugin util is PRIVATE to the collection.

A status is ``{host, name, read}`` with what privatelink.salesforce.private_connect_info returned, or ``{host, name, error}``.
"""

from __future__ import annotations

import textwrap
import typing as t

Status = t.Mapping[str, t.Any]
Row = dict[str, t.Any]

OK, DRIFT, ERROR = "ok", "drift", "error"
_COLUMNS = ("connection", "status", "endpoint", "addresses", "records", "source IPs", "next step")
_WIDEST = 44


def row(status: Status) -> Row:
    """``{host, name, my_domain, region, vpc_id, state, connection_status, endpoint_id, endpoint_state, interfaces, records, source_cidrs, drift, blockers,
    next_step, error}``; ``state`` is ok, drift or error."""
    if "error" in status:
        return {**_empty(status), "state": ERROR, "error": str(status["error"]), "next_step": "mend what the error names, and look again"}
    read = status["read"]
    connection, endpoint = read["connection"] or {}, read["endpoint"] or {}
    return {
        **_empty(status),
        "my_domain": read["my_domain"],
        "region": read["region"],
        "vpc_id": read["vpc_id"],
        "state": DRIFT if read["drift"] or read["blockers"] else OK,
        "connection_status": connection.get("status") or "missing",
        "endpoint_id": endpoint.get("id"),
        "endpoint_state": endpoint.get("state") or "missing",
        "interfaces": [{"zone": item["zone"], "address": item["address"]} for item in endpoint.get("interfaces", [])],
        "records": [_record(entry) for entry in read["dns"]],
        "source_cidrs": list(connection.get("source_cidrs") or []),
        "drift": [{"what": item["what"], "have": item["have"], "want": item["want"], "repair": item["repair"]} for item in read["drift"]],
        "blockers": [dict(item) for item in read["blockers"]],
        "next_step": read["next_step"],
    }


def _empty(status: Status) -> Row:
    return {
        "host": status["host"], "name": status["name"], "my_domain": None, "region": None, "vpc_id": None, "state": None, "connection_status": None,
        "endpoint_id": None, "endpoint_state": None, "interfaces": [], "records": [], "source_cidrs": [], "drift": [], "blockers": [], "next_step": "",
        "error": None,
    }  # fmt: skip


def _record(entry: t.Mapping[str, t.Any]) -> Row:
    have, want = entry["record"], entry["wanted_record"]
    return {"host": entry["host"], "leads_to": _target(have), "right": have is not None and have == want}


def _target(record: t.Mapping[str, t.Any] | None) -> list[str]:
    if record is None:
        return []
    return [record["alias"]["dns_name"]] if record["alias"] else list(record["values"])


def table(statuses: t.Iterable[Status]) -> list[str]:
    """Lines of a table with a row for each connection, and what differs below it."""
    rows = [row(status) for status in statuses]
    cells = [[_wrapped(text) for text in _cells(item)] for item in rows]
    widths = [max([len(title), *(len(line) for line_of in cells for line in line_of[index])]) for index, title in enumerate(_COLUMNS)]
    lines = [_line(list(_COLUMNS), widths), _line(["-" * width for width in widths], widths)]
    for item, columns in zip(rows, cells):
        height = max(len(column) for column in columns)
        lines += [_line([column[number] if number < len(column) else "" for column in columns], widths) for number in range(height)]
        lines += [f"    differs: {drift['what']}: {drift['repair']}" for drift in item["drift"]]
        lines += [f"    in the way: {blocker['problem']}. Cure: {blocker['cure']}" for blocker in item["blockers"]]
    return lines


def _cells(item: Row) -> list[list[str]]:
    named = [item["name"]] if item["host"] in (item["name"], "localhost") else [item["name"], f"({item['host']})"]
    if item["state"] == ERROR:
        return [named, ["error"], [], [], [], [], [item["error"]]]
    return [
        named,
        [item["connection_status"]],
        [item["endpoint_id"] or "", item["endpoint_state"]] if item["endpoint_id"] else [item["endpoint_state"]],
        [f"{one['address']} {one['zone']}" for one in item["interfaces"]],
        [f"{one['host']}: {', '.join(one['leads_to']) or 'missing'}{'' if one['right'] else ' !'}" for one in item["records"]],
        list(item["source_cidrs"]),
        [item["next_step"]],
    ]


def _wrapped(texts: list[str]) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, _WIDEST, break_long_words=False, break_on_hyphens=False)] or [""]


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()
