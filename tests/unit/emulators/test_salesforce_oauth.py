# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins: the three grants, what each refuses, and what they leave in LoginHistory and AuthSession."""

from __future__ import annotations

import base64
import pathlib
import time
import typing as t

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig import Caller, Rig, errors

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.salesforce_rig"]

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def ask(call: Caller, path: str = "token", **arguments: t.Any) -> requests.Response:
    return requests.post(f"{call.org['instance_url']}/services/oauth2/{path}", timeout=10, **arguments)


def credentials(call: Caller, **members: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": call.org["client_id"], "client_secret": call.org["client_secret"], **members}


def assertion(call: Caller, *, key: t.Any = None, algorithm: str = "RS256", **claims: t.Any) -> dict[str, str]:
    key = key or pathlib.Path(call.org["private_key_file"]).read_text(encoding="utf-8")
    document = {"iss": call.org["client_id"], "sub": call.org["username"], "aud": "https://login.salesforce.com", "exp": int(time.time()) + 180, **claims}
    return {"grant_type": JWT_BEARER, "assertion": jwt.encode(document, key, algorithm=algorithm)}


def refused(answer: requests.Response) -> tuple[str, str]:
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error", "error_description"}
    return answer.json()["error"], answer.json()["error_description"]


def refresh(call: Caller, **members: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": call.org["refresh_token"], "client_id": call.org["client_id"], **members}


@pytest.mark.parametrize("flow", [credentials, assertion, refresh])
def test_each_grant_gives_a_session_that_works(call: Caller, flow: t.Callable[[Caller], dict[str, str]]) -> None:
    answer = ask(call, data=flow(call))
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert set(document) == {"access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at"}
    assert document["access_token"].startswith(call.org["org_id"][:15] + "!")
    assert document["instance_url"] == call.org["instance_url"]
    mine = Caller(call.rig, token=document["access_token"])
    assert mine("GET", "/limits").status_code == 200
    identity = mine("GET", document["id"].removeprefix(call.org["instance_url"])).json()
    assert (identity["username"], identity["organization_id"]) == (call.org["username"], call.org["org_id"])
    assert mine("GET", "/services/oauth2/userinfo").json()["user_id"] == identity["user_id"]


def test_credentials_may_come_in_a_basic_header(call: Caller) -> None:
    pair = base64.b64encode(f"{call.org['client_id']}:{call.org['client_secret']}".encode()).decode()
    assert ask(call, data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}).status_code == 200


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"client_id": "3MVG9nobody"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_secret": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "5Aep861gone"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": JWT_BEARER}, "invalid_request"),
        ({"grant_type": JWT_BEARER, "assertion": "not.a.jwt"}, "invalid_grant"),
    ],
)
def test_wrong_credentials(call: Caller, members: dict[str, str], error: str) -> None:
    assert refused(ask(call, data=credentials(call, **members)))[0] == error


def test_wrong_assertions(call: Caller) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    assert refused(ask(call, data=assertion(call, key=other))) == ("invalid_grant", "invalid assertion")
    assert refused(ask(call, data=assertion(call, key="x" * 64, algorithm="HS256"))) == ("invalid_grant", "invalid assertion")
    assert refused(ask(call, data=assertion(call, aud="https://test.salesforce.com"))) == ("invalid_grant", "audience is invalid")
    assert refused(ask(call, data=assertion(call, exp=now - 1))) == ("invalid_grant", "expired assertion")
    assert refused(ask(call, data=assertion(call, exp="soon"))) == ("invalid_grant", "invalid assertion")
    assert refused(ask(call, data=assertion(call, iss="3MVG9nobody")))[0] == "invalid_client_id"
    assert refused(ask(call, data=assertion(call, sub="nobody@acme.example"))) == ("invalid_grant", "user hasn't approved this consumer")


def test_how_far_the_expiry_may_lie(call: Caller) -> None:
    far = {"exp": int(time.time()) + 600}
    assert ask(call, data=assertion(call, **far)).status_code == 200
    call.rig.client.set_switches(jwt_exp="within_180")
    assert refused(ask(call, data=assertion(call, **far)))[0] == "invalid_grant"
    assert ask(call, data=assertion(call)).status_code == 200


