# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to authenticate, one class for each. This module util is PRIVATE to the collection.

``choose`` tells which one the options mean and names every problem, without I/O. ``login`` of the chosen one returns a :class:`Session`.
"""

from __future__ import annotations

import dataclasses
import os
import time
import traceback
import typing as t
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ansible.module_utils.basic import missing_required_lib

from . import _validate as check
from ._cli import SalesforceCli
from ._errors import AuthError, InputError
from ._http import Answer, Http

try:
    import jwt

    JWT_IMPORT_ERROR = None
except ImportError:
    JWT_IMPORT_ERROR = traceback.format_exc()

JWT_LIFETIME = 180
CLOCK_TOLERANCE = 60

Options = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Session:
    """``instance_url`` is where calls go. The token stays out of ``repr``."""

    access_token: str = dataclasses.field(repr=False)
    instance_url: str


class Grant:
    """One way to authenticate. ``needs`` are options that must be given; an inner tuple means one of these. ``takes`` are others that it heeds."""

    method: str
    needs: tuple[str | tuple[str, ...], ...] = ()
    takes: tuple[str, ...] = ()
    can_renew = True

    def __init__(self, options: Options) -> None:
        self.options = options

    @classmethod
    def missing(cls, options: Options) -> list[str]:
        return [" or ".join(names) for names in cls._needed() if not any(options.get(name) for name in names)]

    @classmethod
    def _needed(cls) -> list[tuple[str, ...]]:
        return [need if isinstance(need, tuple) else (need,) for need in cls.needs]

    def elsewhere(self, session: t.Callable[[], Session]) -> dict[str, str]:
        """The options by which another machine authenticates as this one does, which has neither its files nor its programs."""
        names = [*(name for names in self._needed() for name in names), *self.takes]
        return {"auth_method": self.method, **{name: self.options[name] for name in names if self.options.get(name)}}

    def login(self, http: Http) -> Session:
        raise NotImplementedError


class AccessToken(Grant):
    method = "access_token"
    needs = ("instance_url", "access_token")
    can_renew = False

    def login(self, http: Http) -> Session:
        return Session(self.options["access_token"], self.options["instance_url"])


class Cli(Grant):
    """The token of an org that Salesforce's own CLI is logged in to."""

    method = "cli"
    needs = ("target_org",)

    def login(self, http: Http) -> Session:
        token, instance_url = SalesforceCli().session(self.options["target_org"])
        given = self.options.get("instance_url")
        if given and given.rstrip("/") != instance_url.rstrip("/"):
            raise AuthError(f"target_org {self.options['target_org']} of the Salesforce CLI is {instance_url}, instance_url says {given}; drop one of them")
        return Session(token, instance_url)

    def elsewhere(self, session: t.Callable[[], Session]) -> dict[str, str]:
        found = session()
        return {"auth_method": AccessToken.method, "access_token": found.access_token, "instance_url": found.instance_url}


class _TokenEndpoint(Grant):
    takes = ("token_url",)

    def form(self) -> dict[str, str]:
        raise NotImplementedError

    def login(self, http: Http) -> Session:
        url = self.options.get("token_url") or self.options["instance_url"].rstrip("/") + "/services/oauth2/token"
        answer = http.request("POST", url, write=False, data=self.form(), headers={"Accept": "application/json"})
        body = _body(answer)
        if answer.status != 200 or not body.get("access_token"):
            raise self._refused(url, answer, body)
        return Session(body["access_token"], self.options["instance_url"])

    def _refused(self, url: str, answer: Answer, body: dict[str, t.Any]) -> AuthError:
        code, words = body.get("error", ""), body.get("error_description", "")
        said = f"{code}: {words}" if code else f"HTTP {answer.status} {answer.excerpt()}"
        hint = _hint(str(code), str(words), self.method) if answer.status < 500 else "It is no refusal: the org, or what stands before it, is in trouble."
        return AuthError(
            f"The org refused the {self.method} login at {url}: {said}. {hint}{self._clock_hint(answer)}",
            status=answer.status,
            error_code=code or f"HTTP_{answer.status}",
            org_message=words,
        )

    def _clock_hint(self, answer: Answer) -> str:
        return ""


class ClientCredentials(_TokenEndpoint):
    method = "client_credentials"
    needs = ("instance_url", "client_id", "client_secret")

    def form(self) -> dict[str, str]:
        return {"grant_type": "client_credentials", "client_id": self.options["client_id"], "client_secret": self.options["client_secret"]}


class RefreshToken(_TokenEndpoint):
    method = "refresh_token"
    needs = ("instance_url", "client_id", "refresh_token")
    takes = (*_TokenEndpoint.takes, "client_secret")

    def form(self) -> dict[str, str]:
        form = {"grant_type": "refresh_token", "client_id": self.options["client_id"], "refresh_token": self.options["refresh_token"]}
        if self.options.get("client_secret"):
            form["client_secret"] = self.options["client_secret"]
        return form


