# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody is locked out: each way to do it is refused, naming address, profile and rule; and what was judged wrongly is taken back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig import (
    ADMIN,
    CONNECTED,
    EXTERNAL,
    INSIDE,
    INTEGRATION,
    LINK,
    LINK_ENTRY,
    OFFICE,
    OUTSIDE,
    Security,
)

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig"]

PROFILE = "Integration User"
RANGES = [["10.200.0.0", "10.200.0.3", "Private Connect"]]


@pytest.fixture
def integration(security: Security) -> Security:
    """The automation's own user, seen at OUTSIDE; the admins are seen at INSIDE."""
    security.client.source_address(OUTSIDE)
    security.client.add_login(ADMIN, INSIDE, minutes_ago=60)
    return security.as_integration()


def test_a_profile_range_without_the_running_users_address(integration: Security) -> None:
    text = integration.refused("profile_login_ip_ranges", profiles=[PROFILE], ranges=[LINK])
    assert text.startswith("Nothing was changed, since this would lock out")
    assert f"this range list of profile {PROFILE} would shut out {INTEGRATION}, who comes from {OUTSIDE} (its newest login, " in text
    assert "and this session)" in text
    assert "allow_lockout=true" in text
    assert "JWT" not in text
    told = integration.run("profile_login_ip_ranges", check=True, profiles=[PROFILE], ranges=[LINK])
    assert told["failed"]
    assert told["objections"]


@pytest.mark.parametrize("relaxation", ["Bypass", "Enforce"])
def test_jwt_bearer_logins_always_meet_profile_ranges(security: Security, relaxation: str) -> None:
    security.client.source_address(OUTSIDE)
    security.client.set_app_policy(EXTERNAL, relaxation=relaxation)
    text = security.as_integration("jwt_bearer").refused("profile_login_ip_ranges", profiles=[PROFILE], ranges=[LINK])
    assert "JWT bearer logins always meet profile ranges" in text


def test_other_profiles_are_free_to_be_narrowed(integration: Security) -> None:
    assert integration.well("profile_login_ip_ranges", profiles=["Standard"], ranges=[LINK])["changed"]
    assert integration.profile("Standard") == [LINK_ENTRY]


def test_widening_and_clearing_need_no_look(integration: Security) -> None:
    integration.client.set_login_ip_ranges(PROFILE, [["203.0.113.0", "203.0.113.255"]])
    integration.client.clear_calls()
    integration.well("profile_login_ip_ranges", profiles=[PROFILE], ranges=[LINK])
    integration.well("profile_login_ip_ranges", profiles=[PROFILE], mode="replace", ranges=[])
    assert integration.client.count("salesforce", "oauth.userinfo") == 0
    assert integration.profile(PROFILE) == []


@pytest.mark.parametrize(
    ("mode", "ranges"),
    [("remove", ["203.0.113.0/24"]), ("replace", [LINK]), ("replace", [LINK, "203.0.113.0-203.0.113.6", "203.0.113.8/29"])],
)
def test_narrowing_a_profile_that_lets_this_run_in(integration: Security, mode: str, ranges: list[str]) -> None:
    integration.client.set_login_ip_ranges(PROFILE, [["203.0.113.0", "203.0.113.255"], ["10.0.0.0", "10.0.0.1"]])
    assert f"who comes from {OUTSIDE}" in integration.refused("profile_login_ip_ranges", profiles=[PROFILE], mode=mode, ranges=ranges)


def test_no_admin_left(security: Security) -> None:
    """Asked by a user of another profile who may see the logins of others."""
    security.client.grant(INTEGRATION, "ManageUsers")
    security.client.add_login(ADMIN, "198.51.100.9", minutes_ago=5)
    security.client.add_login(ADMIN, INSIDE, minutes_ago=5, status="Restricted IP")
    security.client.add_login(ADMIN, INSIDE, minutes_ago=60 * 24 * 31)
    text = security.as_integration().refused("profile_login_ip_ranges", profiles=["Admin"], ranges=[LINK])
    assert "no admin of profile Admin could log in any more: in the last 30 days they came from 198.51.100.9" in text
    security.client.add_login(ADMIN, INSIDE, minutes_ago=60 * 24 * 29)
    security.as_integration().well("profile_login_ip_ranges", profiles=["Admin"], ranges=[LINK])


def test_logins_of_admins_that_cannot_be_seen(security: Security) -> None:
    text = security.as_integration().refused("profile_login_ip_ranges", profiles=["Admin"], ranges=[LINK])
    assert "the org shows no login of one in the last 30 days (seeing those of others takes 'Manage Users'" in text


def test_a_profile_whose_users_may_repair_counts_as_admins(security: Security) -> None:
    security.client.edit_component("Profile", "Integration User", userPermissions=[{"enabled": True, "name": "ManageUsers"}])
    text = security.refused("profile_login_ip_ranges", profiles=[PROFILE], ranges=[LINK])
    assert f"no admin of profile {PROFILE} may be able to log in any more" in text