def test_user_must_be_approved_for_the_app(call: Caller) -> None:
    call.rig.client.act("unapprove", username=call.org["username"], client_id=call.org["client_id"])
    assert refused(ask(call, data=assertion(call))) == ("invalid_grant", "user hasn't approved this consumer")
    assert call.rig.client.state()["orgs"]["acme"]["logins"][-1]["status"] == "Failed: Not approved for access"


def test_audience_by_switch_and_sandbox(rig: Rig, call: Caller) -> None:
    ours = f"https://{call.org['host']}"
    assert ask(call, data=assertion(call, aud=ours)).status_code == 200
    rig.client.set_switches(jwt_aud_my_domain="refuse")
    assert refused(ask(call, data=assertion(call, aud=ours))) == ("invalid_grant", "audience is invalid")
    rig.client.add_org("acme--uat", sandbox=True)
    sandbox = Caller(rig, "acme--uat")
    assert sandbox.org["host"] == "acme--uat.sandbox.my.salesforce.com"
    assert ask(sandbox, data=assertion(sandbox, aud="https://test.salesforce.com")).status_code == 200
    assert sandbox.rows("SELECT IsSandbox FROM Organization", "")[0]["IsSandbox"] is True


def test_run_as_user(call: Caller) -> None:
    act = call.rig.client.act
    act("set_run_as", client_id=call.org["client_id"], username=None)
    assert refused(ask(call, data=credentials(call))) == ("invalid_grant", "no client credentials user enabled")
    act("set_run_as", client_id=call.org["client_id"], username=call.org["username"])
    act("deactivate_user", username=call.org["username"])
    assert refused(ask(call, data=credentials(call)))[0] == "inactive_user"


def test_reader_has_an_app_of_its_own(call: Caller) -> None:
    pair = {"client_id": call.org["reader_client_id"], "client_secret": call.org["reader_client_secret"]}
    token = ask(call, data=credentials(call, **pair)).json()["access_token"]
    assert Caller(call.rig, token=token)("GET", "/services/oauth2/userinfo").json()["preferred_username"] == "reader@acme.example"


def test_sessions_end_by_time_by_revocation_and_by_deletion(rig: Rig, call: Caller) -> None:
    token = ask(call, data=credentials(call)).json()["access_token"]
    assert ask(call, "revoke", data={"token": token}).status_code == 200
    assert errors(Caller(rig, token=token)("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]
    assert refused(ask(call, "revoke", data={"token": token}))[0] == "invalid_token"

    token = ask(call, data=credentials(call)).json()["access_token"]
    row = call.rows("SELECT Id FROM AuthSession WHERE LoginHistoryId != null", "")[0]
    assert call("DELETE", f"/sobjects/AuthSession/{row['Id']}").status_code == 204
    assert errors(Caller(rig, token=token)("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]

    token = ask(call, data=refresh(call)).json()["access_token"]
    assert ask(call, "revoke", data={"token": call.org["refresh_token"]}).status_code == 200
    assert errors(Caller(rig, token=token)("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]
    assert refused(ask(call, data=refresh(call))) == ("invalid_grant", "expired access/refresh token")


def test_session_expires_after_its_lifetime(rig: Rig, call: Caller) -> None:
    rig.client.set_switches(session_seconds=0)
    assert errors(call("GET", "/limits"), 401) == [("INVALID_SESSION_ID", None)]
    assert call("GET", "/limits").json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_identity_refuses_bad_tokens_with_403(call: Caller) -> None:
    assert Caller(call.rig, token="00D!bad")("GET", "/services/oauth2/userinfo").status_code == 403


def test_logins_are_recorded_and_others_rows_are_hidden(rig: Rig, call: Caller, reader: Caller) -> None:
    ask(call, data=credentials(call))
    (row,) = call.rows("SELECT SourceIp, Status, UserId, LoginType FROM LoginHistory", "")
    assert (row["SourceIp"], row["Status"]) == ("127.0.0.1", "Success")
    assert reader.rows("SELECT Id FROM LoginHistory", "") == []
    assert {session["Users"]["Username"] for session in call.rows("SELECT Users.Username FROM AuthSession", "")} >= {
        "admin@acme.example",
        "reader@acme.example",
    }
    assert {session["Users"]["Username"] for session in reader.rows("SELECT Users.Username FROM AuthSession", "")} == {"reader@acme.example"}
