# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""simple-salesforce's Metadata API client (zeep, with Salesforce's own WSDL) reads, lists and updates against the emulated org.

It knows nothing of this emulator: what it can read is well-formed by Salesforce's schema, what it sends is what Salesforce gets from it.
"""

from __future__ import annotations

import copy
import typing as t

import pytest
import requests
from simple_salesforce.metadata import SfdcMetadataApi
from zeep.exceptions import Fault

from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import Caller, Rig

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

HEAD_OFFICE = ["198.51.100.0", "198.51.100.255", "Head office"]
OFFICE_ITEM = {"description": "Head office", "end": "198.51.100.255", "start": "198.51.100.0"}
LINK_ITEM = {"description": "Private Connect", "end": "10.200.0.3", "start": "10.200.0.0"}
LOGIN_ITEM = {"description": "Private Connect", "endAddress": "10.200.0.3", "startAddress": "10.200.0.0"}
SALES = "Custom%3A Sales Operations"
CONNECTED, EXTERNAL = "Automation_of_Ada_Admin", "Automation_of_Private_Link"


@pytest.fixture(scope="module")
def client_of_org(orgs_running: Rig) -> SfdcMetadataApi:
    """Reading the WSDL takes half a second, so one client serves the module; tokens of the seed outlive a reset."""
    return client_for(orgs_running, orgs_running.ready["orgs"]["acme"]["access_token"])


def client_for(rig: Rig, token: str) -> SfdcMetadataApi:
    org = rig.ready["orgs"]["acme"]
    client = SfdcMetadataApi(requests.Session(), token, org["host"], f"{org['instance_url']}/services/Soap/m/63.0", {}, "63.0")
    client._client.transport.session.trust_env = False
    return client


@pytest.fixture
def md(rig: Rig, client_of_org: SfdcMetadataApi) -> SfdcMetadataApi:
    return client_of_org


def plain(value: t.Any) -> t.Any:
    """zeep's objects as dicts, lists and texts, without what is absent."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    names = getattr(value, "__values__", None)
    return value if names is None else {name: plain(item) for name, item in names.items() if item not in (None, [])}


def test_security_settings_are_read_with_all_their_members(rig: Rig, md: SfdcMetadataApi) -> None:
    shown = plain(md.SecuritySettings.read("Security"))
    assert shown.pop("fullName") == "Security"
    assert shown == rig.client.component("SecuritySettings", "Security")
    assert shown["networkAccess"] == {"ipRanges": [OFFICE_ITEM]}
    assert shown["passwordPolicies"]["passwordAssistanceMessage"] == "Ask <the desk> & wait"
    assert len(shown["sessionSettings"]) > 20


def test_listing_gives_ids_of_profiles(md: SfdcMetadataApi, call: Caller) -> None:
    listed = {item.fullName: (item.id, item.fileName, item.type) for item in md.list_metadata([{"type": "Profile"}])}
    rows = {row["Name"]: row["Id"] for row in call.rows("SELECT Id, Name FROM Profile", "")}
    assert listed["Admin"] == (rows["System Administrator"], "profiles/Admin.profile", "Profile")
    assert listed["Integration User"][0] == rows["Integration User"]
    assert listed[SALES][0] == rows["Custom: Sales Operations"]
    names = [item.fullName for item in md.list_metadata([{"type": "ConnectedApp"}, {"type": "ExtlClntAppOauthSettings"}, {"type": "Settings"}])]
    assert {CONNECTED, f"{EXTERNAL}_oauth", "Security"} <= set(names)


def test_trusted_ranges_are_replaced_and_nothing_else_changes(rig: Rig, md: SfdcMetadataApi) -> None:
    before = rig.client.component("SecuritySettings", "Security")
    md.SecuritySettings.update([md.SecuritySettings(fullName="Security", networkAccess={"ipRanges": [LINK_ITEM, OFFICE_ITEM]})])
    assert rig.client.security()["trusted_ip_ranges"] == [["10.200.0.0", "10.200.0.3", "Private Connect"], HEAD_OFFICE]
    md.SecuritySettings.update([md.SecuritySettings(fullName="Security", networkAccess={"ipRanges": [LINK_ITEM]})])
    assert plain(md.SecuritySettings.read("Security").networkAccess) == {"ipRanges": [LINK_ITEM]}
    assert rig.client.component("SecuritySettings", "Security") == {**before, "networkAccess": {"ipRanges": [LINK_ITEM]}}


def test_empty_network_access_clears(rig: Rig, md: SfdcMetadataApi) -> None:
    md.SecuritySettings.update([md.SecuritySettings(fullName="Security", networkAccess={})])
    assert rig.client.security()["trusted_ip_ranges"] == []


