# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One org on a port of its own: routing, counting, faults, sessions, limits."""

from __future__ import annotations

import dataclasses
import re
import ssl
import sys
import traceback
import typing as t

from ..control import Call, Control, Fault
from ..web import HttpServer, Request, Response
from . import connect, enforcement, oauth, rest, soap, tooling
from .context import Context, Handle
from .errors import ApiError, OAuthError, SoapFault, method_not_allowed, not_found, session_invalid
from .org import Org

LOOPBACK = ("127.0.0.1", "localhost")
MAX_URI = 16_384


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One method of one route. ``session``: ``rest``, ``identity`` (the answers to a bad token differ), ``soap`` (in the body) or None."""

    action: str
    handle: Handle
    write: bool = False
    session: str | None = "rest"


def _get(action: str, handle: Handle) -> dict[str, Endpoint]:
    endpoint = Endpoint(action, handle)
    return {"GET": endpoint, "HEAD": endpoint}


_DATA = r"/services/data/v(?P<version>\d+\.\d+)"
_OBJECT = r"/sobjects/(?P<object>\w+)"
_RECORD = rf"{_OBJECT}/(?P<id>[^/]+)"
_IDENTITY = Endpoint("rest.identity", rest.identity, session="identity")
_USERINFO = Endpoint("oauth.userinfo", oauth.userinfo, session="identity")

ROUTES: tuple[tuple[re.Pattern[str], dict[str, Endpoint]], ...] = tuple(
    (re.compile(pattern + "/?"), endpoints)
    for pattern, endpoints in (
        (r"/services/oauth2/token", {"POST": Endpoint("oauth.token", oauth.token, session=None)}),
        (r"/services/oauth2/revoke", {method: Endpoint("oauth.revoke", oauth.revoke, session=None) for method in ("GET", "POST")}),
        (r"/services/oauth2/userinfo", {"GET": _USERINFO, "POST": _USERINFO}),
        (r"/id/(?P<org>\w+)/(?P<user>\w+)", {"GET": _IDENTITY, "POST": _IDENTITY}),
        (r"/services/data", {"GET": Endpoint("versions", rest.versions, session=None)}),
        (_DATA, _get("rest.resources", rest.resources)),
        (rf"{_DATA}/limits", _get("rest.limits", rest.limits)),
        (rf"{_DATA}/query", _get("rest.query", rest.rest_query)),
        (rf"{_DATA}/query/(?P<locator>\w+-\w+)", _get("rest.query", rest.rest_query_more)),
        (rf"{_DATA}/sobjects", _get("rest.objects", rest.rest_objects)),
        (rf"{_DATA}{_OBJECT}/describe", _get("rest.describe", rest.rest_describe)),
        (rf"{_DATA}{_RECORD}", {**_get("rest.get", rest.rest_get), "DELETE": Endpoint("rest.delete", rest.delete_session, write=True)}),
        (rf"{_DATA}{_OBJECT}", _get("rest.basic", rest.rest_basic)),
        (rf"{_DATA}/tooling/query", _get("tooling.query", tooling.run_query)),
        (rf"{_DATA}/tooling/query/(?P<locator>\w+-\w+)", _get("tooling.query", tooling.query_more)),
        (rf"{_DATA}/tooling/sobjects", _get("tooling.objects", tooling.list_objects)),
        (rf"{_DATA}/tooling{_OBJECT}/describe", _get("tooling.describe", tooling.describe)),
        (
            rf"{_DATA}/tooling{_RECORD}",
            {
                **_get("tooling.get", tooling.get),
                "PATCH": Endpoint("tooling.update", tooling.update, write=True),
                "DELETE": Endpoint("tooling.delete", tooling.delete, write=True),
            },
        ),
        (rf"{_DATA}/tooling{_OBJECT}", {**_get("tooling.basic", tooling.basic), "POST": Endpoint("tooling.create", tooling.create, write=True)}),
        (
            rf"{_DATA}/network-connection/inbound/connection-types/(?P<type>\w+)/topologies",
            _get("connect.topologies", connect.topologies),
        ),
        (
            rf"{_DATA}/network-connection/inbound/connections/(?P<name>\w+)",
            {"POST": Endpoint("connect.action", connect.act, write=True)},
        ),
        (r"/services/Soap/m/(?P<version>\d+\.\d+)", {"POST": Endpoint("soap", soap.handle, session="soap")}),
    )
)


class OrgServer:
    """Serves one org. ``source_of`` gives the source IP for a TCP peer's port where the data plane brought the connection.

    Nothing that a client sends can change what the org sees as its source.
    """

    def __init__(self, org: Org, control: Control, *, tls: ssl.SSLContext | None = None, source_of: t.Callable[[int], str | None] | None = None) -> None:
        self.org = org
        self._control = control
        self._source_of = source_of or (lambda port: None)
        self._http = HttpServer(self.handle, tls=tls)

    @property
    def url(self) -> str:
        return self._http.url

    @property
    def port(self) -> int:
        return self._http.port

    def start(self, port: int = 0) -> None:
        self._http.start(port)

    def stop(self) -> None:
        self._http.stop()

    def handle(self, request: Request) -> Response:
        endpoint, args = _route(request)
        context = Context(self.org, request, args, self._source_of(request.peer[1]))
        action, write = _action(endpoint, context)
        call, fault = self._control.begin("salesforce", action, method=request.method, path=request.path, write=write, org=self.org.name)
        response = self._under(fault, endpoint, context, call)
        self._control.end(call, None if response.delivery == "cut" else response.status, call.note)
        return response

    def _under(self, fault: Fault | None, endpoint: Endpoint | None, context: Context, call: Call) -> Response:
        if fault is not None and fault.kind == "status":
            response = _injected(fault, endpoint)
            response.headers.update(fault.headers)
            return response
        if fault is not None and fault.kind == "reset":
            return Response(delivery="cut")
        if fault is not None and fault.kind == "expire_token":
            with self.org.lock:
                self.org.sessions.pop(_token(endpoint, context.request) or "", None)
        response = self._serve(endpoint, context, call)
        if fault is not None and fault.kind in ("lost_answer", "truncate"):
            response.delivery = "cut" if fault.kind == "lost_answer" else "half"
        return response

    def _serve(self, endpoint: Endpoint | None, context: Context, call: Call) -> Response:
        org, request = self.org, context.request
        if request.host.partition(":")[0].casefold() not in {*LOOPBACK, *org.hosts}:
            return Response.text("<html><body>The requested host is not routed here.</body></html>", 420)
        if len(request.target) > MAX_URI:
            return Response.text("URI Too Long", 414)
        with org.lock:
            try:
                if endpoint is None:
                    raise _unroutable(request)
                self._admit(endpoint, context)
                response = endpoint.handle(context)
                call.note = context.note
            except (ApiError, OAuthError, SoapFault) as error:
                call.note = f"{error} ({context.note})" if context.note else str(error)
                response = error.response(org.switches["error_shape"])
            except Exception as problem:  # a fault of the emulator must reach the client as an answer, and the log as it is
                traceback.print_exc(file=sys.stderr)
                call.note = f"emulator failed: {problem!r}"
                response = ApiError(500, "UNKNOWN_EXCEPTION", f"An unexpected error occurred: {problem!r}").response("list")
            if request.path.startswith("/services/data/v"):
                response.headers["Sforce-Limit-Info"] = f"api-usage={org.api_usage}/{org.api_limit}"
        return response

    def _admit(self, endpoint: Endpoint, context: Context) -> None:
        """Find the session and count the call against the org's limit. Raises ApiError."""
        if endpoint.session in (None, "soap"):
            return
        token = _bearer(context.request)
        context.session = self.org.session(token) if token else None
        if context.session is not None:
            context.note = enforcement.objection(self.org, context.session, context.source_ip)
            context.session = None if context.note else context.session
        if endpoint.session == "identity":
            if context.session is None:
                raise ApiError(403, "FORBIDDEN", "Bad_OAuth_Token" if token else "Missing_OAuth_Token")
            return
        if context.session is None:
            raise session_invalid()
        refusal = {
            "not_valid_for_rest": "This session is not valid for use with the REST API",
            "not_attached_to_agent": "Connected app is not attached to Agent",
        }.get(self.org.switches["rest_refuses"])
        if refusal:
            raise ApiError(401, "INVALID_SESSION_ID", refusal)
        if self.org.api_usage >= self.org.api_limit:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.org.api_usage += 1
        rest.check_version(self.org, context.args["version"])
        if not context.user.may("ApiEnabled"):
            raise ApiError(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this user.")


def _route(request: Request) -> tuple[Endpoint | None, dict[str, str]]:
    for pattern, endpoints in ROUTES:
        match = pattern.fullmatch(request.path)
        if match:
            return endpoints.get(request.method), match.groupdict()
    return None, {}


def _unroutable(request: Request) -> ApiError:
    allowed = next((sorted(endpoints) for pattern, endpoints in ROUTES if pattern.fullmatch(request.path)), None)
    return method_not_allowed(request.method, allowed) if allowed else not_found()


def _action(endpoint: Endpoint | None, context: Context) -> tuple[str, bool]:
    """What the call is counted as, and whether it can change state."""
    if endpoint is None:
        return "unknown", context.request.method not in ("GET", "HEAD")
    if endpoint.session == "soap":
        name, write = soap.operation(context.request)
        return f"soap.{name}", write
    if endpoint.action != "connect.action":
        return endpoint.action, endpoint.write
    try:
        asked = connect.asked_action(context)
    except ApiError:
        asked = None
    return f"connect.action.{asked if asked in connect.ACTIONS else 'unknown'}", endpoint.write


def _injected(fault: Fault, endpoint: Endpoint | None) -> Response:
    if fault.body is None and endpoint is not None and endpoint.session == "soap":
        response = SoapFault.of(_fault_code(fault.status), "Injected by the test.").response()
        response.status = fault.status
        return response
    body = fault.body if fault.body is not None else [{"errorCode": _fault_code(fault.status), "message": "Injected by the test."}]
    return Response.text(body, fault.status) if isinstance(body, str) else Response.json(body, fault.status)


def _token(endpoint: Endpoint | None, request: Request) -> str | None:
    return soap.session_id(request) if endpoint is not None and endpoint.session == "soap" else _bearer(request)


def _bearer(request: Request) -> str | None:
    """The token of ``Authorization: Bearer`` or, as Salesforce takes too, ``OAuth``."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.casefold() in ("bearer", "oauth") and token else None


def _fault_code(status: int) -> str:
    return {403: "REQUEST_LIMIT_EXCEEDED", 429: "REQUEST_LIMIT_EXCEEDED", 503: "SERVER_UNAVAILABLE"}.get(status, "UNKNOWN_EXCEPTION")
