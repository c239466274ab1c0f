# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logged in, and who is: from which addresses. This module util is PRIVATE to the collection."""

from __future__ import annotations

import datetime
import typing as t

from . import _ip_ranges as ip
from ._argspec import org_argument_spec
from ._errors import InputError
from ._module import Context, Definition
from ._org import Org, connect, soql_literal

MAX_ROWS = 2000
_LOGIN_FIELDS = ("Id", "UserId", "LoginTime", "LoginType", "LoginSubType", "Status", "SourceIp", "Application")
_SESSION_FIELDS = ("Id", "UsersId", "SourceIp", "SessionType", "LoginType", "UserType", "CreatedDate", "LastModifiedDate", "NumSecondsValid", "IsCurrent")


def run_logins(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    """SourceIp and Status are matched here: the documents contradict each other on whether SOQL can filter by them."""
    org, ranges = _prepare(params, context)
    users = _users(org, params)
    soql = f"SELECT {', '.join(_LOGIN_FIELDS)} FROM LoginHistory" + _where("UserId", users, _times(params))
    rows = org.query(f"{soql} ORDER BY LoginTime DESC LIMIT {params['limit']}")
    names = users or _names(org, {row["UserId"] for row in rows})
    items = [_item(row, _LOGIN_FIELDS, names.get(row["UserId"][:15]), ranges) for row in rows]
    return {"changed": False, "logins": [item for item in items if _taken(item, params)], "summary": _summary(items)}


def run_sessions(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org, ranges = _prepare(params, context)
    users = _users(org, params)
    soql = f"SELECT {', '.join(_SESSION_FIELDS)} FROM AuthSession" + _where("UsersId", users, _times(params, "CreatedDate"))
    rows = org.query(f"{soql} ORDER BY CreatedDate DESC LIMIT {params['limit']}")
    names = users or _names(org, {row["UsersId"] for row in rows if row.get("UsersId")})
    items = [_item(row, _SESSION_FIELDS, names.get(str(row.get("UsersId"))[:15]), ranges) for row in rows]
    return {"changed": False, "sessions": [item for item in items if _taken(item, params)], "summary": _summary(items)}


def _prepare(params: t.Mapping[str, t.Any], context: Context) -> tuple[Org, list[t.Any]]:
    found: list[str] = []
    ranges: list[t.Any] = []
    try:
        ranges = t.cast(list[t.Any], ip.merge(params["source_ranges"]))
    except InputError as error:
        found += error.problems
    for option in ("since", "until"):
        try:
            _utc(params[option])
        except ValueError:
            found.append(f"{option} {params[option]!r} is no time of the form 2026-11-24T08:00:00Z")
    if not 1 <= params["limit"] <= MAX_ROWS:
        found.append(f"limit is {params['limit']}, it must be from 1 to {MAX_ROWS}")
    if params["source"] != "any" and not ranges and not found:
        found.append(f"source={params['source']} needs source_ranges")
    try:
        # Own logins are asked for to see where this one comes from.
        org = connect(params, context, fresh=params.get("own", False))
    except InputError as error:
        found += error.problems
    if found:
        raise InputError(found)
    return org, ranges


def _utc(text: str | None) -> str | None:
    """A SOQL datetime literal."""
    if not text:
        return None
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _times(params: t.Mapping[str, t.Any], field: str = "LoginTime") -> list[str]:
    since, until = _utc(params["since"]), _utc(params["until"])
    return [condition for condition, given in ((f"{field} >= {since}", since), (f"{field} <= {until}", until)) if given]


def _where(field: str, users: t.Mapping[str, str], conditions: list[str]) -> str:
    if users:
        conditions = [f"{field} IN ({', '.join(soql_literal(user) for user in sorted(users))})", *conditions]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _users(org: Org, params: t.Mapping[str, t.Any]) -> dict[str, str]:
    """User names by 15-character ID, of the users that are asked for; all of them must be there."""
    if params["own"]:
        identity = org.userinfo()
        return {identity["user_id"][:15]: identity.get("preferred_username") or identity["user_id"]}
    wanted = params["users"]
    if not wanted:
        return {}
    rows = org.query(f"SELECT Id, Username FROM User WHERE Username IN ({', '.join(soql_literal(name) for name in wanted)})")
    found = {row["Username"].lower(): row["Id"][:15] for row in rows}
    missing = [name for name in wanted if name.lower() not in found]
    if missing:
        raise InputError([f"the org has no user {name}" for name in missing])
    return {user_id: name for name, user_id in found.items()}


def _names(org: Org, ids: set[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), 200):
        listed = ", ".join(soql_literal(user) for user in ordered[start : start + 200])
        names.update({row["Id"][:15]: row["Username"] for row in org.query(f"SELECT Id, Username FROM User WHERE Id IN ({listed})")})
    return names


def _item(row: t.Mapping[str, t.Any], fields: t.Sequence[str], username: str | None, ranges: t.Sequence[t.Any]) -> dict[str, t.Any]:
    """``inside`` is null where no ranges are given or the row has no single address."""
    item: dict[str, t.Any] = {_snake(field): row.get(field) for field in fields}
    item["username"] = username
    item["inside"] = _inside(item["source_ip"], ranges) if ranges else None
    return item


def _inside(address: t.Any, ranges: t.Sequence[t.Any]) -> bool | None:
    try:
        return ip.contains(ranges, address)
    except InputError:
        # 'Salesforce.com IP' and the like stand where there is no address.
        return None


def _taken(item: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> bool:
    return params["source"] == "any" or item["inside"] is (params["source"] == "inside")


def _summary(items: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    groups = {"inside": True, "outside": False, "unknown": None}
    found = {name: [item for item in items if item["inside"] is value] for name, value in groups.items()}
    return {
        "total": len(items),
        **{name: len(rows) for name, rows in found.items()},
        "users_inside": sorted({str(item["username"]) for item in found["inside"]}),
        "users_outside": sorted({str(item["username"]) for item in found["outside"]}),
        "addresses_outside": sorted({str(item["source_ip"]) for item in found["outside"]}),
    }


def _snake(field: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field).lstrip("_")


_SPEC = org_argument_spec(
    users={"type": "list", "elements": "str", "default": []},
    own={"type": "bool", "default": False},
    since={"type": "str"},
    until={"type": "str"},
    source_ranges={"type": "list", "elements": "raw", "default": []},
    source={"type": "str", "choices": ["any", "inside", "outside"], "default": "any"},
    limit={"type": "int", "default": 200},
)
LOGINS_DEFINITION = Definition(argument_spec=_SPEC, run=run_logins)
SESSIONS_DEFINITION = Definition(argument_spec=_SPEC, run=run_sessions)
