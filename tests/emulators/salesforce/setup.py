# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does in Setup, past every rule of the API: tests use it to change an org behind a client's back."""

from __future__ import annotations

import dataclasses
import typing as t

from . import connect
from .model import Connection
from .org import Login, Org
from .security_setup import SecuritySetup, security_listing
from .seed import ConnectionSeed, add_connection
from .switches import STATUSES

_FIELDS = {
    "label": "label",
    "description": "description",
    "active": "active",
    "status": "status",
    "region": "region",
    "vpc_endpoint_id": "endpoint_id",
    "namespace": "namespace",
    "source_ip_ranges": "ranges",
}


class Setup(SecuritySetup):
    """Each public method is one thing to do; keyword arguments only. Wrong names raise ValueError or LookupError."""

    def __init__(self, org: Org) -> None:
        self._org = org

    # Connections

    def create(self, **fields: t.Any) -> dict[str, t.Any]:
        """Add a connection in any status: the fields of ConnectionSeed."""
        unknown = set(fields) - {field.name for field in dataclasses.fields(ConnectionSeed)}
        if unknown:
            raise ValueError(f"connection: unknown {', '.join(sorted(unknown))}")
        if self._org.connections.named(fields["name"]):
            raise ValueError(f"there is a connection {fields['name']} already")
        return plain(self._org, add_connection(self._org, ConnectionSeed(**fields)))

    def set_fields(self, *, name: str, fields: dict[str, t.Any]) -> dict[str, t.Any]:
        """Change ``label``, ``description``, ``active``, ``status``, ``region``, ``vpc_endpoint_id``, ``source_ip_ranges`` of a connection."""
        unknown = sorted(set(fields) - set(_FIELDS))
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; known: {', '.join(sorted(_FIELDS))}")
        if fields.get("status", "Ready") not in STATUSES:
            raise ValueError(f"status: {fields['status']} is none of {', '.join(STATUSES)}")
        changes = {_FIELDS[key]: value for key, value in fields.items()}
        if "ranges" in changes:
            changes["ranges"] = tuple((start, end) for start, end in changes["ranges"])
        return plain(self._org, self._org.connections.put(dataclasses.replace(self._connection(name), **changes)))

    def provision(self, *, name: str) -> dict[str, t.Any]:
        return plain(self._org, connect.apply(self._org, self._connection(name), "Provision"))

    def sync(self, *, name: str) -> dict[str, t.Any]:
        return plain(self._org, connect.apply(self._org, self._connection(name), "Sync"))

    def teardown(self, *, name: str) -> dict[str, t.Any]:
        return plain(self._org, connect.apply(self._org, self._connection(name), "TearDown"))

    def activate(self, *, name: str) -> dict[str, t.Any]:
        return self.set_fields(name=name, fields={"active": True})

    def deactivate(self, *, name: str) -> dict[str, t.Any]:
        return self.set_fields(name=name, fields={"active": False})

    def delete(self, *, name: str) -> None:
        """Take the record away whatever its status is."""
        self._org.connections.discard(self._connection(name))

    # Users, apps, sessions, limits

    def grant(self, *, username: str, permission: str) -> None:
        self._user(username).permissions.add(permission)

    def revoke(self, *, username: str, permission: str) -> None:
        self._user(username).permissions.discard(permission)

    def deactivate_user(self, *, username: str) -> None:
        self._user(username).active = False

    def activate_user(self, *, username: str) -> None:
        self._user(username).active = True

    def approve(self, *, username: str, client_id: str) -> None:
        """Pre-authorise a user for an app."""
        self._app(client_id).approved.add(self._user(username).username)

    def unapprove(self, *, username: str, client_id: str) -> None:
        self._app(client_id).approved.discard(username)

    def set_public_key(self, *, client_id: str, public_key: str | None) -> None:
        """Change the certificate (PEM of its public key) that the app checks assertions with."""
        self._app(client_id).public_key = public_key

    def set_client_secret(self, *, client_id: str, client_secret: str) -> None:
        self._app(client_id).client_secret = client_secret

    def set_run_as(self, *, client_id: str, username: str | None) -> None:
        self._app(client_id).run_as = username

    def set_grants(self, *, client_id: str, grants: list[str]) -> None:
        self._app(client_id).grants = set(grants)

    def revoke_sessions(self, *, username: str | None = None) -> int:
        return self._org.revoke_sessions(username)

    def revoke_refresh_tokens(self, *, username: str | None = None) -> int:
        chosen = [token for token, (_app, user) in self._org.refresh_tokens.items() if username in (None, user.username)]
        for token in chosen:
            del self._org.refresh_tokens[token]
        return len(chosen)

    def set_licences(self, *, licences: int) -> None:
        self._org.licences = licences

    def set_api_usage(self, *, usage: int, limit: int | None = None) -> None:
        self._org.api_usage = usage
        self._org.api_limit = self._org.api_limit if limit is None else limit

    def _connection(self, name: str) -> Connection:
        found = self._org.connections.named(name)
        if found is None:
            raise LookupError(f"org {self._org.name} has no connection {name}")
        return found

    def _app(self, client_id: str) -> t.Any:
        app = self._org.app_by_id(client_id)
        if app is None:
            raise LookupError(f"org {self._org.name} has no app with this client id")
        return app


def act(org: Org, do: str, arguments: dict[str, t.Any]) -> t.Any:
    """Do one thing of :class:`Setup` by its name, under the org's lock."""
    known = sorted(name for name in dir(Setup) if not name.startswith("_"))
    if do not in known:
        raise ValueError(f"do: {do!r} is none of {', '.join(known)}")
    with org.lock:
        return getattr(Setup(org), do)(**arguments)


def plain(org: Org, connection: Connection) -> dict[str, t.Any]:
    """A connection as plain data."""
    return {
        "id": connection.id,
        "name": connection.name,
        "full_name": connection.full_name,
        "label": connection.label,
        "description": connection.description,
        "active": connection.active,
        "status": connection.status,
        "connection_type": connection.connection_type,
        "region": connection.region,
        "vpc_endpoint_id": connection.endpoint_id,
        "source_ip_ranges": [list(pair) for pair in connection.ranges],
        "namespace": connection.namespace,
        "properties": [{"name": name, "value": value} for name, value in org.connections.properties(connection)],
    }


def listing(org: Org) -> dict[str, t.Any]:
    """Everything in the org as plain data, uncounted, with neither tokens nor secrets."""
    with org.lock:
        return {
            "org_id": org.id,
            "host": org.host,
            "connections": [plain(org, connection) for connection in sorted(org.connections.all(), key=lambda each: each.full_name)],
            "sessions": sum(1 for session in org.sessions.values() if org.alive(session)),
            "logins": [_login(login) for login in org.logins],
            "licences": {"total": org.licences, "used": org.connections.used_licences()},
            "api_usage": org.api_usage,
            "security": security_listing(org),
            "users": {
                user.username: {"active": user.active, "permissions": sorted(user.permissions), "profile": user.profile.name} for user in org.users.values()
            },
        }


def _login(login: Login) -> dict[str, str]:
    return {"username": login.user.username, "status": login.status, "source_ip": login.source_ip, "sub_type": login.login_sub_type}
