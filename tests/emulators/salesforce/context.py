# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a handler is given: the org, the request, who calls, and which API version."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..web import Request, Response
from .errors import ApiError
from .org import Org, Session, User


@dataclasses.dataclass
class Context:
    """``args`` are the named parts of the path. ``private_ip``: the address that the org sees where the data plane brought the connection.

    ``note`` goes into the record of the call.
    """

    org: Org
    request: Request
    args: dict[str, str]
    private_ip: str | None = None
    session: Session | None = None
    note: str | None = None

    @property
    def current(self) -> Session:
        if self.session is None:
            raise LookupError("this route has no session")
        return self.session

    @property
    def user(self) -> User:
        return self.current.user

    @property
    def source_ip(self) -> str:
        """Where the call comes from, as the org sees it."""
        return self.seen_from(self.session.user if self.session else None)

    def seen_from(self, user: User | None) -> str:
        """The same for a user that is logging in: tests may say where a direct connection comes from."""
        if self.private_ip:
            return self.private_ip
        named = self.org.source_addresses
        return named.get(user.username if user else None) or named.get(None) or self.request.peer[0]

    @property
    def version(self) -> float:
        return float(self.args["version"])

    @property
    def base(self) -> str:
        return f"/services/data/v{self.args['version']}"

    @property
    def instance_url(self) -> str:
        """The org's address for this client: the host that it called, unless the switch says My Domain."""
        if self.org.switches["instance_url"] == "my_domain":
            return f"https://{self.org.host}"
        return f"{'https' if self.request.secure else 'http'}://{self.request.host}"

    def json_object(self) -> dict[str, t.Any]:
        """The request's body. Raises ApiError where it is no JSON object."""
        if self.request.media_type != "application/json":
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content type '{self.request.media_type}' is not supported; use application/json")
        try:
            document = json.loads(self.request.body)
        except ValueError as error:
            raise ApiError(400, "JSON_PARSER_ERROR", f"Unexpected content at the request body: {error}") from error
        if not isinstance(document, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "Can not deserialize the request body: an object is expected")
        return document


Handle = t.Callable[[Context], Response]