class JwtBearer(_TokenEndpoint):
    method = "jwt_bearer"
    needs = ("instance_url", "client_id", "username", ("private_key", "private_key_file"))
    takes = (*_TokenEndpoint.takes, "audience")

    def form(self) -> dict[str, str]:
        if JWT_IMPORT_ERROR:
            raise AuthError(missing_required_lib("PyJWT[crypto]", reason="for auth_method=jwt_bearer"), exception=JWT_IMPORT_ERROR)
        claims = {
            "iss": self.options["client_id"],
            "sub": self.options["username"],
            "aud": self.options.get("audience") or audience(self.options["instance_url"]),
            "exp": int(time.time()) + JWT_LIFETIME,
        }
        key = self._key()
        try:
            assertion = jwt.encode(claims, key, algorithm="RS256")
        except NotImplementedError:
            raise AuthError(missing_required_lib("cryptography", reason="for auth_method=jwt_bearer (PyJWT[crypto])")) from None
        except Exception as error:
            # What a bad key raises differs by its kind and by release (AttributeError for a public one), and the words can quote the key.
            raise AuthError(
                f"{self._source()} holds no RSA private key in PEM form ({type(error).__name__}); "
                "give the key, unencrypted, that belongs to the certificate of the app"
            ) from None
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    def elsewhere(self, session: t.Callable[[], Session]) -> dict[str, str]:
        found = super().elsewhere(session)
        found.pop("private_key_file", None)
        return {**found, "private_key": self._key()}

    def _source(self) -> str:
        return "private_key" if self.options.get("private_key") else f"private_key_file {self.options['private_key_file']}"

    def _key(self) -> str:
        if self.options.get("private_key"):
            return self.options["private_key"]
        path = self.options["private_key_file"]
        try:
            with open(os.path.expanduser(path), encoding="ascii") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise AuthError(f"private_key_file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no PEM text'}") from error

    def _clock_hint(self, answer: Answer) -> str:
        skew = clock_skew(answer)
        return f" This machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the org's." if abs(skew) > CLOCK_TOLERANCE else ""


GRANTS: dict[str, type[Grant]] = {grant.method: grant for grant in (ClientCredentials, JwtBearer, RefreshToken, AccessToken, Cli)}


def choose(options: Options) -> Grant:
    """The grant that the options mean; :class:`InputError` with all problems where they mean none, or several."""
    found = check.problems(
        check.instance_url(options.get("instance_url")),
        check.token_url(options.get("token_url")),
        check.api_version(options.get("api_version")),
        check.at_least("timeout", options.get("timeout"), 1),
    )
    named = options.get("auth_method")
    method = named or _told_by_credentials(options, found)
    if method:
        grant = GRANTS[method]
        why = f"auth_method={method}" if named else f"the credentials given mean auth_method={method}, which"
        missing = grant.missing(options)
        if missing:
            found.append(f"{why} needs {' and '.join(missing)} as well")
        if method == "jwt_bearer" and options.get("private_key") and options.get("private_key_file"):
            found.append("private_key and private_key_file are both given; drop one of them")
    elif not options.get("instance_url"):
        found.append("instance_url is missing: the org's My Domain URL, such as https://acme.my.salesforce.com")
    if found or not method:
        raise InputError(found)
    return GRANTS[method](options)


def _told_by_credentials(options: Options, found: list[str]) -> str | None:
    def given(*names: str) -> list[str]:
        return [name for name in names if options.get(name)]

    marks = {
        "cli": given("target_org"),
        "access_token": given("access_token"),
        "refresh_token": given("refresh_token"),
        "jwt_bearer": given("private_key", "private_key_file"),
        # A refresh token may come with the secret of its app.
        "client_credentials": [] if options.get("refresh_token") else given("client_secret"),
    }
    meant = {method: names for method, names in marks.items() if names}
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        listed = "; ".join(f"{', '.join(names)} for {method}" for method, names in meant.items())
        found.append(f"contradictory credentials ({listed}): drop all but one, or say which to use by auth_method")
    else:
        found.append(
            "no credentials: give client_id and client_secret, or client_id, username and private_key_file, or client_id and refresh_token, "
            "or access_token, or target_org of the Salesforce CLI, as options or by their SALESFORCE_* environment variables"
        )
    return None


def audience(instance_url: str) -> str:
    """The JWT audience of production orgs, or that of sandboxes."""
    host = (urlsplit(instance_url).hostname or "").lower()
    return "https://test.salesforce.com" if host.endswith(".sandbox.my.salesforce.com") else "https://login.salesforce.com"


def clock_skew(answer: Answer) -> float:
    """Seconds by which this machine is ahead of the answer's Date header; 0 without one."""
    try:
        return time.time() - parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return 0.0


def _body(answer: Answer) -> dict[str, t.Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


_HINTS = (
    ("invalid_client_id", "Check client_id: the consumer key of the app."),
    ("invalid_client", "Check client_id and client_secret, and that the app allows this flow."),
    ("not admin approved", "Pre-authorise the user for the app, by profile or permission set."),
    ("hasn't approved", "Pre-authorise the user for the app (permitted users: admin approved) by profile or permission set."),
    ("no client credentials user", "Set a run-as user in the app's client credentials flow."),
    ("inactive_user", "Activate the user."),
    ("inactive_org", "The org is locked, or gone."),
    ("unsupported_grant_type", "Enable this flow in the app."),
    ("rate_limit_exceeded", "Too many logins; wait, and log in once per run."),
    ("ip restricted", "The org's IP ranges refuse this machine's address: widen the profile's login IP ranges or the app's IP relaxation."),
)


def _hint(code: str, words: str, method: str) -> str:
    text = f"{code} {words}".lower()
    for mark, hint in _HINTS:
        if mark in text:
            return hint
    if method == "jwt_bearer":
        return (
            "Usual causes: the app's certificate does not belong to the key or has expired, the user is not pre-authorised, audience is wrong "
            "(https://test.salesforce.com for sandboxes), or the clock is off."
        )
    if method == "refresh_token":
        return "Usual causes: the refresh token has expired or was revoked, or belongs to another client_id."
    return "Usual causes: wrong client_id or client_secret, or the flow is not enabled in the app."
