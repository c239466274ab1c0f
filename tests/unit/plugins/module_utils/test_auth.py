# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to authenticate the options mean, what is sent for it, and what a refusal says."""

from __future__ import annotations

import time
from email.utils import formatdate

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ansible_collections.privatelink.salesforce.plugins.module_utils import _auth
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError, InputError
from ansible_collections.privatelink.salesforce.plugins.module_utils._http import Http
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Clock, Loopback, Reply

URL = "https://acme.my.salesforce.com"
SECRET = "S3CR3T-of-the-app"
REFRESH = "5Aep861-refresh"
GIVEN = {"access_token": "00D!given"}
APP = {"client_id": "3MVG9.app", "client_secret": SECRET}
REFRESHED = {"client_id": "3MVG9.app", "refresh_token": REFRESH}


def pem(key, encryption=None):
    encryption = encryption or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = pem(KEY)
SIGNED = {"client_id": "3MVG9.app", "username": "ansible@acme.example", "private_key": PEM}


def problems(**options):
    with pytest.raises(InputError) as caught:
        _auth.choose({"instance_url": URL, **options})
    return caught.value.problems


@pytest.fixture
def token_endpoint():
    """Start a token endpoint; returns a function (options, reply) -> (Session, request)."""
    servers = []

    def login(options, reply=None):
        servers.append(Loopback([reply or Reply(200, {"access_token": "00D!new", "instance_url": "https://elsewhere.example", "token_type": "Bearer"})]))
        server = servers[-1]
        options = {"instance_url": server.url, **options}
        http = Http(server.url, verify=True, timeout=5, context=Clock().context())
        try:
            session = _auth.choose(options).login(http)
        finally:
            login.request = server.requests[0] if server.requests else None
        return session, server.requests[0]

    yield login
    for server in servers:
        server.stop()


# -- which one -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "method"),
    [
        (APP, "client_credentials"),
        (SIGNED, "jwt_bearer"),
        ({**SIGNED, "private_key": None, "private_key_file": "/key.pem"}, "jwt_bearer"),
        (REFRESHED, "refresh_token"),
        ({**REFRESHED, "client_secret": SECRET}, "refresh_token"),
        (GIVEN, "access_token"),
        ({"target_org": "acme"}, "cli"),
        ({"target_org": "acme", "instance_url": None}, "cli"),
        ({**APP, **GIVEN, "auth_method": "access_token"}, "access_token"),
        ({**APP, **SIGNED, "auth_method": "client_credentials"}, "client_credentials"),
    ],
)
def test_the_credentials_tell_the_method(options, method):
    assert _auth.choose({"instance_url": URL, **options}).method == method


def test_no_credentials():
    (problem,) = problems()
    assert problem.startswith("no credentials: give client_id and client_secret, or")
    assert "SALESFORCE_*" in problem


def test_nothing_at_all():
    assert [problem.split(":")[0] for problem in problems(instance_url=None)] == ["no credentials", "instance_url is missing"]


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"client_secret": SECRET}, "the credentials given mean auth_method=client_credentials, which needs client_id as well"),
        ({"refresh_token": REFRESH}, "the credentials given mean auth_method=refresh_token, which needs client_id as well"),
        ({"private_key": PEM}, "the credentials given mean auth_method=jwt_bearer, which needs client_id and username as well"),
        ({"auth_method": "jwt_bearer", "client_id": "x"}, "auth_method=jwt_bearer needs username and private_key or private_key_file as well"),
        ({"auth_method": "client_credentials"}, "auth_method=client_credentials needs client_id and client_secret as well"),
        ({"auth_method": "cli"}, "auth_method=cli needs target_org as well"),
        ({"auth_method": "access_token", "instance_url": ""}, "auth_method=access_token needs instance_url and access_token as well"),
    ],
)
def test_missing_credentials(options, missing):
    assert problems(**options) == [missing]


def test_contradictory_credentials_are_named_without_their_values():
    (problem,) = problems(**APP, **GIVEN, target_org="acme")
    assert problem == (
        "contradictory credentials (target_org for cli; access_token for access_token; client_secret for client_credentials): "
        "drop all but one, or say which to use by auth_method"
    )


def test_two_keys():
    assert problems(**SIGNED, private_key_file="/key.pem") == ["private_key and private_key_file are both given; drop one of them"]


def test_all_problems_at_once():
    found = problems(
        instance_url="http://acme.my.salesforce.com", token_url="http://login.salesforce.com/x", api_version="40.0", timeout=0, client_secret=SECRET
    )
    assert [problem.split()[0] for problem in found] == ["instance_url", "token_url", "api_version", "timeout", "the"]
    assert SECRET not in str(found)


