# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Metadata API over SOAP: readMetadata, updateMetadata and listMetadata. Refusals of the call are faults; of a component, SaveResults."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from ..web import Request, Response
from . import enforcement, ids, rest, wsdl, xmltypes
from .components import Outcome, Stored, shown
from .context import Context
from .errors import ApiError, SoapFault
from .org import Org, stamp
from .ranges import Problem
from .xmltypes import NAMESPACE, SOAP, XSI, XSI_TYPE, client_fault, element

OPERATIONS = {"readMetadata": False, "updateMetadata": True, "listMetadata": False}
MOST_COMPONENTS = 10
MOST_QUERIES = 3
_FULL_NAME = {"fullName": wsdl.Member("fullName", "string", False, False)}


def operation(request: Request) -> tuple[str, bool]:
    """The operation that a request asks for and whether it writes; ``unknown`` where that can't be told."""
    try:
        _headers, call = _split(xmltypes.parse(request.body))
        name = xmltypes.local(call.tag, "Body")
    except SoapFault:
        return "unknown", False
    return (name, OPERATIONS[name]) if name in OPERATIONS else ("unknown", False)


def session_id(request: Request) -> str | None:
    try:
        headers, _call = _split(xmltypes.parse(request.body))
    except SoapFault:
        return None
    return headers.get("SessionHeader", {}).get("sessionId")


def handle(context: Context) -> Response:
    request = context.request
    if request.media_type != "text/xml":
        return Response.text(f"Unsupported Media Type: {request.media_type}", 415)
    if "soapaction" not in request.headers:
        raise client_fault("SOAPAction HTTP header missing")
    headers, call = _split(xmltypes.parse(request.body))
    name = xmltypes.local(call.tag, "Body")
    _admit(context, headers)
    handlers = {"readMetadata": _read, "updateMetadata": _update, "listMetadata": _list}
    if name not in handlers:
        raise client_fault(f"No operation available for request {call.tag}")
    return _answer(f"{name}Response", handlers[name](context, call, headers))


def _answer(name: str, inner: str) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns="{NAMESPACE}" xmlns:xsi="{XSI}">'
        f"<soapenv:Body><{name}>{inner}</{name}></soapenv:Body></soapenv:Envelope>"
    )
    return Response.text(text, 200, "text/xml; charset=utf-8")


