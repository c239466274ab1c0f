# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect REST API, Private Connect resources: topologies, and the three actions on a connection."""

from __future__ import annotations

import json
import typing as t

from ..web import Response
from . import model, tooling
from .context import Context
from .errors import ApiError, insufficient_access, not_found
from .model import Connection
from .org import Org

ACTIONS = ("Provision", "Sync", "TearDown")


def _check_available(context: Context) -> None:
    if context.version < 49 or context.org.switches["feature"] == "off":
        raise not_found()


def topologies(context: Context) -> Response:
    """``regions`` is known from v58, ``scope`` from v50; older versions ignore them, as any parameter they don't know."""
    _check_available(context)
    if context.args["type"] != "AwsPrivateLink":
        raise not_found()
    if not any(context.user.may(permission) for permission in ("ViewSetup", "ManageExternalConnections")):
        raise insufficient_access("ManageExternalConnections")
    parameters = context.request.query
    scope = parameters.get("scope", "All") if context.version >= 50 else "All"
    if scope.casefold() not in ("all", "region"):
        raise ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", f"scope: {scope} is not one of All, Region")
    services = context.org.cloud.services
    wanted = [name.strip() for name in parameters.get("regions", "").split(",") if name.strip()] if context.version >= 58 else []
    unknown = [name for name in wanted if name not in services]
    if unknown and context.org.switches["unknown_region_filter"] == "refuse":
        raise ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", f"regions: {', '.join(unknown)} is not supported")
    chosen = [name for name in sorted(services) if not wanted or name in wanted]
    return Response.json(_shape(context.org, [_topology(context.org, name, scope) for name in chosen]))


def _topology(org: Org, region: str, scope: str) -> dict[str, t.Any]:
    item = {org.switches["topology_region_key"]: region}
    if scope.casefold() == "all":
        item[org.switches["topology_service_key"]] = org.cloud.services[region]
        if org.switches["topology_status"] is not None:
            item["status"] = org.switches["topology_status"]
    return item


def _shape(org: Org, items: list[dict[str, t.Any]]) -> t.Any:
    shape = org.switches["topologies_shape"]
    if shape == "list":
        return items
    if shape == "nested":
        return {"connectionType": "AwsPrivateLink", "result": {"topologies": items}}
    return {"connectionType": "AwsPrivateLink", shape: items}


def asked_action(context: Context) -> str | None:
    """The action of the query string, or of the body where the switch allows it."""
    asked = context.request.query.get("action")
    if asked is None and context.org.switches["action_in_body"]:
        if context.request.media_type == "application/json":
            asked = context.json_object().get("action")
        else:
            asked = context.request.form.get("action")
    if asked is not None and context.org.switches["action_case"] == "any":
        asked = next((name for name in ACTIONS if name.casefold() == str(asked).casefold()), asked)
    return asked


def act(context: Context) -> Response:
    _check_available(context)
    name = asked_action(context)
    if name is None:
        raise ApiError(400, "MISSING_ARGUMENT", "action: a value is required")
    if name not in ACTIONS:
        raise ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", f"action: {name} is not one of {', '.join(ACTIONS)}")
    tooling.check_permission(context.org, context.user)
    connection = find(context.org, context.args["name"])
    connection = apply(context.org, connection, name)
    return _answer(context, connection)


def find(org: Org, name: str) -> Connection:
    if org.switches["packaged_name"] == "prefixed":
        found = org.connections.named(name)
    else:
        found = next((each for each in org.connections.all() if each.name.casefold() == name.casefold()), None)
    if found is None or found.connection_type != "AwsPrivateLink":
        raise not_found()
    return found


def apply(org: Org, connection: Connection, action: str) -> Connection:
    """Do one action. Raises ApiError where it is refused."""
    steps = {"Provision": org.connections.provision, "Sync": org.connections.sync, "TearDown": org.connections.tear_down}
    try:
        return steps[action](connection)
    except model.Refused as refused:
        status = org.switches["illegal_action_error"]
        code = {400: "INVALID_API_INPUT", 409: "CONFLICT", 422: "INVALID_INPUT"}[status] if refused.kind == "status" else "INVALID_API_INPUT"
        raise ApiError(status if refused.kind == "status" else 400, code, str(refused)) from refused


def _answer(context: Context, connection: Connection) -> Response:
    kind = context.org.switches["action_answer"]
    status = int(kind[:3])
    if status == 204:
        return Response(204)
    if kind.endswith("_empty") or context.version < 51:
        return Response(status)
    document = {
        "connectionProperties": _connection_properties(context.org, connection),
        "connectionType": connection.connection_type,
        "description": connection.description,
        "developerName": connection.name,
        "id": connection.id,
        "isActive": connection.active,
        "masterLabel": connection.label,
        "namespacePrefix": connection.namespace,
        "status": connection.status,
    }
    if document["connectionProperties"] is None:
        del document["connectionProperties"]
    return Response.json(document, status)


def _connection_properties(org: Org, connection: Connection) -> t.Any:
    rows = org.connections.properties(connection)
    values = dict(rows)
    ranges = json.loads(values.get("SourceIpRanges") or "[]")
    return {
        "metadata_names": {"awsVpcEndpointId": connection.endpoint_id, "region": connection.region, "sourceIpRanges": ranges},
        "capitals": dict(rows),
        "pairs": [{"propertyName": name, "propertyValue": value} for name, value in rows],
        "vpc_endpoint_id": {"vpcEndpointId": connection.endpoint_id, "region": connection.region, "ipRanges": ranges},
        "absent": None,
    }[org.switches["action_properties"]]
