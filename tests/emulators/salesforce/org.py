# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one org holds: users, apps, sessions, login history, limits. Connections are in connections.py, ranges and policies in components.py."""

from __future__ import annotations

import dataclasses
import datetime
import hmac
import itertools
import secrets
import threading
import time
import typing as t

import jwt

from . import component_seeds, ids
from .components import SECURITY, Components
from .connections import Connections
from .switches import Switches

ADMIN_PERMISSIONS = (
    "ApiEnabled",
    "CustomizeApplication",
    # The names of these two, and of ViewConsumerSecretsInMetadata, are not documented: the pages give their labels only.
    "ManageExternalClientAppPolicies",
    "ManageExternalConnections",
    "ManageUsers",
    "ModifyAllData",
    "ModifyMetadata",
    "MonitorLoginHistory",
    "ViewAllData",
    "ViewConsumerSecretsInMetadata",
    "ViewSetup",
)


def stamp(moment: float) -> str:
    """A moment (seconds since 1970) in the form that Salesforce's REST API writes."""
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(moment * 1000) % 1000:03d}+0000"


class Cloud(t.Protocol):
    """What the org asks of AWS. ``endpoint`` gives {id, account, region, service_name, state} or None."""

    services: dict[str, str]

    def endpoint(self, region: str | None, vpce_id: str) -> dict[str, t.Any] | None: ...

    def accept(self, vpce_id: str) -> None: ...

    def reject(self, vpce_id: str) -> None: ...


@dataclasses.dataclass
class Profile:
    """``name`` is its label; ``full_name`` is what the Metadata API calls it."""

    id: str
    name: str
    full_name: str


@dataclasses.dataclass
class User:
    id: str
    username: str
    name: str
    email: str
    profile: Profile
    permissions: set[str]
    active: bool = True
    created_at: float = 0.0
    last_login: float | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@dataclasses.dataclass
class App:
    """A connected or external client app (``kind``: ``connected``, ``external``). ``public_key`` is PEM text; ``approved`` are the pre-authorised usernames."""

    name: str
    client_id: str
    client_secret: str
    grants: set[str]
    run_as: str | None = None
    public_key: str | None = None
    approved: set[str] = dataclasses.field(default_factory=set)
    scope: str = "api refresh_token"
    kind: str = "connected"
    full_name: str = ""


@dataclasses.dataclass
class Session:
    """``exempt``: the app's policy lifted the profile's IP ranges at login."""

    id: str
    token: str
    user: User
    app: App
    created_at: float
    used_at: float
    source_ip: str
    login_type: str
    login_history_id: str | None = None
    expired: bool = False
    exempt: bool = False


@dataclasses.dataclass
class Login:
    """One row of LoginHistory. ``status`` is Success or the reason of the failure."""

    id: str
    user: User
    at: float
    source_ip: str
    status: str
    login_type: str
    login_sub_type: str
    application: str
    login_url: str


