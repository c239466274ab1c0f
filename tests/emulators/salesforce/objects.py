# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that can be queried: their fields with the documented flags, and where their rows come from."""

from __future__ import annotations

import dataclasses
import typing as t

from . import metadata
from .connections import property_id
from .model import PROPERTY_NAMES, Connection
from .org import Org, User, stamp
from .switches import STATUSES

Row = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Field:
    """``flags``: C create, U update, F filter, G group, S sort, N nillable, D defaulted on create, R restricted picklist."""

    name: str
    type: str
    flags: str = "FGS"
    values: tuple[str, ...] = ()
    length: int = 0
    refers_to: str | None = None
    relationship: str | None = None

    def has(self, flag: str) -> bool:
        return flag in self.flags

    def describe(self) -> Row:
        return {
            "name": self.name,
            "label": self.name,
            "type": self.type,
            "length": self.length,
            "createable": self.has("C"),
            "updateable": self.has("U"),
            "filterable": self.has("F"),
            "groupable": self.has("G"),
            "sortable": self.has("S"),
            "nillable": self.has("N"),
            "defaultedOnCreate": self.has("D"),
            "restrictedPicklist": self.has("R"),
            "picklistValues": [{"active": True, "defaultValue": False, "label": value, "value": value} for value in self.values],
            "referenceTo": [self.refers_to] if self.refers_to else [],
            "relationshipName": self.relationship,
        }


@dataclasses.dataclass(frozen=True)
class SObject:
    """``surfaces``: ``rest``, ``tooling``. ``rows`` gives the rows that this user may see, all fields filled."""

    name: str
    prefix: str
    fields: tuple[Field, ...]
    rows: t.Callable[[Org, User], list[Row]]
    surfaces: tuple[str, ...] = ("rest",)
    since: float = 20.0
    needs: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("GET", "HEAD")

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name.casefold() == name.casefold()), None)

    def related(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.relationship and field.relationship.casefold() == name.casefold()), None)

    def visible_to(self, org: Org, user: User, surface: str, version: float) -> bool:
        if surface not in self.surfaces or version < self.since:
            return False
        if self.name.startswith("InboundNetworkConn") and org.switches["feature"] == "off":
            return False
        return not self.needs or any(user.may(permission) for permission in self.needs)


def _id(prefix_of: str | None = None) -> Field:
    return Field("Id", "id", "DFGS", length=18, refers_to=prefix_of)


def _organization(org: Org, user: User) -> list[Row]:
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


def _users(org: Org, user: User) -> list[Row]:
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


def _profiles(org: Org, user: User) -> list[Row]:
    return [{"Id": each.id, "Name": each.name, "UserType": "Standard"} for each in org.profiles.values()]