# -- what is sent --------------------------------------------------------------------------------------------------------


def test_a_given_token_is_used_as_it_is():
    session = _auth.choose({"instance_url": URL, **GIVEN}).login(None)
    assert (session.access_token, session.instance_url) == ("00D!given", URL)
    assert not _auth.AccessToken.can_renew
    assert "00D!given" not in repr(session)


def test_client_credentials(token_endpoint):
    session, request = token_endpoint(APP)
    assert (request.method, request.path, request.query) == ("POST", "/services/oauth2/token", {})
    assert request.form == {"grant_type": "client_credentials", **APP}
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert session.access_token == "00D!new"
    # Calls stay at the host that the options name, whatever the answer says.
    assert session.instance_url == f"http://{request.headers['Host']}"


@pytest.mark.parametrize("secret", [{}, {"client_secret": SECRET}])
def test_refresh_token(token_endpoint, secret):
    _session, request = token_endpoint({**REFRESHED, **secret})
    assert request.form == {"grant_type": "refresh_token", **REFRESHED, **secret}


def test_token_url(token_endpoint):
    elsewhere = Loopback([Reply(200, {"access_token": "00D!other"})])
    try:
        session = _auth.choose({"instance_url": URL, **APP, "token_url": elsewhere.url + "/login"}).login(
            Http(URL, verify=True, timeout=5, context=Clock().context())
        )
    finally:
        elsewhere.stop()
    assert elsewhere.told == ["POST /login"]
    assert (session.access_token, session.instance_url) == ("00D!other", URL)


@pytest.mark.parametrize("source", ["private_key", "private_key_file"])
def test_jwt_claims_bear_the_keys_signature(token_endpoint, tmp_path, source):
    path = tmp_path / "key.pem"
    path.write_text(PEM)
    options = {**SIGNED, "private_key": None, source: PEM if source == "private_key" else str(path)}
    _session, request = token_endpoint(options)
    assert sorted(request.form) == ["assertion", "grant_type"]
    assert request.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assertion = request.form["assertion"]
    assert jwt.get_unverified_header(assertion)["alg"] == "RS256"
    claims = jwt.decode(assertion, KEY.public_key(), algorithms=["RS256"], audience="https://login.salesforce.com")
    assert sorted(claims) == ["aud", "exp", "iss", "sub"]
    assert (claims["iss"], claims["sub"]) == ("3MVG9.app", "ansible@acme.example")
    assert 100 < claims["exp"] - time.time() <= 180


@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme-dev-ed.develop.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://ACME--UAT.Sandbox.my.salesforce.com/", "https://test.salesforce.com"),
        ("https://acme.sandbox.my.salesforce.com.example.org", "https://login.salesforce.com"),
    ],
)
def test_audience(url, audience):
    assert _auth.audience(url) == audience


def test_audience_as_told(token_endpoint):
    _session, request = token_endpoint({**SIGNED, "audience": URL})
    assert jwt.decode(request.form["assertion"], KEY.public_key(), algorithms=["RS256"], audience=URL)


# -- keys that are none --------------------------------------------------------------------------------------------------

