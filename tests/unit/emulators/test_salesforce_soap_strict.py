# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes written by hand: what the Metadata API's emulation refuses, and how."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

import pytest
import requests

from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import Caller, Rig, errors

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

NS = "http://soap.sforce.com/2006/04/metadata"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ADMIN, SECURITY = "<fullName>Admin</fullName>", "<fullName>Security</fullName>"
HEADERS = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}


class Soap:
    def __init__(self, rig: Rig) -> None:
        self.org = rig.ready["orgs"]["acme"]
        self.token = self.org["access_token"]

    def send(self, body: str, *, headers: str = "", version: str = "67.0", http: dict[str, str] | None = None, prolog: str = "") -> requests.Response:
        session = f"<SessionHeader><sessionId>{self.token}</sessionId></SessionHeader>" if self.token else ""
        envelope = (
            f'{prolog}<e:Envelope xmlns:e="{SOAP}" xmlns="{NS}" xmlns:m="{NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<e:Header>{session}{headers}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
        )
        url = f"{self.org['instance_url']}/services/Soap/m/{version}"
        return requests.post(url, data=envelope.encode(), headers=HEADERS if http is None else http, timeout=10)

    def fault(self, body: str, **arguments: t.Any) -> tuple[str, str]:
        answer = self.send(body, **arguments)
        assert answer.status_code == 500, answer.text
        fault = ET.fromstring(answer.content).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
        assert fault is not None, answer.text
        return fault.findtext("faultcode", ""), fault.findtext("faultstring", "")

    def update(self, *components: str, kind: str = "Profile", **arguments: t.Any) -> list[str]:
        """For each component ``ok`` or the status codes of its errors."""
        answer = self.send(updating(*components, kind=kind), **arguments)
        assert answer.status_code == 200, answer.text
        results = ET.fromstring(answer.content).iter(f"{{{NS}}}result")
        return [
            "ok" if result.findtext(f"{{{NS}}}success") == "true" else " ".join(code.text or "" for code in result.iter(f"{{{NS}}}statusCode"))
            for result in results
        ]


def updating(*components: str, kind: str = "Profile") -> str:
    items = "".join(f'<metadata xsi:type="m:{kind}">{inner}</metadata>' for inner in components)
    return f"<updateMetadata>{items}</updateMetadata>"


def reading(kind: str, *names: str) -> str:
    return f"<readMetadata><type>{kind}</type>{''.join(f'<fullNames>{name}</fullNames>' for name in names)}</readMetadata>"


def login_range(start: str, end: str, description: str = "x") -> str:
    return f"<loginIpRanges><description>{description}</description><endAddress>{end}</endAddress><startAddress>{start}</startAddress></loginIpRanges>"


def trusted(*ranges: tuple[str, str]) -> str:
    items = "".join(f"<ipRanges><end>{end}</end><start>{start}</start></ipRanges>" for start, end in ranges)
    return f"{SECURITY}<networkAccess>{items}</networkAccess>"


@pytest.fixture
def soap(rig: Rig) -> Soap:
    return Soap(rig)