def test_every_request_enforcement(security: Security) -> None:
    """A session of a relaxed app outlives ranges that it lies outside of, until every request is checked."""
    security.client.source_address(OUTSIDE)
    security.client.set_login_ip_ranges("Admin", RANGES)
    security.client.set_app_policy(CONNECTED, relaxation="BYPASS")
    text = security.refused("session_settings", enforce_ip_ranges_every_request=True)
    assert f"enforcing the login IP ranges on every request of profile Admin would shut out {ADMIN}, who comes from {OUTSIDE}" in text
    security.client.source_address(INSIDE)
    assert security.well("session_settings", enforce_ip_ranges_every_request=True)["settings"]["enforce_ip_ranges_every_request"]


@pytest.mark.parametrize("users_right", ["ManageUsers", None])
def test_every_request_enforcement_and_the_admins(security: Security, users_right: str | None) -> None:
    if users_right:
        security.client.grant(INTEGRATION, users_right)
    security.client.set_login_ip_ranges("Admin", RANGES)
    security.client.add_login(ADMIN, OUTSIDE, minutes_ago=5)
    text = security.as_integration().refused("session_settings", enforce_ip_ranges_every_request=True)
    assert "no admin of profile Admin" in text


def test_narrowed_trusted_ranges(security: Security) -> None:
    security.client.set_trusted_ip_ranges([OFFICE, LINK_ENTRY])
    security.client.source_address(INSIDE)
    text = security.refused("trusted_ip_ranges", mode="remove")
    assert f"{ADMIN} comes from {INSIDE} (its newest login, " in text
    assert "which would not be trusted any more" in text
    assert security.well("trusted_ip_ranges", mode="remove", ranges=["198.51.100.0/24"])["changed"]
    assert security.well("trusted_ip_ranges", mode="remove", allow_lockout=True)["changed"]
    assert any(warning.startswith("allow_lockout: ") for warning in security.context.warnings)
    assert security.trusted() == []


def test_allow_lockout_counts_for_its_task_alone(integration: Security) -> None:
    result = integration.well("profile_login_ip_ranges", profiles=[PROFILE], ranges=[LINK], allow_lockout=True, verify_login=False)
    assert any(f"who comes from {OUTSIDE}" in warning for warning in result["warnings"])
    assert integration.profile(PROFILE) == [LINK_ENTRY]
    login = integration.run("login_history_info", own=True)
    assert login["failed"]
    assert "ip restricted" in login["msg"]
    integration.client.source_address(INSIDE)
    text = integration.refused("profile_login_ip_ranges", profiles=[PROFILE], mode="replace", ranges=["10.9.9.9"])
    assert f"who comes from {INSIDE}" in text


def test_a_login_that_fails_after_all_takes_the_change_back(integration: Security) -> None:
    text = integration.refused("profile_login_ip_ranges", profiles=[PROFILE, "Standard"], ranges=[LINK], allow_lockout=True)
    assert "After the change a new login failed" in text
    assert "ip restricted" in text
    assert text.endswith("The change was taken back")
    assert integration.profile(PROFILE) == integration.profile("Standard") == []


def test_session_settings_that_shut_out_cannot_be_taken_back_by_the_session_they_shut_out(integration: Security) -> None:
    integration.client.set_login_ip_ranges(PROFILE, RANGES)
    integration.client.set_app_policy(EXTERNAL, relaxation="Bypass")
    integration.client.set_switches(relaxed_every_request="checked")
    result = integration.run("session_settings", enforce_ip_ranges_every_request=True, allow_lockout=True)
    assert result["failed"]
    assert "Look at it in Setup" in result["msg"]


@pytest.mark.parametrize("address", [INSIDE, OUTSIDE])
def test_app_ranges(security: Security, address: str) -> None:
    """bypass_2factor with ranges lets web-server logins come from these alone."""
    security.client.source_address(address)
    options: dict[str, t.Any] = {"name": CONNECTED, "ranges": [LINK], "mode": "replace", "ip_relaxation": "bypass_2factor"}
    security.client.set_app_policy(CONNECTED, relaxation="BYPASS")
    if address == OUTSIDE:
        text = security.refused("connected_app_ip_policy", **options)
        assert f"with relaxation bypass_2factor would shut out {ADMIN}, who logs in through app {CONNECTED} and comes from {OUTSIDE}" in text
    else:
        security.well("connected_app_ip_policy", **options)
        assert security.app(CONNECTED) == ("BYPASS_2FACTOR", [LINK_ENTRY])


@pytest.mark.parametrize("grant", ["client_credentials", "refresh_token"])
def test_app_that_is_relaxed_no_more(integration: Security, grant: str) -> None:
    integration.client.set_login_ip_ranges(PROFILE, RANGES)
    integration.client.set_app_policy(EXTERNAL, relaxation="Bypass")
    run = integration.as_integration(grant)
    text = run.refused("external_client_app_ip_policy", name=EXTERNAL, ip_relaxation="enforce")
    assert f"which lets the login IP ranges of profile {PROFILE} count, would shut out {INTEGRATION}" in text
    text = run.refused("external_client_app_ip_policy", name=EXTERNAL, ip_relaxation="enforce", ranges=[LINK], allow_lockout=True)
    assert text.endswith("The change was taken back")


def test_another_app_may_be_tightened(security: Security) -> None:
    security.client.source_address(OUTSIDE)
    security.client.set_login_ip_ranges("Admin", [["203.0.113.0", "203.0.113.9"]])
    security.client.set_app_policy(EXTERNAL, relaxation="Bypass")
    security.well("external_client_app_ip_policy", name=EXTERNAL, ip_relaxation="enforce")
