# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of the modules for source IP security, run against an emulated org."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.privatelink.salesforce.plugins.module_utils import (
    _app_ip_policies,
    _logins_info,
    _profile_login_ip_ranges,
    _session_settings,
    _trusted_ip_ranges,
)
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context, execute
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import Rig

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

DEFINITIONS = {
    "trusted_ip_ranges": _trusted_ip_ranges.DEFINITION,
    "profile_login_ip_ranges": _profile_login_ip_ranges.DEFINITION,
    "session_settings": _session_settings.DEFINITION,
    "connected_app_ip_policy": _app_ip_policies.CONNECTED_APP_DEFINITION,
    "external_client_app_ip_policy": _app_ip_policies.EXTERNAL_CLIENT_APP_DEFINITION,
    "login_history_info": _logins_info.LOGINS_DEFINITION,
    "auth_session_info": _logins_info.SESSIONS_DEFINITION,
}
INTEGRATION, ADMIN = "integration@acme.example", "admin@acme.example"
CONNECTED, EXTERNAL = "Automation_of_Ada_Admin", "Automation_of_Private_Link"
LINK = "10.200.0.0-10.200.0.3"
INSIDE, OUTSIDE = "10.200.0.2", "203.0.113.7"
MARK = "Salesforce Private Connect"
LINK_ENTRY = ["10.200.0.0", "10.200.0.3", MARK]
OFFICE = ["198.51.100.0", "198.51.100.255", "Head office"]


class Security:
    """``run`` logs in as the org's admin; ``as_integration`` as the automation's own user."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.client = rig, rig.client
        self.org: dict[str, t.Any] = rig.ready["orgs"]["acme"]
        self.login = {key: self.org[key] for key in ("instance_url", "client_id", "client_secret")}
        self.context = Context()

    def as_integration(self, grant: str = "client_credentials") -> Security:
        user = self.org["users"][INTEGRATION]
        secrets = {
            "client_credentials": {"client_secret": user["client_secret"]},
            "refresh_token": {"refresh_token": user["refresh_token"]},
            "jwt_bearer": {"private_key_file": self.org["private_key_file"], "username": INTEGRATION},
        }
        other = Security(self.rig)
        other.login = {"instance_url": self.org["instance_url"], "client_id": user["client_id"], "auth_method": grant, **secrets[grant]}
        return other

    def run(self, module: str, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        definition = DEFINITIONS[module]
        validated = ModuleArgumentSpecValidator(definition.argument_spec).validate({**self.login, **options})
        assert not validated.error_messages, validated.error_messages
        self.context = Context(sleep=lambda seconds: None)
        return execute(definition, validated.validated_parameters, check_mode=check, diff_mode=True, context=self.context)

    def well(self, module: str, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        result = self.run(module, check=check, **options)
        assert "failed" not in result, result["msg"]
        return result

    def refused(self, module: str, **options: t.Any) -> str:
        """The message of a run that fails and leaves everything as it was."""
        before = self.components()
        result = self.run(module, **options)
        assert result.get("failed"), result
        assert self.components() == before
        return str(result["msg"])

    def components(self) -> t.Any:
        return self.client.security()["components"]

    def trusted(self) -> list[list[str]]:
        return self.client.security()["trusted_ip_ranges"]

    def profile(self, name: str) -> list[list[str]]:
        return self.client.security()["profiles"][name]["login_ip_ranges"]

    def app(self, name: str) -> tuple[str, list[list[str]]]:
        found = self.client.security()["apps"][name]
        return found["relaxation"], found["ranges"]

    def writes(self) -> int:
        return self.client.count("salesforce", "soap.updateMetadata")


@pytest.fixture
def security(rig: Rig) -> Security:
    return Security(rig)
