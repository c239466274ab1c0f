# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing inbound connections. This module util is PRIVATE to the collection."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

from . import _validate as check
from ._argspec import org_argument_spec
from ._connection import full_name
from ._errors import InputError, PrivateConnectError
from ._module import Context, Definition
from ._org import connect

try:
    import jmespath

    JMESPATH_IMPORT_ERROR = None
except ImportError:
    JMESPATH_IMPORT_ERROR = traceback.format_exc()


def compile_query(expression: str) -> t.Any:
    """A compiled JMESPath expression; its problem is told before anything is sent."""
    if JMESPATH_IMPORT_ERROR:
        raise PrivateConnectError(missing_required_lib("jmespath", reason="for query"), exception=JMESPATH_IMPORT_ERROR)
    try:
        return jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        raise InputError([f"query is no JMESPath expression: {error}"]) from error


def search(query: t.Any, data: t.Any) -> t.Any:
    try:
        return query.search(data)
    except jmespath.exceptions.JMESPathError as error:
        raise InputError([f"query does not fit the data: {error}"]) from error


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    names = params["name"] or []
    problems = check.problems(*(check.developer_name(name) for name in names))
    query = None
    if params["query"]:
        try:
            query = compile_query(params["query"])
        except InputError as error:
            problems += error.problems
    org = connect(params, context, problems)
    if len(names) == 1:
        connections = org.connections(names[0])
    else:
        connections = [connection for connection in org.connections() if not names or full_name(connection) in names]
    result: dict[str, t.Any] = {"changed": False, "connections": connections}
    if query is not None:
        result["result"] = search(query, connections)
    return result


DEFINITION = Definition(
    argument_spec=org_argument_spec(name={"type": "list", "elements": "str"}, query={"type": "str"}),
    run=run,
)
