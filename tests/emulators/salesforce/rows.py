# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the objects that can be queried, as the user of a session may see them: all fields filled."""

from __future__ import annotations

import typing as t

from . import metadata, wsdl
from .components import shown
from .connections import property_id
from .model import Connection
from .org import Org, Session, stamp

Row = dict[str, t.Any]


def organization(org: Org, session: Session) -> list[Row]:
    return [
        {
            "Id": org.id,
            "Name": org.name,
            "InstanceName": org.instance,
            "IsSandbox": org.is_sandbox,
            "OrganizationType": org.edition,
            "NamespacePrefix": None,
            "TrialExpirationDate": None,
            "LanguageLocaleKey": "en_US",
            "TimeZoneSidKey": "Europe/Berlin",
            "CreatedDate": stamp(org.created_at),
            "LastModifiedDate": stamp(org.created_at),
        }
    ]


def users(org: Org, session: Session) -> list[Row]:
    return [
        {
            "Id": each.id,
            "Username": each.username,
            "Name": each.name,
            "FirstName": each.name.partition(" ")[0],
            "LastName": each.name.rpartition(" ")[2],
            "Email": each.email,
            "Alias": each.username[:8],
            "IsActive": each.active,
            "ProfileId": each.profile.id,
            "UserType": "Standard",
            "LanguageLocaleKey": "en_US",
            "LocaleSidKey": "en_US",
            "TimeZoneSidKey": "Europe/Berlin",
            "LastLoginDate": stamp(each.last_login) if each.last_login else None,
            "CreatedDate": stamp(each.created_at),
        }
        for each in org.users.values()
    ]


def profiles(org: Org, session: Session) -> list[Row]:
    return [{"Id": each.id, "Name": each.name, "UserType": "Standard"} for each in org.profiles.values()]


def profiles_with_metadata(org: Org, session: Session) -> list[Row]:
    """Tooling shows the component as well, ranges included."""
    return [
        {**row, "FullName": profile.full_name, "Description": None, "Metadata": _as_json(org, "Profile", org.components.members("Profile", profile.full_name))}
        for row, profile in zip(profiles(org, session), org.profiles.values())
    ]


def _as_json(org: Org, type_name: str, members: dict[str, t.Any]) -> Row:
    """A Metadata value: every member of the type is there, absent ones as null or an empty list."""
    found = shown(org, type_name, members)
    made: Row = {}
    for member in wsdl.members(type_name).values():
        value = found.get(member.name)
        if member.complex:
            items = value if isinstance(value, list) else [value] if value else []
            inner = [_as_json(org, member.type, item) for item in items]
            value = inner if member.many else (inner or [None])[0]
        made[member.name] = [] if value is None and member.many else value
    return made


def login_history(org: Org, session: Session) -> list[Row]:
    user = session.user
    sees_all = user.may("ManageUsers") or user.may("MonitorLoginHistory")
    return [
        {
            "Id": each.id,
            "UserId": each.user.id,
            "LoginTime": stamp(int(each.at) if org.switches["login_time"] == "seconds" else each.at),
            "LoginType": each.login_type,
            "LoginSubType": each.login_sub_type,
            "Status": each.status,
            "SourceIp": each.source_ip,
            "LoginUrl": each.login_url,
            "Application": each.application,
            "Browser": "Unknown",
            "Platform": "Unknown",
            "ApiType": None,
            "ApiVersion": None,
        }
        for each in org.logins
        if sees_all or each.user is user
    ]


def sessions(org: Org, session: Session) -> list[Row]:
    return [
        {
            "Id": each.id,
            "UsersId": each.user.id,
            "SourceIp": each.source_ip,
            "SessionType": "Oauth2",
            "LoginType": each.login_type,
            "UserType": "Standard",
            "SessionSecurityLevel": "STANDARD",
            "NumSecondsValid": int(org.switches["session_seconds"]),
            "LoginHistoryId": each.login_history_id,
            "ParentId": None,
            "IsCurrent": each is session,
            "IsAssociatedWithJwtAccessToken": each.token.startswith("eyJ"),
            "CreatedDate": stamp(each.created_at),
            "LastModifiedDate": stamp(each.used_at),
        }
        for each in org.sessions.values()
        if org.alive(each) and (session.user.may("ManageUsers") or each.user is session.user)
    ]


def connection_row(org: Org, connection: Connection) -> Row:
    return {
        "Id": connection.id,
        "ConnectionType": connection.connection_type,
        "Description": connection.description,
        "DeveloperName": connection.name,
        "FullName": connection.full_name,
        "IsActive": connection.active,
        "Language": connection.language,
        "ManageableState": "installed" if connection.namespace else "unmanaged",
        "MasterLabel": connection.label,
        "Metadata": metadata.write(org, connection),
        "NamespacePrefix": connection.namespace,
        "Status": connection.status,
    }


def connections(org: Org, session: Session) -> list[Row]:
    return [connection_row(org, connection) for connection in org.connections.read()]


def properties(org: Org, session: Session) -> list[Row]:
    return [
        {"Id": property_id(connection, name), "InboundNetworkConnectionId": connection.id, "PropertyName": name, "PropertyValue": value}
        for connection in org.connections.read()
        for name, value in org.connections.properties(connection)
    ]
