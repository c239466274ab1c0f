# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in the shapes that Salesforce documents.

REST, Tooling and Connect: ``[{"errorCode", "message", "fields"?}]``. OAuth: ``{"error", "error_description"}``, HTTP 400.
SOAP: ``Envelope/Body/Fault`` with ``faultcode`` and ``faultstring``, HTTP 500.
"""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import escape

from ..web import Response


class ApiError(Exception):
    """A refused REST, Tooling or Connect call. ``entries`` is the body's list; several problems are told at once."""

    def __init__(self, status: int, code: str, message: str, fields: t.Sequence[str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        entry: dict[str, t.Any] = {"message": message, "errorCode": code}
        if fields is not None:
            entry["fields"] = list(fields)
        self.entries = [entry]

    @classmethod
    def collect(cls, errors: t.Sequence[ApiError]) -> ApiError:
        first = errors[0]
        first.entries = [entry for error in errors for entry in error.entries]
        return first

    def response(self, shape: str) -> Response:
        """``shape``: ``list`` as documented, or ``dict`` for a bare object."""
        document = self.entries if shape == "list" else self.entries[0]
        return Response.json(document, self.status)


class OAuthError(Exception):
    """A refused call of the OAuth endpoints."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def response(self, shape: str) -> Response:
        del shape  # one shape only
        return Response.json({"error": self.error, "error_description": self.description}, self.status)


class SoapFault(Exception):
    """A refused call of the Metadata API. ``code`` is a qualified name: ``sf:...`` of Salesforce, ``soapenv:Client`` for a malformed request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @classmethod
    def of(cls, code: str, message: str) -> SoapFault:
        """A fault of Salesforce's own, whose text repeats the code."""
        return cls(f"sf:{code}", f"{code}: {message}")

    def response(self, shape: str = "list") -> Response:
        del shape  # one shape only
        return Response.text(
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="http://soap.sforce.com/2006/04/metadata">'
            f"<soapenv:Body><soapenv:Fault><faultcode>{escape(self.code)}</faultcode><faultstring>{escape(self.message)}</faultstring>"
            "</soapenv:Fault></soapenv:Body></soapenv:Envelope>",
            500,
            "text/xml; charset=utf-8",
        )


def session_invalid() -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def unknown_object(name: str) -> ApiError:
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name."
        " Please reference your WSDL or the describe call for the appropriate names."
    )
    return ApiError(400, "INVALID_TYPE", message)


def insufficient_access(need: str) -> ApiError:
    return ApiError(403, "INSUFFICIENT_ACCESS", f"insufficient access rights on cross-reference id: {need}")


def malformed_id(value: str, field: str = "Id") -> ApiError:
    return ApiError(400, "MALFORMED_ID", f"{field}: id value of incorrect type: {value}", [field])


def missing(fields: t.Sequence[str]) -> ApiError:
    return ApiError(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(fields)}]", fields)


def integrity(field: str, message: str) -> ApiError:
    return ApiError(400, "FIELD_INTEGRITY_EXCEPTION", f"{field}: {message}", [field])


def method_not_allowed(method: str, allowed: t.Sequence[str]) -> ApiError:
    return ApiError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {','.join(allowed)}")
