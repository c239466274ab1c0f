# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML of the Metadata API: bodies into members by the WSDL's types, members into XML. DTDs and entities are refused."""

from __future__ import annotations

import io
import typing as t
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from defusedxml import ElementTree as SafeET
from defusedxml.common import DefusedXmlException

from . import wsdl
from .errors import SoapFault

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE, XSI_NIL = f"{{{XSI}}}type", f"{{{XSI}}}nil"

Members = dict[str, t.Any]


def client_fault(message: str) -> SoapFault:
    return SoapFault("soapenv:Client", message)


def parse(body: bytes) -> ET.Element:
    """The document's root. Each ``xsi:type`` is rewritten to ``{namespace}name``, since a tree keeps no prefixes."""
    scopes: list[dict[str, str]] = [{}]
    root: ET.Element | None = None
    pending: dict[str, str] = {}
    try:
        for event, value in SafeET.iterparse(io.BytesIO(body), events=("start-ns", "start", "end"), forbid_dtd=True):
            if event == "start-ns":
                pending[value[0] or ""] = value[1]
            elif event == "start":
                scopes.append({**scopes[-1], **pending})
                pending = {}
                root = value if root is None else root
                if XSI_TYPE in value.attrib:
                    value.set(XSI_TYPE, _resolved(value.get(XSI_TYPE, ""), scopes[-1]))
            else:
                scopes.pop()
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise client_fault(f"The content of elements must consist of well-formed character data or markup: {type(error).__name__}: {error}") from None
    if root is None:
        raise client_fault("the request has no document")
    return root


def _resolved(qualified: str, scope: t.Mapping[str, str]) -> str:
    prefix, colon, name = qualified.strip().rpartition(":")
    if colon and prefix not in scope:
        raise client_fault(f"prefix {prefix} is not bound to a namespace in xsi:type {qualified}")
    return f"{{{scope.get(prefix, '')}}}{name}"


def local(tag: str, where: str) -> str:
    """The name of an element that must be of the Metadata API's namespace."""
    namespace, _brace, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    if namespace != NAMESPACE:
        raise misplaced(tag, where)
    return name


def misplaced(tag: str, where: str) -> SoapFault:
    return client_fault(f"Element {tag} invalid at this location in type {where}")


def is_nil(element: ET.Element) -> bool:
    return element.get(XSI_NIL, "").strip() in ("true", "1")


def read(element: ET.Element, type_name: str, first: t.Mapping[str, wsdl.Member] | None = None) -> Members:
    """The members of an element of a complex type. ``first`` are members that come before the type's own.

    Absent ones are absent; nil ones are None; an empty element of a complex type is an empty dict. Raises SoapFault.
    """
    allowed = {**(first or {}), **wsdl.members(type_name)}
    order = list(allowed)
    found: Members = {}
    reached = 0
    if (element.text or "").strip():
        raise client_fault(f"Unexpected element. Parser was expecting element in type {type_name} but found text")
    for child in element:
        name = local(child.tag, type_name)
        member = allowed.get(name)
        if member is None or order.index(name) < reached or (name in found and not member.many):
            raise misplaced(child.tag, type_name)
        reached = order.index(name)
        value = None if is_nil(child) else read(child, member.type) if member.complex else _simple(child, member)
        if member.many:
            found.setdefault(name, []).append({} if value is None and member.complex else value)
        else:
            found[name] = value
    return found


def _simple(element: ET.Element, member: wsdl.Member) -> t.Any:
    if len(element):
        raise misplaced(element[0].tag, member.type)
    text = (element.text or "").strip()
    allowed = wsdl.choices(member.type)
    if allowed is not None and text not in allowed:
        raise client_fault(f"'{text}' is not a valid value for the enum '{member.type}'")
    if member.type == "boolean":
        if text not in ("true", "false", "1", "0"):
            raise client_fault(f"'{text}' is not a valid value for the type xsd:boolean")
        return text in ("true", "1")
    if member.type == "int":
        try:
            return int(text)
        except ValueError:
            raise client_fault(f"'{text}' is not a valid value for the type xsd:int") from None
    return text


def write(members: t.Mapping[str, t.Any], type_name: str) -> str:
    """Members as XML, in the type's sequence; None and empty lists are left out."""
    parts: list[str] = []
    for member in wsdl.members(type_name).values():
        value = members.get(member.name)
        items = value if isinstance(value, list) else [value]
        parts += [element(member.name, item, member.type if member.complex else None) for item in items if item is not None]
    return "".join(parts)


def element(name: str, value: t.Any, type_name: str | None = None) -> str:
    if type_name is not None:
        return f"<{name}>{write(value, type_name)}</{name}>"
    return f"<{name}>{escape(str(value).lower() if isinstance(value, bool) else str(value))}</{name}>"
