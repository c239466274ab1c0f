# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that can be queried: their fields with the documented flags, and where their rows come from."""

from __future__ import annotations

import dataclasses
import typing as t

from . import rows
from .model import PROPERTY_NAMES
from .org import Org, Session, User
from .rows import Row
from .switches import STATUSES


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
    """``surfaces``: ``rest``, ``tooling``. ``rows`` gives the rows that the session's user may see, all fields filled."""

    name: str
    prefix: str
    fields: tuple[Field, ...]
    rows: t.Callable[[Org, Session], list[Row]]
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


NEEDED_TO_WRITE = ("ManageExternalConnections", "ModifyMetadata")
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
        rows.organization,
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
        rows.users,
        ("rest", "tooling"),
    ),
    SObject("Profile", "00e", (_id(), Field("Name", "string"), Field("UserType", "picklist")), rows.profiles, ("rest",)),
    SObject(
        "Profile",
        "00e",
        (
            *(_id(), Field("Name", "string"), Field("UserType", "picklist")),
            Field("FullName", "string", "GN", length=255),
            Field("Description", "string", "FGNS", length=255),
            Field("Metadata", "complexvalue", "CNU"),
        ),
        rows.profiles_with_metadata,
        ("tooling",),
        since=32.0,
        needs=("ViewSetup",),
    ),
    SObject(
        "LoginHistory",
        "0Ya",
        (
            _id(),
            Field("UserId", "reference", refers_to="User"),
            Field("LoginTime", "datetime", "FGS"),
            *(Field(name, "picklist", "FGSN") for name in ("LoginType", "LoginSubType")),
            *(Field(name, "string", "FGSN") for name in ("SourceIp", "Status")),  # but see filterable()
            *(Field(name, "string", "GSN") for name in ("LoginUrl", "Application", "Browser", "Platform", "ApiType", "ApiVersion")),
        ),
        rows.login_history,
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
            *(Field(name, "boolean", "DFGS") for name in ("IsCurrent", "IsAssociatedWithJwtAccessToken")),
            *(Field(name, "datetime", "FS") for name in ("CreatedDate", "LastModifiedDate")),
        ),
        rows.sessions,
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
        rows.connections,
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
        rows.properties,
        ("tooling",),
        since=49.0,
        needs=_SEES_CONNECTIONS,
        methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
    ),
)


def find(name: str, surface: str | None = None) -> SObject | None:
    return next((each for each in ALL if each.name.casefold() == name.casefold() and surface in (None, *each.surfaces)), None)


def filterable(org: Org, sobject: SObject, field: Field) -> bool:
    """The page of LoginHistory flags SourceIp and Status as filterable, and leaves them out of its list of fields to filter by."""
    by_switch = sobject.name == "LoginHistory" and field.name in ("SourceIp", "Status")
    return org.switches["login_history_filters"] == "all" if by_switch else field.has("F")


def shown_name(org: Org, field: Field) -> str:
    """How a field is spelt in answers."""
    return org.switches["is_active_key"] if field.name == "IsActive" and "D" in field.flags else field.name
