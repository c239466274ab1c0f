# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who would be shut out by a change of IP ranges. This module util is PRIVATE to the collection.

``observe`` asks the org where this run and the admins come from; ``objections`` is the pure judgement.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from . import _ip_ranges as ip
from . import _range_list as ranges
from ._errors import PrivateConnectError, Refusal
from ._metadata import Metadata
from ._module import Context
from ._org import Org, connect, soql_literal

ADMIN_PROFILE = "Admin"
RECENT_DAYS = 30
_SUCCESS = "success"


@dataclasses.dataclass(frozen=True)
class Seen:
    """An address that the org saw, and when or where."""

    address: str
    source: str


@dataclasses.dataclass(frozen=True)
class Observation:
    username: str
    profile: str
    own: tuple[Seen, ...]
    admins: tuple[Seen, ...] = ()
    jwt: bool = False


def observe(org: Org, metadata: Metadata, *, admins: bool) -> Observation:
    """The running user, its profile's full name, and the addresses that the org sees: its newest login, this session, and, if asked, recent admins."""
    identity = org.userinfo()
    user_id = identity["user_id"]
    user = org.query(f"SELECT Id, Username, ProfileId FROM User WHERE Id = {soql_literal(user_id)}")[0]
    names = {item["id"][:15]: item["fullName"] for item in metadata.list("Profile") if item.get("id")}
    found = _admins(org, names) if admins else ()
    return Observation(user["Username"], names.get(user["ProfileId"][:15], user["ProfileId"]), _own(org, user_id), found, org.grant.method == "jwt_bearer")


def _own(org: Org, user_id: str) -> tuple[Seen, ...]:
    user = soql_literal(user_id)
    logins = org.query(f"SELECT SourceIp, LoginTime, Status FROM LoginHistory WHERE UserId = {user} ORDER BY LoginTime DESC LIMIT 5")
    sessions = org.query(f"SELECT SourceIp, IsCurrent FROM AuthSession WHERE UsersId = {user}")
    newest = next((row for row in logins if str(row.get("Status")).lower() == _SUCCESS and row.get("SourceIp")), None)
    seen = [Seen(newest["SourceIp"], f"its newest login, {newest['LoginTime']}")] if newest else []
    seen += [Seen(row["SourceIp"], "this session") for row in sessions if row.get("IsCurrent") and row.get("SourceIp")]
    return tuple(seen)


def _admins(org: Org, names: t.Mapping[str, str]) -> tuple[Seen, ...]:
    profile_id = next((key for key, name in names.items() if name == ADMIN_PROFILE), None)
    users = org.query(f"SELECT Id FROM User WHERE ProfileId = {soql_literal(profile_id)} AND IsActive = true") if profile_id else []
    if not users:
        return ()
    since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=RECENT_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ids = ", ".join(soql_literal(row["Id"]) for row in users[:200])
    rows = org.query(f"SELECT SourceIp, LoginTime, Status FROM LoginHistory WHERE UserId IN ({ids}) AND LoginTime > {since}")
    return tuple(
        Seen(row["SourceIp"], f"a login of an admin, {row['LoginTime']}") for row in rows if str(row.get("Status")).lower() == _SUCCESS and row.get("SourceIp")
    )


def objections(observation: Observation, profiles: t.Mapping[str, t.Sequence[ranges.Entry]], rule: str) -> list[str]:
    """Why not: for each profile the ranges that it would have. An empty list restricts nobody."""
    found = []
    for profile, entries in profiles.items():
        allowed = [ranges.plainly(entry, ranges.PROFILE) for entry in entries]
        if not allowed:
            continue
        if profile == observation.profile:
            found += _own_objections(observation, profile, allowed, rule)
        if profile == ADMIN_PROFILE and observation.admins and not any(ip.contains(allowed, seen.address) for seen in observation.admins):
            addresses = ", ".join(sorted({seen.address for seen in observation.admins})[:5])
            found.append(f"no admin of profile {profile} could log in any more: in the last {RECENT_DAYS} days they came from {addresses}")
    return found


def _own_objections(observation: Observation, profile: str, allowed: t.Sequence[t.Any], rule: str) -> list[str]:
    if not observation.own:
        return [f"the org does not say from where {observation.username} (profile {profile}) comes, so {rule} may shut out this run"]
    outside: dict[str, list[str]] = {}
    for seen in observation.own:
        if not ip.contains(allowed, seen.address):
            outside.setdefault(seen.address, []).append(seen.source)
    also = "; JWT bearer logins always meet profile ranges" if observation.jwt else ""
    return [
        f"{rule} of profile {profile} would shut out {observation.username}, who comes from {address} ({' and '.join(sources)}){also}"
        for address, sources in outside.items()
    ]


def refuse(objections_found: t.Sequence[str], allow_lockout: bool, warnings: list[str]) -> None:
    if not objections_found:
        return
    if allow_lockout:
        warnings.extend(f"allow_lockout: {objection}" for objection in objections_found)
        return
    raise Refusal(
        f"Nothing was changed, since this would lock out: {' | '.join(objections_found)}. "
        "Add the address to the ranges, or run from inside them; allow_lockout=true overrides this check",
        objections=list(objections_found),
    )


def prove_login(params: t.Mapping[str, t.Any], context: Context, undo: t.Callable[[], None]) -> None:
    """Log in once more. If that fails, ``undo`` takes the change back in the session that made it, and the reason is raised."""
    try:
        connect(params, context).userinfo()
    except PrivateConnectError as error:
        reason = f"After the change a new login failed: {error.message}"
        try:
            undo()
        except PrivateConnectError as failed:
            words = f"The change could not be taken back: {failed.message}. Undo it in Setup now, from a session that is open"
            raise PrivateConnectError(f"{reason}. {words}") from error
        raise Refusal(f"{reason}. The change was taken back") from error
