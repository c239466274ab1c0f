# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who would be shut out by a change of IP ranges. This module util is PRIVATE to the collection.

``observe`` asks the org where this run and the admins come from; ``objections`` and ``challenges`` are the pure judgement. What cannot be told
counts as an objection.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
from urllib.parse import unquote

from . import _ip_ranges as ip
from . import _range_list as ranges
from ._errors import PrivateConnectError, Refusal
from ._metadata import Component, Metadata
from ._module import Context
from ._org import Org, connect, soql_literal

ADMIN_PROFILE = "Admin"
RECENT_DAYS = 30
_ADMIN_PERMISSIONS = ("ManageUsers", "ModifyAllData", "ManageProfilesPermissionsets", "ManageIpAddresses")
_SUCCESS = "success"
_MOST_ROWS = 2000


@dataclasses.dataclass(frozen=True)
class Seen:
    """An address that the org saw, and when or where."""

    address: str
    source: str


@dataclasses.dataclass(frozen=True)
class Observation:
    """``profile`` is a full name, empty where the org does not tell. ``admins``: for each profile of admins that has active users, where these
    came from lately. ``application``: the label of the app by which the newest login came."""

    username: str
    profile: str
    own: tuple[Seen, ...]
    admins: t.Mapping[str, tuple[Seen, ...]] = dataclasses.field(default_factory=dict)
    jwt: bool = False
    application: str = ""


def observe(org: Org, metadata: Metadata, admin_profiles: t.Sequence[str] = ()) -> Observation:
    """The running user, its profile, and the addresses that the org sees: its newest login, this session, and recent logins of admins."""
    user_id = org.userinfo()["user_id"]
    user = org.query(f"SELECT Id, Username, ProfileId, Profile.Name FROM User WHERE Id = {soql_literal(user_id)}")[0]
    listed = metadata.list("Profile")
    names = {item["id"][:15]: item["fullName"] for item in listed if item.get("id")}
    label = str((user.get("Profile") or {}).get("Name") or "")
    own, application = _own(org, user_id)
    by_label = next((item["fullName"] for item in listed if unquote(item["fullName"]) == label), "")
    return Observation(
        username=user["Username"],
        profile=names.get(user["ProfileId"][:15]) or by_label,
        own=own,
        admins=_admins(org, {key: name for key, name in names.items() if name in admin_profiles}),
        jwt=org.grant.method == "jwt_bearer",
        application=application,
    )


def admin_profiles(profiles: t.Mapping[str, Component]) -> list[str]:
    """Those whose users can set ranges right again."""
    return [name for name, component in profiles.items() if name == ADMIN_PROFILE or _may_repair(component)]


def _may_repair(component: Component) -> bool:
    given = component.get("userPermissions") or []
    items = given if isinstance(given, list) else [given]
    return any(str(item.get("enabled")).lower() == "true" and item.get("name") in _ADMIN_PERMISSIONS for item in items)


def _own(org: Org, user_id: str) -> tuple[tuple[Seen, ...], str]:
    """What was seen of the user, and the app of its newest login."""
    user = soql_literal(user_id)
    logins = org.query(f"SELECT SourceIp, LoginTime, Status, Application FROM LoginHistory WHERE UserId = {user} ORDER BY LoginTime DESC LIMIT 5")
    sessions = org.query(f"SELECT SourceIp, IsCurrent FROM AuthSession WHERE UsersId = {user}")
    newest = next((row for row in logins if _came_in(row)), None)
    seen = [Seen(newest["SourceIp"], f"its newest login, {newest['LoginTime']}")] if newest else []
    seen += [Seen(row["SourceIp"], "this session") for row in sessions if row.get("IsCurrent") and _is_address(row.get("SourceIp"))]
    return tuple(seen), str((newest or {}).get("Application") or "")


def _came_in(row: t.Mapping[str, t.Any]) -> bool:
    """Status cannot be relied on in a SOQL filter."""
    return str(row.get("Status")).lower() == _SUCCESS and _is_address(row.get("SourceIp"))


def _is_address(text: t.Any) -> bool:
    """'Salesforce.com IP' and the like stand where there is none."""
    try:
        return bool(text) and ip.size(text) == 1
    except PrivateConnectError:
        return False


