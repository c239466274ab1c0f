# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Metadata value of an InboundNetworkConnection: reading what a client sent, writing what the org shows.

Strict: members that the type does not have are refused, required ones may not be absent, and all problems come at once.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .errors import ApiError, integrity, missing
from .model import PROPERTY_NAMES, Connection
from .switches import STATUSES

if t.TYPE_CHECKING:
    from .org import Org

MEMBERS = {"connectionType": str, "description": str, "inboundNetworkConnProperties": list, "isActive": bool, "label": str, "status": str, "urls": type(None)}
REQUIRED = ("connectionType", "description", "isActive", "label", "status")
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def write(org: Org, connection: Connection) -> dict[str, t.Any]:
    document = {
        "connectionType": connection.connection_type,
        "description": connection.description,
        "inboundNetworkConnProperties": [{"propertyName": name, "propertyValue": value} for name, value in org.connections.properties(connection)],
        "isActive": connection.active,
        "label": connection.label,
        "status": connection.status,
    }
    return {**document, "urls": None} if org.switches["metadata_urls"] else document


def check_name(name: t.Any) -> None:
    """The rules of comparable Tooling types: begins with a letter, no space, no double or trailing underscore, at most 80."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > 80:
        message = (
            "The Inbound Network Connection API Name can only contain underscores and alphanumeric characters. It must be unique, begin with a letter,"
            " not include spaces, not end with an underscore, not contain two consecutive underscores, and have at most 80 characters."
        )
        raise ApiError(400, "INVALID_INPUT" if not isinstance(name, str) else "FIELD_INTEGRITY_EXCEPTION", message, ["FullName"])


def read(org: Org, document: t.Any, base: Connection) -> Connection:
    """``base`` with everything that the Metadata value says. The value stands for the whole component.

    ``base`` holds what can't be changed by it (id, name, status, ranges). Raises ApiError.
    """
    if not isinstance(document, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "Can not deserialize Metadata: an object is expected")
    for name, value in document.items():
        if name not in MEMBERS or (name == "urls" and not org.switches["metadata_urls"]):
            raise ApiError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{name}" (Class InboundNetworkConnection), not marked as ignorable')
        if value is not None and not isinstance(value, MEMBERS[name]):
            raise ApiError(400, "JSON_PARSER_ERROR", f"Cannot deserialize value of Metadata.{name} from {json.dumps(value)}")
    absent = [name for name in REQUIRED if document.get(name) in (None, "")]
    if absent:
        raise missing(absent)
    errors = [*_check_lengths(document), *_check_choices(document)]
    values, property_errors = _properties(org, document.get("inboundNetworkConnProperties") or [], base)
    errors += property_errors
    if errors:
        raise ApiError.collect(errors)
    return dataclasses.replace(
        base,
        connection_type=document["connectionType"],
        description=document["description"],
        active=document["isActive"],
        label=document["label"],
        region=values.get("Region"),
        endpoint_id=values.get("AwsVpcEndpointId"),
    )


def _check_lengths(document: dict[str, t.Any]) -> list[ApiError]:
    limits = {"description": 255, "label": 80}
    return [
        ApiError(400, "STRING_TOO_LONG", f"{name}: data value too large (max length={limit})", [name])
        for name, limit in limits.items()
        if len(document[name]) > limit
    ]


def _check_choices(document: dict[str, t.Any]) -> list[ApiError]:
    choices = {"connectionType": ("AwsPrivateLink",), "status": STATUSES}
    return [bad_picklist(name, document[name]) for name, allowed in choices.items() if document[name] not in allowed]


def bad_picklist(field: str, value: t.Any) -> ApiError:
    return ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"{field}: bad value for restricted picklist field: {value}", [field])


def _properties(org: Org, items: list[t.Any], base: Connection) -> tuple[dict[str, str], list[ApiError]]:
    values: dict[str, str] = {}
    errors: list[ApiError] = []
    for item in items:
        extra = sorted(set(item) - {"propertyName", "propertyValue"}) if isinstance(item, dict) else ["inboundNetworkConnProperties"]
        if extra:
            raise ApiError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{extra[0]}" (Class InboundNetworkConnProperty), not marked as ignorable')
        name, value = item.get("propertyName"), item.get("propertyValue")
        if name is None or (value is None and name != "SourceIpRanges"):
            errors.append(missing([key for key in ("propertyName", "propertyValue") if item.get(key) is None]))
        elif name in values:
            errors.append(ApiError(400, "DUPLICATE_VALUE", f"duplicate value found: PropertyName {name}", ["PropertyName"]))
        else:
            errors += check_property(org, name, value, base)
            values[name] = value
    return values, errors


def check_property(org: Org, name: str, value: t.Any, base: Connection) -> list[ApiError]:
    """Refusals of one property's value, apart from what the connection's status forbids."""
    if name not in PROPERTY_NAMES and not (name == "LinkId" and org.switches["unknown_properties"]):
        return [bad_picklist("PropertyName", name)]
    if name in ("Region", "AwsVpcEndpointId") and not isinstance(value, str):
        return [ApiError(400, "JSON_PARSER_ERROR", f"Cannot deserialize value of PropertyValue from {json.dumps(value)}")]
    if name == "Region" and value not in org.cloud.services:
        return [integrity("Region", f"{value} isn't a supported region")]
    if name == "AwsVpcEndpointId" and not re.fullmatch(r"vpce-[0-9a-f]{8}(?:[0-9a-f]{9})?", value):
        return [integrity("AwsVpcEndpointId", f"{value} isn't a VPC endpoint ID")]
    if name == "SourceIpRanges" and org.switches["sent_source_ranges"] == "refuse" and value != dict(org.connections.properties(base)).get(name):
        return [integrity("SourceIpRanges", "the value is set by Salesforce")]
    return []
