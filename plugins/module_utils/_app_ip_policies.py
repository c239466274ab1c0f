# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IP ranges and relaxation of connected apps and external client apps. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _lockout as lockout
from . import _range_list as ranges
from . import _range_options as options
from ._component import change
from ._errors import InputError, PrivateConnectError
from ._metadata import Component, Metadata
from ._module import Context, Definition
from ._org import Org

# The relaxations, and which of them lets through less than which other.
_STRICT = {"enforce": 2, "bypass": 0, "bypass_2factor": 1, "enforce_relaxrefresh": 1}

CONNECTED_APP = options.Place("ConnectedApp", ("ipRanges",), ranges.SETTINGS)
SETTINGS = options.Place("ExtlClntAppOauthSettings", ("trustedIpRanges",), ranges.EXTERNAL_APP)
POLICIES = "ExtlClntAppOauthConfigurablePolicies"
# How Salesforce spells the relaxations of external client apps.
_EXTERNAL = {"enforce": "Enforce", "bypass": "Bypass", "bypass_2factor": "Bypass_2factor", "enforce_relaxrefresh": "Enforce_RelaxRefresh"}


class _App(t.NamedTuple):
    """What the org calls an app: full name, label, and consumer key where it tells that."""

    name: str
    label: str
    consumer_key: str = ""


class _State(t.NamedTuple):
    entries: list[ranges.Entry]
    relaxation: str


