# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may come from where: profile ranges at login, app policies that lift them, checks of every request, sessions bound to an address.

Help, 'Connected App IP Relaxation and Continuous IP Enforcement': ranges are those of the user's profile; JWT bearer logins always meet them.
The org's trusted ranges only spare the login challenge, which API logins do not meet: they never refuse.
"""

from __future__ import annotations

import typing as t

from . import ranges
from .components import SECURITY

if t.TYPE_CHECKING:
    from .org import App, Org, Session, User

JWT_BEARER, REFRESH = "OauthJwtBearer", "OauthRefreshToken"


class Restricted(Exception):
    """The login comes from an address that it may not come from."""


def session_settings(org: Org) -> dict[str, t.Any]:
    return org.components.members("SecuritySettings", SECURITY).get("sessionSettings", {})


def in_profile_ranges(org: Org, user: User, address: str) -> bool:
    """A profile without ranges lets everybody in."""
    allowed = org.components.members("Profile", user.profile.full_name).get("loginIpRanges", [])
    return not allowed or ranges.contains("ProfileLoginIpRange", allowed, address)


def app_policy(org: Org, app: App) -> tuple[str, str, list[ranges.Item]]:
    """(relaxation in capitals, type of the ranges, ranges) of an app."""
    components = org.components
    if app.kind == "connected":
        members = components.members("ConnectedApp", app.full_name)
        return (members.get("oauthPolicy") or {}).get("ipRelaxation", "ENFORCE"), "ConnectedAppIpRange", members.get("ipRanges", [])
    policies = components.members("ExtlClntAppOauthConfigurablePolicies", f"{app.full_name}_oauthPlcy")
    settings = components.members("ExtlClntAppOauthSettings", f"{app.full_name}_oauth")
    return policies.get("ipRelaxationPolicyType", "Enforce").upper(), "ExtlClntAppOauthIpRange", settings.get("trustedIpRanges", [])


def admit_login(org: Org, user: User, app: App, sub_type: str, address: str) -> bool:
    """Whether the session is exempt from the profile's ranges from now on. Raises Restricted."""
    relaxation, type_name, listed = app_policy(org, app)
    if sub_type != JWT_BEARER:
        if relaxation == "BYPASS" or (relaxation == "ENFORCE_RELAXREFRESH" and sub_type == REFRESH):
            return True
        # A refresh token stems from the web-server flow, for which this policy is meant.
        if relaxation == "BYPASS_2FACTOR" and sub_type == REFRESH and org.switches["bypass_2factor"] == "web_server":
            if listed and not ranges.contains(type_name, listed, address):
                raise Restricted(address)
            return True
    if not in_profile_ranges(org, user, address):
        raise Restricted(address)
    return False


def objection(org: Org, session: Session, address: str) -> str | None:
    """Why a request in this session is not let in; None: it is."""
    settings = session_settings(org)
    if settings.get("lockSessionsToIp") and address != session.source_ip:
        return f"the session is locked to {session.source_ip}, the request comes from {address}"
    exempt = session.exempt and org.switches["relaxed_every_request"] == "exempt"
    if settings.get("enforceIpRangesEveryRequest") and not exempt and not in_profile_ranges(org, session.user, address):
        return f"{address} is outside the login IP ranges of profile {session.user.profile.full_name}"
    return None
