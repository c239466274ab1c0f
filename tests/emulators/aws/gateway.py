# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one call: counted, met by a fault, checked against what is denied, then served by moto."""

from __future__ import annotations

import fnmatch
import sys
import traceback

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from ..control import Control, Fault
from ..web import Request, Response
from . import wire
from .questions import questions
from .world import USER_ACCOUNT, World

HOP_HEADERS = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


class Gateway:
    """Turns HTTP requests into answers of the emulated AWS."""

    def __init__(self, control: Control, world: World) -> None:
        self._control = control
        self._world = world
        self._moto = DomainDispatcherApplication(create_backend_app)

    def handle(self, request: Request) -> Response:
        operation = wire.identify(request)
        if operation is None:
            return wire.error(None, 403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        call, fault = self._control.begin("aws", operation.name, method=request.method, path=request.path, write=operation.write)
        response = self._under(fault, operation, request)
        self._control.end(call, None if response.delivery == "cut" else response.status, wire.error_code(response))
        return response

    def _under(self, fault: Fault | None, operation: wire.Operation, request: Request) -> Response:
        if fault is None:
            return self._serve(operation, request)
        if fault.kind == "status":
            return wire.injected(operation, fault.status, fault.headers, fault.body)
        if fault.kind == "expire_token":
            return wire.expired(operation)
        if fault.kind == "reset":
            return Response(delivery="cut")
        response = self._serve(operation, request)
        response.delivery = "cut" if fault.kind == "lost_answer" else "half"
        return response

    def _serve(self, operation: wire.Operation, request: Request) -> Response:
        refused = self._refused(operation, request)
        if refused is not None:
            return refused
        if operation.dry_run:
            return wire.error(operation, 412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
        try:
            with self._world.transaction():
                body, status, headers = run_wsgi_app(self._moto, wire.environ(request), buffered=True)
        except NotImplementedError as missing:
            return wire.error(operation, 400, "InvalidAction", f"The action {operation.action} is not valid for this emulator: {missing}")
        except Exception as problem:  # a fault of the emulator must reach the client as an answer, and the log as it is
            traceback.print_exc(file=sys.stderr)
            return wire.error(operation, 500, "InternalError", f"The emulator failed: {problem!r}")
        kept = {name: value for name, value in headers.items() if name.lower() not in HOP_HEADERS}
        return Response(int(status.split()[0]), b"".join(body), kept)

    def _refused(self, operation: wire.Operation, request: Request) -> Response | None:
        """What IAM answers, if it does not let the call through."""
        for permission in operation.permissions:
            if any(fnmatch.fnmatchcase(permission, pattern) for pattern in self._world.denied):
                return wire.denied(operation, permission, _user("operator"))
        policy = self._world.policies.get(operation.access_key)
        if policy is None:
            return None
        with self._world.lock:
            asked = questions(operation, request, self._world)
        denied = next((question for question in asked if not policy.allows(question)), None)
        return None if denied is None else wire.denied(operation, denied.action, _user(operation.access_key), denied.resource)


def _user(name: str) -> str:
    return f"arn:aws:iam::{USER_ACCOUNT}:user/{name}"