def ranges_of(rig: Rig, profile: str = "Admin") -> list[list[str]]:
    return rig.client.security()["profiles"][profile]["login_ip_ranges"]


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (reading("Nothing", "x"), "sf:INVALID_TYPE", "Unknown type:Nothing"),
        (reading("Profile", *["Admin"] * 11), "sf:EXCEEDED_ID_LIMIT", "cannot submit more than 10 records in this operation"),
        (updating(*[ADMIN] * 11), "sf:EXCEEDED_ID_LIMIT", "cannot submit more than 10 records in this operation"),
        ("<readMetadata><fullNames>Admin</fullNames></readMetadata>", "soapenv:Client", "one type, then fullNames"),
        ('<readMetadata xmlns="urn:other"><type>Profile</type></readMetadata>', "soapenv:Client", "{urn:other}readMetadata invalid at this location"),
        ("<retrieve/>", "soapenv:Client", "No operation available for request"),
        ("<readMetadata/><readMetadata/>", "soapenv:Client", "the Body one element"),
        (f"<updateMetadata><metadata>{ADMIN}</metadata></updateMetadata>", "sf:INVALID_TYPE", "Must specify a {http://www.w3.org/2001/XMLSchema-instance}type"),
        (f'<updateMetadata><metadata xsi:type="q:Profile">{ADMIN}</metadata></updateMetadata>', "soapenv:Client", "prefix q is not bound"),
        (
            f'<updateMetadata><metadata xmlns:q="{NS}" xsi:type="q:Profile"/><metadata xsi:type="q:Profile"/></updateMetadata>',
            "soapenv:Client",
            "prefix q is not bound",
        ),
        (f'<updateMetadata><metadata xsi:type="xsi:Profile">{ADMIN}</metadata></updateMetadata>', "soapenv:Client", "invalid at this location"),
        (updating(ADMIN).replace("</updateMetadata>", updating(SECURITY, kind="SecuritySettings")[16:]), "sf:INVALID_TYPE", "must be of the same type"),
        (updating(f"{ADMIN}<colour>red</colour>"), "soapenv:Client", "}colour invalid at this location in type Profile"),
        (updating(f"<custom>true</custom>{ADMIN}"), "soapenv:Client", "}fullName invalid at this location in type Profile"),
        (updating(f"{ADMIN}{login_range('10.0.0.1', '10.0.0.2')}<custom>true</custom>"), "soapenv:Client", "}custom invalid at this location in type Profile"),
        (
            updating(f"{ADMIN}<loginIpRanges><startAddress>10.0.0.1</startAddress><endAddress>10.0.0.2</endAddress></loginIpRanges>"),
            "soapenv:Client",
            "}endAddress invalid at this location in type ProfileLoginIpRange",
        ),
        (updating(f'{ADMIN}<custom xmlns="urn:other">true</custom>'), "soapenv:Client", "{urn:other}custom invalid at this location"),
        (updating(f"{ADMIN}<custom>maybe</custom>"), "soapenv:Client", "'maybe' is not a valid value for the type xsd:boolean"),
        (updating(f"{ADMIN}<loginIpRanges>10.0.0.1</loginIpRanges>"), "soapenv:Client", "found text"),
        (
            updating(f"{SECURITY}<sessionSettings><sessionTimeout>Soon</sessionTimeout></sessionSettings>", kind="SecuritySettings"),
            "soapenv:Client",
            "'Soon' is not a valid value for the enum 'SessionTimeout'",
        ),
        ("<listMetadata><queries><type>SecuritySettings</type></queries></listMetadata>", "sf:INVALID_TYPE", "Unknown type:SecuritySettings"),
        (f"<listMetadata>{'<queries><type>Profile</type></queries>' * 4}</listMetadata>", "sf:EXCEEDED_ID_LIMIT", "more than 3"),
    ],
)
def test_calls_that_are_refused_whole(rig: Rig, soap: Soap, body: str, code: str, text: str) -> None:
    before = rig.client.security()
    found, words = soap.fault(body)
    assert found == code
    assert text in words
    assert rig.client.security() == before


def test_transport_session_and_version(rig: Rig, soap: Soap) -> None:
    good = reading("Profile", "Admin")
    assert soap.send(good).status_code == 200
    assert soap.send(good, http={**HEADERS, "Content-Type": "application/json"}).status_code == 415
    assert soap.fault(good, http={"Content-Type": "text/xml"}) == ("soapenv:Client", "SOAPAction HTTP header missing")
    assert soap.fault(good, version="99.0")[0] == "sf:UNSUPPORTED_API_VERSION"
    assert soap.fault(reading("ExtlClntAppOauthSettings", "x"), version="58.0")[0] == "sf:INVALID_TYPE"
    rig.client.act("set_api_usage", usage=100_000)
    assert soap.fault(good)[0] == "sf:REQUEST_LIMIT_EXCEEDED"
    for token in ("", "00D000000000000!wrong"):
        soap.token = token
        assert soap.fault(good) == ("sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session")


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE e [<!ENTITY who "Admin">]>',
        '<!DOCTYPE e SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE e [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
        "<broken>",
    ],
)
def test_dtds_entities_and_broken_xml_are_refused(rig: Rig, soap: Soap, prolog: str) -> None:
    code, text = soap.fault(reading("Profile", "Admin"), prolog=prolog)
    assert code == "soapenv:Client"
    assert "well-formed" in text
    assert rig.client.calls("salesforce")[-1]["action"] == "soap.unknown"


