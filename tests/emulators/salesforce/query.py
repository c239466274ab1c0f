# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running SOQL: field checks against the objects, relationships of one level, paging by nextRecordsUrl."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..web import Response
from . import ids, objects, soql
from .context import Context
from .errors import ApiError, not_found, unknown_object
from .objects import Field, Row, SObject

_ONE_ROW_FIELDS = ("FullName", "Metadata")


def run(context: Context, surface: str) -> Response:
    """``GET .../query?q=``. Answers {totalSize, done, records, nextRecordsUrl?}."""
    text = context.request.query.get("q")
    if not text:
        raise soql.malformed("A query string has to be specified")
    query = soql.parse(text)
    sobject = visible(context, surface, query.object)
    paths = {name: _path(sobject, name) for name in query.fields}
    if context.request.query.get("columns") == "true":
        return Response.json(_columns(context, sobject, paths))
    rows = _select(context, sobject, query)
    if query.count:
        return Response.json({"totalSize": len(rows), "done": True, "records": []})
    if len(rows) > 1 and any(path[-1].name in _ONE_ROW_FIELDS for path in paths.values()):
        message = "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval."
        raise soql.malformed(f"{message} Result size: {len(rows)}")
    records = [_render(context, surface, sobject, row, list(paths.values())) for row in rows]
    cursor, size = context.org.new_id("01g"), _batch_size(context)
    if len(records) > size:
        context.org.cursors[cursor] = (records, size)
    return _page(context, surface, cursor, records, size, 0)


def more(context: Context, surface: str) -> Response:
    """The next page: the locator is ``<id>-<rows already given>``."""
    cursor, _dash, start = context.args["locator"].partition("-")
    if cursor not in context.org.cursors or not start.isdigit():
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(context, surface, cursor, *context.org.cursors[cursor], int(start))


def visible(context: Context, surface: str, name: str) -> SObject:
    sobject = objects.find(name, surface)
    if sobject is None or not sobject.visible_to(context.org, context.user, surface, context.version):
        raise unknown_object(name)
    return sobject


def visible_resource(context: Context, surface: str, name: str) -> SObject:
    """The same for a path under ``sobjects/``, where what isn't there is a 404."""
    try:
        return visible(context, surface, name)
    except ApiError as error:
        raise not_found() from error


def record(context: Context, surface: str, sobject: SObject, row: Row) -> Row:
    """All fields of one row, as GET by id gives them."""
    return _render(context, surface, sobject, row, [(field,) for field in sobject.fields])


def find_row(context: Context, sobject: SObject, record_id: str) -> Row:
    """The row with this id as a read shows it. Raises MALFORMED_ID or NOT_FOUND."""
    if not ids.well_formed(record_id):
        raise ApiError(400, "MALFORMED_ID", f"malformed id {record_id}", ["Id"])
    wanted = ids.canonical(record_id)
    row = next((row for row in sobject.rows(context.org, context.current) if row["Id"] == wanted), None)
    if row is None:
        raise not_found()
    return row


def _columns(context: Context, sobject: SObject, paths: dict[str, tuple[Field, ...]]) -> Row:
    """``&columns=true``: what the query's columns are, without its rows. Salesforce's CLI asks so before it prints a table."""
    columns: dict[str, Row] = {}
    for name, path in paths.items():
        column = _column(objects.shown_name(context.org, path[-1]), name, path[-1])
        if len(path) == 1:
            columns[name] = column
        else:
            parent = t.cast(str, path[0].relationship)
            columns.setdefault(parent, _column(parent, parent, path[0]))["joinColumns"].append(column)
    return {
        "columnMetadata": list(columns.values()),
        "entityName": sobject.name,
        "groupBy": False,
        "idSelected": any(path[-1].name == "Id" for path in paths.values() if len(path) == 1),
        "keyPrefix": sobject.prefix or None,
    }


def _column(name: str, shown: str, field: Field) -> Row:
    return {
        "aggregate": False,
        "apexType": field.type.capitalize(),
        "booleanType": field.type == "boolean",
        "columnName": name,
        "custom": False,
        "displayName": shown,
        "foreignKeyName": None,
        "insertable": field.has("C"),
        "joinColumns": [],
        "numberType": field.type == "int",
        "textType": field.type in ("string", "textarea", "picklist"),
        "updatable": field.has("U"),
    }


def _page(context: Context, surface: str, cursor: str, records: list[Row], size: int, start: int) -> Response:
    end = start + size
    answer: dict[str, t.Any] = {"size": len(records[start:end])} if surface == "tooling" else {}
    answer.update(totalSize=len(records), done=end >= len(records), records=records[start:end])
    if end < len(records):
        answer["nextRecordsUrl"] = f"{context.base}{'/tooling' if surface == 'tooling' else ''}/query/{cursor}-{end}"
    return Response.json(answer)


