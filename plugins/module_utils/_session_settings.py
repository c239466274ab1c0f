# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session settings that concern IP addresses. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _lockout as lockout
from ._argspec import org_argument_spec
from ._component import change
from ._errors import OrgError
from ._metadata import Component, Metadata
from ._module import Context, Definition
from ._org import Org, connect
from ._profile_login_ip_ranges import PLACE as PROFILE_PLACE
from ._trusted_ip_ranges import NAME, PLACE

# The SOAP API's page of status codes speaks of five, under CANNOT_ENABLE_IP_RESTRICT_REQUESTS.
MOST_ENFORCED = 5
_MEMBERS = {"enforce_ip_ranges_every_request": "enforceIpRangesEveryRequest", "lock_sessions_to_ip": "lockSessionsToIp"}


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org = connect(params, context)
    metadata = Metadata(org)
    components = metadata.settings(NAME)
    component = components[NAME]
    before = _settings(component)
    after = {**before, **{option: params[option] for option in _MEMBERS if params[option] is not None}}
    changes = {_MEMBERS[option]: value for option, value in after.items() if value != before[option]}
    if changes.get("enforceIpRangesEveryRequest"):
        _guard(org, metadata, params, context)
    if changes and not check_mode:
        _change(metadata, changes)
        if params["verify_login"] and any(changes.values()):
            lockout.prove_login(params, context, lambda: _take_back(metadata, before, changes))
    return {"changed": bool(changes), "settings": after, "previous": before, "diff": {"before": before, "after": after}}


def _take_back(metadata: Metadata, before: t.Mapping[str, bool], changes: t.Mapping[str, bool]) -> None:
    earlier = {_MEMBERS[option]: value for option, value in before.items() if _MEMBERS[option] in changes}
    _change(metadata, earlier)


def _change(metadata: Metadata, changes: t.Mapping[str, bool]) -> None:
    try:
        change(metadata, PLACE.kind, {NAME: {"sessionSettings": dict(changes)}})
    except OrgError as error:
        if error.error_code == "CANNOT_ENABLE_IP_RESTRICT_REQUESTS":
            error.add(
                f"The org enforces ranges on every request only while no profile has more than {MOST_ENFORCED} of them. Join neighbouring ranges of the "
                "profiles that have more (privatelink.salesforce.profile_login_ip_ranges with mode=replace), or leave the setting off"
            )
        raise


def _settings(component: Component) -> dict[str, bool]:
    members = component.get("sessionSettings") or {}
    return {option: str(members.get(member)).lower() == "true" for option, member in _MEMBERS.items()}


def _guard(org: Org, metadata: Metadata, params: t.Mapping[str, t.Any], context: Context) -> None:
    """Ranges that so far were met at login alone would meet every request, also of this run."""
    seen = lockout.observe(org, metadata, [lockout.ADMIN_PROFILE])
    profiles = metadata.read(PROFILE_PLACE.kind, list(dict.fromkeys(filter(None, [seen.profile, lockout.ADMIN_PROFILE]))))
    entries = {name: PROFILE_PLACE.entries(component) for name, component in profiles.items()}
    found = lockout.objections(seen, entries, "enforcing the login IP ranges on every request")
    lockout.refuse(found, params["allow_lockout"], context.warnings)


DEFINITION = Definition(
    argument_spec=org_argument_spec(
        enforce_ip_ranges_every_request={"type": "bool"},
        lock_sessions_to_ip={"type": "bool"},
        allow_lockout={"type": "bool", "default": False},
        verify_login={"type": "bool", "default": True},
    ),
    run=run,
    constraints={"required_one_of": [list(_MEMBERS)]},
    in_turn=True,
)