def _admins(org: Org, profiles: t.Mapping[str, str]) -> dict[str, tuple[Seen, ...]]:
    """``profiles``: full names by 15-character ID."""
    if not profiles:
        return {}
    users = org.query(f"SELECT Id, ProfileId FROM User WHERE ProfileId IN ({_literals(profiles)}) AND IsActive = true")
    of_user = {row["Id"][:15]: profiles[row["ProfileId"][:15]] for row in users}
    if not of_user:
        return {}
    since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=RECENT_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ids = _literals([row["Id"] for row in users[:200]])
    soql = f"SELECT UserId, SourceIp, LoginTime, Status FROM LoginHistory WHERE UserId IN ({ids}) AND LoginTime > {since}"
    found: dict[str, list[Seen]] = {name: [] for name in of_user.values()}
    for row in org.query(f"{soql} ORDER BY LoginTime DESC LIMIT {_MOST_ROWS}"):
        if _came_in(row):
            found[of_user[row["UserId"][:15]]].append(Seen(row["SourceIp"], f"a login of an admin, {row['LoginTime']}"))
    return {name: tuple(seen) for name, seen in found.items()}


def _literals(values: t.Iterable[str]) -> str:
    return ", ".join(soql_literal(value) for value in values)


def objections(observation: Observation, profiles: t.Mapping[str, t.Sequence[ranges.Entry]], rule: str) -> list[str]:
    """Why not: for each profile the ranges that it would have. An empty list restricts nobody."""
    found = []
    for profile, entries in profiles.items():
        allowed = [ranges.plainly(entry, ranges.PROFILE) for entry in entries]
        if allowed:
            found += _own_objections(observation, profile, allowed, rule) + _admin_objections(observation, profile, allowed)
    return found


def _own_objections(observation: Observation, profile: str, allowed: t.Sequence[t.Any], rule: str) -> list[str]:
    if not observation.profile:
        return [f"the org does not say which profile {observation.username} has, so {rule} of profile {profile} may shut out this run"]
    if profile != observation.profile:
        return []
    if not observation.own:
        return [f"the org does not say from where {observation.username} (profile {profile}) comes, so {rule} may shut out this run"]
    also = "; JWT bearer logins always meet profile ranges" if observation.jwt else ""
    return [
        f"{rule} of profile {profile} would shut out {observation.username}, who comes from {address} ({sources}){also}"
        for address, sources in _outside(observation.own, allowed).items()
    ]


def _admin_objections(observation: Observation, profile: str, allowed: t.Sequence[t.Any]) -> list[str]:
    if profile not in observation.admins:
        return []
    seen = observation.admins[profile]
    if not seen:
        return [
            (
                f"no admin of profile {profile} may be able to log in any more: the org shows no login of one in the last {RECENT_DAYS} days (seeing those of "
                "others takes 'Manage Users' or 'Monitor Login History')"
            )
        ]
    if any(ip.contains(allowed, item.address) for item in seen):
        return []
    addresses = ", ".join(sorted({item.address for item in seen})[:5])
    return [f"no admin of profile {profile} could log in any more: in the last {RECENT_DAYS} days they came from {addresses}"]


def _outside(seen: t.Iterable[Seen], allowed: t.Sequence[t.Any]) -> dict[str, str]:
    """The addresses that are not allowed, with where each was seen."""
    found: dict[str, list[str]] = {}
    for item in seen:
        if not ip.contains(allowed, item.address):
            found.setdefault(item.address, []).append(item.source)
    return {address: " and ".join(sources) for address, sources in found.items()}


def app_objections(observation: Observation, app: str, allowed: t.Sequence[t.Any], rule: str) -> list[str]:
    """Why not let an app's logins come from ``allowed`` alone. It concerns this run if that comes through the app."""
    if allowed and not observation.own:
        return [f"the org does not say from where {observation.username} comes, who logs in through app {app}, so {rule} may shut out this run"]
    return [
        f"{rule} would shut out {observation.username}, who logs in through app {app} and comes from {address} ({sources})"
        for address, sources in (_outside(observation.own, allowed).items() if allowed else ())
    ]


def challenges(observation: Observation, lost: t.Sequence[t.Any]) -> list[str]:
    """Why not take ``lost`` out of the trusted ranges: who logs in with a password from there would have to verify the device."""
    return [
        f"{observation.username} comes from {item.address} ({item.source}), which would not be trusted any more: logins with a password from there "
        "meet a challenge"
        for item in observation.own[:1]
        if ip.contains(lost, item.address)
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
        connect(params, context, fresh=True).userinfo()
    except PrivateConnectError as error:
        reason = f"After the change a new login failed: {error.message.rstrip('.')}"
        try:
            undo()
        except PrivateConnectError as failed:
            words = f"The change could not be taken back: {failed.message}. Undo it in Setup now, from a session that is open"
            raise PrivateConnectError(f"{reason}. {words}") from error
        raise Refusal(f"{reason}. The change was taken back") from error
