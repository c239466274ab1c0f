# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""REST: versions, resources, limits, query, single records, describe. Also serves the read half of Tooling."""

from __future__ import annotations

import hmac

from ..web import Response
from . import ids, objects, query
from .context import Context
from .errors import ApiError, method_not_allowed, not_found
from .objects import SObject
from .org import Org

_SEASONS = {0: "Spring", 1: "Summer", 2: "Winter"}


def version_label(version: int) -> str:
    """API version to release: 58 is Summer '23, 59 Winter '24."""
    season = _SEASONS[(version - 57) % 3]
    year = 23 + (version - 57) // 3 + (1 if season == "Winter" else 0)
    return f"{season} '{year:02d}"


def served_versions(org: Org) -> range:
    return range(int(org.switches["version_floor"]), int(org.switches["version_ceiling"]) + 1)


def check_version(org: Org, text: str) -> None:
    served = served_versions(org)
    number = int(text.partition(".")[0])
    if number < served.start:
        raise ApiError(410, "UNSUPPORTED_API_VERSION", f"API version {text} is retired")
    if number not in served or not text.endswith(".0"):
        raise not_found()


def versions(context: Context) -> Response:
    return Response.json(
        [{"label": version_label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"} for number in served_versions(context.org)]
    )


def resources(context: Context) -> Response:
    names = ("limits", "query", "sobjects", "tooling")
    identity = f"{context.instance_url}/id/{context.org.id}/{context.user.id}"
    return Response.json({**{name: f"{context.base}/{name}" for name in names}, "identity": identity})


def limits(context: Context) -> Response:
    org = context.org
    return Response.json({"DailyApiRequests": {"Max": org.api_limit, "Remaining": max(org.api_limit - org.api_usage, 0)}})


def rest_query(context: Context) -> Response:
    return query.run(context, "rest")


def rest_query_more(context: Context) -> Response:
    return query.more(context, "rest")


def rest_get(context: Context) -> Response:
    return get(context, "rest")


def rest_describe(context: Context) -> Response:
    return describe(context, "rest")


def rest_objects(context: Context) -> Response:
    return list_objects(context, "rest")


def get(context: Context, surface: str) -> Response:
    """GET and HEAD by id; ``?fields=`` chooses."""
    sobject = query.visible_resource(context, surface, context.args["object"])
    shown = query.record(context, surface, sobject, query.find_row(context, sobject, context.args["id"]))
    wanted = context.request.query.get("fields")
    if wanted is None:
        return Response.json(shown)
    names = [name.strip() for name in wanted.split(",")]
    fields = [sobject.field(name) for name in names]
    unknown = [name for name, field in zip(names, fields) if field is None]
    if unknown:
        raise ApiError(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {sobject.name}")
    keep = {"attributes", *(objects.shown_name(context.org, field) for field in fields if field)}
    return Response.json({name: value for name, value in shown.items() if name in keep})


def delete_session(context: Context) -> Response:
    """Ends a session (AuthSession is the only REST object here that can be deleted)."""
    sobject = query.visible_resource(context, "rest", context.args["object"])
    if "DELETE" not in sobject.methods:
        raise method_not_allowed("DELETE", sobject.methods)
    wanted = query.find_row(context, sobject, context.args["id"])["Id"]
    context.org.sessions = {token: session for token, session in context.org.sessions.items() if not hmac.compare_digest(session.id, wanted)}
    return Response(204)


def describe(context: Context, surface: str) -> Response:
    sobject = query.visible_resource(context, surface, context.args["object"])
    fields = []
    for field in sobject.fields:
        shown = objects.shown_name(context.org, field)
        fields.append({**field.describe(), "name": shown, "label": shown})
    return Response.json({**_summary(context, surface, sobject), "fields": fields})


def basic(context: Context, surface: str) -> Response:
    sobject = query.visible_resource(context, surface, context.args["object"])
    return Response.json({"objectDescribe": _summary(context, surface, sobject), "recentItems": []})


def rest_basic(context: Context) -> Response:
    return basic(context, "rest")


def list_objects(context: Context, surface: str) -> Response:
    shown = [each for each in objects.ALL if each.visible_to(context.org, context.user, surface, context.version)]
    return Response.json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_summary(context, surface, each) for each in shown]})


def _summary(context: Context, surface: str, sobject: SObject) -> objects.Row:
    base = f"{context.base}{'/tooling' if surface == 'tooling' else ''}/sobjects/{sobject.name}"
    by_user = context.org.switches["describe_rights"] == "user" and surface == "tooling"
    methods = sobject.methods if not by_user or all(map(context.user.may, objects.NEEDED_TO_WRITE)) else ()
    return {
        "name": sobject.name,
        "label": sobject.name,
        "keyPrefix": sobject.prefix or context.org.switches["connection_prefix"],
        "createable": "POST" in methods,
        "updateable": "PATCH" in methods,
        "deletable": "DELETE" in methods,
        "queryable": True,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def identity(context: Context) -> Response:
    """``/id/<org>/<user>``: whom the session belongs to."""
    if ids.canonical(context.args["org"]) != context.org.id or ids.canonical(context.args["user"]) != context.user.id:
        raise ApiError(403, "FORBIDDEN", "Bad_OAuth_Token")
    return Response.json(identity_document(context))


def identity_document(context: Context) -> objects.Row:
    user, org, instance = context.user, context.org, context.instance_url
    return {
        "id": f"{instance}/id/{org.id}/{user.id}",
        "sub": f"{instance}/id/{org.id}/{user.id}",
        "user_id": user.id,
        "organization_id": org.id,
        "username": user.username,
        "preferred_username": user.username,
        "nick_name": user.username.partition("@")[0],
        "display_name": user.name,
        "name": user.name,
        "email": user.email,
        "email_verified": True,
        "active": user.active,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "zoneinfo": "Europe/Berlin",
        "urls": {
            "rest": f"{instance}/services/data/v{{version}}/",
            "query": f"{instance}/services/data/v{{version}}/query/",
            "sobjects": f"{instance}/services/data/v{{version}}/sobjects/",
            "tooling_rest": f"{instance}/services/data/v{{version}}/tooling/",
        },
    }
