# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""simple-salesforce, a client that knows nothing of this emulator, logs in, queries, creates, updates and deletes."""

from __future__ import annotations

import pathlib
import typing as t
import urllib.parse

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceExpiredSession, SalesforceMalformedRequest, SalesforceResourceNotFound
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig
from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import ENDPOINT, OBJECT, REGION, body, metadata

CONNECTIONS = f"sobjects/{OBJECT}"


class Redirect(HTTPAdapter):
    """Sends requests for https://<host> to a loopback port, with the host's name in TLS, certificate check and Host header."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        super().__init__()

    def init_poolmanager(self, *args: t.Any, **arguments: t.Any) -> None:
        super().init_poolmanager(*args, server_hostname=self._host, assert_hostname=self._host, **arguments)

    def send(self, request: requests.PreparedRequest, *args: t.Any, **arguments: t.Any) -> requests.Response:
        parts = urllib.parse.urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        request.url = parts._replace(netloc=f"127.0.0.1:{self._port}").geturl()
        return super().send(request, *args, **arguments)


@pytest.fixture(scope="module")
def orgs() -> t.Iterator[Rig]:
    with Rig(aws=False, tls=True) as rig:
        yield rig


@pytest.fixture
def org(orgs: Rig) -> dict[str, t.Any]:
    orgs.reset()
    orgs.cloud.put(ENDPOINT, REGION)
    return orgs.ready["orgs"]["acme"]


@pytest.fixture
def session(orgs: Rig, org: dict[str, t.Any]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = orgs.ready["ca_path"]
    session.mount(f"https://{org['host']}", Redirect(org["host"], org["port"]))
    return session


def log_in(org: dict[str, t.Any], session: requests.Session, **arguments: t.Any) -> Salesforce:
    pair = {"consumer_key": org["client_id"], "consumer_secret": org["client_secret"], **arguments}
    return Salesforce(domain="acme.my", session=session, version="67.0", **pair)


def test_client_credentials_query_and_write(org: dict[str, t.Any], session: requests.Session) -> None:
    client = log_in(org, session)
    assert client.sf_instance == "acme.my.salesforce.com"
    assert client.query("SELECT Name, IsSandbox FROM Organization")["records"][0]["IsSandbox"] is False
    assert client.User.get(client.query("SELECT Id FROM User WHERE Username = 'admin@acme.example'")["records"][0]["Id"])["Username"] == org["username"]
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000

    made = client.toolingexecute(CONNECTIONS, method="POST", json=body("Link"))
    assert made["success"] is True
    path = f"{CONNECTIONS}/{made['id']}"
    client.toolingexecute(path, method="PATCH", json={"Metadata": metadata(label="Renamed")})
    assert client.toolingexecute(path)["MasterLabel"] == "Renamed"

    action = "network-connection/inbound/connections/Link"
    assert client.restful(action, params={"action": "Provision"}, method="POST")["status"] == "PendingAcceptance"
    assert client.restful(action, params={"action": "Sync"}, method="POST")["status"] == "Ready"
    with pytest.raises(SalesforceMalformedRequest, match="DELETE_FAILED"):
        client.toolingexecute(path, method="DELETE")
    client.restful(action, params={"action": "TearDown"}, method="POST")
    client.restful(action, params={"action": "Sync"}, method="POST")
    client.toolingexecute(path, method="DELETE")
    with pytest.raises(SalesforceResourceNotFound):
        client.toolingexecute(path)


def test_paging(orgs: Rig, org: dict[str, t.Any], session: requests.Session) -> None:
    orgs.client.set_switches(query_batch=1)
    client = log_in(org, session)
    assert len(client.query_all("SELECT Id FROM User")["records"]) == 4
    usernames = [row["Username"] for row in client.query_all_iter("SELECT Username FROM User ORDER BY Username")]
    assert usernames == [f"{name}@acme.example" for name in ("admin", "integration", "reader", "sales")]


def test_jwt_bearer(org: dict[str, t.Any], session: requests.Session) -> None:
    key = pathlib.Path(org["private_key_file"]).read_text(encoding="utf-8")
    client = log_in(org, session, username=org["username"], privatekey=key, consumer_secret=None)
    assert client.query("SELECT Id FROM Profile")["totalSize"] == 4


def test_refusals(orgs: Rig, org: dict[str, t.Any], session: requests.Session) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        log_in(org, session, consumer_secret="wrong")
    orgs.client.revoke_sessions()
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        Salesforce(instance=org["host"], session_id=org["access_token"], session=session, version="67.0").query("SELECT Id FROM User")


def test_expired_session_is_renewed_by_the_client(orgs: Rig, org: dict[str, t.Any], session: requests.Session) -> None:
    client = log_in(org, session)
    orgs.client.revoke_sessions()
    assert client.query("SELECT Id FROM User")["totalSize"] == 4
    assert [entry["status"] for entry in orgs.client.calls("salesforce")] == [200, 401, 200, 200]