def _login_history(org: Org, user: User) -> list[Row]:
    sees_all = user.may("ManageUsers") or user.may("MonitorLoginHistory")
    return [
        {
            "Id": each.id,
            "UserId": each.user.id,
            "LoginTime": stamp(each.at),
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


def _sessions(org: Org, user: User) -> list[Row]:
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
            "CreatedDate": stamp(each.created_at),
            "LastModifiedDate": stamp(each.used_at),
        }
        for each in org.sessions.values()
        if org.alive(each) and (user.may("ManageUsers") or each.user is user)
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


def _connections(org: Org, user: User) -> list[Row]:
    return [connection_row(org, connection) for connection in org.connections.read()]


def _properties(org: Org, user: User) -> list[Row]:
    return [
        {"Id": property_id(connection, name), "InboundNetworkConnectionId": connection.id, "PropertyName": name, "PropertyValue": value}
        for connection in org.connections.read()
        for name, value in org.connections.properties(connection)
    ]


_SEES_CONNECTIONS = ("ViewSetup", "ManageExternalConnections")

ALL = (
    SObject(
        "Organization",
        "00D",
        (
            _id(),
            *(Field(name, "string") for name in ("Name", "InstanceName", "OrganizationType", "LanguageLocaleKey", "TimeZoneSidKey")),
            Field("NamespacePrefix", "string", "FGSN"),
            Field("IsSandbox", "boolean"),
            *(Field(name, "datetime", "FSN") for name in ("TrialExpirationDate", "CreatedDate", "LastModifiedDate")),
        ),
        _organization,
        ("rest", "tooling"),
    ),
    SObject(
        "User",
        "005",
        (
            _id(),
            *(Field(name, "string") for name in ("Username", "Name", "FirstName", "LastName", "Email", "Alias")),
            *(Field(name, "picklist") for name in ("UserType", "LanguageLocaleKey", "LocaleSidKey", "TimeZoneSidKey")),
            Field("IsActive", "boolean"),
            Field("ProfileId", "reference", refers_to="Profile", relationship="Profile"),
            *(Field(name, "datetime", "FSN") for name in ("LastLoginDate", "CreatedDate")),
        ),
        _users,
        ("rest", "tooling"),
    ),
    SObject("Profile", "00e", (_id(), Field("Name", "string"), Field("UserType", "picklist")), _profiles, ("rest", "tooling")),
    SObject(
        "LoginHistory",
        "0Ya",
        (
            _id(),
            Field("UserId", "reference", refers_to="User"),
            Field("LoginTime", "datetime", "FGS"),
            *(Field(name, "picklist", "FGSN") for name in ("LoginType", "LoginSubType")),
            # Usage on the object's page omits SourceIp and Status from the fields that can be filtered by.
            *(Field(name, "string", "GSN") for name in ("SourceIp", "Status")),
            *(Field(name, "string", "GSN") for name in ("LoginUrl", "Application", "Browser", "Platform", "ApiType", "ApiVersion")),
        ),
        _login_history,
        since=21.0,
    ),
    SObject(
        "AuthSession",
        "0Ak",
        (
            _id(),
            Field("UsersId", "reference", refers_to="User", relationship="Users"),
            Field("LoginHistoryId", "reference", "FGSN", refers_to="LoginHistory", relationship="LoginHistory"),
            Field("ParentId", "reference", "FGSN", refers_to="AuthSession"),
            Field("SourceIp", "string", "FGS"),
            *(Field(name, "picklist") for name in ("SessionType", "LoginType", "UserType", "SessionSecurityLevel")),
            Field("NumSecondsValid", "int"),
            *(Field(name, "datetime", "FS") for name in ("CreatedDate", "LastModifiedDate")),
        ),
        _sessions,
        since=29.0,
        methods=("GET", "HEAD", "DELETE"),
    ),
    SObject(
        "InboundNetworkConnection",
        "",
        (
            _id(),
            Field("ConnectionType", "picklist", "FGRS", ("AwsPrivateLink",)),
            Field("Description", "string", "FGNS", length=255),
            Field("DeveloperName", "string", "FGS", length=80),
            Field("FullName", "string", "CGN", length=255),
            Field("IsActive", "boolean", "DFGS"),
            Field("Language", "picklist", "DFGNRS", ("en_US",)),
            Field("ManageableState", "picklist", "FGNRS", ("installed", "unmanaged")),
            Field("MasterLabel", "string", "FGS", length=80),
            Field("Metadata", "complexvalue", "CNU"),
            Field("NamespacePrefix", "string", "FGNS", length=15),
            Field("Status", "picklist", "FGRS", STATUSES),
        ),
        _connections,
        ("tooling",),
        since=49.0,
        needs=_SEES_CONNECTIONS,
        methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
    ),
    SObject(
        "InboundNetworkConnProperty",
        "0kP",
        (
            _id(),
            Field("InboundNetworkConnectionId", "reference", "CFGS", refers_to="InboundNetworkConnection", relationship="InboundNetworkConnection"),
            Field("PropertyName", "picklist", "CFGRS", PROPERTY_NAMES),
            Field("PropertyValue", "textarea", "CNU", length=32000),
        ),
        _properties,
        ("tooling",),
        since=49.0,
        needs=_SEES_CONNECTIONS,
        methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
    ),
)


def find(name: str) -> SObject | None:
    return next((each for each in ALL if each.name.casefold() == name.casefold()), None)


def shown_name(org: Org, field: Field) -> str:
    """How a field is spelt in answers."""
    return org.switches["is_active_key"] if field.name == "IsActive" and "D" in field.flags else field.name
