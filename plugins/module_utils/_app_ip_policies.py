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
from ._errors import InputError
from ._metadata import COMPONENTS_PER_CALL, Component, Metadata
from ._module import Context, Definition

RELAXATIONS = ("enforce", "bypass", "bypass_2factor", "enforce_relaxrefresh")

CONNECTED_APP = options.Place("ConnectedApp", ("ipRanges",), ranges.SETTINGS)
SETTINGS = options.Place("ExtlClntAppOauthSettings", ("trustedIpRanges",), ranges.EXTERNAL_APP)
POLICIES = "ExtlClntAppOauthConfigurablePolicies"
# How Salesforce spells the relaxations of external client apps.
_EXTERNAL = {"enforce": "Enforce", "bypass": "Bypass", "bypass_2factor": "Bypass_2factor", "enforce_relaxrefresh": "Enforce_RelaxRefresh"}


def run_connected_app(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    name, relaxation = params["name"], params["ip_relaxation"]
    _org, metadata, given = options.prepare(params, context, need_ranges=relaxation is None)
    components = options.existing(metadata, CONNECTED_APP.kind, [name], "connected app")
    component = components[name]
    before, after = _range_change(CONNECTED_APP, components, given, params)
    members: Component = {} if ranges.same(before, after, CONNECTED_APP.ends) else CONNECTED_APP.members(after)
    policy = component.get("oauthPolicy") or {}
    relaxed_before = str(policy.get("ipRelaxation") or "ENFORCE").lower()
    relaxed_after = relaxation or relaxed_before
    if relaxed_after != relaxed_before:
        members["oauthPolicy"] = {"ipRelaxation": relaxed_after.upper()}
    if members and not check_mode:
        change(metadata, CONNECTED_APP.kind, components, {name: members})
        if params["verify_login"]:
            earlier = {**CONNECTED_APP.members(before), **({"oauthPolicy": {"ipRelaxation": relaxed_before.upper()}} if "oauthPolicy" in members else {})}
            lockout.prove_login(params, context, lambda: change(metadata, CONNECTED_APP.kind, metadata.read(CONNECTED_APP.kind, [name]), {name: earlier}))
    return _result(bool(members), CONNECTED_APP, (before, relaxed_before), (after, relaxed_after))


def run_external_client_app(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    name, relaxation = params["name"], params["ip_relaxation"]
    _org, metadata, given = options.prepare(params, context, need_ranges=relaxation is None)
    settings = _of_app(metadata, SETTINGS.kind, name)
    policies = _of_app(metadata, POLICIES, name)
    before, after = _range_change(SETTINGS, settings, given, params)
    changed = options.write(metadata, SETTINGS, settings, {next(iter(settings)): after}, check_mode)
    policy_name, policy = next(iter(policies.items()))
    relaxed_before = str(policy.get("ipRelaxationPolicyType") or "Enforce").lower()
    relaxed_after = relaxation or relaxed_before
    if relaxed_after != relaxed_before and not check_mode:
        change(metadata, POLICIES, policies, {policy_name: {"ipRelaxationPolicyType": _EXTERNAL[relaxed_after]}})
    if (changed or relaxed_after != relaxed_before) and params["verify_login"] and not check_mode:
        lockout.prove_login(params, context, lambda: _take_back(metadata, settings, changed, {policy_name: relaxed_before}))
    return _result(bool(changed) or relaxed_after != relaxed_before, SETTINGS, (before, relaxed_before), (after, relaxed_after))


def _take_back(metadata: Metadata, settings: t.Mapping[str, Component], changed: t.Sequence[str], relaxations: t.Mapping[str, str]) -> None:
    if changed:
        options.take_back(metadata, SETTINGS, settings, changed)
    earlier = {name: {"ipRelaxationPolicyType": _EXTERNAL[relaxation]} for name, relaxation in relaxations.items()}
    change(metadata, POLICIES, metadata.read(POLICIES, list(earlier)), earlier)


def _range_change(
    place: options.Place, components: t.Mapping[str, Component], given: t.Any, params: t.Mapping[str, t.Any]
) -> tuple[list[ranges.Entry], list[ranges.Entry]]:
    name, component = next(iter(components.items()))
    before = place.entries(component)
    if not given and params["mode"] == ranges.MERGE:
        return before, before
    return before, options.outcome(place, components, given, params)[name]


def _of_app(metadata: Metadata, kind: str, app: str) -> dict[str, Component]:
    """The component of this type that belongs to the app, whatever it is called."""
    names = [item["fullName"] for item in metadata.list(kind)]
    apps: list[str] = []
    for start in range(0, len(names), COMPONENTS_PER_CALL):
        for name, component in metadata.read(kind, names[start : start + COMPONENTS_PER_CALL]).items():
            owner = str(component.get("externalClientApplication") or "")
            apps.append(owner)
            if owner == app:
                return {name: component}
    raise InputError([f"there is no external client app {app} with {kind}; there are {', '.join(sorted(set(filter(None, apps)))) or 'none'}"])


def _result(changed: bool, place: options.Place, before: tuple[t.Any, str], after: tuple[t.Any, str]) -> dict[str, t.Any]:
    shown = [{"ranges": ranges.shown(entries, place.ends), "ip_relaxation": relaxation} for entries, relaxation in (before, after)]
    return {"changed": changed, **shown[1], "previous": shown[0], "diff": {"before": shown[0], "after": shown[1]}}


_SPEC = options.range_argument_spec(
    name={"type": "str", "required": True},
    ip_relaxation={"type": "str", "choices": list(RELAXATIONS)},
    **options.guarded(),
)
CONNECTED_APP_DEFINITION = Definition(argument_spec=_SPEC, run=run_connected_app)
EXTERNAL_CLIENT_APP_DEFINITION = Definition(argument_spec=_SPEC, run=run_external_client_app)
