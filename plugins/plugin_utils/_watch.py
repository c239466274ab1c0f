# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has changed in connections since they were read last, for the event source. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import threading
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils import _private_connect_info as joined
from ..module_utils._argspec import ORG_OPTIONS, org_argument_spec
from ..module_utils._auth import Session
from ..module_utils._connection import full_name
from ..module_utils._errors import InputError, PrivateConnectError
from ..module_utils._module import Context, execute
from . import _inventory

_AT_ONCE = 8
OPTIONS = ("orgs", "environments", "interval", "initial")
Event = dict[str, t.Any]
# An org's name and a connection's full name; None for the org as a whole.
Key = tuple[str, t.Optional[str]]


@dataclasses.dataclass(frozen=True)
class Seen:
    """What was read of a connection, or of an org; ``error`` says why it could not be read. ``drift`` is None where AWS is not looked at.

    ``host`` is what the inventory calls the connection.
    """

    host: str | None = None
    connection: dict[str, t.Any] | None = None
    drift: list[dict[str, t.Any]] | None = None
    next_step: str | None = None
    instance_url: str | None = None
    error: str | None = None


@dataclasses.dataclass(frozen=True)
class _Environment:
    """``params`` are options of private_connect_info."""

    org: str
    host: str
    params: dict[str, t.Any] = dataclasses.field(repr=False)


def changes(before: t.Mapping[Key, Seen], after: t.Mapping[Key, Seen]) -> list[Event]:
    """An event for each difference: ``{change, org, instance_url, name, host, before, after, connection, drift, next_step, message}``.

    ``change`` is ``status``, ``source_ip_ranges``, ``drift``, ``drift_changed``, ``repaired``, ``appeared``, ``disappeared``, ``error`` or ``recovered``.
    """
    found = []
    for key in sorted({*before, *after}, key=lambda key: (key[0], key[1] or "")):
        found += _changes_of(key, before.get(key), after.get(key))
    return found


def _changes_of(key: Key, old: Seen | None, new: Seen | None) -> list[Event]:
    was, now = old or Seen(), new or Seen()
    told = new or was

    def event(change: str, before: t.Any, after: t.Any, **more: t.Any) -> Event:
        place = {"org": key[0], "instance_url": told.instance_url, "name": key[1], "host": told.host}
        shown = {"connection": told.connection, "drift": told.drift, "next_step": told.next_step, "message": told.error}
        return {"change": change, **place, "before": before, "after": after, **shown, **more}

    found = [] if was.error == now.error else [event("error" if now.error else "recovered", was.error, now.error)]
    had, has = was.connection, now.connection
    if had and has:
        found += [event(field, had[field], has[field]) for field in ("status", "source_ip_ranges") if had[field] != has[field]]
    elif has:
        found.append(event("appeared", None, has["status"]))
    elif had:
        found.append(event("disappeared", had["status"], None, connection=had))
    if new and _words(was) != _words(now):
        found.append(event("repaired" if not now.drift else "drift_changed" if was.drift else "drift", was.drift, now.drift))
    return found


def _words(seen: Seen) -> list[t.Any]:
    return [[item["what"], item.get("have"), item.get("want")] for item in seen.drift or []]


def kept(before: t.Mapping[Key, Seen], after: t.Mapping[Key, Seen]) -> dict[Key, Seen]:
    """``after``, with what was known before of all that cannot be read now, so that an outage is not taken for changes."""
    unread = {key[0] for key, seen in after.items() if key[1] is None and seen.error}
    result = {key: seen for key, seen in before.items() if key[0] in unread and key[1] is not None}
    for key, seen in after.items():
        last = before.get(key) if seen.error else None
        result[key] = dataclasses.replace(last, error=seen.error) if last else seen
    return result