def test_tokens_in_the_form_of_a_jwt_work_with_rest_alone(rig: Rig, soap: Soap) -> None:
    rig.client.set_switches(access_tokens="jwt")
    form = {"grant_type": "client_credentials", "client_id": soap.org["client_id"], "client_secret": soap.org["client_secret"]}
    soap.token = requests.post(f"{soap.org['instance_url']}/services/oauth2/token", data=form, timeout=10).json()["access_token"]
    assert soap.token.startswith("eyJ")
    assert soap.token.count(".") == 2
    (row,) = Caller(rig, token=soap.token).rows("SELECT IsAssociatedWithJwtAccessToken FROM AuthSession WHERE IsCurrent = true", "")
    assert row["IsAssociatedWithJwtAccessToken"] is True
    assert soap.fault(reading("Profile", "Admin"))[0] == "sf:INVALID_SESSION_ID"


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("10.0.0.9", "10.0.0.1", "FIELD_INTEGRITY_EXCEPTION"),
        ("10.0.0.1", "2001:db8::1", "FIELD_INTEGRITY_EXCEPTION"),
        ("10.0.0.0/24", "10.0.0.1", "INVALID_INET_ADDRESS"),
        ("300.1.1.1", "10.0.0.256", "INVALID_INET_ADDRESS INVALID_INET_ADDRESS"),
        ("", "10.0.0.1", "REQUIRED_FIELD_MISSING"),
        ("10.0.0.0", "11.255.255.255", "ok"),
        ("10.0.0.0", "12.0.0.0", "FIELD_INTEGRITY_EXCEPTION"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "ok"),
        ("2001:db8::", "2001:db9::", "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_ranges_that_are_refused(rig: Rig, soap: Soap, start: str, end: str, code: str) -> None:
    assert soap.update(ADMIN + login_range(start, end)) == [code]
    assert soap.update(trusted((start, end)), kind="SecuritySettings") == [code]
    assert ranges_of(rig) == ([[start, end, "x"]] if code == "ok" else [])


def test_limits_by_switch(rig: Rig, soap: Soap) -> None:
    wide, twice = ADMIN + login_range("0.0.0.0", "255.255.255.255"), ADMIN + login_range("10.0.0.1", "10.0.0.2") * 2
    rig.client.set_switches(range_size_limit="network_access", range_description_max=3, range_list_max=2, duplicate_ranges="refuse")
    assert soap.update(wide) == ["ok"]
    assert soap.update(trusted(("0.0.0.0", "255.255.255.255")), kind="SecuritySettings") == ["FIELD_INTEGRITY_EXCEPTION"]
    assert soap.update(ADMIN + login_range("10.0.0.1", "10.0.0.2", "text")) == ["STRING_TOO_LONG"]
    assert soap.update(ADMIN + "".join(login_range(f"10.0.0.{n}", f"10.0.0.{n}") for n in range(3))) == ["LIMIT_EXCEEDED"]
    assert soap.update(twice) == ["DUPLICATE_VALUE"]
    rig.client.set_switches(duplicate_ranges="allow")
    assert soap.update(twice) == ["ok"]


def test_external_apps_take_128_ranges(soap: Soap) -> None:
    def sent(count: int) -> str:
        ranges = "".join(
            f"<trustedIpRanges><endIpAddress>10.0.0.{n}</endIpAddress><startIpAddress>10.0.0.{n}</startIpAddress></trustedIpRanges>" for n in range(count)
        )
        name = "Automation_of_Private_Link"
        return f"<fullName>{name}_oauth</fullName><externalClientApplication>{name}</externalClientApplication>{ranges}"

    assert soap.update(sent(128), kind="ExtlClntAppOauthSettings") == ["ok"]
    assert soap.update(sent(129), kind="ExtlClntAppOauthSettings") == ["LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("rule", "results", "left"), [("clears", ["ok"], 0), ("ignored", ["ok"], 1), ("refused", ["REQUIRED_FIELD_MISSING REQUIRED_FIELD_MISSING"], 1)]
)
def test_list_of_one_empty_element(rig: Rig, soap: Soap, rule: str, results: list[str], left: int) -> None:
    rig.client.set_switches(empty_list_element=rule)
    rig.client.set_login_ip_ranges("Admin", [["10.0.0.1", "10.0.0.2"]])
    assert soap.update(f"{ADMIN}<loginIpRanges/>") == results
    assert soap.update(f"{SECURITY}<networkAccess><ipRanges/></networkAccess>", kind="SecuritySettings") == results
    security = rig.client.security()
    assert (len(security["profiles"]["Admin"]["login_ip_ranges"]), len(security["trusted_ip_ranges"])) == (left, left)
    assert soap.update(f"{SECURITY}<networkAccess/>", kind="SecuritySettings") == ["ok"]  # documented: clears
    assert rig.client.security()["trusted_ip_ranges"] == []


def test_all_or_none(rig: Rig, soap: Soap) -> None:
    good, bad = ADMIN + login_range("10.0.0.1", "10.0.0.2"), "<fullName>Standard</fullName>" + login_range("10.0.0.2", "10.0.0.1")
    header = "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>"
    assert soap.update(good, bad, headers=header) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "FIELD_INTEGRITY_EXCEPTION"]
    assert ranges_of(rig) == []
    assert soap.update(good, bad) == ["ok", "FIELD_INTEGRITY_EXCEPTION"]
    assert ranges_of(rig) == [["10.0.0.1", "10.0.0.2", "x"]]


