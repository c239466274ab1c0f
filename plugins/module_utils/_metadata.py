# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small SOAP client of the Metadata API: list, read and update components. This module util is PRIVATE to the collection.

A component is a plain dict of its members: strings, dicts for complex members, and lists for those that repeat. Updates hold only the
members to be changed and those that the type requires. Sources: Metadata API guide (readMetadata, updateMetadata, listMetadata), WSDL v47.
"""

from __future__ import annotations

import traceback
import typing as t
import xml.etree.ElementTree as ET

from ansible.module_utils.basic import missing_required_lib

from ._errors import OrgError, PrivateConnectError
from ._http import Answer
from ._org import Org

try:
    from defusedxml import ElementTree as SafeET
    from defusedxml.common import DefusedXmlException

    DEFUSEDXML_IMPORT_ERROR = None
except ImportError:
    DEFUSEDXML_IMPORT_ERROR = traceback.format_exc()

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
COMPONENTS_PER_CALL = 10
# Members that repeat; one of them alone looks like a single value.
LISTS = ("ipRanges", "loginIpRanges", "trustedIpRanges")
# There is one of it, and the full name that it answers with is not documented.
SINGLETON = "SecuritySettings"
_ROLLED_BACK = "ALL_OR_NONE_OPERATION_ROLLED_BACK"

for _prefix, _uri in (("soapenv", _SOAP), ("met", NAMESPACE), ("xsi", _XSI)):
    ET.register_namespace(_prefix, _uri)

Component = dict[str, t.Any]


class Metadata:
    """The Metadata API of an org."""

    def __init__(self, org: Org) -> None:
        if DEFUSEDXML_IMPORT_ERROR:
            raise PrivateConnectError(missing_required_lib("defusedxml", reason="for the Metadata API"), exception=DEFUSEDXML_IMPORT_ERROR)
        self.org = org

    def list(self, kind: str) -> list[dict[str, str]]:
        """``[{fullName, id, ...}]`` of the components of a type."""
        body = ET.Element(_m("listMetadata"))
        ET.SubElement(ET.SubElement(body, _m("queries")), _m("type")).text = kind
        return [_value(item) for item in self._call(body, f"list {kind} components", write=False).iter(_m("result"))]

    def read(self, kind: str, names: t.Sequence[str]) -> dict[str, Component]:
        """The components that exist, by full name; the org answers with an empty record for those that do not."""
        found: dict[str, Component] = {}
        for part in _parts(names):
            what = f"read {kind} {', '.join(part)}"
            body = ET.Element(_m("readMetadata"))
            ET.SubElement(body, _m("type")).text = kind
            for name in part:
                ET.SubElement(body, _m("fullNames")).text = name
            components = [_value(record) for record in self._call(body, what, write=False).iter(_m("records"))]
            for component in components:
                if not isinstance(component, dict) or not set(component) - {"fullName"}:
                    continue
                name = part[0] if kind == SINGLETON else component.get("fullName")
                if not name:
                    raise PrivateConnectError(f"Cannot {what}: the org gave a component without its fullName")
                found[name] = {**component, "fullName": name}
        return found

    def settings(self, name: str) -> dict[str, Component]:
        """The one SecuritySettings, by this name. It is always there, so an answer without it must not be taken for one without ranges."""
        found = self.read(SINGLETON, [name])
        if not found:
            raise PrivateConnectError(f"Cannot read {SINGLETON} {name}: the org gave none. The user needs 'View Setup and Configuration' (ViewSetup)")
        return found

    def update(self, kind: str, components: t.Sequence[Component]) -> None:
        """All or none of up to ten; :class:`OrgError` with what the org says of each that it refused."""
        body = ET.Element(_m("updateMetadata"))
        for component in components:
            element = ET.SubElement(body, _m("metadata"), {f"{{{_XSI}}}type": f"met:{kind}"})
            # A list that becomes empty is one empty element; inside of a complex member it is left out, and that member empty.
            _fill(element, {name: value if value != [] else "" for name, value in component.items()})
        names = ", ".join(component["fullName"] for component in components)
        results = list(self._call(body, f"update {kind} {names}", write=True, all_or_none=True).iter(_m("result")))
        refused = [_value(item) for item in results if item.findtext(_m("success")) != "true"]
        if refused or len(results) != len(components):
            raise _refusal(kind, names, refused)

    def _call(self, body: ET.Element, what: str, *, write: bool, all_or_none: bool = False) -> t.Any:
        roots: list[t.Any] = []

        def failure(answer: Answer) -> OrgError | None:
            roots[:] = [_parsed(answer, what)]
            fault = roots[0].find(f".//{{{_SOAP}}}Fault")
            return None if fault is None and answer.status == 200 else _fault(fault, answer, what)

        self.org.soap(lambda token: _envelope(body, token, all_or_none), failure, write=write)
        return roots[0]


def _parsed(answer: Answer, what: str) -> t.Any:
    try:
        return SafeET.fromstring(answer.body, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError) as error:
        raise PrivateConnectError(
            f"Cannot {what}: the org's answer (HTTP {answer.status}) is no XML that can be trusted: {type(error).__name__}: {error}"
        ) from None


def _m(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _parts(items: t.Sequence[str]) -> t.Iterator[t.Sequence[str]]:
    for start in range(0, len(items), COMPONENTS_PER_CALL):
        yield items[start : start + COMPONENTS_PER_CALL]


def _envelope(body: ET.Element, token: str, all_or_none: bool) -> bytes:
    envelope = ET.Element(f"{{{_SOAP}}}Envelope")
    header = ET.SubElement(envelope, f"{{{_SOAP}}}Header")
    ET.SubElement(ET.SubElement(header, _m("SessionHeader")), _m("sessionId")).text = token
    if all_or_none:
        ET.SubElement(ET.SubElement(header, _m("AllOrNoneHeader")), _m("allOrNone")).text = "true"
    ET.SubElement(envelope, f"{{{_SOAP}}}Body").append(body)
    return ET.tostring(envelope, encoding="utf-8", xml_declaration=True)


def _fill(element: ET.Element, members: t.Mapping[str, t.Any]) -> None:
    """In the WSDL's sequence, which in the types used here is that of the alphabet, after fullName."""
    for name in sorted(members, key=lambda member: (member != "fullName", member)):
        value = members[name]
        for item in value if isinstance(value, list) else [value]:
            child = ET.SubElement(element, _m(name))
            if isinstance(item, t.Mapping):
                _fill(child, item)
            elif item is not None:
                child.text = str(item).lower() if isinstance(item, bool) else str(item)