def test_one_session_setting_leaves_the_others_alone(rig: Rig, md: SfdcMetadataApi) -> None:
    before = rig.client.security()["session_settings"]
    md.SecuritySettings.update([md.SecuritySettings(fullName="Security", sessionSettings={"lockSessionsToIp": True})])
    assert rig.client.security()["session_settings"] == {**before, "lockSessionsToIp": True}


@pytest.mark.parametrize(("mode", "session_timeout", "expiration"), [("resets_nested", "TwoHours", "Never"), ("resets", "TwoHours", "NinetyDays")])
def test_members_left_out_may_be_reset(rig: Rig, md: SfdcMetadataApi, mode: str, session_timeout: str, expiration: str) -> None:
    rig.client.set_switches(partial_update=mode)
    md.SecuritySettings.update([md.SecuritySettings(fullName="Security", sessionSettings={"lockSessionsToIp": True})])
    shown = md.SecuritySettings.read("Security")
    assert (shown.sessionSettings.lockSessionsToIp, shown.sessionSettings.sessionTimeout, shown.passwordPolicies.expiration) == (
        True,
        session_timeout,
        expiration,
    )


def test_login_ranges_of_several_profiles(rig: Rig, md: SfdcMetadataApi) -> None:
    names = ["Admin", "Standard", SALES]
    before = {name: rig.client.component("Profile", name) for name in names}
    md.Profile.update([md.Profile(fullName=name, loginIpRanges=[LOGIN_ITEM]) for name in names])
    records = {record.fullName: record for record in md.Profile.read(names)}
    assert [plain(records[name].loginIpRanges) for name in names] == [[LOGIN_ITEM]] * 3
    for name in names:
        assert rig.client.component("Profile", name) == {**before[name], "loginIpRanges": [LOGIN_ITEM]}


def test_whole_profile_can_be_sent_back(rig: Rig, md: SfdcMetadataApi) -> None:
    before = rig.client.component("Profile", "Admin")
    record = md.Profile.read("Admin")
    record.loginIpRanges = [LOGIN_ITEM]
    md.Profile.update([record])
    assert rig.client.component("Profile", "Admin") == {**before, "loginIpRanges": [LOGIN_ITEM]}


def test_absent_components_are_empty_records(rig: Rig, md: SfdcMetadataApi) -> None:
    assert [record.fullName for record in md.Profile.read(["Nobody", "Admin"])] == [None, "Admin"]
    rig.client.set_switches(absent_component="full_name")
    assert plain(md.Profile.read(["Nobody"])) == {"fullName": "Nobody"}
    rig.client.set_switches(absent_component="empty")
    assert plain(md.Profile.read(["Nobody"])) == {}


def test_partial_failure_keeps_what_was_right(rig: Rig, md: SfdcMetadataApi) -> None:
    bad = {"endAddress": "10.0.0.1", "startAddress": "10.0.0.9"}
    sent = [md.Profile(fullName="Admin", loginIpRanges=[LOGIN_ITEM]), md.Profile(fullName="Standard", loginIpRanges=[bad]), md.Profile(fullName="Nobody")]
    with pytest.raises(
        Exception, match=r"Standard: \(FIELD_INTEGRITY_EXCEPTION, .*10\.0\.0\.1(?s:.*)Nobody: \(INVALID_CROSS_REFERENCE_KEY, no Profile named Nobody"
    ):
        md.Profile.update(sent)
    profiles = rig.client.security()["profiles"]
    assert profiles["Admin"]["login_ip_ranges"] == [["10.200.0.0", "10.200.0.3", "Private Connect"]]
    assert profiles["Standard"]["login_ip_ranges"] == []
    assert rig.client.calls("salesforce", "soap.updateMetadata")[-1]["status"] == 200


def test_connected_app(rig: Rig, md: SfdcMetadataApi) -> None:
    before = copy.deepcopy(rig.client.component("ConnectedApp", CONNECTED))
    record = md.ConnectedApp.read(CONNECTED)
    assert record.oauthConfig.consumerKey == rig.ready["orgs"]["acme"]["client_id"]
    assert record.oauthConfig.consumerSecret is None
    policy = {"ipRelaxation": "BYPASS_2FACTOR", "refreshTokenPolicy": record.oauthPolicy.refreshTokenPolicy}
    named = {"fullName": CONNECTED, "contactEmail": record.contactEmail, "label": record.label}
    md.ConnectedApp.update([md.ConnectedApp(**named, ipRanges=[LINK_ITEM], oauthPolicy=policy)])
    assert rig.client.component("ConnectedApp", CONNECTED) == {**before, "ipRanges": [LINK_ITEM], "oauthPolicy": policy}
    with pytest.raises(Exception, match="ipRelaxation: bad value for restricted picklist field: SOMETIMES"):
        md.ConnectedApp.update([md.ConnectedApp(**named, oauthPolicy={**policy, "ipRelaxation": "SOMETIMES"})])


