# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory plugin makes of its options and of an org's connections. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._argspec import ORG_OPTIONS, org_argument_spec
from ..module_utils._connection import Connection, full_name
from ..module_utils._errors import InputError, PrivateConnectError
from ..module_utils._module import Context
from ..module_utils._org import Org, connect

# An org that gives one of these gives all that its login needs: what other orgs log in with is not mixed in.
_LOGIN = ("auth_method", "access_token", "client_id", "client_secret", "username", "private_key", "private_key_file", "audience", "refresh_token", "target_org")
_PLACE = ("instance_url", "token_url")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_AT_ONCE = 8
Options = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Source:
    name: str
    org: Org = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Host:
    """A host of the inventory: the groups that it is in, and its variables."""

    name: str
    groups: list[str]
    variables: dict[str, t.Any]


def sources(orgs: list[t.Any], common: Options, context: Context) -> list[Source]:
    """The orgs to ask, from the plugin's ``orgs`` and the options beside it; without ``orgs`` that of these options.

    Raises :class:`InputError` with all problems of all orgs.
    """
    problems: list[str] = []
    found = [_source(number, entry, common, context, problems) for number, entry in enumerate(orgs or [{}], 1)]
    named = [source for source in found if source is not None]
    names = [source.name for source in named]
    problems += [f"two orgs are called {name}; give them names by which they differ" for name in sorted({name for name in names if names.count(name) > 1})]
    if problems:
        raise InputError(problems)
    return named


def _source(number: int, entry: t.Any, common: Options, context: Context, problems: list[str]) -> Source | None:
    label = f"org {number}"
    if not isinstance(entry, dict):
        problems.append(f"{label} is {entry!r}; it must be a dictionary of options such as instance_url")
        return None
    given = {key: value for key, value in entry.items() if key != "name" and value not in (None, "")}
    unknown = sorted(set(given) - set(ORG_OPTIONS))
    if unknown:
        problems.append(f"{label} has unknown options {', '.join(unknown)}; known are name, {', '.join(ORG_OPTIONS)}")
        given = {key: value for key, value in given.items() if key in ORG_OPTIONS}
    own = (*_LOGIN, *_PLACE) if set(given) & set(_LOGIN) else _PLACE if "instance_url" in given else ()
    options = {**{key: value for key, value in common.items() if value is not None and key not in own}, **given}
    # No fallback to the environment here: the plugin's own options have had it.
    spec = {key: {name: value for name, value in option.items() if name != "fallback"} for key, option in org_argument_spec().items()}
    checked = ArgumentSpecValidator(spec).validate(options)
    if checked.error_messages:
        problems += [f"{label}: {message}" for message in checked.error_messages]
        return None
    name = str(entry.get("name") or org_name(options))
    try:
        org = connect({key: checked.validated_parameters.get(key) for key in ORG_OPTIONS}, context)
    except InputError as error:
        problems += [f"{label} ({name}): {problem}" if name else f"{label}: {problem}" for problem in error.problems]
        return None
    if not _NAME.fullmatch(name):
        problems.append(f"{label}: name {name!r} may hold letters, digits, hyphens and underscores only")
        return None
    return Source(name, org)


def org_name(options: Options) -> str:
    """``acme--uat`` for https://acme--uat.sandbox.my.salesforce.com."""
    return (urlsplit(options.get("instance_url") or "").hostname or "").split(".")[0] or str(options.get("target_org") or "").split("@", maxsplit=1)[0]


def read(found: t.Sequence[Source]) -> dict[str, dict[str, t.Any]]:
    """``{name: {instance_url, host, connections}}``, without credentials. One login and two queries for each org, several at a time.

    Raises :class:`PrivateConnectError` that names every org which gave none: an inventory that lacks an org's connections looks as if they were gone.
    """
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(read_one, found))
    failures = [f"{source.name}: {answer.message}" for source, answer in zip(found, answers) if isinstance(answer, PrivateConnectError)]
    if failures:
        raise PrivateConnectError(" | ".join(failures))
    return {source.name: answer for source, answer in zip(found, answers) if isinstance(answer, dict)}


def read_one(source: Source) -> dict[str, t.Any] | PrivateConnectError:
    """``{instance_url, host, connections}`` of one org, or why there is none."""
    try:
        return {"connections": source.org.connections(), "instance_url": source.org.instance_url, "host": source.org.host}
    except PrivateConnectError as error:
        return error


def hosts(name: str, org: Options) -> list[Host]:
    """One for each connection of what ``read`` gave of an org."""
    return [_host(name, org, connection) for connection in org["connections"]]


def _host(name: str, org: Options, connection: Connection) -> Host:
    full = full_name(connection)
    variables = {
        "salesforce_org": name,
        "salesforce_instance_url": org["instance_url"],
        "salesforce_connection": connection,
        "private_connect_name": full,
        "private_connect_my_domain": org["host"],
        # The plays work on the controller; no such machine exists.
        "ansible_connection": "local",
    }
    groups = ["private_connections", _group("org", name)]
    if connection["region"]:
        variables["private_connect_region"] = connection["region"]
        groups.append(_group("region", connection["region"]))
    if connection["status"]:
        groups.append(_group("status", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", connection["status"])))
    return Host(host_name(name, full), groups, variables)


def host_name(org: str, connection: str) -> str:
    """What the inventory calls a connection, by its org's name and its full name."""
    return f"{org}_{connection}"


def _group(kind: str, text: str) -> str:
    return f"{kind}_{re.sub(r'[^a-z0-9_]', '_', text.lower())}"
