# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses at login and after it: profile ranges, app policies, checks of every request, locked sessions, and what the org records."""

from __future__ import annotations

import pathlib
import time
import typing as t

import jwt
import pytest
import requests

from ansible_collections.privatelink.salesforce.tests.emulators.client import ControlError
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import Caller, Rig, errors

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

INSIDE, OUTSIDE = "10.200.0.2", "203.0.113.7"
RANGES = [["10.200.0.0", "10.200.0.3", "Private Connect"]]
USER = "integration@acme.example"
PROFILE, APP = "Integration User", "Automation_of_Private_Link"
GRANTS = ("client_credentials", "refresh_token", "jwt_bearer")
# What each policy lifts for which grant, for an external client app whose own ranges do not hold the address.
LIFTED = {
    "Enforce": (),
    "Bypass": ("client_credentials", "refresh_token"),
    "Enforce_RelaxRefresh": ("refresh_token",),
    "Bypass_2factor": (),
}


class Logins:
    """Logs the integration user in by each grant."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.org = rig.ready["orgs"]["acme"]
        self.user = self.org["users"][USER]

    def form(self, grant: str) -> dict[str, str]:
        if grant == "client_credentials":
            return {"grant_type": grant, "client_id": self.user["client_id"], "client_secret": self.user["client_secret"]}
        if grant == "refresh_token":
            return {"grant_type": grant, "client_id": self.user["client_id"], "refresh_token": self.user["refresh_token"]}
        claims = {"iss": self.user["client_id"], "sub": USER, "aud": "https://login.salesforce.com", "exp": int(time.time()) + 180}
        key = pathlib.Path(self.org["private_key_file"]).read_text(encoding="utf-8")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": jwt.encode(claims, key, algorithm="RS256")}

    def ask(self, grant: str = "client_credentials") -> requests.Response:
        return requests.post(f"{self.org['instance_url']}/services/oauth2/token", data=self.form(grant), timeout=10)

    def refused(self, grant: str = "client_credentials") -> bool:
        answer = self.ask(grant)
        if answer.status_code == 200:
            return False
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant", "error_description": "ip restricted"})
        return True

    def session(self, grant: str = "client_credentials") -> Caller:
        return Caller(self.rig, token=self.ask(grant).json()["access_token"])


@pytest.fixture
def logins(rig: Rig) -> Logins:
    return Logins(rig)


@pytest.mark.parametrize("grant", GRANTS)
def test_profile_ranges_are_met_at_login(rig: Rig, logins: Logins, grant: str) -> None:
    assert not logins.refused(grant)  # no ranges: everybody
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    assert logins.refused(grant)
    rig.client.source_address(INSIDE)
    assert not logins.refused(grant)
    rig.client.source_address(OUTSIDE)
    assert logins.refused(grant)
    assert [(row["status"], row["source_ip"]) for row in rig.client.logins()] == [
        ("Success", "127.0.0.1"),
        ("Restricted IP", "127.0.0.1"),
        ("Success", INSIDE),
        ("Restricted IP", OUTSIDE),
    ]


@pytest.mark.parametrize(
    ("address", "refused"),
    [("10.199.255.255", True), ("10.200.0.0", False), ("10.200.0.3", False), ("10.200.0.4", True), ("2001:db8::1", True), ("::10.200.0.2", True)],
)
def test_ranges_hold_both_ends_and_one_family(rig: Rig, logins: Logins, address: str, refused: bool) -> None:
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.source_address(address)
    assert logins.refused() is refused


def test_other_profiles_and_trusted_ranges_refuse_nobody(rig: Rig, logins: Logins) -> None:
    rig.client.set_login_ip_ranges("Admin", RANGES)
    rig.client.set_trusted_ip_ranges(RANGES)
    assert not logins.refused()
    rig.client.act("set_profile", username=USER, profile="System Administrator")
    assert logins.refused()


@pytest.mark.parametrize("relaxation", list(LIFTED))
@pytest.mark.parametrize("grant", GRANTS)
def test_app_policy_lifts_ranges_but_never_for_jwt_bearer(rig: Rig, logins: Logins, relaxation: str, grant: str) -> None:
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.source_address(OUTSIDE)
    rig.client.set_app_policy(APP, relaxation=relaxation)
    assert logins.refused(grant) is (grant not in LIFTED[relaxation])


def test_app_ranges_stand_in_for_profile_ranges_in_the_web_server_flow(rig: Rig, logins: Logins) -> None:
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.source_address(OUTSIDE)
    rig.client.set_app_policy(APP, relaxation="Bypass_2factor", ranges=[["203.0.113.0", "203.0.113.255"]])
    assert not logins.refused("refresh_token")
    assert logins.refused("client_credentials")
    rig.client.set_app_policy(APP, ranges=[])
    assert not logins.refused("refresh_token")
    rig.client.set_switches(bypass_2factor="enforce")
    assert logins.refused("refresh_token")


def test_policy_of_a_connected_app(rig: Rig, logins: Logins) -> None:
    org = rig.ready["orgs"]["acme"]
    form = {"grant_type": "client_credentials", "client_id": org["client_id"], "client_secret": org["client_secret"]}
    rig.client.set_login_ip_ranges("Admin", RANGES)

    def status() -> int:
        return requests.post(f"{org['instance_url']}/services/oauth2/token", data=form, timeout=10).status_code

    assert status() == 400
    rig.client.set_app_policy("Automation_of_Ada_Admin", relaxation="BYPASS")
    assert status() == 200


def test_addresses_may_differ_by_user(rig: Rig, logins: Logins) -> None:
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.source_address(OUTSIDE)
    rig.client.source_address(INSIDE, USER)
    assert not logins.refused()
    rig.client.source_address(None, USER)
    assert logins.refused()
    assert rig.client.security()["source_addresses"] == {"*": OUTSIDE}


def test_a_session_outlives_narrower_ranges_unless_every_request_is_checked(rig: Rig, logins: Logins) -> None:
    caller = logins.session()
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    assert caller("GET", "/limits").status_code == 200
    rig.client.set_session_settings(enforceIpRangesEveryRequest=True)
    assert caller("GET", "/limits").json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    for path in ("/tooling/sobjects", "/network-connection/inbound/connection-types/AwsPrivateLink/topologies"):
        assert errors(caller("GET", path), 401) == [("INVALID_SESSION_ID", None)]
    assert caller("GET", "/services/oauth2/userinfo").status_code == 403
    assert "outside the login IP ranges of profile Integration User" in rig.client.calls("salesforce", "rest.limits")[-1]["note"]
    rig.client.source_address(INSIDE)
    assert caller("GET", "/limits").status_code == 200


@pytest.mark.parametrize("setting", ["enforceIpRangesEveryRequest", "lockSessionsToIp"])
def test_soap_is_checked_like_rest(rig: Rig, logins: Logins, setting: str) -> None:
    token = logins.ask().json()["access_token"]
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata"><e:Header><SessionHeader>'
        f"<sessionId>{token}</sessionId></SessionHeader></e:Header><e:Body><readMetadata><type>Profile</type></readMetadata></e:Body></e:Envelope>"
    )

    def answer() -> requests.Response:
        headers = {"Content-Type": "text/xml", "SOAPAction": '""'}
        return requests.post(f"{logins.org['instance_url']}/services/Soap/m/67.0", data=envelope, headers=headers, timeout=10)

    assert answer().status_code == 200
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.set_session_settings(**{setting: True})
    rig.client.source_address(OUTSIDE)
    assert answer().status_code == 500
    assert "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in answer().text


def test_sessions_of_apps_that_lift_ranges(rig: Rig, logins: Logins) -> None:
    rig.client.set_app_policy(APP, relaxation="Bypass")
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.set_session_settings(enforceIpRangesEveryRequest=True)
    caller = logins.session()
    assert caller("GET", "/limits").status_code == 200
    rig.client.set_switches(relaxed_every_request="checked")
    assert caller("GET", "/limits").status_code == 401


def test_locked_sessions_stay_at_their_address(rig: Rig, logins: Logins) -> None:
    rig.client.source_address(INSIDE)
    caller = logins.session()
    rig.client.source_address("10.200.0.3")
    assert caller("GET", "/limits").status_code == 200
    rig.client.set_session_settings(lockSessionsToIp=True)
    assert caller("GET", "/limits").status_code == 401
    assert logins.session()("GET", "/limits").status_code == 200
    rig.client.source_address(INSIDE)
    assert caller("GET", "/limits").status_code == 200


def test_login_history_and_sessions_tell_who_came_from_where(rig: Rig, call: Caller, logins: Logins) -> None:
    rig.client.source_address(INSIDE, USER)
    caller = logins.session("jwt_bearer")
    rig.client.set_login_ip_ranges(PROFILE, RANGES)
    rig.client.source_address(OUTSIDE, USER)
    assert logins.refused()
    (user,) = call.rows(f"SELECT Id, Username, ProfileId, Profile.Name, IsActive FROM User WHERE Username = '{USER}'", "")
    assert (user["Profile"]["Name"], user["IsActive"]) == (PROFILE, True)
    fields = "UserId, LoginTime, LoginType, LoginSubType, Status, SourceIp, Application"
    rows = call.rows(f"SELECT {fields} FROM LoginHistory WHERE UserId = '{user['Id']}' ORDER BY LoginTime DESC LIMIT 5", "")
    shown = [(row["Status"], row["SourceIp"], row["LoginSubType"], row["LoginType"], row["Application"]) for row in rows]
    rest = ("Remote Access 2.0", "Automation of Private Link")
    assert shown == [("Restricted IP", OUTSIDE, "OauthClientCredentials", *rest), ("Success", INSIDE, "OauthJwtBearer", *rest)]
    assert rows[0]["LoginTime"] > rows[1]["LoginTime"]
    rig.client.source_address(INSIDE, USER)
    sessions = caller.rows(f"SELECT UsersId, SourceIp, IsCurrent, LoginType FROM AuthSession WHERE UsersId = '{user['Id']}'", "")
    assert sorted((row["SourceIp"], row["IsCurrent"]) for row in sessions) == [(INSIDE, True), ("127.0.0.1", False)]
    assert call.rows(f"SELECT Id FROM AuthSession WHERE SourceIp = '{INSIDE}' AND IsCurrent = false", "")


def test_login_history_by_time(rig: Rig, call: Caller) -> None:
    rig.client.add_login("admin@acme.example", "198.51.100.9", minutes_ago=60 * 24 * 40)
    rig.client.add_login("admin@acme.example", OUTSIDE, status="Invalid Password", minutes_ago=60)
    rig.client.add_login("admin@acme.example", "198.51.100.7")
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86400))
    recent = call.rows(f"SELECT SourceIp, LoginTime FROM LoginHistory WHERE LoginTime > {since} ORDER BY LoginTime ASC", "")
    assert [row["SourceIp"] for row in recent] == [OUTSIDE, "198.51.100.7"]
    assert [row["SourceIp"] for row in call.rows(f"SELECT SourceIp FROM LoginHistory WHERE LoginTime <= {since}", "")] == ["198.51.100.9"]
    rig.client.set_switches(login_time="seconds")
    assert all(".000+" in row["LoginTime"] for row in call.rows("SELECT LoginTime FROM LoginHistory", ""))


def test_each_login_has_a_time_of_its_own(rig: Rig, call: Caller) -> None:
    org = rig.salesforce.org("acme")
    with org.lock:
        for number in range(5):
            org.record_login(org.users[USER], None, source_ip=f"192.0.2.{number}", sub_type="x", login_url=org.host, status="Success")
    newest = call.rows("SELECT SourceIp FROM LoginHistory ORDER BY LoginTime DESC LIMIT 1", "")
    assert newest[0]["SourceIp"] == "192.0.2.4"
    assert len({row["LoginTime"] for row in call.rows("SELECT LoginTime FROM LoginHistory", "")}) == 5


@pytest.mark.parametrize("condition", ["SourceIp = '127.0.0.1'", "Status = 'Success'", "Status != 'Success' AND LoginType = 'x'"])
def test_what_login_history_can_be_filtered_by(rig: Rig, call: Caller, logins: Logins, condition: str) -> None:
    logins.ask()
    asked: dict[str, t.Any] = {"params": {"q": f"SELECT Id FROM LoginHistory WHERE {condition}"}}
    assert errors(call("GET", "/query", **asked), 400) == [("INVALID_FIELD", None)]
    rig.client.set_switches(login_history_filters="all")
    assert call("GET", "/query", **asked).json()["totalSize"] == (0 if "!=" in condition else 1)


def test_mistakes_of_tests_are_told(rig: Rig) -> None:
    client = rig.client
    for mistake, text in (
        (lambda: client.source_address("somewhere"), "does not appear to be an IPv4 or IPv6 address"),
        (lambda: client.source_address(INSIDE, "nobody"), "has no user nobody"),
        (lambda: client.set_login_ip_ranges("Nobody", RANGES), "has no profile Nobody; there are: Admin, Standard"),
        (lambda: client.set_login_ip_ranges("Admin", [["10.0.0.1", "x"]]), "'x' does not appear"),
        (lambda: client.set_session_settings(colour="red"), "SessionSettings: unknown colour"),
        (lambda: client.set_app_policy("Nothing"), "has no app Nothing"),
        (lambda: client.edit_component("Profile", "Nobody", custom=True), "has no Profile Nobody"),
        (lambda: client.add_org("other", users=[{"username": "a@b", "app": "none"}]), "app is connected or external"),
    ):
        with pytest.raises(ControlError, match=text):
            mistake()


def test_reset_takes_it_all_back(rig: Rig) -> None:
    rig.client.reset()
    before = rig.client.security()
    rig.client.set_login_ip_ranges("Admin", RANGES)
    rig.client.source_address(INSIDE)
    rig.client.set_session_settings(lockSessionsToIp=True)
    assert rig.client.security() != before
    rig.client.reset()
    assert rig.client.security() == before
