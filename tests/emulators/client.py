# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client of the control port. Needs nothing beside Python, so that any test process can use it."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
import urllib.error
import urllib.parse
import urllib.request

Json = dict[str, t.Any]


class ControlError(Exception):
    """The control port refused a request: the text says why."""


class EmulatorClient:
    """Made from the ready file (its path) or from its content."""

    def __init__(self, ready: str | os.PathLike[str] | t.Mapping[str, t.Any]) -> None:
        if not isinstance(ready, t.Mapping):
            with open(ready, encoding="utf-8") as file:
                ready = json.load(file)
        self.ready = t.cast(Json, ready)
        self._url = str(self.ready["control_url"])
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy

    # Calls and faults

    def calls(self, service: str = "*", action: str = "*", *, write: bool | None = None, org: str | None = None) -> list[Json]:
        """The calls so far, oldest first; ``service`` and ``action`` are shell patterns."""
        parameters = {"service": service, "action": action}
        if write is not None:
            parameters["write"] = str(write).lower()
        if org is not None:
            parameters["org"] = org
        return self._ask("GET", f"/calls?{urllib.parse.urlencode(parameters)}")

    def count(self, service: str = "*", action: str = "*", *, write: bool | None = None, org: str | None = None) -> int:
        return len(self.calls(service, action, write=write, org=org))

    def clear_calls(self) -> None:
        self._ask("DELETE", "/calls")

    def add_fault(self, kind: str, service: str = "*", action: str = "*", **fields: t.Any) -> Json:
        """See control.Fault for the fields: ``times``, ``skip``, ``share``, ``write``, ``status``, ``headers``, ``body``, ``seconds``, ``after``."""
        return self._ask("POST", "/faults", {"kind": kind, "service": service, "action": action, **fields})

    def faults(self) -> list[Json]:
        return self._ask("GET", "/faults")

    def clear_faults(self) -> None:
        self._ask("DELETE", "/faults")

    def held(self) -> list[Json]:
        """``{number, service, action, after}`` of the calls that wait for :meth:`release`."""
        return self._ask("GET", "/held")

    def release(self, number: int, *, drop: bool = False) -> None:
        self._ask("POST", "/held", {"number": number, "drop": drop})

    def misled(self) -> list[Json]:
        """Calls after which a name led to an address that carries no traffic, where it did not before."""
        return self._ask("GET", "/misled")

    def clear_misled(self) -> None:
        self._ask("DELETE", "/misled")

    def endpoints_made(self) -> list[str]:
        """IDs of all interface endpoints that were ever made, oldest first; one that a client token gave again is there once."""
        return self._ask("GET", "/made")

    # Switches

    def switches(self) -> dict[str, Json]:
        """``{"salesforce": {name: value}, "aws": {name: value}}``."""
        return self._ask("GET", "/switches")

    def set_switches(self, **salesforce: t.Any) -> None:
        self._ask("PATCH", "/switches", {"salesforce": salesforce})

    def set_aws_switches(self, **aws: t.Any) -> None:
        self._ask("PATCH", "/switches", {"aws": aws})

    @contextlib.contextmanager
    def switched(self, **salesforce: t.Any) -> t.Iterator[None]:
        """Set switches for a block, then set them back."""
        before = self.switches()["salesforce"]
        self.set_switches(**salesforce)
        try:
            yield
        finally:
            self.set_switches(**{name: before[name] for name in salesforce})

    # Orgs

    def state(self) -> Json:
        """Full plain listing: ``{"orgs": {name: {connections, sessions, logins, licences, ...}}, "aws": {...}}``."""
        return self._ask("GET", "/state")

    def connections(self, org: str = "acme") -> dict[str, Json]:
        """The connections of an org by full name."""
        return {connection["full_name"]: connection for connection in self.state()["orgs"][org]["connections"]}

    def add_org(self, name: str, **fields: t.Any) -> Json:
        """Open one more org (fields of OrgSeed); returns its credentials, as in the ready file."""
        return self._ask("POST", "/orgs", {"name": name, **fields})

    def reset(self) -> None:
        """All as at the start; ports and secrets stay."""
        self._ask("POST", "/reset")

    # What people do

    def act(self, do: str, org: str = "acme", **arguments: t.Any) -> t.Any:
        """Something done in Setup: any method of salesforce.setup.Setup."""
        return self._ask("POST", "/act", {"org": org, "do": do, **arguments})

    def create(self, name: str, org: str = "acme", **fields: t.Any) -> Json:
        return self.act("create", org, name=name, **fields)

    def set_fields(self, name: str, org: str = "acme", **fields: t.Any) -> Json:
        return self.act("set_fields", org, name=name, fields=fields)

    def sync(self, name: str, org: str = "acme") -> Json:
        return self.act("sync", org, name=name)

    def provision(self, name: str, org: str = "acme") -> Json:
        return self.act("provision", org, name=name)

    def teardown(self, name: str, org: str = "acme") -> Json:
        return self.act("teardown", org, name=name)

    def delete(self, name: str, org: str = "acme") -> None:
        self.act("delete", org, name=name)

    def revoke_sessions(self, username: str | None = None, org: str = "acme") -> int:
        return self.act("revoke_sessions", org, username=username)

    def grant(self, username: str, permission: str, org: str = "acme") -> None:
        self.act("grant", org, username=username, permission=permission)

    def revoke(self, username: str, permission: str, org: str = "acme") -> None:
        self.act("revoke", org, username=username, permission=permission)

    # Addresses, ranges and policies. Ranges are ``[start, end]`` or ``[start, end, description]``.

    def security(self, org: str = "acme") -> Json:
        """``{trusted_ip_ranges, session_settings, profiles, apps, source_addresses, components, ...}``."""
        return self.state()["orgs"][org]["security"]

    def component(self, kind: str, full_name: str, org: str = "acme") -> Json:
        """All members of a metadata component, such as ``component("SecuritySettings", "Security")``."""
        return self.security(org)["components"][kind][full_name]

    def edit_component(self, kind: str, full_name: str, org: str = "acme", **changes: t.Any) -> Json:
        return self.act("edit_component", org, kind=kind, full_name=full_name, changes=changes)

    def source_address(self, ip: str | None, username: str | None = None, org: str = "acme") -> None:
        """Where direct connections seem to come from, for one user or for all; None: from loopback again. The data plane's stay as they are."""
        self.act("source_address", org, ip=ip, username=username)

    def add_login(self, username: str, ip: str, org: str = "acme", **fields: t.Any) -> str:
        """A row of LoginHistory: ``status``, ``minutes_ago``, ``flow``. Returns its time."""
        return self.act("add_login", org, username=username, ip=ip, **fields)

    def logins(self, org: str = "acme") -> list[Json]:
        """``[{username, status, source_ip, sub_type}]``, oldest first."""
        return self.state()["orgs"][org]["logins"]

    def set_login_ip_ranges(self, profile: str, ranges: t.Sequence[t.Sequence[str]], org: str = "acme") -> None:
        self.act("set_login_ip_ranges", org, profile=profile, ranges=ranges)

    def set_trusted_ip_ranges(self, ranges: t.Sequence[t.Sequence[str]], org: str = "acme") -> None:
        self.act("set_trusted_ip_ranges", org, ranges=ranges)

    def set_session_settings(self, org: str = "acme", **settings: t.Any) -> None:
        """Such as ``enforceIpRangesEveryRequest=True``."""
        self.act("set_session_settings", org, settings=settings)

    def set_app_policy(self, app: str, org: str = "acme", **policy: t.Any) -> None:
        """``relaxation`` (as Salesforce spells it) and ``ranges`` of an app, by its API name."""
        self.act("set_app_policy", org, app=app, **policy)

    def act_aws(self, do: str, *args: t.Any, **arguments: t.Any) -> t.Any:
        """``accept``, ``reject``, ``set_state``, ``deny``, ``allow``, ``allow_only``, ``hide_service``, ``show_service``, ``add_service``,
        ``add_vpc`` of AwsEmulator; without AWS ``put``, ``set_state``, ``drop`` of Endpoints."""
        return self._ask("POST", "/act", {"service": "aws", "do": do, "args": list(args), **arguments})

    def act_dns(self, do: str, *args: t.Any, **arguments: t.Any) -> t.Any:
        """``publish``, ``view``, ``use_vpc``."""
        return self._ask("POST", "/act", {"service": "dns", "do": do, "args": list(args), **arguments})

    def _ask(self, method: str, path: str, document: t.Any = None) -> t.Any:
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self._url + path, data=data, method=method, headers={"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ControlError(f"{method} {path}: {json.load(error)['error']}") from None
