# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an org holds at the start, read from JSON, and built anew at each reset with the same secrets."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import time
import typing as t

from . import ids
from .model import Connection
from .org import ADMIN_PERMISSIONS, App, Cloud, Org, Session
from .switches import Switches

READER_PERMISSIONS = ("ApiEnabled", "ViewSetup")
# What an automation's own user needs, without the run of all data.
INTEGRATION_PERMISSIONS = tuple(name for name in ADMIN_PERMISSIONS if name not in ("ModifyAllData", "ViewAllData", "ManageUsers"))
GRANTS = ("client_credentials", "jwt_bearer", "refresh_token")


def _secret() -> str:
    return secrets.token_hex(32)


def _client_id() -> str:
    return f"3MVG9{secrets.token_urlsafe(60).replace('-', '.')[:80]}"


@dataclasses.dataclass
class UserSeed:
    """A user with an app of its own (``app``: ``connected`` or ``external``): client credentials run as the user, and it is approved for JWT bearer."""

    username: str
    name: str = "Ada Admin"
    profile: str = "System Administrator"
    permissions: tuple[str, ...] = ADMIN_PERMISSIONS
    grants: tuple[str, ...] = GRANTS
    approved: bool = True
    app: str = "connected"
    client_id: str = dataclasses.field(default_factory=_client_id)
    client_secret: str = dataclasses.field(default_factory=_secret)
    refresh_token: str = dataclasses.field(default_factory=lambda: f"5Aep861{secrets.token_urlsafe(48)}")
    access_token_tail: str = dataclasses.field(default_factory=lambda: f"AQ{secrets.token_urlsafe(60).replace('-', '.')}")

    def __post_init__(self) -> None:
        if self.app not in ("connected", "external"):
            raise ValueError(f"user {self.username}: app is connected or external, not {self.app}")


@dataclasses.dataclass
class ConnectionSeed:
    """A connection that is there already, in any status."""

    name: str
    label: str = ""
    description: str = "Seeded"
    active: bool = True
    status: str = "Unprovisioned"
    region: str | None = None
    vpc_endpoint_id: str | None = None
    connection_type: str = "AwsPrivateLink"
    namespace: str | None = None
    source_ip_ranges: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass
class OrgSeed:
    """One org. The first user is the one whose credentials stand first in the ready file; the second is ``reader``."""

    name: str
    host: str = ""
    hosts: tuple[str, ...] = ()
    org_id: str = ""
    sandbox: bool = False
    edition: str = "Enterprise Edition"
    licences: int = 2
    api_limit: int = 100_000
    users: list[UserSeed] = dataclasses.field(default_factory=list)
    connections: list[ConnectionSeed] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        domain = "sandbox.my.salesforce.com" if self.sandbox else "my.salesforce.com"
        self.host = (self.host or f"{self.name}.{domain}").lower()
        number = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:6], "big")
        self.org_id = ids.to18(self.org_id[:15]) if self.org_id else ids.make("00D", number)
        self.users = self.users or [
            UserSeed(f"admin@{self.name}.example"),
            UserSeed(f"reader@{self.name}.example", "Rita Reader", "Standard User", READER_PERMISSIONS),
            UserSeed(f"integration@{self.name}.example", "Private Link", "Integration User", INTEGRATION_PERMISSIONS, app="external"),
            UserSeed(f"sales@{self.name}.example", "Sam Sales", "Custom: Sales Operations", ("ApiEnabled",), app="external"),
        ]

    @classmethod
    def parse(cls, document: t.Mapping[str, t.Any]) -> OrgSeed:
        """Read {name, host?, users?: [...], connections?: [...], ...}. Raises ValueError naming what is not known."""
        fields = _checked(cls, document, "org")
        fields["users"] = [UserSeed(**_checked(UserSeed, user, "user")) for user in fields.get("users", [])]
        fields["connections"] = [ConnectionSeed(**_checked(ConnectionSeed, item, "connection")) for item in fields.get("connections", [])]
        return cls(**fields)

    def build(self, *, switches: Switches, cloud: Cloud, allocate: t.Callable[[], tuple[tuple[str, str], ...]], public_key: str) -> Org:
        org = Org(self.name, self.host, self.org_id, switches=switches, cloud=cloud, allocate=allocate)
        org.hosts = {self.host, *(host.lower() for host in self.hosts)}
        org.is_sandbox, org.edition = self.sandbox, self.edition
        org.licences, org.api_limit = self.licences, self.api_limit
        for seed in self.users:
            self._add_user(org, seed, public_key)
        for seed in self.connections:
            add_connection(org, seed)
        return org

    def access_token(self, seed: UserSeed) -> str:
        return f"{self.org_id[:15]}!{seed.access_token_tail}"

    def _add_user(self, org: Org, seed: UserSeed, public_key: str) -> None:
        user = org.add_user(seed.username, name=seed.name, profile=seed.profile, permissions=seed.permissions)
        approved = {seed.username} if seed.approved else set()
        name = f"Automation of {seed.name}"
        app = App(name, seed.client_id, seed.client_secret, set(seed.grants), seed.username, public_key, approved, kind=seed.app)
        org.add_app(app, user)
        org.refresh_tokens[seed.refresh_token] = (app, user)
        now = time.time()
        session = Session(org.new_id("0Ak"), self.access_token(seed), user, app, now, now, "127.0.0.1", "Remote Access 2.0")
        org.sessions[session.token] = session


def add_connection(org: Org, seed: ConnectionSeed) -> Connection:
    """Put a connection into the org as it is, past every rule. Ranges: as given, or allocated where it is Ready."""
    ranges = tuple((start, end) for start, end in seed.source_ip_ranges) or (org.connections.allocate() if seed.status == "Ready" else ())
    connection = Connection(
        id=org.new_id(org.switches["connection_prefix"]),
        name=seed.name,
        label=seed.label or seed.name.replace("_", " "),
        description=seed.description,
        active=seed.active,
        status=seed.status,
        connection_type=seed.connection_type,
        region=seed.region,
        endpoint_id=seed.vpc_endpoint_id,
        ranges=ranges,
        kept_ranges=ranges,
        namespace=seed.namespace,
        seen=seed.status != "Unprovisioned",
        moved_at=time.monotonic(),
    )
    return org.connections.put(connection)


def _checked(kind: type, document: t.Mapping[str, t.Any], what: str) -> dict[str, t.Any]:
    if not isinstance(document, dict):
        raise ValueError(f"{what}: an object is expected, not {document!r}")
    known = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted(set(document) - known)
    if unknown:
        raise ValueError(f"{what}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return {name: tuple(value) if isinstance(value, list) and name not in ("users", "connections") else value for name, value in document.items()}
