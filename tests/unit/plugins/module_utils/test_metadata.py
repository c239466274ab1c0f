# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOAP client: what it sends, what it makes of every answer."""

from __future__ import annotations

import re

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _org
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError, NetworkError, OrgError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._metadata import NAMESPACE, Metadata
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import RESET, Clock, Loopback, Reply

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def answer(inner, operation="readMetadata", status=200):
    return Reply(
        status,
        (
            f'<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="{NAMESPACE}" xmlns:xsi="{XSI}">'
            f"<s:Body><{operation}Response>{inner}</{operation}Response></s:Body></s:Envelope>"
        ).encode(),
    )


def records(*inner):
    nil = '<records xsi:nil="true"/>'
    return answer("<result>" + "".join(nil if text is None else f'<records xsi:type="x">{text}</records>' for text in inner) + "</result>")


def saved(*results):
    return answer("".join(f"<result>{text}</result>" for text in results), "updateMetadata")


def fault(code, words):
    inner = f"<s:Fault><faultcode>sf:{code}</faultcode><faultstring>{words}</faultstring></s:Fault>"
    return Reply(500, f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{inner}</s:Body></s:Envelope>'.encode())


@pytest.fixture
def start():
    servers = []

    def metadata(*replies, token="00Dx!opaque", **options):
        server = Loopback(list(replies))
        servers.append(server)
        return Metadata(_org.connect({"instance_url": server.url, "access_token": token, **options}, Clock().context())), server

    yield metadata
    for server in servers:
        server.stop()


def sent(server, number=-1):
    return re.sub(r"met:", "", server.requests[number].body.decode())


# -- reading -------------------------------------------------------------------------------------------------------------


def test_members(start):
    text = "<fullName>Admin</fullName><custom>false</custom><loginIpRanges><endAddress>b</endAddress><startAddress>a</startAddress></loginIpRanges>"
    text += "<profileName>x</profileName><profileName>y</profileName><note> kept as it is </note><empty/><nothing>\n  </nothing>"
    metadata, server = start(records(text))
    assert metadata.read("Profile", ["Admin"]) == {
        "Admin": {
            "fullName": "Admin",
            "custom": "false",
            "loginIpRanges": [{"endAddress": "b", "startAddress": "a"}],
            "profileName": ["x", "y"],
            "note": " kept as it is ",
            "empty": "",
            "nothing": "",
        }
    }
    request = server.requests[0]
    assert (request.path, request.headers["SOAPAction"], request.headers["Content-Type"]) == ("/services/Soap/m/67.0", '""', "text/xml; charset=UTF-8")
    assert "<sessionId>00Dx!opaque</sessionId>" in sent(server)
    assert "<readMetadata><type>Profile</type><fullNames>Admin</fullNames></readMetadata>" in sent(server)
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("absent", [None, "", "<fullName>Nobody</fullName>"])
def test_components_that_are_not_there(start, absent):
    metadata, _server = start(records(absent, "<fullName>Admin</fullName><custom>true</custom>"))
    assert list(metadata.read("Profile", ["Nobody", "Admin"])) == ["Admin"]


def test_ten_at_a_time(start):
    metadata, server = start(records("<fullName>P0</fullName><custom>true</custom>"), records("<fullName>P11</fullName><custom>true</custom>"))
    assert list(metadata.read("Profile", [f"P{number}" for number in range(12)])) == ["P0", "P11"]
    assert [sent(server, number).count("<fullNames>") for number in range(2)] == [10, 2]


@pytest.mark.parametrize("name", ["<fullName>Security</fullName>", "<fullName>Else</fullName>", "<fullName/>", ""])
def test_the_one_security_settings_by_any_name(start, name):
    metadata, _server = start(records(f"{name}<networkAccess><ipRanges><end>b</end><start>a</start></ipRanges></networkAccess>"))
    assert metadata.settings("Security") == {"Security": {"fullName": "Security", "networkAccess": {"ipRanges": [{"end": "b", "start": "a"}]}}}


@pytest.mark.parametrize("absent", [None, ""])
def test_security_settings_that_are_not_given(start, absent):
    metadata, _server = start(records(absent))
    with pytest.raises(PrivateConnectError, match="Cannot read SecuritySettings Security: the org gave none"):
        metadata.settings("Security")


def test_other_components_need_a_name(start):
    metadata, _server = start(records("<custom>true</custom>"))
    with pytest.raises(PrivateConnectError, match="the org gave a component without its fullName"):
        metadata.read("Profile", ["Admin"])


def test_listing(start):
    metadata, server = start(answer("<result><fullName>Admin</fullName><id>00e1</id></result><result><fullName>B</fullName></result>", "listMetadata"))
    assert metadata.list("Profile") == [{"fullName": "Admin", "id": "00e1"}, {"fullName": "B"}]
    assert "<listMetadata><queries><type>Profile</type></queries></listMetadata>" in sent(server)


# -- writing -------------------------------------------------------------------------------------------------------------


def test_the_sequence_of_members_and_what_becomes_empty(start):
    metadata, server = start(saved("<fullName>A&amp;B</fullName><success>true</success>"))
    entry = {"startAddress": "a", "endAddress": "b", "description": "<&>"}
    members = {"zeta": True, "networkAccess": {"ipRanges": []}, "fullName": "A&B", "loginIpRanges": [entry], "trustedIpRanges": [], "custom": None}
    metadata.update("Profile", [members])
    assert (
        "<fullName>A&amp;B</fullName><custom /><loginIpRanges><description>&lt;&amp;&gt;</description><endAddress>b</endAddress><startAddress>a</startAddress>"
        "</loginIpRanges><networkAccess /><trustedIpRanges /><zeta>true</zeta></metadata>" in sent(server)
    )
    assert 'xsi:type="Profile"' in sent(server)
    assert "<allOrNone>true</allOrNone>" in sent(server)


ERROR = "<errors><fields>start</fields><message>too large</message><statusCode>FIELD_INTEGRITY_EXCEPTION</statusCode></errors>"
ROLLED_BACK = "<errors><message>rolled back</message><statusCode>ALL_OR_NONE_OPERATION_ROLLED_BACK</statusCode></errors>"


@pytest.mark.parametrize(
    ("results", "code", "words"),
    [
        (
            ["<success>true</success>", f"{ERROR}<fullName>B</fullName><success>false</success>"],
            "FIELD_INTEGRITY_EXCEPTION",
            "B: FIELD_INTEGRITY_EXCEPTION: too large",
        ),
        (
            [f"{ROLLED_BACK}<fullName>A</fullName><success>false</success>", f"{ERROR}{ERROR}<fullName>B</fullName><success>false</success>"],
            "FIELD_INTEGRITY_EXCEPTION",
            "Cannot update Profile A, B: B: FIELD_INTEGRITY_EXCEPTION: too large | B: FIELD_INTEGRITY_EXCEPTION: too large",
        ),
        ([f"{ROLLED_BACK}<fullName>A</fullName><success>false</success>"] * 2, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "A: ALL_OR_NONE_OPERATION_ROLLED_BACK"),
        (["<success>true</success>"], "UNKNOWN", "it answered for fewer components than were sent"),
        ([], "UNKNOWN", "it answered for fewer components than were sent"),
        (["<success>true</success>", "<success>false</success>"], "UNKNOWN", "no reason given"),
        (["<success>true</success>", ""], "UNKNOWN", "no reason given"),
    ],
)
def test_every_result_counts(start, results, code, words):
    metadata, _server = start(saved(*results))
    with pytest.raises(OrgError) as caught:
        metadata.update("Profile", [{"fullName": "A"}, {"fullName": "B"}])
    assert caught.value.error_code == code
    assert words in caught.value.message
    assert "ROLLED_BACK" not in caught.value.message or code.startswith("ALL_OR_NONE")


@pytest.mark.parametrize(
    ("kind", "words"), [("ExtlClntAppOauthSettings", "Allow Access to OAuth Consumer Secrets"), ("ExtlClntAppOauthConfigurablePolicies", "View all External")]
)
def test_rights_that_a_type_takes(start, kind, words):
    refused = "<errors><message>no</message><statusCode>INSUFFICIENT_ACCESS_OR_READONLY</statusCode></errors><fullName>A</fullName><success>false</success>"
    metadata, _server = start(saved(refused))
    with pytest.raises(OrgError, match=words):
        metadata.update(kind, [{"fullName": "A"}])


def test_a_write_is_not_repeated_and_a_read_is(start):
    metadata, server = start(RESET)
    with pytest.raises(NetworkError):
        metadata.update("Profile", [{"fullName": "A"}])
    assert len(server.requests) == 1
    metadata, server = start(RESET, Reply(503, b""), records(None))
    assert metadata.read("Profile", ["A"]) == {}
    assert len(server.requests) == 3


# -- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("INSUFFICIENT_ACCESS", "ModifyMetadata"),
        ("API_DISABLED_FOR_ORG", "'API Enabled'"),
        ("INVALID_TYPE", "api_version"),
        ("UNSUPPORTED_API_VERSION", "api_version"),
        ("REQUEST_LIMIT_EXCEEDED", "24-hour quota"),
        ("UNKNOWN_EXCEPTION", ""),
    ],
)
def test_faults(start, code, hint):
    metadata, _server = start(fault(code, "their words"))
    with pytest.raises(OrgError, match=rf"Cannot read Profile A: {code}: their words \(HTTP 500\)") as caught:
        metadata.read("Profile", ["A"])
    assert hint in caught.value.message
    assert caught.value.error_code == code


def test_an_error_that_is_no_fault(start):
    metadata, _server = start(Reply(500, b"<html>down</html>"))
    with pytest.raises(OrgError, match="HTTP_500: <html>down</html>"):
        metadata.read("Profile", ["A"])


def test_a_session_that_has_ended(start):
    metadata, _server = start(fault("INVALID_SESSION_ID", "Invalid Session ID"))
    with pytest.raises(AuthError, match="The given access_token has expired"):
        metadata.read("Profile", ["A"])


def test_tokens_of_the_wrong_kind_are_never_sent(start):
    metadata, server = start(records(None), token="eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln")
    with pytest.raises(AuthError, match=r"JWT-based access token, which Salesforce's Metadata API \(SOAP\) does not take"):
        metadata.read("Profile", ["A"])
    assert server.requests == []


@pytest.mark.parametrize("body", [b"", b"not XML", b"<a>", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"])
def test_answers_that_cannot_be_trusted(start, body):
    metadata, _server = start(Reply(200, body))
    with pytest.raises(PrivateConnectError, match=r"the org's answer \(HTTP 200\) is no XML that can be trusted"):
        metadata.read("Profile", ["A"])