def run_connected_app(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    name = params["name"]
    org, metadata, given = options.prepare(params, context, need_ranges=params["ip_relaxation"] is None)
    components = options.existing(metadata, CONNECTED_APP.kind, [name], "connected app")
    component = components[name]
    now = str((component.get("oauthPolicy") or {}).get("ipRelaxation") or "ENFORCE").lower()
    before, after = _states(CONNECTED_APP, components, given, params, now)
    members = _connected_members(before, after, options.edit(CONNECTED_APP, before.entries, after.entries, params["mode"]))
    if members:
        app = _App(name, str(component.get("label") or ""), str((component.get("oauthConfig") or {}).get("consumerKey") or ""))
        _guard(org, metadata, app, CONNECTED_APP, before, after, params, context)
    if members and not check_mode:
        change(metadata, CONNECTED_APP.kind, {name: members})
        if params["verify_login"]:
            undo = CONNECTED_APP.members(ranges.undoing(before.entries, after.entries, CONNECTED_APP.ends))
            earlier = {name: _connected_members(after, before, undo)}
            lockout.prove_login(params, context, lambda: change(metadata, CONNECTED_APP.kind, earlier))
    return _result(bool(members), CONNECTED_APP, before, after)


def _connected_members(before: _State, after: _State, lists: Component) -> Component:
    members: Component = {} if ranges.same(before.entries, after.entries, CONNECTED_APP.ends) else dict(lists)
    if after.relaxation != before.relaxation:
        members["oauthPolicy"] = {"ipRelaxation": after.relaxation.upper()}
    return members


def run_external_client_app(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    name = params["name"]
    org, metadata, given = options.prepare(params, context, need_ranges=params["ip_relaxation"] is None)
    settings = _of_app(metadata, SETTINGS.kind, name)
    policies = _of_app(metadata, POLICIES, name)
    now = str(next(iter(policies.values())).get("ipRelaxationPolicyType") or "Enforce").lower()
    before, after = _states(SETTINGS, settings, given, params, now)
    if before != after:
        _guard(org, metadata, _App(name, name.replace("_", " ")), SETTINGS, before, after, params, context)
    changed = _write_external(metadata, (settings, policies), before, after, params["mode"], check_mode)
    if changed and params["verify_login"] and not check_mode:
        lockout.prove_login(params, context, lambda: _take_back(metadata, (settings, policies), before, after))
    return _result(changed, SETTINGS, before, after)


Pair = tuple[t.Mapping[str, Component], t.Mapping[str, Component]]


def _write_external(metadata: Metadata, components: Pair, before: _State, after: _State, mode: str, check_mode: bool) -> bool:
    """Two components, so two updates: where the second fails, the first is taken back."""
    settings, policies = components
    wanted = {next(iter(settings)): after.entries}
    changed = options.write(metadata, SETTINGS, settings, wanted, mode, check_mode)
    if before.relaxation == after.relaxation:
        return bool(changed)
    if not check_mode:
        try:
            change(metadata, POLICIES, _policy(policies, after.relaxation))
        except PrivateConnectError as error:
            _undo_ranges(metadata, settings, wanted, changed, error)
            raise
    return True


def _undo_ranges(
    metadata: Metadata, settings: t.Mapping[str, Component], wanted: t.Mapping[str, list[ranges.Entry]], changed: t.Sequence[str], error: PrivateConnectError
) -> None:
    if not changed:
        return
    try:
        options.take_back(metadata, SETTINGS, settings, wanted, changed)
    except PrivateConnectError as failed:
        error.add(f"The ranges of {', '.join(changed)} were changed before and could not be put back: {failed.message}")
    else:
        error.add(f"The ranges of {', '.join(changed)}, which were changed before, were put back")


def _policy(policies: t.Mapping[str, Component], relaxation: str) -> dict[str, Component]:
    return {name: {"ipRelaxationPolicyType": _EXTERNAL[relaxation]} for name in policies}


def _take_back(metadata: Metadata, components: Pair, before: _State, after: _State) -> None:
    settings, policies = components
    if not ranges.same(before.entries, after.entries, SETTINGS.ends):
        options.take_back(metadata, SETTINGS, settings, dict.fromkeys(settings, after.entries), list(settings))
    if before.relaxation != after.relaxation:
        change(metadata, POLICIES, _policy(policies, before.relaxation))


def _guard(
    org: Org, metadata: Metadata, app: _App, place: options.Place, before: _State, after: _State, params: t.Mapping[str, t.Any], context: Context
) -> None:
    """A policy can shut this run out if it comes through the app: by the app's own ranges, or by those of the profile that so far did not count."""
    tighter = _STRICT[after.relaxation] > _STRICT[before.relaxation]
    by_ranges = after.relaxation == "bypass_2factor" and (tighter or not before.entries or bool(ranges.lost(before.entries, after.entries, place.ends)))
    if not tighter and not by_ranges:
        return
    seen = lockout.observe(org, metadata)
    if app.consumer_key != params["client_id"] and seen.application not in (app.name, app.label):
        return
    found = []
    if by_ranges:
        allowed = [ranges.plainly(entry, place.ends) for entry in after.entries]
        found += lockout.app_objections(seen, app.name, allowed, "the list of trusted IP ranges with relaxation bypass_2factor")
    if tighter and seen.profile:
        profile = metadata.read("Profile", [seen.profile]).get(seen.profile, {}).get("loginIpRanges") or []
        allowed = [ranges.plainly(entry, ranges.PROFILE) for entry in profile]
        rule = f"relaxation {after.relaxation}, which lets the login IP ranges of profile {seen.profile} count,"
        found += lockout.app_objections(seen, app.name, allowed, rule)
    lockout.refuse(found, params["allow_lockout"], context.warnings)


def _states(place: options.Place, components: t.Mapping[str, Component], given: t.Any, params: t.Mapping[str, t.Any], relaxation: str) -> tuple[_State, _State]:
    name, component = next(iter(components.items()))
    entries = place.entries(component)
    before = _State(entries, relaxation)
    # Ranges that are left out stay; to clear them takes mode=replace.
    wanted = entries if not given and params["mode"] == ranges.MERGE else options.outcome(place, components, given, params)[name]
    return before, _State(wanted, params["ip_relaxation"] or relaxation)


def _of_app(metadata: Metadata, kind: str, app: str) -> dict[str, Component]:
    """The component of this type that belongs to the app, whatever it is called."""
    names = [item["fullName"] for item in metadata.list(kind)]
    apps: dict[str, str] = {}
    # Most likely the one that is named like the app.
    for name, component in metadata.read(kind, sorted(names, key=lambda item: not item.startswith(app))).items():
        owner = str(component.get("externalClientApplication") or "")
        if owner == app:
            return {name: component}
        if owner:
            apps[owner] = owner.replace("_", " ")
    raise InputError([f"{options.unknown('external client app', app, apps)} (looked for in {kind})"])


def _result(changed: bool, place: options.Place, before: _State, after: _State) -> dict[str, t.Any]:
    shown = [{"ranges": ranges.shown(state.entries, place.ends), "ip_relaxation": state.relaxation} for state in (before, after)]
    return {"changed": changed, **shown[1], "previous": shown[0], "diff": {"before": shown[0], "after": shown[1]}}


_SPEC = options.range_argument_spec(
    name={"type": "str", "required": True},
    ip_relaxation={"type": "str", "choices": list(_STRICT)},
    **options.guarded(),
)
CONNECTED_APP_DEFINITION = Definition(argument_spec=_SPEC, run=run_connected_app, in_turn=True)
EXTERNAL_CLIENT_APP_DEFINITION = Definition(argument_spec=_SPEC, run=run_external_client_app, in_turn=True)
