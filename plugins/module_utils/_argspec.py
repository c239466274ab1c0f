# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that modules share, with their environment variables. This module util is PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.parameters import env_fallback

AUTH_METHODS = ("client_credentials", "jwt_bearer", "refresh_token", "access_token", "cli")

_ENVIRONMENT = {
    "instance_url": ["SALESFORCE_INSTANCE_URL", "SF_ORG_INSTANCE_URL"],
    "auth_method": ["SALESFORCE_AUTH_METHOD"],
    "access_token": ["SALESFORCE_ACCESS_TOKEN", "SF_ACCESS_TOKEN"],
    "client_id": ["SALESFORCE_CLIENT_ID"],
    "client_secret": ["SALESFORCE_CLIENT_SECRET"],
    "username": ["SALESFORCE_USERNAME"],
    "private_key": ["SALESFORCE_PRIVATE_KEY"],
    "private_key_file": ["SALESFORCE_PRIVATE_KEY_FILE"],
    "audience": ["SALESFORCE_AUDIENCE"],
    "refresh_token": ["SALESFORCE_REFRESH_TOKEN"],
    "target_org": ["SALESFORCE_TARGET_ORG", "SF_TARGET_ORG"],
    "token_url": ["SALESFORCE_TOKEN_URL"],
    "api_version": ["SALESFORCE_API_VERSION"],
    "validate_certs": ["SALESFORCE_VALIDATE_CERTS"],
    "ca_path": ["SALESFORCE_CA_PATH"],
    "timeout": ["SALESFORCE_TIMEOUT"],
}


def environment(*names: str) -> str:
    """The first variable that says something. An empty one is as good as none: AWX sets those of inputs that were left blank."""
    return str(env_fallback(*(name for name in names if os.environ.get(name))))


_ORG: dict[str, dict[str, t.Any]] = {
    "instance_url": {"type": "str"},
    "auth_method": {"type": "str", "choices": list(AUTH_METHODS)},
    "access_token": {"type": "str", "no_log": True},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "username": {"type": "str"},
    "private_key": {"type": "str", "no_log": True},
    "private_key_file": {"type": "path", "no_log": False},
    "audience": {"type": "str"},
    "refresh_token": {"type": "str", "no_log": True},
    "target_org": {"type": "str"},
    "token_url": {"type": "str", "no_log": False},
    "api_version": {"type": "str", "default": "67.0"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "int", "default": 30},
}

ORG_OPTIONS = tuple(_ORG)
ORG_ENVIRONMENT = tuple(name for names in _ENVIRONMENT.values() for name in names)


def org_argument_spec(**more: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The org's options with their environment fallbacks, and ``more``."""
    spec = {name: dict(option, fallback=(environment, _ENVIRONMENT[name])) for name, option in _ORG.items()}
    return {**spec, **more}


def wait_argument_spec(timeout: int) -> dict[str, dict[str, t.Any]]:
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": timeout},
        "poll_interval": {"type": "int", "default": 15},
    }