class Org:
    """One org. Every access to its state happens under ``lock``."""

    def __init__(self, name: str, host: str, org_id: str, *, switches: Switches, cloud: Cloud, allocate: t.Callable[[], tuple[tuple[str, str], ...]]) -> None:
        self.name = name
        self.host = host
        self.id = org_id
        self.hosts = {host}
        self.edition = "Enterprise Edition"
        self.instance = "USA1"
        self.is_sandbox = False
        self.licences = 2
        self.api_limit = 100_000
        self.api_usage = 0
        self.created_at = time.time()
        self.switches = switches
        self.cloud = cloud
        self.lock = threading.RLock()
        self.profiles: dict[str, Profile] = {}
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.sessions: dict[str, Session] = {}
        self.refresh_tokens: dict[str, tuple[App, User]] = {}
        self.logins: list[Login] = []
        self.cursors: dict[str, tuple[list[dict[str, t.Any]], int]] = {}
        self.consumer_secrets_in_metadata = True
        # Where direct connections on loopback are said to come from, by username; None: whoever has no entry.
        self.source_addresses: dict[str | None, str] = {}
        self._numbers = itertools.count(1)
        self._token_key = secrets.token_hex(32)
        self.connections = Connections(self, allocate)
        self.components = Components(self)
        self.components.put("SecuritySettings", SECURITY, component_seeds.security_settings())

    def new_id(self, prefix: str) -> str:
        return ids.make(prefix, next(self._numbers))

    def add_profile(self, name: str) -> Profile:
        if name not in self.profiles:
            made = Profile(self.new_id("00e"), name, component_seeds.profile_full_name(name))
            self.profiles[name] = made
            self.components.put("Profile", made.full_name, component_seeds.profile(name), record_id=made.id)
        return self.profiles[name]

    def add_user(self, username: str, *, name: str, profile: str, permissions: t.Iterable[str]) -> User:
        user = User(self.new_id("005"), username, name, username, self.add_profile(profile), set(permissions), created_at=time.time())
        self.users[username] = user
        return user

    def add_app(self, app: App, owner: User) -> None:
        """Register an app, and the components by which the Metadata API knows it."""
        taken = {known.full_name for known in self.apps.values()}
        wanted = component_seeds.app_full_name(app.name)
        app.full_name = next(name for name in itertools.chain([wanted], (f"{wanted}_{number}" for number in itertools.count(2))) if name not in taken)
        self.apps[app.client_id] = app
        if app.kind == "connected":
            self.components.put("ConnectedApp", app.full_name, component_seeds.connected_app(app, owner), record_id=self.new_id("0H4"))
            return
        policies = component_seeds.external_policies(app, owner)
        self.components.put("ExtlClntAppOauthSettings", f"{app.full_name}_oauth", component_seeds.external_settings(app), record_id=self.new_id("0xJ"))
        self.components.put("ExtlClntAppOauthConfigurablePolicies", f"{app.full_name}_oauthPlcy", policies, record_id=self.new_id("0xK"))

    def user_by_id(self, user_id: str) -> User | None:
        wanted = ids.canonical(user_id)
        return next((user for user in self.users.values() if user.id == wanted), None)

    def app_by_id(self, client_id: str) -> App | None:
        return self.apps.get(client_id)

    def new_token(self, user: User) -> str:
        if self.switches["access_tokens"] == "jwt":
            claims = {"iss": f"https://{self.host}", "sub": f"uid:{user.id}", "iat": int(time.time()), "jti": secrets.token_hex(16)}
            return jwt.encode(claims, self._token_key, algorithm="HS256")
        return f"{self.id[:15]}!AQ{secrets.token_urlsafe(60).replace('-', '.')}"

    def open_session(self, user: User, app: App, *, source_ip: str, sub_type: str, login_url: str, exempt: bool = False) -> Session:
        """Log a user in: a session, and a row of LoginHistory."""
        now = time.time()
        login = self.record_login(user, app, source_ip=source_ip, sub_type=sub_type, login_url=login_url, status="Success")
        session = Session(self.new_id("0Ak"), self.new_token(user), user, app, now, now, source_ip, login.login_type, login.id, exempt=exempt)
        self.sessions[session.token] = session
        user.last_login = now
        return session

    def record_login(self, user: User, app: App | None, *, source_ip: str, sub_type: str, login_url: str, status: str, at: float | None = None) -> Login:
        # A millisecond apart at least, so that the newest row can be told by its time.
        moment = max(time.time(), self.logins[-1].at + 0.001 if self.logins else 0.0) if at is None else at
        login_type = "Remote Access 2.0" if app else "Application"
        login = Login(self.new_id("0Ya"), user, moment, source_ip, status, login_type, sub_type, app.name if app else "Browser", login_url)
        self.logins.append(login)
        return login

    def session(self, token: str) -> Session | None:
        """The living session of this token; using it starts its lifetime anew."""
        found = next((session for known, session in self.sessions.items() if hmac.compare_digest(known.encode(), token.encode())), None)
        if found is None or not self.alive(found):
            return None
        found.used_at = time.time()
        return found

    def alive(self, session: Session) -> bool:
        return not session.expired and session.user.active and time.time() < session.used_at + self.switches["session_seconds"]

    def revoke_sessions(self, username: str | None = None) -> int:
        """End the sessions of one user, or of all. Returns how many."""
        chosen = [token for token, session in self.sessions.items() if username in (None, session.user.username)]
        for token in chosen:
            del self.sessions[token]
        return len(chosen)
