# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tooling API: writing InboundNetworkConnection and InboundNetworkConnProperty, with the documented refusals."""

from __future__ import annotations

import dataclasses
import typing as t

from ..web import Response
from . import ids, metadata, query, rest
from .connections import check_locked, property_id
from .context import Context
from .errors import ApiError, insufficient_access, integrity, malformed_id, method_not_allowed, missing, not_found, unknown_object
from .model import Connection
from .objects import NEEDED_TO_WRITE, SObject
from .org import Org, User


def run_query(context: Context) -> Response:
    return query.run(context, "tooling")


def query_more(context: Context) -> Response:
    return query.more(context, "tooling")


def get(context: Context) -> Response:
    return rest.get(context, "tooling")


def describe(context: Context) -> Response:
    return rest.describe(context, "tooling")


def basic(context: Context) -> Response:
    return rest.basic(context, "tooling")


def list_objects(context: Context) -> Response:
    return rest.list_objects(context, "tooling")


def check_permission(org: Org, user: User, name: str = "InboundNetworkConnection") -> None:
    """Both permissions of the documentation's considerations page are needed for any write."""
    lacking = [permission for permission in NEEDED_TO_WRITE if not user.may(permission)]
    if lacking:
        raise unknown_object(name) if org.switches["no_permission_as"] == "INVALID_TYPE" else insufficient_access(" and ".join(lacking))


def create(context: Context) -> Response:
    sobject = _writable(context, "POST")
    body = _body(context, sobject, "C")
    record_id = create_connection(context.org, body).id if sobject.name == "InboundNetworkConnection" else _create_property(context.org, body)
    answer = {"id": record_id, "success": True, "errors": [], "warnings": [], "infos": []}
    kind = context.org.switches["create_answer"]
    if kind == "id15":
        answer["id"] = record_id[:15]
    shown = {"tooling": tuple(answer), "id15": tuple(answer), "sobject": ("id", "success", "errors"), "bare": ("id",)}[kind]
    return Response.json({name: answer[name] for name in shown}, 201)


def update(context: Context) -> Response:
    sobject = _writable(context, "PATCH")
    if sobject.name == "InboundNetworkConnection":
        connection = _connection(context, context.args["id"])
        update_connection(context.org, connection, _body(context, sobject, "U"))
    else:
        connection, name = _property(context)
        _write_property(context.org, connection, name, _body(context, sobject, "U").get("PropertyValue"))
    return Response(204)


def delete(context: Context) -> Response:
    sobject = _writable(context, "DELETE")
    if sobject.name == "InboundNetworkConnection":
        connection = _connection(context, context.args["id"])
        if connection.namespace:
            raise insufficient_access(f"{connection.full_name} belongs to a managed package")
        context.org.connections.remove(connection)
    else:
        connection, name = _property(context)
        _write_property(context.org, connection, name, None)
    return Response(204)


def create_connection(org: Org, body: dict[str, t.Any]) -> Connection:
    """Save a new connection from {FullName, Metadata}. Raises ApiError with every problem at once where it can."""
    absent = [name for name in ("FullName", "Metadata") if body.get(name) in (None, "", {})]
    errors = [missing(absent)] if absent else []
    name = body.get("FullName")
    base = Connection(org.new_id(org.switches["connection_prefix"]), str(name), "", "")
    made = base
    for check in (lambda: metadata.check_name(name), lambda: _check_unique(org, str(name))) if "FullName" not in absent else ():
        try:
            check()
        except ApiError as error:
            errors.append(error)
            break
    if "Metadata" not in absent:
        try:
            made = metadata.read(org, body["Metadata"], base)
        except ApiError as error:
            errors.append(error)
    if errors:
        raise ApiError.collect(errors)
    if body["Metadata"]["status"] != "Unprovisioned" and org.switches["create_status"] == "refuse":
        raise integrity("Status", "a new connection is Unprovisioned")
    return org.connections.add(made)


