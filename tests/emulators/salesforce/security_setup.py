# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does in Setup about IP ranges, session settings and app policies, past every rule of the API; and who comes from where."""

from __future__ import annotations

import datetime
import ipaddress
import typing as t

from . import enforcement, ranges
from .components import SECURITY, Stored
from .org import App, Org, Profile, User

Triple = t.Sequence[str]


class SecuritySetup:
    """Mixed into :class:`setup.Setup`. Ranges are ``[start, end]`` or ``[start, end, description]``."""

    _org: Org

    def source_address(self, *, ip: str | None, username: str | None = None) -> None:
        """The address that direct connections on loopback seem to come from, for one user or for all; None: their own again."""
        if username is not None:
            self._user(username)
        if ip is None:
            self._org.source_addresses.pop(username, None)
        else:
            self._org.source_addresses[username] = str(ipaddress.ip_address(ip))

    def add_login(self, *, username: str, ip: str, status: str = "Success", minutes_ago: float = 0.0, flow: str = "OauthWebServer") -> str:
        """A row of LoginHistory, as if the user had come from ``ip``. Returns its time."""
        user = self._user(username)
        moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)
        app = next((app for app in self._org.apps.values() if app.run_as == username), None)
        host = self._org.host
        self._org.record_login(user, app, source_ip=ip, sub_type=flow, login_url=host, status=status, at=moment.timestamp() if minutes_ago else None)
        return moment.isoformat()

    def set_login_ip_ranges(self, *, profile: str, ranges: list[Triple]) -> None:
        """``profile`` by full name (Admin) or label (System Administrator)."""
        self._edit("Profile", self._profile(profile).full_name, {"loginIpRanges": _items("ProfileLoginIpRange", ranges)})

    def set_trusted_ip_ranges(self, *, ranges: list[Triple]) -> None:
        self._edit("SecuritySettings", SECURITY, {"networkAccess": {"ipRanges": _items("IpRange", ranges)}})

    def set_session_settings(self, *, settings: dict[str, t.Any]) -> None:
        """Members of SessionSettings, such as enforceIpRangesEveryRequest."""
        self._edit("SecuritySettings", SECURITY, {"sessionSettings": settings})

    def set_app_policy(self, *, app: str, relaxation: str | None = None, ranges: list[Triple] | None = None) -> None:
        """``app`` by its API name; ``relaxation`` as Salesforce spells it for this kind of app."""
        found = next((each for each in self._org.apps.values() if app in (each.full_name, each.name)), None)
        if found is None:
            raise LookupError(f"org {self._org.name} has no app {app}; there are: {', '.join(each.full_name for each in self._org.apps.values())}")
        connected = found.kind == "connected"
        if relaxation is not None:
            kind, name = ("ConnectedApp", found.full_name) if connected else ("ExtlClntAppOauthConfigurablePolicies", f"{found.full_name}_oauthPlcy")
            self._edit(kind, name, {"oauthPolicy": {"ipRelaxation": relaxation}} if connected else {"ipRelaxationPolicyType": relaxation})
        if ranges is not None:
            if connected:
                self._edit("ConnectedApp", found.full_name, {"ipRanges": _items("ConnectedAppIpRange", ranges)})
            else:
                self._edit("ExtlClntAppOauthSettings", f"{found.full_name}_oauth", {"trustedIpRanges": _items("ExtlClntAppOauthIpRange", ranges)})

    def edit_component(self, *, kind: str, full_name: str, changes: dict[str, t.Any]) -> dict[str, t.Any]:
        """Any other members of a component. Lists replace, complex members merge."""
        return self._edit(kind, full_name, changes)

    def add_profile(self, *, name: str) -> dict[str, str]:
        made = self._org.add_profile(name)
        return {"id": made.id, "name": made.name, "full_name": made.full_name}

    def set_profile(self, *, username: str, profile: str) -> None:
        """Give a user another profile."""
        self._user(username).profile = self._profile(profile)

    def set_consumer_secret_access(self, *, allowed: bool) -> None:
        """The org setting 'Allow Access to OAuth Consumer Secrets via Metadata API'."""
        self._org.consumer_secrets_in_metadata = allowed

    def _edit(self, kind: str, full_name: str, changes: dict[str, t.Any]) -> dict[str, t.Any]:
        return self._org.components.edit(kind, full_name, changes)

    def _profile(self, name: str) -> Profile:
        found = next((profile for profile in self._org.profiles.values() if name in (profile.full_name, profile.name)), None)
        if found is None:
            raise LookupError(f"org {self._org.name} has no profile {name}; there are: {', '.join(each.full_name for each in self._org.profiles.values())}")
        return found

    def _user(self, username: str) -> User:
        if username not in self._org.users:
            raise LookupError(f"org {self._org.name} has no user {username}; there are: {', '.join(self._org.users)}")
        return self._org.users[username]


def _items(type_name: str, given: t.Sequence[Triple]) -> list[ranges.Item]:
    return [ranges.make(type_name, *entry) for entry in given]


def security_listing(org: Org) -> dict[str, t.Any]:
    """Ranges, session settings and app policies as plain data, and every component with its members (no secrets)."""
    components = org.components
    settings = components.members("SecuritySettings", SECURITY)
    return {
        "trusted_ip_ranges": ranges.plain("IpRange", (settings.get("networkAccess") or {}).get("ipRanges", [])),
        "session_settings": enforcement.session_settings(org),
        "profiles": {profile.full_name: _profile(org, profile) for profile in org.profiles.values()},
        "apps": {app.full_name: _app(org, app) for app in org.apps.values()},
        "source_addresses": {username or "*": address for username, address in org.source_addresses.items()},
        "consumer_secrets_in_metadata": org.consumer_secrets_in_metadata,
        "components": {kind: {stored.full_name: _members(stored) for stored in components.all(kind)} for kind in components.kinds},
    }


def _profile(org: Org, profile: Profile) -> dict[str, t.Any]:
    listed = org.components.members("Profile", profile.full_name).get("loginIpRanges", [])
    return {"id": profile.id, "name": profile.name, "login_ip_ranges": ranges.plain("ProfileLoginIpRange", listed)}


def _app(org: Org, app: App) -> dict[str, t.Any]:
    relaxation, type_name, listed = enforcement.app_policy(org, app)
    return {"kind": app.kind, "name": app.name, "run_as": app.run_as, "relaxation": relaxation, "ranges": ranges.plain(type_name, listed)}


def _members(stored: Stored) -> dict[str, t.Any]:
    secret = "consumerSecret"
    return {name: {key: item for key, item in value.items() if key != secret} if name == "oauthConfig" else value for name, value in stored.members.items()}