def _value(element: t.Any) -> t.Any:
    """Members by name; text where there are none. xsi:nil and empty elements are an empty string."""
    if not len(element):
        text = element.text or ""
        return text if text.strip() else ""
    members: dict[str, t.Any] = {}
    for child in element:
        name = child.tag.rsplit("}", 1)[-1]
        value = _value(child)
        if name in LISTS:
            members.setdefault(name, [])
            if value != "":
                members[name].append(value)
        elif name in members:
            members[name] = [*(members[name] if isinstance(members[name], list) else [members[name]]), value]
        else:
            members[name] = value
    return members


def _refusal(kind: str, names: str, refused: t.Sequence[t.Any]) -> OrgError:
    """Those that were only rolled back with others are left out where the cause is known."""
    errors = [(item.get("fullName"), error) for item in refused if isinstance(item, dict) for error in _listed(item.get("errors"))]
    causes = [(name, error) for name, error in errors if error.get("statusCode") != _ROLLED_BACK] or errors
    said = " | ".join(f"{name}: {error.get('statusCode')}: {error.get('message')}" for name, error in causes)
    text = said or ("no reason given" if refused else "it answered for fewer components than were sent")
    code = str(causes[0][1].get("statusCode")) if causes else "UNKNOWN"
    fields = [str(field) for _name, error in causes for field in _listed(error.get("fields"))]
    hint = _RIGHTS.get(kind, "") if code.startswith("INSUFFICIENT_ACCESS") else ""
    return OrgError(f"Cannot update {kind} {names}: {text}{hint}", status=200, error_code=code, org_message=text, fields=fields)


def _listed(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value] if value else []


# What a type needs beyond ModifyMetadata.
_RIGHTS = {
    "ExtlClntAppOauthSettings": ". The org must have 'Allow Access to OAuth Consumer Secrets via Metadata API' switched on, and the user needs "
    "'View External Client Apps Consumer Secrets in Metadata'",
    "ExtlClntAppOauthConfigurablePolicies": ". The user needs 'View all External Client Apps, view their settings, and edit their policies'",
}
_FAULTS = {
    "INSUFFICIENT_ACCESS": "The user needs 'Modify Metadata Through Metadata API Functions' (ModifyMetadata)",
    "API_DISABLED_FOR_ORG": "The user needs 'API Enabled', and the org an edition that has API access",
    "INVALID_TYPE": "The org does not have this type at this API version; external client apps need 59.0 or later (api_version)",
    "UNSUPPORTED_API_VERSION": "Give an API version that the org serves by api_version",
    "REQUEST_LIMIT_EXCEEDED": "The org's 24-hour quota of API calls is used up; nothing was tried again. Wait, or ask for a higher limit",
}


def _fault(fault: t.Any, answer: t.Any, what: str) -> OrgError:
    code = (fault.findtext("faultcode") or "").rsplit(":", 1)[-1] if fault is not None else f"HTTP_{answer.status}"
    words = (fault.findtext("faultstring") or "") if fault is not None else answer.excerpt()
    hint = f". {_FAULTS[code]}" if code in _FAULTS else ""
    # Salesforce begins the words of most faults with their code.
    said = words if words.startswith(f"{code}: ") else f"{code}: {words}"
    return OrgError(f"Cannot {what}: {said} (HTTP {answer.status}){hint}", status=answer.status, error_code=code, org_message=words)