EC_PEM = pem(ec.generate_private_key(ec.SECP256R1()))
PUBLIC_PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
BAD_KEYS = {
    "text": "no key at all",
    "cut": PEM[: len(PEM) // 2],
    "body": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "encrypted": pem(KEY, serialization.BestAvailableEncryption(b"passphrase")),
    "elliptic": EC_PEM,
    "public": PUBLIC_PEM,
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_a_bad_key_is_told_without_quoting_it(token_endpoint, kind):
    with pytest.raises(AuthError) as caught:
        token_endpoint({**SIGNED, "private_key": BAD_KEYS[kind]})
    assert token_endpoint.request is None
    assert "private_key holds no RSA private key in PEM form" in caught.value.message
    assert BAD_KEYS[kind][:20] not in caught.value.message
    assert caught.value.__cause__ is None


def test_without_cryptography(token_endpoint, monkeypatch):
    def encode(*args, **options):
        raise NotImplementedError("Algorithm 'RS256' could not be found. Do you have cryptography installed?")

    monkeypatch.setattr(jwt, "encode", encode)
    with pytest.raises(AuthError, match="cryptography"):
        token_endpoint(SIGNED)


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_key_file_that_cannot_be_read(token_endpoint, tmp_path, kind):
    path = tmp_path / "key.pem"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\x00secret")
    with pytest.raises(AuthError) as caught:
        token_endpoint({**SIGNED, "private_key": None, "private_key_file": str(path)})
    assert caught.value.message.startswith(f"private_key_file {path} cannot be read: ")
    assert "secret" not in caught.value.message


def test_without_pyjwt(token_endpoint, monkeypatch):
    monkeypatch.setattr(_auth, "JWT_IMPORT_ERROR", "ImportError: no jwt")
    with pytest.raises(AuthError, match="PyJWT"):
        token_endpoint(SIGNED)


# -- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "description", "hint"),
    [
        (APP, "invalid_client_id", "client identifier invalid", "the consumer key of the app"),
        (APP, "invalid_client", "invalid client credentials", "Check client_id and client_secret"),
        (APP, "invalid_grant", "no client credentials user enabled", "Set a run-as user"),
        (APP, "inactive_org", "organization is locked", "The org is locked"),
        (APP, "invalid_grant", "ip restricted", "The org's IP ranges refuse this machine's address"),
        (APP, "rate_limit_exceeded", "login rate exceeded", "Too many logins"),
        (APP, "unsupported_grant_type", "grant type not supported", "Enable this flow"),
        (REFRESHED, "invalid_grant", "expired access/refresh token", "The refresh token has expired or was revoked".lower()),
        (SIGNED, "invalid_grant", "user hasn't approved this consumer", "Pre-authorise the user"),
        (SIGNED, "invalid_app_access", "user is not admin approved to access this app", "Pre-authorise the user"),
        (SIGNED, "invalid_grant", "expired authorization code", "the app's certificate does not belong to the key or has expired"),
        (SIGNED, "invalid_grant", "audience is invalid", "https://test.salesforce.com for sandboxes"),
    ],
)
def test_a_refusal_says_what_the_org_said_and_what_to_do(token_endpoint, options, code, description, hint):
    with pytest.raises(AuthError) as caught:
        token_endpoint(options, Reply(400, {"error": code, "error_description": description}))
    message = caught.value.message
    assert f"{code}: {description}" in message
    assert hint.lower() in message.lower()
    assert "/services/oauth2/token" in message
    assert caught.value.details == {"status": 400, "error_code": code, "org_message": description}
    sent = token_endpoint.request.form.get("assertion", SECRET)
    assert not [secret for secret in (SECRET, REFRESH, PEM[30:60], sent) if secret in message]


@pytest.mark.parametrize(
    "reply", [Reply(404, b"<html>Not here</html>"), Reply(200, b"<html>Not here</html>"), Reply(200, ["Not here"]), Reply(302, b"Not here")]
)
def test_an_answer_that_is_no_token(token_endpoint, reply):
    with pytest.raises(AuthError) as caught:
        token_endpoint(APP, reply)
    assert f"HTTP {reply.status}" in caught.value.message
    assert "Not here" in caught.value.message
    assert caught.value.details["error_code"] == f"HTTP_{reply.status}"


def test_an_org_in_trouble_does_not_blame_the_credentials(token_endpoint):
    with pytest.raises(AuthError) as caught:
        token_endpoint(APP, Reply(500, b"boom"))
    assert "HTTP 500 boom. It is no refusal" in caught.value.message
    assert "client_secret" not in caught.value.message


@pytest.mark.parametrize(("ahead", "words"), [(600, "600 s ahead of"), (-600, "600 s behind"), (10, None)])
def test_a_clock_that_is_off_is_told(token_endpoint, ahead, words):
    # The org's clock, as its Date header tells it, is this machine's but for `ahead`.
    headers = {"Date": formatdate(time.time() - ahead, usegmt=True)}
    with pytest.raises(AuthError) as caught:
        token_endpoint(SIGNED, Reply(400, {"error": "invalid_grant", "error_description": "expired"}, headers))
    if words is None:
        assert "This machine's clock" not in caught.value.message
    else:
        number, rest = words.split(" s ")
        told = caught.value.message.partition("This machine's clock is ")[2]
        assert abs(int(told.split()[0]) - int(number)) <= 2
        assert rest in told


def test_without_a_date_nothing_is_said_of_the_clock(token_endpoint):
    with pytest.raises(AuthError) as caught:
        token_endpoint(SIGNED, Reply(400, {"error": "invalid_grant", "error_description": "expired"}))
    assert "This machine's clock" not in caught.value.message


def test_the_login_is_repeated_where_the_org_is_busy():
    server = Loopback([Reply(503), Reply(200, {"access_token": "00D!new"})])
    try:
        session = _auth.choose({"instance_url": server.url, **APP}).login(Http(server.url, verify=True, timeout=5, context=Clock().context()))
    finally:
        server.stop()
    assert session.access_token == "00D!new"
    assert len(server.requests) == 2
