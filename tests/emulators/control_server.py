# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control port: what tests in other processes read and arrange, as JSON over HTTP on loopback.

GET, DELETE /calls   GET, POST, DELETE /faults   GET, POST /held   GET, DELETE /misled   GET /made
GET, PATCH /switches   GET /state   GET, POST /orgs   POST /reset   POST /act
"""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import sys
import traceback
import typing as t

from .salesforce import OrgSeed, setup
from .web import HttpServer, Request, Response

if t.TYPE_CHECKING:
    from .control import Held
    from .rig import Rig

AWS_ACTS = ("accept", "reject", "set_state", "deny", "allow", "allow_only", "hide_service", "show_service", "add_service", "add_vpc", "put", "drop")
DNS_ACTS = ("publish", "view", "use_vpc")


class Wrong(Exception):
    """A request that the control port does not understand."""


class ControlServer:
    """Wrong requests are answered 400 {"error": ...}, so that a mistake in a test is seen at once."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._http = HttpServer(self.handle)
        self._routes: dict[tuple[str, str], t.Callable[[Request], t.Any]] = {
            ("GET", "/calls"): self._calls,
            ("DELETE", "/calls"): lambda request: rig.clear_calls(),
            ("GET", "/faults"): lambda request: [dataclasses.asdict(fault) for fault in rig.control.faults],
            ("POST", "/faults"): lambda request: dataclasses.asdict(rig.control.add_fault(**_object(request))),
            ("DELETE", "/faults"): lambda request: rig.control.clear(calls=False, faults=True),
            ("GET", "/held"): lambda request: [_held(held) for held in list(rig.control.held.values())],
            ("POST", "/held"): lambda request: rig.control.release(**_object(request)),
            ("GET", "/misled"): lambda request: rig.witness.misled if rig.witness else [],
            ("DELETE", "/misled"): lambda request: rig.witness.clear() if rig.witness else None,
            ("GET", "/made"): lambda request: rig.aws.endpoints_made() if rig.aws else [],
            ("GET", "/switches"): lambda request: self._switches(),
            ("PATCH", "/switches"): self._set_switches,
            ("GET", "/state"): lambda request: rig.listing(),
            ("GET", "/orgs"): lambda request: rig.credentials(),
            ("POST", "/orgs"): lambda request: rig.add_org(OrgSeed.parse(_object(request))),
            ("POST", "/reset"): lambda request: rig.reset(),
            ("POST", "/act"): self._act,
        }

    @property
    def url(self) -> str:
        return self._http.url

    def start(self, port: int = 0) -> None:
        self._http.start(port)

    def stop(self) -> None:
        self._http.stop()

    def handle(self, request: Request) -> Response:
        handle = self._routes.get((request.method, request.path.rstrip("/")))
        if handle is None:
            return Response.json({"error": f"no such resource: {request.method} {request.path}"}, 404)
        try:
            return Response.json(handle(request))
        except (Wrong, ValueError, LookupError, TypeError) as error:
            return Response.json({"error": f"{type(error).__name__}: {error}"}, 400)
        except Exception as error:  # shown to the test as it is
            traceback.print_exc(file=sys.stderr)
            return Response.json({"error": f"{type(error).__name__}: {error}"}, 500)

    def _calls(self, request: Request) -> list[dict[str, t.Any]]:
        """``?service=``, ``?action=`` (shell patterns), ``?write=true|false``, ``?org=``."""
        asked = request.query
        unknown = sorted(set(asked) - {"service", "action", "write", "org"})
        if unknown:
            raise Wrong(f"unknown parameters: {', '.join(unknown)}")
        return [
            dataclasses.asdict(call)
            for call in list(self._rig.control.calls)
            if fnmatch.fnmatchcase(call.service, asked.get("service", "*"))
            and fnmatch.fnmatchcase(call.action, asked.get("action", "*"))
            and asked.get("write", str(call.write).lower()) == str(call.write).lower()
            and asked.get("org", call.org) == call.org
        ]

    def _switches(self) -> dict[str, t.Any]:
        found = {"salesforce": self._rig.salesforce.switches.as_dict()}
        return {**found, "aws": dataclasses.asdict(self._rig.aws.switches)} if self._rig.aws is not None else found

    def _set_switches(self, request: Request) -> dict[str, t.Any]:
        """``{"salesforce": {name: value}, "aws": {name: value}}``; nothing is changed unless all names are known."""
        wanted = _object(request)
        known = self._switches()
        unknown = [f"{service}.{name}" for service, values in wanted.items() for name in values if name not in known.get(service, {})]
        if unknown or set(wanted) - set(known):
            raise Wrong(f"unknown switches: {', '.join(unknown) or ', '.join(sorted(set(wanted) - set(known)))}")
        self._rig.salesforce.switches.update(wanted.get("salesforce", {}))
        for name, value in wanted.get("aws", {}).items():
            setattr(self._rig.aws.switches, name, value)
        return self._switches()

    def _act(self, request: Request) -> t.Any:
        """``{"service": "salesforce", "org", "do", ...}``, or service ``aws``, ``dns`` with the arguments of their methods."""
        arguments = _object(request)
        service, do = arguments.pop("service", "salesforce"), arguments.pop("do", None)
        try:
            return self._do(service, do, arguments)
        finally:
            if self._rig.witness is not None:
                self._rig.witness.look()

    def _do(self, service: str, do: t.Any, arguments: dict[str, t.Any]) -> t.Any:
        if service == "salesforce":
            return setup.act(self._rig.salesforce.org(arguments.pop("org", "acme")), str(do), arguments)
        if service == "aws" and do in AWS_ACTS and hasattr(self._rig.cloud, do):
            return getattr(self._rig.cloud, do)(*arguments.pop("args", []), **arguments)
        if service == "dns" and do in DNS_ACTS and self._rig.dns is not None:
            return self._rig.act_dns(do, *arguments.pop("args", []), **arguments)
        raise Wrong(f"service {service!r} can't do {do!r} here")


def _held(held: Held) -> dict[str, t.Any]:
    return {"number": held.call.number, "service": held.call.service, "action": held.call.action, "after": held.after}


def _object(request: Request) -> dict[str, t.Any]:
    document = json.loads(request.body or b"{}")
    if not isinstance(document, dict):
        raise Wrong("the body is to be a JSON object")
    return document