def test_required_members_must_be_supplied(rig: Rig, soap: Soap) -> None:
    app = "<fullName>Automation_of_Ada_Admin</fullName><oauthPolicy><ipRelaxation>BYPASS</ipRelaxation></oauthPolicy>"
    assert soap.update(app, kind="ConnectedApp") == ["REQUIRED_FIELD_MISSING REQUIRED_FIELD_MISSING REQUIRED_FIELD_MISSING"]
    assert soap.update("<custom>false</custom>") == ["REQUIRED_FIELD_MISSING"]  # the full name
    rig.client.set_switches(required_members="lenient")
    assert soap.update(app, kind="ConnectedApp") == ["ok"]
    assert rig.client.component("ConnectedApp", "Automation_of_Ada_Admin")["oauthPolicy"] == {"ipRelaxation": "BYPASS", "refreshTokenPolicy": "infinite"}


def names_read(soap: Soap, kind: str, *names: str) -> list[str | None]:
    root = ET.fromstring(soap.send(reading(kind, *names)).content)
    return [record.findtext(f"{{{NS}}}fullName") for record in root.iter(f"{{{NS}}}records")]


def test_spellings_of_full_names(rig: Rig, soap: Soap) -> None:
    assert names_read(soap, "SecuritySettings", "Security", "*", "Whatever") == ["Security"] * 3
    assert names_read(soap, "SecuritySettings") == ["Security"]
    rig.client.set_switches(security_full_name="Security", security_answer_name="absent")
    assert names_read(soap, "SecuritySettings", "Security", "*") == [None, None]
    assert "sessionSettings" in soap.send(reading("SecuritySettings", "Security")).text
    assert "sessionSettings" not in soap.send(reading("SecuritySettings", "*")).text
    assert names_read(soap, "Profile", "System Administrator", "admin") == [None, None]
    rig.client.set_switches(full_names="tolerant")
    assert names_read(soap, "Profile", "System Administrator", "admin", "Custom: Sales Operations") == ["Admin", "Admin", "Custom%3A Sales Operations"]


def test_order_and_spelling_of_ranges_by_switch(rig: Rig, soap: Soap) -> None:
    rig.client.set_login_ip_ranges("Admin", [["2001:DB8::1", "2001:DB8::2"], ["10.0.0.9", "10.0.0.9"], ["10.0.0.10", "10.0.0.10"]])

    def starts() -> list[str | None]:
        return [each.text for each in ET.fromstring(soap.send(reading("Profile", "Admin")).content).iter(f"{{{NS}}}startAddress")]

    assert starts() == ["2001:DB8::1", "10.0.0.9", "10.0.0.10"]
    rig.client.set_switches(range_order="sorted", range_spelling="expanded")
    assert starts() == ["10.0.0.9", "10.0.0.10", "2001:0db8:0000:0000:0000:0000:0000:0001"]
    rig.client.set_switches(range_spelling="canonical")
    assert starts() == ["10.0.0.9", "10.0.0.10", "2001:db8::1"]


def test_more_than_five_ranges_may_forbid_checks_of_every_request(rig: Rig, soap: Soap) -> None:
    rig.client.set_switches(every_request_ranges="five")
    switch_on = f"{SECURITY}<sessionSettings><enforceIpRangesEveryRequest>true</enforceIpRangesEveryRequest></sessionSettings>"
    rig.client.set_login_ip_ranges("Standard", [[f"10.0.{n}.0", f"10.0.{n}.9"] for n in range(6)])
    assert soap.update(switch_on, kind="SecuritySettings") == ["CANNOT_ENABLE_IP_RESTRICT_REQUESTS"]
    rig.client.set_login_ip_ranges("Standard", [[f"10.0.{n}.0", f"10.0.{n}.9"] for n in range(5)])
    assert soap.update(switch_on, kind="SecuritySettings") == ["ok"]


def test_tooling_shows_the_component_of_a_profile_and_takes_no_change(rig: Rig, call: Caller) -> None:
    rig.client.set_login_ip_ranges("Admin", [["10.0.0.1", "10.0.0.2", "x"]])
    (row,) = call.rows("SELECT Id, Name FROM Profile WHERE Name = 'System Administrator'")
    path = f"/tooling/sobjects/Profile/{row['Id']}"
    shown = call("GET", path).json()
    assert (shown["Name"], shown["FullName"]) == ("System Administrator", "Admin")
    assert shown["Metadata"]["loginIpRanges"] == [{"description": "x", "endAddress": "10.0.0.2", "startAddress": "10.0.0.1"}]
    assert call("HEAD", path).status_code == 200
    assert errors(call("PATCH", path, json={"Metadata": shown["Metadata"]}), 405) == [("METHOD_NOT_ALLOWED", None)]
    assert "Metadata" not in call("GET", f"/sobjects/Profile/{row['Id']}").json()