def _batch_size(context: Context) -> int:
    size = max(int(context.org.switches["query_batch"]), 1)
    asked = re.search(r"batchSize=(\d+)", context.request.headers.get("sforce-query-options", ""))
    return min(size, max(int(asked.group(1)), 200)) if asked else size


def _path(sobject: SObject, name: str) -> tuple[Field, ...]:
    """The fields that a possibly dotted name goes through."""
    first, dot, rest = name.partition(".")
    field = sobject.related(first) if dot else sobject.field(first)
    if field is None:
        what = f"Didn't understand relationship '{first}' in field path" if dot else f"No such column '{name}' on entity '{sobject.name}'"
        raise ApiError(400, "INVALID_FIELD", f"{what}. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.")
    if not dot:
        return (field,)
    target = objects.find(t.cast(str, field.refers_to))
    if target is None or "." in rest:
        raise ApiError(400, "INVALID_FIELD", f"No such column '{rest}' on entity '{field.refers_to}'.")
    return (field, *_path(target, rest))


def _select(context: Context, sobject: SObject, query: soql.Query) -> list[Row]:
    where = _typed(context, sobject, query.where)
    rows = [row for row in sobject.rows(context.org, context.current) if soql.matches(where, lambda name, row=row: _comparable(context, sobject, row, name))]
    for ordering in reversed(query.order):
        if not _path(sobject, ordering.field)[-1].has("S"):
            raise ApiError(400, "INVALID_FIELD", f"field '{ordering.field}' can not be sorted in a query call")
        values = {id(row): _comparable(context, sobject, row, ordering.field) for row in rows}
        nulls = [row for row in rows if values[id(row)] is None]
        others = sorted((row for row in rows if values[id(row)] is not None), key=lambda row, values=values: values[id(row)], reverse=ordering.descending)
        rows = others + nulls if ordering.nulls_last else nulls + others
    return rows[query.offset :][: query.limit]


def _follow(context: Context, path: tuple[Field, ...], row: Row) -> t.Any:
    value = row[path[0].name]
    if len(path) == 1 or value is None:
        return value
    target = t.cast(SObject, objects.find(t.cast(str, path[0].refers_to)))
    related = next((each for each in target.rows(context.org, context.current) if each["Id"] == value), None)
    return None if related is None else _follow(context, path[1:], related)


def _comparable(context: Context, sobject: SObject, row: Row, name: str) -> t.Any:
    path = _path(sobject, name)
    value = _follow(context, path, row)
    return soql.moment(value) if path[-1].type == "datetime" and value is not None else value


def _typed(context: Context, sobject: SObject, condition: t.Any) -> t.Any:
    """The condition with every field checked against its flags and every value against its field's type."""
    if condition is None:
        return None
    if isinstance(condition, soql.Junction):
        return dataclasses.replace(condition, parts=tuple(_typed(context, sobject, part) for part in condition.parts))
    field = _path(sobject, condition.field)[-1]
    if not (objects.filterable(context.org, sobject, field) if "." not in condition.field else field.has("F")):
        raise ApiError(400, "INVALID_FIELD", f"field '{condition.field}' can not be filtered in a query call")
    if isinstance(condition.value, tuple):
        return dataclasses.replace(condition, value=tuple(_value(field, value) for value in condition.value))
    return dataclasses.replace(condition, value=_value(field, condition.value))


def _value(field: Field, value: t.Any) -> t.Any:
    kinds = {"boolean": bool, "int": float, "datetime": soql.datetime.datetime}
    kind = kinds.get(field.type, str)
    if value is not None and not isinstance(value, kind):
        raise ApiError(400, "INVALID_FIELD", f"value of filter criterion for field '{field.name}' must be of type {field.type}")
    if field.type in ("id", "reference") and isinstance(value, str):
        if not ids.well_formed(value):
            raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")
        return ids.canonical(value)
    return value


def _render(context: Context, surface: str, sobject: SObject, row: Row, paths: list[tuple[Field, ...]]) -> Row:
    prefix = "/tooling" if surface == "tooling" else ""
    shown: Row = {"attributes": {"type": sobject.name, "url": f"{context.base}{prefix}/sobjects/{sobject.name}/{row['Id']}"}}
    for path in paths:
        if len(path) == 1:
            shown[objects.shown_name(context.org, path[0])] = row[path[0].name]
        else:
            target = shown.setdefault(t.cast(str, path[0].relationship), {"attributes": {"type": path[0].refers_to}})
            target[path[1].name] = _follow(context, path, row)
    return shown