class Watcher:
    """Reads all that the arguments of the event source name. Raises :class:`InputError` with all problems of them."""

    def __init__(self, args: t.Mapping[str, t.Any]) -> None:
        self._context = Context(sessions=_Sessions())
        self._known: dict[Key, Seen] = {}
        self._started = False
        self._told: set[str] = set()
        problems: list[str] = []
        unknown = sorted(set(args) - {*OPTIONS, *ORG_OPTIONS})
        if unknown:
            problems.append(f"unknown arguments {', '.join(unknown)}; known are {', '.join(OPTIONS)} and the options of an org")
        common = ArgumentSpecValidator(org_argument_spec()).validate({key: args[key] for key in ORG_OPTIONS if args.get(key) is not None})
        problems += common.error_messages
        self.interval = args.get("interval", 60)
        if not isinstance(self.interval, (int, float)) or isinstance(self.interval, bool) or self.interval < 1:
            problems.append(f"interval is {self.interval!r}, it must be a number of seconds, at least 1")
        self._initial = args.get("initial", False)
        if not isinstance(self._initial, bool):
            problems.append(f"initial is {self._initial!r}, it must be true or false")
        self._environments = _environments(args.get("environments") or [], common.validated_parameters, problems)
        self._sources: list[_inventory.Source] = []
        if args.get("orgs") or not args.get("environments"):
            try:
                self._sources = _inventory.sources(args.get("orgs") or [], common.validated_parameters, self._context)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)

    def poll(self) -> list[Event]:
        """Read once. The first time gives events of errors alone, or with ``initial`` of all that is there."""
        after = kept(self._known, self._read())
        found = changes(self._known, after)
        self._known = after
        if not self._started and not self._initial:
            found = [event for event in found if event["change"] == "error"]
        self._started = True
        return found

    @property
    def failing(self) -> bool:
        return any(seen.error for seen in self._known.values())

    def _read(self) -> dict[Key, Seen]:
        found: dict[Key, Seen] = {}
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            orgs = pool.map(_inventory.read_one, self._sources)
            environments = pool.map(self._joined, self._environments)
            for source, answer in zip(self._sources, orgs):
                if isinstance(answer, PrivateConnectError):
                    found[source.name, None] = Seen(error=answer.message)
                else:
                    found[source.name, None] = Seen()
                    url = answer["instance_url"]
                    for item in answer["connections"]:
                        name = full_name(item)
                        found[source.name, name] = Seen(_inventory.host_name(source.name, name), dict(item), instance_url=url)
            for environment, seen in zip(self._environments, environments):
                found[environment.org, environment.params["name"]] = seen
        return found

    def warnings(self) -> list[str]:
        """Those that have not been told before, such as that certificates are not checked."""
        new = [text for text in dict.fromkeys(self._context.warnings) if text not in self._told]
        self._told.update(new)
        self._context.warnings.clear()
        return new

    def _joined(self, environment: _Environment) -> Seen:
        result = execute(joined.DEFINITION, dict(environment.params), check_mode=True, diff_mode=False, context=self._context)
        if result.get("failed"):
            return Seen(environment.host, error=str(result["msg"]))
        return Seen(environment.host, result["connection"], result["drift"], result["next_step"], environment.params["instance_url"])


def _environments(given: t.Any, common: t.Mapping[str, t.Any], problems: list[str]) -> list[_Environment]:
    found = []
    for number, entry in enumerate(given, 1):
        if not isinstance(entry, dict):
            problems.append(f"environment {number} is {entry!r}; it must be a dictionary of options of private_connect_info")
            continue
        own = {key: value for key, value in entry.items() if key not in ("org", "host") and value is not None}
        options = {**({} if "instance_url" in own else {key: value for key, value in common.items() if value is not None}), **own}
        checked = ArgumentSpecValidator(joined.DEFINITION.argument_spec).validate(options)
        problems += [f"environment {number}: {message}" for message in checked.error_messages]
        if not checked.error_messages:
            params = checked.validated_parameters
            org = str(entry.get("org") or _inventory.org_name(options))
            found.append(_Environment(org, str(entry.get("host") or _inventory.host_name(org, params["name"])), params))
    return found


class _Sessions:
    """One login for each identity, for as long as the source runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._sessions: dict[str, Session] = {}

    def __call__(self, identity: t.Mapping[str, t.Any], login: t.Callable[[], Session], expired: Session | None) -> Session:
        key = repr(sorted(identity.items()))
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            session = self._sessions.get(key)
            if session is None or session == expired:
                session = self._sessions[key] = login()
            return session
