# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inbound connection as plain data. This module util is PRIVATE to the collection.

The shape: ``{id, name, label, description, active, status, region, vpc_endpoint_id, source_ip_ranges: [{start_ip, end_ip}],
source_cidrs, connection_type, namespace_prefix}``.
"""

from __future__ import annotations

import typing as t

from ._errors import InputError, PrivateConnectError
from ._ip_ranges import parse_source_ip_ranges, to_cidrs

CONNECTION_TYPE = "AwsPrivateLink"

UNPROVISIONED = "Unprovisioned"
ALLOCATING = "Allocating"
PENDING_ACCEPTANCE = "PendingAcceptance"
PENDING_ACTIVATION = "PendingActivation"
READY = "Ready"
REJECTED_REMOTELY = "RejectedRemotely"
DELETED_REMOTELY = "DeletedRemotely"
TEARDOWN_IN_PROGRESS = "TeardownInProgress"

STATUSES = (
    UNPROVISIONED, ALLOCATING, PENDING_ACCEPTANCE, PENDING_ACTIVATION, READY, REJECTED_REMOTELY, DELETED_REMOTELY, TEARDOWN_IN_PROGRESS,
)  # fmt: skip
LOST = (REJECTED_REMOTELY, DELETED_REMOTELY)

Connection = dict[str, t.Any]

ROW_FIELDS = ("Id", "DeveloperName", "MasterLabel", "Description", "isActive", "Status", "ConnectionType", "NamespacePrefix")
_PROPERTIES = {"AwsVpcEndpointId": "vpc_endpoint_id", "Region": "region"}


def from_rows(row: t.Mapping[str, t.Any], properties: t.Iterable[t.Mapping[str, t.Any]]) -> Connection:
    """From a Tooling row and its ``InboundNetworkConnProperty`` rows; properties with other names are passed over."""
    values = {item.get("PropertyName"): item.get("PropertyValue") for item in properties}
    try:
        ranges = parse_source_ip_ranges(values.get("SourceIpRanges"))
    except InputError as error:
        raise PrivateConnectError(f"The org's source IP ranges of inbound connection {row['DeveloperName']} make no sense: {error.message}") from error
    return {
        "id": row["Id"],
        "name": row["DeveloperName"],
        "label": row.get("MasterLabel"),
        "description": row.get("Description"),
        # Salesforce's pages spell it isActive; SOQL itself does not mind.
        "active": bool(row.get("isActive", row.get("IsActive"))),
        "status": row.get("Status"),
        "region": values.get("Region") or None,
        "vpc_endpoint_id": values.get("AwsVpcEndpointId") or None,
        "source_ip_ranges": ranges,
        "source_cidrs": to_cidrs(ranges),
        "connection_type": row.get("ConnectionType"),
        "namespace_prefix": row.get("NamespacePrefix"),
    }


def full_name(connection: Connection) -> str:
    prefix = connection.get("namespace_prefix")
    return f"{prefix}__{connection['name']}" if prefix else connection["name"]


def new_metadata(*, label: str, description: str, active: bool, region: str, vpc_endpoint_id: str) -> dict[str, t.Any]:
    """The component as it is created; source ranges are for Salesforce to allocate."""
    return {
        "connectionType": CONNECTION_TYPE,
        "label": label,
        "description": description,
        "isActive": active,
        "status": UNPROVISIONED,
        "inboundNetworkConnProperties": [
            {"propertyName": "Region", "propertyValue": region},
            {"propertyName": "AwsVpcEndpointId", "propertyValue": vpc_endpoint_id},
        ],
    }


def changed_metadata(metadata: t.Mapping[str, t.Any], changes: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The component as read, with ``changes`` (keys of a connection); whatever else it holds is sent back as it was."""
    members = {"label": "label", "description": "description", "active": "isActive"}
    result = dict(metadata)
    result.update({members[key]: value for key, value in changes.items() if key in members})
    by_property = {name: changes[key] for name, key in _PROPERTIES.items() if key in changes}
    kept = [dict(item, propertyValue=by_property.pop(item["propertyName"], item.get("propertyValue"))) for item in _items(metadata)]
    result["inboundNetworkConnProperties"] = kept + [{"propertyName": name, "propertyValue": value} for name, value in by_property.items()]
    return result


def _items(metadata: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    items = metadata.get("inboundNetworkConnProperties") or []
    return [items] if isinstance(items, dict) else list(items)
