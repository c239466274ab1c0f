# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the components of a new org look like: many members beside those that anyone changes, to show that they stay."""

from __future__ import annotations

import copy
import re
import typing as t
import urllib.parse

if t.TYPE_CHECKING:
    from .org import App, User

Members = dict[str, t.Any]

# The names that standard profiles have in the Metadata API; all others go by their label.
STANDARD_PROFILES = {
    "System Administrator": "Admin",
    "Standard User": "Standard",
    "Read Only": "ReadOnly",
    "Marketing User": "MarketingProfile",
    "Solution Manager": "SolutionManager",
    "Contract Manager": "ContractManager",
}

# As Salesforce ships them; a seeded org departs from it in a few members, so that a reset to defaults shows.
SHIPPED_SETTINGS: Members = {
    "canUsersGrantLoginAccess": False,
    "enableAdminLoginAsAnyUser": False,
    "enableAuditFieldsInactiveOwner": False,
    "enableAuraSecureEvalPref": False,
    "networkAccess": {"ipRanges": []},
    "passwordPolicies": {
        "complexity": "AlphaNumeric",
        "expiration": "NinetyDays",
        "historyRestriction": "3",
        "lockoutInterval": "FifteenMinutes",
        "maxLoginAttempts": "TenAttempts",
        "minimumPasswordLength": "8",
        "minimumPasswordLifetime": False,
        "obscureSecretAnswer": False,
        "questionRestriction": "DoesNotContainPassword",
    },
    "sessionSettings": {
        "disableTimeoutWarning": False,
        "enableCSPOnEmail": True,
        "enableCSRFOnGet": True,
        "enableCSRFOnPost": True,
        "enableCacheAndAutocomplete": True,
        "enableClickjackNonsetupSFDC": True,
        "enableClickjackNonsetupUser": False,
        "enableClickjackSetup": True,
        "enableContentSniffingProtection": True,
        "enablePostForSessions": False,
        "enableSMSIdentity": True,
        "enforceIpRangesEveryRequest": False,
        "forceLogoutOnSessionTimeout": False,
        "forceRelogin": True,
        "hstsOnForcecomSites": False,
        "identityConfirmationOnEmailChange": True,
        "lockSessionsToDomain": True,
        "lockSessionsToIp": False,
        "redirectionWarning": True,
        "referrerPolicy": True,
        "requireHttpOnly": False,
        "sessionTimeout": "TwoHours",
    },
    "singleSignOnSettings": {"enableMultipleSamlConfigs": True, "enableSamlLogin": False, "isLoginWithSalesforceCredentialsDisabled": False},
}
_SEEDED_SETTINGS: Members = {
    "enableAdminLoginAsAnyUser": True,
    "networkAccess": {"ipRanges": [{"description": "Head office", "end": "198.51.100.255", "start": "198.51.100.0"}]},
    "passwordPolicies": {"expiration": "Never", "minimumPasswordLength": "12", "passwordAssistanceMessage": "Ask <the desk> & wait"},
    "sessionSettings": {"forceLogoutOnSessionTimeout": True, "logoutURL": "https://intranet.example/out", "sessionTimeout": "FourHours"},
}


def security_settings() -> Members:
    made = copy.deepcopy(SHIPPED_SETTINGS)
    for name, value in copy.deepcopy(_SEEDED_SETTINGS).items():
        made[name] = {**made[name], **value} if isinstance(value, dict) else value
    return made


def profile_full_name(label: str) -> str:
    """What the Metadata API calls a profile: signs beside letters, digits, spaces, hyphens and underscores are percent-encoded."""
    return STANDARD_PROFILES.get(label) or urllib.parse.quote(label, safe=" -_")


def profile(label: str) -> Members:
    admin = label == "System Administrator"
    return {
        "applicationVisibilities": [{"application": "standard__Sales", "default": True, "visible": True}],
        "custom": label not in STANDARD_PROFILES,
        "layoutAssignments": [{"layout": "Account-Account Layout"}],
        "loginIpRanges": [],
        "objectPermissions": [
            {
                "allowCreate": True,
                "allowDelete": admin,
                "allowEdit": True,
                "allowRead": True,
                "modifyAllRecords": admin,
                "object": "Account",
                "viewAllRecords": admin,
            }
        ],
        "tabVisibilities": [{"tab": "standard-Account", "visibility": "DefaultOn"}],
        "userLicense": "Salesforce",
        "userPermissions": [{"enabled": True, "name": "ApiEnabled"}, *([{"enabled": True, "name": "ModifyMetadata"}] if admin else [])],
    }


def app_full_name(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")


def connected_app(app: App, user: User) -> Members:
    return {
        "contactEmail": user.email,
        "description": "Automation",
        "ipRanges": [{"description": "Head office", "end": "198.51.100.255", "start": "198.51.100.0"}],
        "label": app.name,
        "oauthConfig": {
            "callbackUrl": "https://localhost/callback",
            "consumerKey": app.client_id,
            "isAdminApproved": True,
            "isClientCredentialEnabled": "client_credentials" in app.grants,
            "oauthClientCredentialUser": app.run_as or user.username,
            "scopes": ["Api", "RefreshToken"],
        },
        "oauthPolicy": {"ipRelaxation": "ENFORCE", "refreshTokenPolicy": "infinite"},
        "profileName": [user.profile.name],
        "sessionPolicy": {"sessionTimeout": 120},
    }


def external_settings(app: App) -> Members:
    return {
        "commaSeparatedOauthScopes": "Api, RefreshToken",
        "externalClientApplication": app.full_name,
        "isFirstPartyAppEnabled": False,
        "label": f"{app.name} OAuth settings",
        "trustedIpRanges": [{"description": "Head office", "endIpAddress": "198.51.100.255", "startIpAddress": "198.51.100.0"}],
    }


def external_policies(app: App, user: User) -> Members:
    return {
        "clientCredentialsFlowUser": app.run_as or user.username,
        "externalClientApplication": app.full_name,
        "ipRelaxationPolicyType": "Enforce",
        "isClientCredentialsFlowEnabled": "client_credentials" in app.grants,
        "label": f"{app.name} OAuth policies",
        "permittedUsersPolicyType": "AdminApprovedPreAuthorized",
        "refreshTokenPolicyType": "Infinite",
        "sessionTimeoutInMinutes": 120,
    }


_KEPT = ("custom", "userLicense", "contactEmail", "label", "externalClientApplication")


def defaults(kind: str, now: Members) -> Members:
    """What a component falls back to where an update resets what it does not name. What identifies it stays."""
    if kind == "SecuritySettings":
        return copy.deepcopy(SHIPPED_SETTINGS)
    kept = {name: now[name] for name in _KEPT if name in now}
    if kind == "ConnectedApp":
        kept["oauthPolicy"] = {"ipRelaxation": "ENFORCE", "refreshTokenPolicy": "infinite"}
    if kind == "ExtlClntAppOauthConfigurablePolicies":
        kept |= {"ipRelaxationPolicyType": "Enforce", "permittedUsersPolicyType": "AllSelfAuthorized", "refreshTokenPolicyType": "Infinite"}
    return kept
