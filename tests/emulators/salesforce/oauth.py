# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth endpoints: token (client credentials, JWT bearer, refresh token), revoke, userinfo.

Every login leaves a session and a row of LoginHistory. Refusals are HTTP 400 {error, error_description}.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import typing as t

import jwt

from ..web import Response
from . import enforcement
from .context import Context
from .errors import OAuthError
from .org import App, User
from .rest import identity_document

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(context: Context) -> Response:
    form = context.request.form
    grant = form.get("grant_type", "")
    flows: dict[str, t.Callable[[Context, dict[str, str]], tuple[App, User, str]]] = {
        "client_credentials": _client_credentials,
        JWT_BEARER: _jwt_bearer,
        "refresh_token": _refresh_token,
    }
    if not grant:
        raise OAuthError("invalid_request", "missing required parameter: grant_type")
    if grant not in flows:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    app, user, sub_type = flows[grant](context, form)
    if not user.active:
        _record(context, app, user, sub_type, "User is Inactive")
        raise OAuthError("inactive_user", "user is inactive")
    try:
        exempt = enforcement.admit_login(context.org, user, app, sub_type, context.seen_from(user))
    except enforcement.Restricted:
        _record(context, app, user, sub_type, "Restricted IP")
        raise OAuthError("invalid_grant", "ip restricted") from None
    session = context.org.open_session(user, app, source_ip=context.seen_from(user), sub_type=sub_type, login_url=context.org.host, exempt=exempt)
    return Response.json(_answer(context, app, user, session.token), headers={"Cache-Control": "no-cache, no-store"})


def _answer(context: Context, app: App, user: User, access_token: str) -> dict[str, str]:
    identity = f"{context.instance_url}/id/{context.org.id}/{user.id}"
    issued_at = str(int(time.time() * 1000))
    signature = hmac.new(app.client_secret.encode(), f"{identity}{issued_at}".encode(), hashlib.sha256).digest()
    return {
        "access_token": access_token,
        "signature": base64.b64encode(signature).decode(),
        "scope": app.scope,
        "instance_url": context.instance_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def _record(context: Context, app: App, user: User, sub_type: str, status: str) -> None:
    context.org.record_login(user, app, source_ip=context.seen_from(user), sub_type=sub_type, login_url=context.org.host, status=status)


def _client(context: Context, form: dict[str, str], *, needs_secret: bool) -> App:
    """The app of this request, its credentials taken from the form or from a Basic header."""
    client_id, secret = form.get("client_id"), form.get("client_secret")
    scheme, _space, encoded = context.request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "basic":
        try:
            client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError as error:
            raise OAuthError("invalid_request", "malformed Authorization header") from error
    if not client_id:
        raise OAuthError("invalid_request", "missing required parameter: client_id")
    app = context.org.app_by_id(client_id)
    if app is None:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if needs_secret and not secret:
        raise OAuthError("invalid_request", "missing required parameter: client_secret")
    if secret and not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
        raise OAuthError("invalid_client", "invalid client credentials")
    return app


def _client_credentials(context: Context, form: dict[str, str]) -> tuple[App, User, str]:
    app = _client(context, form, needs_secret=True)
    if "client_credentials" not in app.grants:
        raise OAuthError("invalid_grant", "client credentials flow is not enabled for this app")
    user = context.org.users.get(app.run_as or "")
    if user is None:
        raise OAuthError("invalid_grant", "no client credentials user enabled")
    return app, user, "OauthClientCredentials"


def _jwt_bearer(context: Context, form: dict[str, str]) -> tuple[App, User, str]:
    assertion = form.get("assertion")
    if not assertion:
        raise OAuthError("invalid_request", "missing required parameter: assertion")
    try:
        claimed = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    app = context.org.app_by_id(str(claimed.get("iss", "")))
    if app is None:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if "jwt_bearer" not in app.grants or not app.public_key:
        raise OAuthError("invalid_grant", "the app has no digital signature to check the assertion with")
    claims = _verified(context, assertion, app)
    user = context.org.users.get(str(claims.get("sub", "")))
    if user is None:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    if user.username not in app.approved:
        _record(context, app, user, "OauthJwtBearer", "Failed: Not approved for access")
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return app, user, "OauthJwtBearer"


def _verified(context: Context, assertion: str, app: App) -> dict[str, t.Any]:
    try:
        claims = jwt.decode(assertion, t.cast(str, app.public_key), algorithms=["RS256"], options={"verify_aud": False, "verify_exp": False})
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    if claims.get("aud") not in _audiences(context):
        raise OAuthError("invalid_grant", "audience is invalid")
    try:
        expires = float(claims.get("exp", ""))  # simple-salesforce sends it as text, and Salesforce takes that
    except (TypeError, ValueError):
        raise OAuthError("invalid_grant", "invalid assertion") from None
    if not expires > time.time():
        raise OAuthError("invalid_grant", "expired assertion")
    if context.org.switches["jwt_exp"] == "within_180" and expires > time.time() + 181:
        raise OAuthError("invalid_grant", "the assertion's exp lies too far in the future")
    return claims


def _audiences(context: Context) -> set[str]:
    org = context.org
    accepted = {"https://test.salesforce.com" if org.is_sandbox else "https://login.salesforce.com"}
    return accepted | {f"https://{org.host}"} if org.switches["jwt_aud_my_domain"] == "accept" else accepted


def _refresh_token(context: Context, form: dict[str, str]) -> tuple[App, User, str]:
    app = _client(context, form, needs_secret=False)
    given = form.get("refresh_token")
    if not given:
        raise OAuthError("invalid_request", "missing required parameter: refresh_token")
    known = context.org.refresh_tokens.get(given)
    if known is None or known[0] is not app or "refresh_token" not in app.grants:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    return app, known[1], "OauthRefreshToken"


def revoke(context: Context) -> Response:
    """Ends the session of an access token; of a refresh token, also every session of its app and user."""
    given = context.request.form.get("token") or context.request.query.get("token")
    if not given:
        raise OAuthError("invalid_request", "missing required parameter: token")
    org = context.org
    if given in org.refresh_tokens:
        app, user = org.refresh_tokens.pop(given)
        org.sessions = {token: session for token, session in org.sessions.items() if (session.app, session.user) != (app, user)}
    elif org.sessions.pop(given, None) is None:
        raise OAuthError("invalid_token", "invalid token")
    return Response(200)


def userinfo(context: Context) -> Response:
    return Response.json(identity_document(context))