def _split(root: ET.Element) -> tuple[dict[str, dict[str, str]], ET.Element]:
    """The headers by name, and the one element of the body."""
    if root.tag != f"{{{SOAP}}}Envelope":
        raise client_fault(f"A SOAP 1.1 Envelope is expected, not {root.tag}")
    parts = {child.tag: child for child in root}
    body = parts.get(f"{{{SOAP}}}Body")
    if body is None or len(body) != 1 or set(parts) - {f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"}:
        raise client_fault("An Envelope holds a Header and a Body, and the Body one element")
    headers = {}
    for header in parts.get(f"{{{SOAP}}}Header", ()):
        name = xmltypes.local(header.tag, "Header")
        headers[name] = {xmltypes.local(child.tag, name): (child.text or "").strip() for child in header}
    return headers, body[0]


def _admit(context: Context, headers: dict[str, dict[str, str]]) -> None:
    org, token = context.org, headers.get("SessionHeader", {}).get("sessionId", "")
    # Access tokens in the form of a JWT do not work here, however alive their session is.
    session = org.session(token) if token and not (token.startswith("eyJ") and token.count(".") == 2) else None
    if session is not None:
        context.session = session
        context.note = enforcement.objection(org, session, context.source_ip)
    if session is None or context.note:
        context.session = None
        raise SoapFault.of("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
    try:
        rest.check_version(org, context.args["version"])
    except ApiError:
        raise SoapFault.of("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL") from None
    if org.api_usage >= org.api_limit:
        raise SoapFault.of("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.api_usage += 1
    if not session.user.may("ApiEnabled"):
        raise SoapFault.of("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
    if not (session.user.may("ModifyMetadata") or session.user.may("ModifyAllData")):
        raise SoapFault.of("INSUFFICIENT_ACCESS", "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions")


def _kind(context: Context, name: str) -> wsdl.Kind:
    kind = wsdl.KINDS.get(name)
    if kind is None:
        raise SoapFault.of("INVALID_TYPE", f"Unknown type:{name}")
    if context.version < kind.since:
        raise SoapFault.of("INVALID_TYPE", f"Cannot use: {name} in this version")
    return kind


def _few(count: int, most: int = MOST_COMPONENTS) -> None:
    if count > most:
        raise SoapFault.of("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records in this operation")


# Reading


def _read(context: Context, call: ET.Element, headers: t.Any) -> str:
    children = [(xmltypes.local(child.tag, "readMetadata"), (child.text or "").strip()) for child in call]
    if not children or children[0][0] != "type" or any(name != "fullNames" for name, _text in children[1:]):
        raise client_fault("readMetadata holds one type, then fullNames")
    kind = _kind(context, children[0][1])
    names = [text for _name, text in children[1:]]
    _few(len(names))
    if kind.name == "SecuritySettings" and not names and context.org.switches["security_full_name"] == "any":
        names = [""]
    return f"<result>{''.join(_record(context.org, kind, name) for name in names)}</result>"


def _record(org: Org, kind: wsdl.Kind, asked: str) -> str:
    stored = org.components.find(kind.name, asked)
    if stored is None:
        absent = {
            "nil": '<records xsi:nil="true"/>',
            "full_name": f'<records xsi:type="{kind.name}">{element("fullName", asked)}</records>',
            "empty": f'<records xsi:type="{kind.name}"/>',
        }
        return absent[org.switches["absent_component"]]
    name = stored.full_name
    if kind.name == "SecuritySettings":
        name = {"Security": "Security", "SecuritySettings": "SecuritySettings", "as_asked": asked, "absent": ""}[org.switches["security_answer_name"]]
    full_name = element("fullName", name) if name else ""
    return f'<records xsi:type="{kind.name}">{full_name}{xmltypes.write(shown(org, kind.name, stored.members), kind.name)}</records>'


# Writing


def _update(context: Context, call: ET.Element, headers: dict[str, dict[str, str]]) -> str:
    kinds, sent = set(), []
    for item in call:
        if xmltypes.local(item.tag, "updateMetadata") != "metadata":
            raise xmltypes.misplaced(item.tag, "updateMetadata")
        declared = item.get(XSI_TYPE)
        if declared is None:
            raise SoapFault.of("INVALID_TYPE", f"Must specify a {XSI_TYPE} attribute value for the {item.tag} element")
        kind = _kind(context, xmltypes.local(declared, "metadata"))
        members = xmltypes.read(item, kind.name, _FULL_NAME)
        kinds.add(kind.name)
        sent.append((members.pop("fullName", None) or "", members))
    _few(len(sent))
    if len(kinds) > 1:
        raise SoapFault.of("INVALID_TYPE", f"All components must be of the same type: {', '.join(sorted(kinds))}")
    if not sent:
        return ""
    all_or_none = _all_or_none(headers)
    outcomes = context.org.components.update(kinds.pop(), sent, user=context.user, all_or_none=all_or_none)
    refused = [f"{outcome.full_name}: {problem.code}: {problem.message}" for outcome in outcomes for problem in outcome.problems]
    context.note = "; ".join(refused) or None
    return "".join(_save_result(outcome) for outcome in outcomes)


def _all_or_none(headers: dict[str, dict[str, str]]) -> bool:
    text = headers.get("AllOrNoneHeader", {}).get("allOrNone", "false")
    if text not in ("true", "false", "1", "0"):
        raise client_fault(f"'{text}' is not a valid value for the type xsd:boolean")
    return text in ("true", "1")


def _save_result(outcome: Outcome) -> str:
    errors = "".join(f"<errors>{_error(problem)}</errors>" for problem in outcome.problems)
    return f"<result>{errors}{element('fullName', outcome.full_name)}{element('success', not outcome.problems)}</result>"


def _error(problem: Problem) -> str:
    fields = "".join(element("fields", field) for field in problem.fields)
    return f"{fields}{element('message', problem.message)}{element('statusCode', problem.code)}"


# Listing


def _list(context: Context, call: ET.Element, headers: t.Any) -> str:
    found = []
    queries = [child for child in call if xmltypes.local(child.tag, "listMetadata") == "queries"]
    if [child for child in call if child not in queries and child.tag != f"{{{NAMESPACE}}}asOfVersion"]:
        raise xmltypes.misplaced(next(child.tag for child in call if child not in queries), "listMetadata")
    _few(len(queries), MOST_QUERIES)
    for query in queries:
        wanted = next(((child.text or "").strip() for child in query if xmltypes.local(child.tag, "ListMetadataQuery") == "type"), "")
        kind = next((kind for kind in wsdl.KINDS.values() if (kind.listed_as or kind.name) == wanted), None)
        if kind is None:
            raise SoapFault.of("INVALID_TYPE", f"Unknown type:{wanted}")
        _kind(context, kind.name)
        found += [_file_properties(context, kind, stored) for stored in context.org.components.all(kind.name)]
    return "".join(found)


def _file_properties(context: Context, kind: wsdl.Kind, stored: Stored) -> str:
    org = context.org
    by = org.users.get(stored.modified_by) or next(iter(org.users.values()))
    values = {
        "createdById": by.id,
        "createdByName": by.name,
        "createdDate": stamp(stored.created_at).replace("+0000", "Z"),
        "fileName": f"{kind.folder}/{stored.full_name}.{kind.suffix}",
        "fullName": stored.full_name,
        "id": ids.canonical(stored.id),
        "lastModifiedById": by.id,
        "lastModifiedByName": by.name,
        "lastModifiedDate": stamp(stored.modified_at).replace("+0000", "Z"),
        "type": kind.listed_as or kind.name,
    }
    return f"<result>{''.join(element(name, value) for name, value in values.items())}</result>"
