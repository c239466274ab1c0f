# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module that writes metadata, with every answer to the points that no document settles."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import switches
from ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig import CONNECTED, EXTERNAL, LINK, Security

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig"]

OF_METADATA = (
    "absent_component",
    "security_full_name",
    "security_answer_name",
    "full_names",
    "range_order",
    "range_spelling",
    "partial_update",
    "empty_list_element",
    "required_members",
    "range_size_limit",
    "range_list_max",
    "range_description_max",
    "duplicate_ranges",
    "every_request_ranges",
    "bypass_2factor",
    "relaxed_every_request",
    "login_history_filters",
    "login_time",
)
VARIATIONS = [(name, value) for name, value in switches.variations() if name in OF_METADATA]
V6 = "2001:DB8::A-2001:db8::000f"
# Module, what is asked for, what takes it away again.
CASES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "trusted_ip_ranges": ({"ranges": [LINK, V6]}, {"mode": "remove"}),
    "profile_login_ip_ranges": ({"profiles": ["Standard", "Custom%3A Sales Operations"], "ranges": [LINK, V6]}, {"mode": "remove"}),
    "session_settings": (
        {"enforce_ip_ranges_every_request": True, "lock_sessions_to_ip": True},
        {"enforce_ip_ranges_every_request": False, "lock_sessions_to_ip": False},
    ),
    "connected_app_ip_policy": (
        {"name": CONNECTED, "ranges": [LINK, V6], "ip_relaxation": "bypass"},
        {"name": CONNECTED, "mode": "remove", "ip_relaxation": "enforce"},
    ),
    "external_client_app_ip_policy": (
        {"name": EXTERNAL, "ranges": [LINK, V6], "ip_relaxation": "bypass_2factor"},
        {"name": EXTERNAL, "mode": "remove", "ip_relaxation": "enforce"},
    ),
}
NOT_CLEARED = {("empty_list_element", "refused"), ("empty_list_element", "ignored")}


def plain(components: t.Any) -> t.Any:
    """Without what order, spelling and a reset to the same value may change: empty members, and the order of lists."""
    if isinstance(components, dict):
        return {key: plain(value) for key, value in components.items() if value not in (None, "", [], {}, False)}
    if isinstance(components, list):
        return sorted((plain(item) for item in components), key=repr)
    return components


def test_the_list_of_switches_is_whole() -> None:
    names = [switch.name for switch in switches.ALL]
    of_metadata = names[names.index("absent_component") : names.index("feature")]
    assert sorted([*OF_METADATA, "access_tokens"]) == sorted(of_metadata)


@pytest.mark.parametrize("module", list(CASES))
@pytest.mark.parametrize(("switch", "value"), [("partial_update", "keeps"), *VARIATIONS])
def test_each_answer(security: Security, switch: str, value: t.Any, module: str) -> None:
    security.client.set_switches(**{switch: value})
    before = copy.deepcopy(security.components())
    wanted, back = CASES[module]
    told = security.well(module, check=True, **wanted)
    assert told["changed"]
    assert security.components() == before
    done = security.well(module, **wanted)
    assert done["changed"]
    assert done["diff"] == told["diff"]
    security.client.clear_calls()
    again = security.well(module, **wanted)
    assert not again["changed"]
    assert security.writes() == 0
    assert again["diff"]["before"] == again["diff"]["after"] == done["diff"]["after"]
    others = {"profiles": CASES[module][0]["profiles"]} if "profiles" in wanted else {}
    if module == "profile_login_ip_ranges" and (switch, value) in NOT_CLEARED:
        text = security.refused(module, **others, **back)
        assert "was to become empty, which this org does not take" in text
        assert "Nothing was changed" in text
        return
    assert security.well(module, **others, **back)["changed"]
    assert plain(security.components()) == plain(before)


@pytest.mark.parametrize("value", ["resets", "resets_nested"])
def test_members_that_were_reset_are_back_and_named(security: Security, value: str) -> None:
    security.client.set_switches(partial_update=value)
    security.well("session_settings", lock_sessions_to_ip=True)
    settings = security.client.component("SecuritySettings", "Security")
    assert settings["sessionSettings"]["logoutURL"] == "https://intranet.example/out"
    assert any("sessionSettings" in warning and "sent back as they were" in warning for warning in security.context.warnings)
    assert security.writes() == 2


def test_unsent_members_take_one_write(security: Security) -> None:
    security.well("trusted_ip_ranges", ranges=[LINK])
    assert security.writes() == 1
    assert security.context.warnings == []


def test_clearing_trusted_ranges_sends_the_documented_empty_element(security: Security) -> None:
    security.client.set_switches(empty_list_element="refused")
    assert security.well("trusted_ip_ranges", mode="replace", ranges=[])["ranges"] == []
    assert security.trusted() == []


@pytest.mark.parametrize("module", list(CASES))
def test_jwt_tokens_are_refused_with_the_reason_and_before_any_call_of_soap(security: Security, module: str) -> None:
    security.client.set_switches(access_tokens="jwt")
    text = security.refused(module, **CASES[module][0])
    assert "JWT-based access token, which Salesforce's Metadata API (SOAP) does not take" in text
    assert security.client.count("salesforce", "soap.*") == 0


@pytest.mark.parametrize("answer", ["Security", "SecuritySettings", "as_asked", "absent"])
def test_security_settings_answer_by_any_name(security: Security, answer: str) -> None:
    security.client.set_switches(security_answer_name=answer, security_full_name="any")
    security.well("trusted_ip_ranges", ranges=[LINK])
    assert security.writes() == 1