def update_connection(org: Org, connection: Connection, body: dict[str, t.Any]) -> Connection:
    """Write {Metadata} over a connection."""
    if "Metadata" not in body:
        raise missing(["Metadata"])
    if connection.namespace:
        raise insufficient_access(f"{connection.full_name} belongs to a managed package")
    wanted = metadata.read(org, body["Metadata"], connection)
    errors = check_locked(connection, wanted, org.switches)
    status = body["Metadata"]["status"]
    if status != connection.status and org.switches["patch_status"] == "refuse":
        errors.append(integrity("Status", f"the value can't be changed from {connection.status} to {status}"))
    if errors:
        raise ApiError.collect(errors)
    if org.switches["patch_status"] == "apply":
        wanted = dataclasses.replace(wanted, status=status)
    return org.connections.replace(_fresh_endpoint(connection, wanted))


def _fresh_endpoint(before: Connection, after: Connection) -> Connection:
    """Another endpoint has not been seen yet, nor been rejected by the org."""
    return after if before.endpoint_id == after.endpoint_id else dataclasses.replace(after, seen=False, self_rejected=False)


def _check_unique(org: Org, name: str) -> None:
    if org.connections.named(name) is not None:
        raise ApiError(400, "DUPLICATE_DEVELOPER_NAME", f"The name {name} is already used. Enter a unique name.", ["DeveloperName"])


def _writable(context: Context, method: str) -> SObject:
    sobject = query.visible_resource(context, "tooling", context.args["object"])
    if method not in sobject.methods:
        raise method_not_allowed(method, sobject.methods)
    check_permission(context.org, context.user, sobject.name)
    return sobject


def _body(context: Context, sobject: SObject, flag: str) -> dict[str, t.Any]:
    body = context.json_object()
    body.pop("attributes", None)
    unknown = [name for name in body if sobject.field(name) is None]
    if unknown:
        raise ApiError(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {sobject.name}")
    fields = {name: t.cast(t.Any, sobject.field(name)) for name in body}
    locked = [name for name, field in fields.items() if not field.has(flag)]
    if locked:
        message = f"Unable to create/update fields: {', '.join(locked)}. Please check the security settings of this field and verify that it is read/write."
        raise ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, locked)
    return {fields[name].name: value for name, value in body.items()}


def _connection(context: Context, record_id: str) -> Connection:
    if not ids.well_formed(record_id):
        raise malformed_id(record_id)
    wanted = ids.canonical(record_id)
    found = context.org.connections.get(wanted)
    if found is None:
        raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted", []) if wanted in context.org.connections.deleted else not_found()
    return found


def _property(context: Context) -> tuple[Connection, str]:
    record_id = context.args["id"]
    if not ids.well_formed(record_id):
        raise malformed_id(record_id)
    for connection in context.org.connections.all():
        for name, _value in context.org.connections.properties(connection):
            if property_id(connection, name) == ids.canonical(record_id):
                return connection, name
    raise not_found()


def _create_property(org: Org, body: dict[str, t.Any]) -> str:
    absent = [name for name in ("InboundNetworkConnectionId", "PropertyName", "PropertyValue") if body.get(name) in (None, "")]
    if absent:
        raise missing(absent)
    parent, name = str(body["InboundNetworkConnectionId"]), str(body["PropertyName"])
    connection = org.connections.get(ids.canonical(parent))
    if connection is None:
        raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", f"invalid cross reference id: {parent}", ["InboundNetworkConnectionId"])
    if any(name == known and value is not None for known, value in org.connections.properties(connection)):
        raise ApiError(400, "DUPLICATE_VALUE", f"duplicate value found: PropertyName {name}", ["PropertyName"])
    _write_property(org, connection, name, body["PropertyValue"])
    return property_id(connection, name)


def _write_property(org: Org, connection: Connection, name: str, value: str | None) -> None:
    """Set a property, or take it away where ``value`` is None."""
    rule = org.switches["child_writes"]
    if rule == "refuse" or (rule == "unprovisioned" and connection.provisioned):
        raise integrity("PropertyValue", f"properties of {connection.name} can't be written directly while its status is {connection.status}")
    if name not in ("Region", "AwsVpcEndpointId"):
        errors = metadata.check_property(org, name, value, connection)
        raise ApiError.collect(errors or [integrity("PropertyName", f"{name} is set by Salesforce")])
    attribute = "region" if name == "Region" else "endpoint_id"
    wanted = dataclasses.replace(connection, **{attribute: value})
    errors = check_locked(connection, wanted, org.switches) + ([] if value is None else metadata.check_property(org, name, value, connection))
    if errors:
        raise ApiError.collect(errors)
    org.connections.replace(_fresh_endpoint(connection, wanted))
