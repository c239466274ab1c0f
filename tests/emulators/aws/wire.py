# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS on the wire: which service and action a request means, and what an error looks like in that service's protocol."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import sys
import typing as t
import uuid
from xml.sax import saxutils

from moto.core.request import Request as MotoRequest
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

from ..web import Request, Response

CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
READS = ("Describe", "Get", "List", "Test", "Search", "Lookup")
REST_XML = frozenset({"route53", "s3", "cloudfront"})


@dataclasses.dataclass(frozen=True)
class Operation:
    """A signed call: ``name`` is ``service.Action``, ``permissions`` are the IAM actions that it needs."""

    service: str
    action: str
    region: str
    access_key: str
    permissions: tuple[str, ...]
    dry_run: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}.{self.action}"

    @property
    def write(self) -> bool:
        return not self.dry_run and not self.action.startswith(READS)


def identify(request: Request) -> Operation | None:
    """What the request asks for, or None where it is not signed with Signature Version 4."""
    credential = CREDENTIAL.search(request.headers.get("authorization", ""))
    if credential is None:
        return None
    service, region, key = credential["service"], credential["region"], credential["key"]
    target = request.headers.get("x-amz-target", "")
    if target:
        return Operation(service, target.rpartition(".")[2], region, key, (f"{service}:{target.rpartition('.')[2]}",))
    form = request.form if request.media_type == "application/x-www-form-urlencoded" else request.query
    action = form.get("Action") or _rest_action(service, request)
    permissions = [f"{service}:{action}"]
    if service == "ec2" and action.startswith("Create") and any(name.startswith("TagSpecification") for name in form):
        permissions.append("ec2:CreateTags")
    return Operation(service, action, region, key, tuple(permissions), dry_run=service == "ec2" and form.get("DryRun", "").lower() == "true")


def _rest_action(service: str, request: Request) -> str:
    if service not in REST_XML:
        return "Unknown"
    try:
        return str(get_service_router(service).match(MotoRequest(environ(request)))[0].name)
    except NotFound:
        return "Unknown"


def error(operation: Operation | None, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error in the shape of the service that was called (EC2 and Route 53 differ; JSON services differ again)."""
    service = operation.service if operation else ""
    request_id = str(uuid.uuid4())
    detail = f"<Code>{saxutils.escape(code)}</Code><Message>{saxutils.escape(message)}</Message>"
    if service == "ec2":
        body = f"<Response><Errors><Error>{detail}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif service in REST_XML or service in ("sts", "iam", "sns", "elasticloadbalancing", ""):
        blame = "Sender" if status < 500 else "Receiver"
        body = f"<ErrorResponse><Error><Type>{blame}</Type>{detail}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    else:
        return Response(status, json.dumps({"__type": code, "message": message}).encode(), {"Content-Type": "application/x-amz-json-1.1", **(headers or {})})
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return Response(status, text.encode(), {"Content-Type": "text/xml;charset=UTF-8", **(headers or {})})


def denied(operation: Operation, permission: str, user_arn: str, resource: str = "*") -> Response:
    """What IAM answers where no policy allows the action."""
    on = "" if resource == "*" else f" on resource: {resource}"
    reason = f"User: {user_arn} is not authorized to perform: {permission}{on} because no identity-based policy allows the {permission} action"
    if operation.service == "ec2":
        return error(operation, 403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {reason}")
    if operation.service in REST_XML or operation.service == "sts":
        return error(operation, 403, "AccessDenied", reason)
    return error(operation, 400, "AccessDeniedException", reason)


def expired(operation: Operation) -> Response:
    if operation.service == "ec2":
        return error(operation, 400, "RequestExpired", "Request has expired.")
    return error(operation, 403, "ExpiredToken", "The security token included in the request is expired")


def injected(operation: Operation, status: int, headers: dict[str, str], body: t.Any) -> Response:
    """The answer of a `status` fault: ``body`` may be ``{"code", "message"}``, text to send as it is, or None."""
    if isinstance(body, (str, bytes)):
        return Response(status, body.encode() if isinstance(body, str) else body, headers)
    code, message = _usual_error(operation, status)
    body = body or {}
    return error(operation, status, body.get("code", code), body.get("message", message), headers)


def _usual_error(operation: Operation, status: int) -> tuple[str, str]:
    ec2 = operation.service == "ec2"
    if status == 503:
        return ("RequestLimitExceeded", "Request limit exceeded.") if ec2 else ("ServiceUnavailable", "The service is unavailable.")
    if status in (400, 429):
        return "Throttling", "Rate exceeded"
    if status == 403:
        return ("UnauthorizedOperation", "You are not authorized to perform this operation.") if ec2 else ("AccessDenied", "Access denied")
    return "InternalError", "An internal error has occurred"


def error_code(response: Response) -> str | None:
    """The code of an error answer, for the record of calls."""
    if response.status < 400:
        return None
    found = re.search(rb"<Code>([^<]*)</Code>|\"__type\": ?\"([^\"]*)\"", response.body)
    return (found[1] or found[2]).decode() if found else None


def environ(request: Request) -> dict[str, t.Any]:
    """The request as WSGI has it, for moto."""
    variables: dict[str, t.Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.target.partition("?")[2],
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "SERVER_NAME": request.host.partition(":")[0] or "127.0.0.1",
        "SERVER_PORT": request.host.partition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.peer[0],
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if request.secure else "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name not in ("content-type", "content-length", "expect"):
            variables[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return variables