def test_external_client_app(rig: Rig, md: SfdcMetadataApi) -> None:
    settings, policies = f"{EXTERNAL}_oauth", f"{EXTERNAL}_oauthPlcy"
    assert md.ExtlClntAppOauthSettings.read(settings).externalClientApplication == EXTERNAL
    ranges = [{"description": "Private Connect", "endIpAddress": "10.200.0.3", "startIpAddress": "10.200.0.0"}]
    md.ExtlClntAppOauthSettings.update([md.ExtlClntAppOauthSettings(fullName=settings, externalClientApplication=EXTERNAL, trustedIpRanges=ranges)])
    kind = md.ExtlClntAppOauthConfigurablePolicies
    kind.update([kind(fullName=policies, externalClientApplication=EXTERNAL, ipRelaxationPolicyType="Bypass_2factor")])
    assert kind.read(policies).ipRelaxationPolicyType == "Bypass_2factor"
    shown = rig.client.security()["apps"][EXTERNAL]
    assert (shown["relaxation"], shown["ranges"]) == ("BYPASS_2FACTOR", [["10.200.0.0", "10.200.0.3", "Private Connect"]])


def test_external_settings_need_the_orgs_setting_and_a_permission(rig: Rig, md: SfdcMetadataApi) -> None:
    sent = [md.ExtlClntAppOauthSettings(fullName=f"{EXTERNAL}_oauth", externalClientApplication=EXTERNAL, label="x")]
    rig.client.act("set_consumer_secret_access", allowed=False)
    with pytest.raises(Exception, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        md.ExtlClntAppOauthSettings.update(sent)
    rig.client.act("set_consumer_secret_access", allowed=True)
    rig.client.revoke("admin@acme.example", "ViewConsumerSecretsInMetadata")
    with pytest.raises(Exception, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        md.ExtlClntAppOauthSettings.update(sent)
    rig.client.grant("admin@acme.example", "ViewConsumerSecretsInMetadata")
    md.ExtlClntAppOauthSettings.update(sent)
    assert rig.client.component("ExtlClntAppOauthSettings", f"{EXTERNAL}_oauth")["label"] == "x"


def test_faults_reach_the_client_as_faults(rig: Rig, md: SfdcMetadataApi) -> None:
    with pytest.raises(Fault, match="Unknown type:Nothing") as caught:
        md._service.readMetadata("Nothing", ["x"], _soapheaders=[md._session_header])
    assert caught.value.code == "sf:INVALID_TYPE"
    rig.client.revoke_sessions()
    with pytest.raises(Fault, match="INVALID_SESSION_ID: Invalid Session ID found in SessionHeader"):
        md.Profile.read("Admin")


def test_permission_to_modify_metadata_is_needed(rig: Rig) -> None:
    reader = client_for(rig, rig.ready["orgs"]["acme"]["reader_access_token"])
    with pytest.raises(Fault, match="INSUFFICIENT_ACCESS: use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"):
        reader.Profile.read("Admin")
    rig.client.grant("reader@acme.example", "ModifyMetadata")
    assert reader.Profile.read("Admin").fullName == "Admin"


def test_calls_are_counted_and_can_fail(rig: Rig, md: SfdcMetadataApi) -> None:
    rig.client.add_fault("status", "salesforce", "soap.readMetadata", status=503)
    with pytest.raises(Fault, match="SERVER_UNAVAILABLE"):
        md.Profile.read("Admin")
    rig.client.add_fault("lost_answer", "salesforce", "soap.updateMetadata")
    with pytest.raises(requests.ConnectionError):
        md.Profile.update([md.Profile(fullName="Admin", loginIpRanges=[LOGIN_ITEM])])
    assert rig.client.security()["profiles"]["Admin"]["login_ip_ranges"] == [["10.200.0.0", "10.200.0.3", "Private Connect"]]
    rig.client.add_fault("expire_token", "salesforce", "soap.listMetadata")
    with pytest.raises(Fault, match="INVALID_SESSION_ID"):
        md.list_metadata([{"type": "Profile"}])
    seen = [(call["action"], call["write"], call["status"]) for call in rig.client.calls("salesforce")]
    assert seen == [("soap.readMetadata", False, 503), ("soap.updateMetadata", True, None), ("soap.listMetadata", False, 500)]
