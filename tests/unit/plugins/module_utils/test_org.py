# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls to an org: their form, sessions that end, pages, and errors in every shape."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _org
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError, InputError, NetworkError, OrgError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._http import MAX_TRIES
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock, Loopback, Reply

BASE = "/services/data/v67.0"
ID = "0kZ000000000001AAA"
EXPIRED = Reply(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
LIMIT = Reply(403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
APP = {"client_id": "app", "client_secret": "S3CR3T"}
ROW = {
    "attributes": {"type": "InboundNetworkConnection"},
    "Id": ID,
    "DeveloperName": "Acme",
    "MasterLabel": "Acme",
    "Description": "d",
    "isActive": True,
    "Status": "Ready",
    "ConnectionType": "AwsPrivateLink",
    "NamespacePrefix": None,
}


class Server:
    """Logs in (tokens t1, t2 ...) and gives the scripted replies to everything else."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.logins = 0
        self.loopback = Loopback(self._answer)

    def _answer(self, request):
        if request.path == "/services/oauth2/token":
            self.logins += 1
            return Reply(200, {"access_token": f"t{self.logins}"})
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(request) if callable(reply) else reply

    @property
    def calls(self):
        return [request for request in self.loopback.requests if request.path != "/services/oauth2/token"]

    @property
    def tokens(self):
        return [request.headers["Authorization"] for request in self.calls]


@pytest.fixture
def start():
    servers = []

    def org(*replies, **options):
        server = Server(*(replies or [Reply(200, {})]))
        servers.append(server)
        made = _org.connect({"instance_url": server.loopback.url, **(options or APP)}, Clock().context())
        return made, server

    yield org
    for server in servers:
        server.loopback.stop()


def page(*records, **more):
    return Reply(200, {"size": len(records), "done": True, "records": list(records), **more})


# -- form ----------------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_first_call(start):
    org, server = start()
    assert server.loopback.requests == []
    assert org.instance_url == server.loopback.url
    assert (server.logins, server.calls) == (1, [])


def test_one_login_for_all_calls(start):
    org, server = start(page())
    for _call in range(3):
        org.tooling_query("SELECT Id FROM User")
    assert server.logins == 1
    assert server.tokens == ["Bearer t1"] * 3


@pytest.mark.parametrize(
    ("call", "expected", "sent"),
    [
        (lambda org: org.tooling_query("SELECT Id FROM X"), f"GET {BASE}/tooling/query/", {"q": "SELECT Id FROM X"}),
        (lambda org: org.query("SELECT Id FROM X"), f"GET {BASE}/query/", {"q": "SELECT Id FROM X"}),
        (lambda org: org.action("Acme", "Provision"), f"POST {BASE}/network-connection/inbound/connections/Acme", {"action": "Provision"}),
        (lambda org: org.action("Acme", "TearDown"), f"POST {BASE}/network-connection/inbound/connections/Acme", {"action": "TearDown"}),
        (lambda org: org.delete(ID), f"DELETE {BASE}/tooling/sobjects/InboundNetworkConnection/{ID}", {}),
        (lambda org: org.delete("a/../b?c"), f"DELETE {BASE}/tooling/sobjects/InboundNetworkConnection/a%2F..%2Fb%3Fc", {}),
    ],
)
def test_paths_and_parameters(start, call, expected, sent):
    org, server = start(Reply(200, {}))
    call(org)
    assert server.loopback.told[1:] == [expected]
    assert server.calls[0].query == sent
    assert server.calls[0].body == b""


def test_topologies(start):
    org, server = start(Reply(200, [{"region": "eu-central-1", "serviceName": "s", "status": "Available"}]))
    assert org.topologies() == [{"region": "eu-central-1", "service_name": "s", "status": "Available"}]
    assert server.calls[0].target == f"{BASE}/network-connection/inbound/connection-types/AwsPrivateLink/topologies?scope=All"


def test_create_and_update(start):
    org, server = start(Reply(201, {"id": ID, "success": True}), Reply(204))
    org.create("Acme", {"label": "Acme"})
    org.update(ID, {"label": "New"})
    assert [f"{request.method} {request.path}" for request in server.calls] == [
        f"POST {BASE}/tooling/sobjects/InboundNetworkConnection",
        f"PATCH {BASE}/tooling/sobjects/InboundNetworkConnection/{ID}",
    ]
    assert [request.json() for request in server.calls] == [{"FullName": "Acme", "Metadata": {"label": "Acme"}}, {"Metadata": {"label": "New"}}]


def test_the_version_is_the_option(start):
    org, server = start(page(), api_version="58.0", **APP)
    org.query("SELECT Id FROM X")
    assert server.calls[0].path == "/services/data/v58.0/query/"


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Reply(200, {"status": "Ready"}), "Ready"), (Reply(202, {}), None), (Reply(200, b""), None), (Reply(204), None), (Reply(200, ["Ready"]), None)],
)
def test_the_status_that_an_action_tells(start, answer, status):
    org, _server = start(answer)
    assert org.action("Acme", "Sync") == status


# -- sessions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda org: org.tooling_query("x"), lambda org: org.create("Acme", {}), lambda org: org.action("Acme", "Provision")])
def test_an_expired_session_is_renewed_once(start, call):
    org, server = start(EXPIRED, page())
    call(org)
    assert server.logins == 2
    assert server.tokens == ["Bearer t1", "Bearer t2"]
    call(org)
    assert server.tokens[2:] == ["Bearer t2"]


@pytest.mark.parametrize("message", ["Session expired or invalid", "INVALID_SESSION_ID", "Sitzung abgelaufen", "expired access/refresh token"])
def test_the_words_of_an_expired_session_are_in_the_users_language(start, message):
    org, server = start(Reply(401, [{"message": message, "errorCode": "INVALID_SESSION_ID"}]), page())
    org.tooling_query("x")
    assert server.logins == 2


def test_a_new_session_that_is_refused_too_ends_it(start):
    org, server = start(EXPIRED)
    with pytest.raises(AuthError) as caught:
        org.tooling_query("x")
    assert server.tokens == ["Bearer t1", "Bearer t2"]
    assert "refuses a session that it has just given: its IP ranges" in caught.value.message
    assert caught.value.details["error_code"] == "INVALID_SESSION_ID"
    for secret in ("t1", "t2", "S3CR3T"):
        assert secret not in caught.value.message.replace(server.loopback.url, "")


def test_a_given_token_cannot_be_renewed(start):
    org, server = start(EXPIRED, access_token="00D!mine")
    with pytest.raises(AuthError, match="The given access_token has expired, or is another org's") as caught:
        org.tooling_query("x")
    assert (server.logins, server.tokens) == (0, ["Bearer 00D!mine"])
    assert "00D!mine" not in caught.value.message


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
        (401, "INVALID_SESSION_ID", "Connected app is not attached to Agent"),
        (401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
        (403, "INVALID_SESSION_ID", "Session expired or invalid"),
        (400, "INVALID_SESSION_ID", "Session expired or invalid"),
    ],
)
def test_other_refusals_bring_no_new_login(start, status, code, message):
    org, server = start(Reply(status, [{"message": message, "errorCode": code}]))
    with pytest.raises(OrgError, match=message):
        org.tooling_query("x")
    assert (server.logins, len(server.calls)) == (1, 1)


def test_a_401_that_is_no_json_brings_no_new_login(start):
    org, server = start(Reply(401, b"<html>proxy wants a password</html>"))
    with pytest.raises(OrgError, match="HTTP_401: <html>proxy wants a password"):
        org.tooling_query("x")
    assert server.logins == 1


# -- quota ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda org: org.tooling_query("x"), lambda org: org.action("Acme", "Sync"), lambda org: org.connection("Acme")])
def test_a_used_up_quota_is_never_tried_again(start, call):
    org, server = start(LIMIT)
    with pytest.raises(OrgError, match="24-hour quota of API calls is used up; nothing was tried again") as caught:
        call(org)
    assert caught.value.error_code == "REQUEST_LIMIT_EXCEEDED"
    assert len(server.calls) == 1


def test_a_read_is_tried_again_a_write_is_not(start):
    busy = Reply(503, [{"message": "busy", "errorCode": "SERVER_UNAVAILABLE"}])
    org, server = start(busy)
    with pytest.raises(OrgError, match="SERVER_UNAVAILABLE"):
        org.tooling_query("x")
    assert len(server.calls) == MAX_TRIES
    with pytest.raises(OrgError, match="SERVER_UNAVAILABLE"):
        org.action("Acme", "Sync")
    assert len(server.calls) == MAX_TRIES + 1


# -- pages ---------------------------------------------------------------------------------------------------------------


def test_pages_lie_at_the_root_of_the_host(start):
    org, server = start(page({"n": 1}, done=False, nextRecordsUrl="/services/data/v66.0/tooling/query/01g-1"), page({"n": 2}))
    assert org.tooling_query("x") == [{"n": 1}, {"n": 2}]
    assert [request.target for request in server.calls] == [f"{BASE}/tooling/query/?q=x", "/services/data/v66.0/tooling/query/01g-1"]


@pytest.mark.parametrize("url", ["https://thief.example/next", "//thief.example/next", "next"])
def test_pages_elsewhere_are_not_asked_for(start, url):
    org, server = start(page(done=False, nextRecordsUrl=url))
    with pytest.raises(PrivateConnectError, match="does not stay on the org"):
        org.tooling_query("x")
    assert len(server.calls) == 1


def test_a_page_that_leads_to_itself_ends_it(start):
    org, server = start(page({"n": 1}, done=False, nextRecordsUrl="/services/data/v67.0/tooling/query/01g-1"))
    with pytest.raises(PrivateConnectError, match="gives the same page again"):
        org.tooling_query("x")
    assert len(server.calls) == 2


def test_no_next_page_whatever_done_says(start):
    org, _server = start(page({"n": 1}, done=False))
    assert org.tooling_query("x") == [{"n": 1}]


# -- SOQL ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("Acme", "'Acme'"),
        ("O'Hara", r"'O\'Hara'"),
        ("back\\slash", r"'back\\slash'"),
        ("\\' OR Name != '", r"'\\\' OR Name != \''"),
        ("a\nb\rc\td", r"'a\nb\rc\td'"),
    ],
)
def test_values_are_escaped(value, literal):
    assert _org.soql_literal(value) == literal


# -- connections ---------------------------------------------------------------------------------------------------------


def properties(record_id, **values):
    return [{"InboundNetworkConnectionId": record_id, "PropertyName": name, "PropertyValue": value} for name, value in values.items()]


def test_connections_are_rows_and_properties(start):
    second = {**ROW, "Id": "0kZ000000000002AAA", "DeveloperName": "Aaa", "Status": "Unprovisioned"}
    reserved = {**ROW, "Id": "0kZ000000000003AAA", "DeveloperName": "DC", "ConnectionType": "DataCloudPrivateConnection"}
    rows = [
        # The reference may come with 15 characters.
        *properties(ID[:15], Region="eu-central-1", AwsVpcEndpointId="vpce-1", SourceIpRanges='[{"startIp":"10.0.0.0","endIp":"10.0.0.3"}]', LinkId="x"),
        *properties(reserved["Id"], Region="us-east-1"),
        *properties("0kZ000000000009AAA", Region="us-east-1"),
    ]
    org, server = start(page(ROW, second, reserved), page(*rows))
    found = org.connections()
    assert [connection["name"] for connection in found] == ["Aaa", "Acme"]
    assert found[1] == {
        "id": ID,
        "name": "Acme",
        "label": "Acme",
        "description": "d",
        "active": True,
        "status": "Ready",
        "region": "eu-central-1",
        "vpc_endpoint_id": "vpce-1",
        "source_ip_ranges": [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.3"}],
        "source_cidrs": ["10.0.0.0/30"],
        "connection_type": "AwsPrivateLink",
        "namespace_prefix": None,
    }
    assert (found[0]["region"], found[0]["vpc_endpoint_id"], found[0]["source_cidrs"]) == (None, None, [])
    assert "WHERE" not in server.calls[0].query["q"]
    assert len(server.calls) == 2


def test_one_connection_is_asked_for_by_name_and_id(start):
    org, server = start(page(ROW), page())
    assert org.connection("Acme")["id"] == ID
    assert server.calls[0].query["q"].endswith("FROM InboundNetworkConnection WHERE DeveloperName = 'Acme'")
    assert server.calls[1].query["q"].endswith(f"FROM InboundNetworkConnProperty WHERE InboundNetworkConnectionId IN ('{ID}')")


def test_no_connection_needs_no_second_query(start):
    org, server = start(page())
    assert org.connection("Acme") is None
    assert len(server.calls) == 1


def test_a_packaged_connection_goes_by_its_namespace(start):
    packaged = {**ROW, "Id": "0kZ000000000002AAA", "NamespacePrefix": "pkg"}
    org, server = start(lambda request: page(ROW, packaged) if "ConnProperty" not in request.query["q"] else page())
    assert org.connection("pkg__Acme")["id"] == packaged["Id"]
    assert org.connection("Acme")["id"] == ID
    assert org.connection("other__Acme") is None
    assert "DeveloperName = 'Acme'" in server.calls[0].query["q"]


NOT_FOUND = Reply(404, [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}])


@pytest.mark.parametrize(("others", "acted"), [([], True), ([ROW], False)])
def test_a_packaged_connection_that_the_org_knows_by_its_bare_name(start, others, acted):
    """How it is addressed is not documented; the bare name is used only where it can mean no other connection."""
    packaged = {**ROW, "Id": "0kZ000000000002AAA", "NamespacePrefix": "pkg"}

    def reply(request):
        if request.method == "GET":
            return page(packaged, *others)
        return NOT_FOUND if "pkg__" in request.path else Reply(200, {"status": "Ready"})

    org, server = start(reply)
    if acted:
        assert org.action("pkg__Acme", "Sync") == "Ready"
    else:
        with pytest.raises(OrgError, match="NOT_FOUND"):
            org.action("pkg__Acme", "Sync")
    posts = [request.path.rsplit("/", 1)[1] for request in server.calls if request.method == "POST"]
    assert posts == ["pkg__Acme", *(["Acme"] if acted else [])]


def test_metadata(start):
    org, _server = start(Reply(200, {"Id": ID, "Metadata": {"label": "Acme"}}))
    assert org.metadata(ID) == {"label": "Acme"}


@pytest.mark.parametrize("body", [{"Id": ID}, {"Id": ID, "Metadata": None}])
def test_a_record_without_metadata(start, body):
    org, _server = start(Reply(200, body))
    with pytest.raises(PrivateConnectError, match="without its Metadata"):
        org.metadata(ID)


# -- errors --------------------------------------------------------------------------------------------------------------

ENTRY = {"message": "bad label", "errorCode": "FIELD_INTEGRITY_EXCEPTION", "fields": ["MasterLabel"]}


@pytest.mark.parametrize("body", [[ENTRY], ENTRY, [ENTRY, "else"], {"statusCode": ENTRY["errorCode"], "message": "bad label", "fields": ["MasterLabel"]}])
def test_errors_as_a_list_or_an_object(start, body):
    org, server = start(Reply(400, body))
    with pytest.raises(OrgError) as caught:
        org.update(ID, {})
    error = caught.value
    assert (error.status, error.error_code, error.org_message, error.fields) == (400, "FIELD_INTEGRITY_EXCEPTION", "bad label", ["MasterLabel"])
    url = f"{server.loopback.url}{BASE}/tooling/sobjects/InboundNetworkConnection/{ID}"
    assert error.message == (f"Cannot update inbound connection {ID}: FIELD_INTEGRITY_EXCEPTION: bad label (HTTP 400, PATCH {url}, fields MasterLabel)")
    assert error.details == {"status": 400, "error_code": "FIELD_INTEGRITY_EXCEPTION", "org_message": "bad label"}


def test_all_of_the_orgs_errors_are_told(start):
    org, _server = start(Reply(400, [ENTRY, {"message": "bad region", "errorCode": "INVALID_FIELD", "fields": ["Region"]}]))
    with pytest.raises(OrgError) as caught:
        org.create("Acme", {})
    assert caught.value.org_message == "bad label | bad region"
    assert caught.value.fields == ["MasterLabel", "Region"]


@pytest.mark.parametrize("body", [b"", b"<html>Down for maintenance</html>", b"[]", b"[null]", b"null", b'"text"', b'[{"message": null, "fields": null}]'])
def test_errors_in_no_known_shape(start, body):
    org, _server = start(Reply(500, body))
    with pytest.raises(OrgError) as caught:
        org.delete(ID)
    assert caught.value.error_code == "HTTP_500"
    assert f"Cannot delete inbound connection {ID}: HTTP_500: " in caught.value.message


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (403, "INSUFFICIENT_ACCESS", "ManageExternalConnections"),
        (400, "INSUFFICIENT_ACCESS_OR_READONLY", "ModifyMetadata"),
        (400, "INVALID_TYPE", "is the Private Connect licence there"),
        (403, "API_DISABLED_FOR_ORG", "The edition has no API access"),
        (420, "HTTP_420", "no routing for this host"),
        (502, "HTTP_502", "cannot reach the org's instance"),
    ],
)
def test_hints(start, status, code, hint):
    org, _server = start(Reply(status, [{"message": "no", "errorCode": code}]))
    with pytest.raises(OrgError, match=hint):
        org.action("Acme", "Sync")


def test_a_version_that_the_org_does_not_serve(start):
    org, _server = start(NOT_FOUND)
    with pytest.raises(OrgError, match="Does the org serve this API version"):
        org.connection("Acme")


def test_no_topologies(start):
    org, _server = start(NOT_FOUND)
    with pytest.raises(OrgError, match="does not offer Private Connect at this API version"):
        org.topologies()


def test_a_redirect_takes_the_token_nowhere(start):
    org, server = start(Reply(301, b"", {"Location": "https://thief.example/x"}))
    with pytest.raises(OrgError, match=r"redirects to https://thief.example/x; redirects are not followed"):
        org.tooling_query("x")
    assert len(server.calls) == 1


@pytest.mark.parametrize("body", [b"<html>Welcome to the Wi-Fi</html>", b"\xff\xfe"])
def test_an_answer_that_is_no_json(start, body):
    org, _server = start(Reply(200, body, {"Content-Type": "text/html"}))
    with pytest.raises(PrivateConnectError, match=r"text/html, which is no JSON of an org: .*Check that instance_url"):
        org.tooling_query("x")


@pytest.mark.parametrize("rows", [[None], [1, ROW], "text", {"Id": ID}, [[ROW]]])
def test_rows_that_are_none(start, rows):
    org, _server = start(Reply(200, {"done": True, "records": rows}))
    with pytest.raises(PrivateConnectError, match=r"Cannot query: .* no JSON of an org"):
        org.tooling_query("x")


@pytest.mark.parametrize("body", [[], "text", 7, [{"records": []}]])
@pytest.mark.parametrize("call", [lambda org: org.tooling_query("x"), lambda org: org.metadata(ID)])
def test_json_that_is_no_orgs(start, call, body):
    org, _server = start(Reply(200, body))
    with pytest.raises(PrivateConnectError, match="no JSON of an org"):
        call(org)


def test_a_write_whose_answer_is_no_json_may_have_taken_effect(start):
    """So it is settled by reading, as a lost answer is."""
    org, _server = start(Reply(201, b"<html>", {"Content-Type": "text/html"}))
    with pytest.raises(NetworkError) as caught:
        org.create("Acme", {})
    assert caught.value.sent


# -- options -------------------------------------------------------------------------------------------------------------


def test_bad_options_are_told_with_the_callers(start):
    with pytest.raises(InputError) as caught:
        _org.connect({"instance_url": "ftp://x", **APP}, problems=["name is bad"])
    assert caught.value.problems[0] == "name is bad"
    assert "instance_url" in caught.value.problems[1]
    with pytest.raises(InputError) as caught:
        _org.connect({"instance_url": "https://acme.my.salesforce.com", **APP}, problems=["name is bad"])
    assert caught.value.problems == ["name is bad"]


def test_unchecked_certificates_are_warned_of():
    context = Clock().context()
    _org.connect({"instance_url": "https://acme.my.salesforce.com", **APP, "validate_certs": False}, context)
    assert "validate_certs=false" in context.warnings[0]
