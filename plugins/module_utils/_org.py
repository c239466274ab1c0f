# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Salesforce org: the few calls that the collection makes. This module util is PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t
from urllib.parse import quote, urlsplit

from . import _auth, _topologies
from ._argspec import ORG_OPTIONS
from ._connection import CONNECTION_TYPE, ROW_FIELDS, Connection, from_rows, full_name
from ._errors import AuthError, InputError, NetworkError, OrgError, PrivateConnectError
from ._http import Answer, Http
from ._module import Context

_CONNECT = "/network-connection/inbound"
_SOBJECT = "/tooling/sobjects/InboundNetworkConnection"
_NOT_EXPIRED = ("not valid for use with", "not attached to")


def connect(options: t.Mapping[str, t.Any], context: Context | None = None, problems: t.Sequence[str] = (), *, fresh: bool = False) -> Org:
    """An org from the options of fragment ``auth``; the login is left to the first call. ``fresh``: it takes no session that another task of the run left.

    Raises :class:`InputError` with ``problems``, which the caller has found in its other options, and those of these options.
    """
    try:
        grant = _auth.choose(options)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    return Org(options, grant, context or Context(), fresh=fresh)


def soql_literal(value: str) -> str:
    """``value`` as a quoted SOQL string."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f"'{escaped}'"


class Org:
    def __init__(self, options: t.Mapping[str, t.Any], grant: _auth.Grant, context: Context, *, fresh: bool = False) -> None:
        self.grant = grant
        self.version = options.get("api_version") or "67.0"
        self.context = context
        verify: bool | str = options.get("ca_path") or True
        if options.get("validate_certs") is False:
            verify = False
            context.warnings.append("TLS certificates of the org are not checked (validate_certs=false): whoever answers at its address gets the credentials")
        self._http = Http(options.get("instance_url") or "", verify=verify, timeout=options.get("timeout") or 30, context=context)
        self._session: _auth.Session | None = None
        self._expired: _auth.Session | None = None
        self._shared = context.sessions if grant.can_renew and not fresh else None
        self._identity = {name: options.get(name) for name in ORG_OPTIONS}

    @property
    def instance_url(self) -> str:
        return self._signed_in().instance_url

    @property
    def host(self) -> str:
        return urlsplit(self.instance_url).hostname or ""

    def elsewhere(self) -> dict[str, str]:
        """The options of fragment ``auth`` by which another machine logs in to this org as this one does. Secrets are among them."""
        return {**self.grant.elsewhere(self._signed_in), "api_version": self.version}

    # -- the calls ---------------------------------------------------------------------------------------------------

    def connections(self, name: str | None = None) -> list[Connection]:
        """All PrivateLink connections, or those of a developer name (``ns__Name`` for packaged ones), sorted by name. Two queries."""
        rows = self._rows(name.split("__")[-1] if name else None)
        properties: dict[str, list[dict[str, t.Any]]] = {}
        if rows:
            soql = "SELECT InboundNetworkConnectionId, PropertyName, PropertyValue FROM InboundNetworkConnProperty"
            ids = f" WHERE InboundNetworkConnectionId IN ({', '.join(soql_literal(row['Id']) for row in rows)})" if name else ""
            for item in self.tooling_query(soql + ids):
                properties.setdefault(item["InboundNetworkConnectionId"][:15], []).append(item)
        found = sorted((from_rows(row, properties.get(row["Id"][:15], [])) for row in rows), key=full_name)
        return [connection for connection in found if name is None or full_name(connection) == name]

    def _rows(self, developer_name: str | None) -> list[dict[str, t.Any]]:
        soql = f"SELECT {', '.join(ROW_FIELDS)} FROM InboundNetworkConnection"
        rows = self.tooling_query(soql + (f" WHERE DeveloperName = {soql_literal(developer_name)}" if developer_name else ""))
        # Data Cloud keeps rows of its own type here, which are Salesforce's business.
        return [row for row in rows if row.get("ConnectionType") == CONNECTION_TYPE]

    def connection(self, name: str) -> Connection | None:
        return next(iter(self.connections(name)), None)

    def metadata(self, record_id: str) -> dict[str, t.Any]:
        """The whole component of a connection, as an update must send it back."""
        record = self._object(f"{_SOBJECT}/{quote(record_id, safe='')}", f"read inbound connection {record_id}")
        if not isinstance(record.get("Metadata"), dict):
            raise PrivateConnectError(f"The org gave inbound connection {record_id} without its Metadata")
        return record["Metadata"]

    def create(self, name: str, metadata: t.Mapping[str, t.Any]) -> None:
        self._call("POST", _SOBJECT, f"create inbound connection {name}", write=True, json={"FullName": name, "Metadata": metadata})

    def update(self, record_id: str, metadata: t.Mapping[str, t.Any]) -> None:
        path = f"{_SOBJECT}/{quote(record_id, safe='')}"
        self._call("PATCH", path, f"update inbound connection {record_id}", write=True, json={"Metadata": metadata})

    def delete(self, record_id: str) -> None:
        self._call("DELETE", f"{_SOBJECT}/{quote(record_id, safe='')}", f"delete inbound connection {record_id}", write=True)

    def action(self, name: str, action: str) -> str | None:
        """Provision, Sync or TearDown. Returns the status of the answer, None where the answer holds none."""
        try:
            return self._act(name, action)
        except OrgError as error:
            # How a packaged connection is addressed is not documented; its bare name must not mean another connection.
            bare = name.partition("__")[2]
            if error.status != 404 or not bare or len(self._rows(bare)) != 1:
                raise
        return self._act(bare, action)

    def _act(self, name: str, action: str) -> str | None:
        answer = self._call("POST", f"{_CONNECT}/connections/{quote(name, safe='')}", f"{action} of {name}", write=True, params={"action": action})
        return answer.get("status") if isinstance(answer, dict) else None

    def topologies(self, regions: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
        params = {"scope": "All", **({"regions": ",".join(regions)} if regions else {})}
        return _topologies.parse(self._call("GET", f"{_CONNECT}/connection-types/{CONNECTION_TYPE}/topologies", "list the regions", params=params))

    def describe(self) -> dict[str, t.Any]:
        """What the org says of the object to this user: createable, updateable, deletable, fields."""
        return self._call("GET", f"{_SOBJECT}/describe/", "describe inbound connections")

    def userinfo(self) -> dict[str, t.Any]:
        """Who is logged in: user_id, organization_id, preferred_username."""
        return self._call("GET", "/services/oauth2/userinfo", "ask who is logged in", root=True)

    def tooling_query(self, soql: str) -> list[dict[str, t.Any]]:
        return self._query("/tooling/query/", soql)

    def query(self, soql: str) -> list[dict[str, t.Any]]:
        return self._query("/query/", soql)

    def _query(self, path: str, soql: str) -> list[dict[str, t.Any]]:
        page = self._object(path, "query", params={"q": soql})
        rows = _rows_of(path, page)
        seen = set()
        while not page.get("done", True) and page.get("nextRecordsUrl"):
            path = page["nextRecordsUrl"]
            if path in seen:
                raise PrivateConnectError(f"Cannot query: the org gives the same page again and again: {path}")
            seen.add(path)
            page = self._object(path, "query", root=True)
            rows += _rows_of(path, page)
        return rows

    # -- how a call is made ------------------------------------------------------------------------------------------

    def _signed_in(self) -> _auth.Session:
        if self._session is None:
            login = functools.partial(self.grant.login, self._http)
            self._session = self._shared(self._identity, login, self._expired) if self._shared else login()
            self._http.base_url = self._session.instance_url.rstrip("/")
        return self._session

    def _object(self, path: str, what: str, **arguments: t.Any) -> dict[str, t.Any]:
        """What a GET gives that can be nothing but a JSON object."""
        body = self._call("GET", path, what, **arguments)
        if not isinstance(body, dict):
            raise _no_answer_of_an_org(what, path, body)
        return body

    def _call(self, method: str, path: str, what: str, *, write: bool = False, root: bool = False, **arguments: t.Any) -> t.Any:
        """One call of the REST interfaces, decoded."""
        path = self._path(path, root)

        def send(session: _auth.Session) -> Answer:
            bearer, headers = f"Bearer {session.access_token}", {"Accept": "application/json"}
            return self._http.request(method, self._url(session, path), write=write, authorization=bearer, headers=headers, **arguments)

        def failure(answer: Answer) -> OrgError | None:
            return None if 200 <= answer.status < 300 else self._error(answer, method, self._url(self._signed_in(), path), what)

        answer = self._in_session(send, failure)
        try:
            body = answer.json()
        except ValueError:
            words = self._no_json(answer, method, self._url(self._signed_in(), path), what)
            # A write may have taken effect all the same, so it is settled as one whose answer was lost.
            raise NetworkError(words, sent=True) if write else PrivateConnectError(words, status=answer.status) from None
        return {} if body is None else body

    def soap(self, envelope: t.Callable[[str], bytes], failure: t.Callable[[Answer], OrgError | None], *, write: bool) -> Answer:
        """One call of the Metadata API. ``envelope`` makes the body from the session ID; ``failure`` reads a fault."""
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}

        def send(session: _auth.Session) -> Answer:
            _refuse_jwt_token(session.access_token)
            path = f"/services/Soap/m/{self.version}"
            return self._http.request("POST", self._url(session, path), write=write, headers=headers, data=envelope(session.access_token))

        return self._in_session(send, failure)

    def _url(self, session: _auth.Session, path: str) -> str:
        return session.instance_url.rstrip("/") + path

    def _in_session(self, send: t.Callable[[_auth.Session], Answer], failure: t.Callable[[Answer], OrgError | None]) -> Answer:
        """A session that has expired is renewed once; the call had no effect then, whatever it was."""
        renewed = False
        while True:
            answer = send(self._signed_in())
            error = failure(answer)
            if error is None:
                return answer
            if not _is_expiry(error):
                raise error
            if renewed or not self.grant.can_renew:
                raise self._not_renewable(error, renewed)
            self._session, self._expired = None, self._session
            renewed = True

    def _path(self, path: str, root: bool) -> str:
        if not root:
            return f"/services/data/v{self.version}{path}"
        if not path.startswith("/") or path.startswith("//"):
            raise PrivateConnectError(f"The org's nextRecordsUrl {path!r} does not stay on the org; it is not followed")
        return path

    def _no_json(self, answer: Answer, method: str, url: str, what: str) -> str:
        return (
            f"Cannot {what}: {method} {url} answered HTTP {answer.status} with {answer.headers.get('content-type', 'no content type')}, which is no JSON "
            f"of an org: {answer.excerpt()}. Check that instance_url is the org's My Domain URL and what stands between"
        )

    def _error(self, answer: Answer, method: str, url: str, what: str) -> OrgError:
        try:
            body = answer.json()
        except ValueError:
            body = None
        entries = [entry for entry in (body if isinstance(body, list) else [body]) if isinstance(entry, dict)]
        codes = [entry.get("errorCode") or entry.get("statusCode") or entry.get("error") for entry in entries]
        told = [str(entry.get("message") or entry.get("error_description") or "") for entry in entries]
        fields = [str(field) for entry in entries for field in entry.get("fields") or []]
        code = next(filter(None, codes), f"HTTP_{answer.status}")
        words = " | ".join(filter(None, told)) or answer.excerpt() or "no body"
        if 300 <= answer.status < 400:
            words = f"redirects to {answer.headers.get('location')}; redirects are not followed, since the token must not go to another host"
        hint = _hint(answer.status, str(code), what)
        message = f"Cannot {what}: {code}: {words} (HTTP {answer.status}, {method} {url.split('?')[0]}{', fields ' + ', '.join(fields) if fields else ''})"
        return OrgError(f"{message}{'. ' + hint if hint else ''}", status=answer.status, error_code=str(code), org_message=str(words), fields=fields)

    def _not_renewable(self, error: OrgError, renewed: bool) -> AuthError:
        if renewed:
            cure = (
                "The org refuses a session that it has just given: its IP ranges may refuse this machine's address on every request, "
                "or sessions are locked to another address"
            )
        else:
            cure = "The given access_token has expired, or is another org's, and cannot be renewed; give a new one, or credentials that can log in"
        return AuthError(f"{error.message}. {cure}", **error.details)


def _no_answer_of_an_org(what: str, path: str, body: t.Any) -> PrivateConnectError:
    return PrivateConnectError(f"Cannot {what}: the answer to GET {path} is no JSON of an org: {body!r:.300}. Check instance_url")


def _rows_of(path: str, page: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    rows = page.get("records") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _no_answer_of_an_org("query", path, rows)
    return rows


def _is_expiry(error: OrgError) -> bool:
    """Whether a new login may help. The words are in the user's language, so those that are known to mean something else are told apart:
    'This session is not valid for use with the REST API' would come back for ever."""
    words = error.org_message.lower()
    # SOAP faults come with HTTP 500.
    return error.status in (401, 500) and error.error_code == "INVALID_SESSION_ID" and not any(mark in words for mark in _NOT_EXPIRED)


def _refuse_jwt_token(token: str) -> None:
    """SOAP takes opaque session IDs only; a JWT-based token meets INVALID_SESSION_ID there, which looks like an expired session."""
    if token.startswith("eyJ") and token.count(".") == 2:
        raise AuthError(
            "The org issued a JWT-based access token, which Salesforce's Metadata API (SOAP) does not take. "
            "Let the app issue opaque access tokens, or log in through another app"
        )


def _hint(status: int, code: str, what: str) -> str:
    hints = {
        "REQUEST_LIMIT_EXCEEDED": "The org's 24-hour quota of API calls is used up; nothing was tried again. Wait, or ask for a higher limit",
        "INVALID_TYPE": "The org or the user does not see inbound connections: is the Private Connect licence there, and does the user hold "
        "'Allow user to modify Private Connections' (ManageExternalConnections)?",
        "API_DISABLED_FOR_ORG": "The edition has no API access",
    }
    if code in hints:
        return hints[code]
    if status == 403 or code.startswith("INSUFFICIENT_ACCESS"):
        return (
            "The user needs 'Allow user to modify Private Connections' (ManageExternalConnections) and "
            "'Modify Metadata Through Metadata API Functions' (ModifyMetadata)"
        )
    if status == 420:
        return "Salesforce's edge has no routing for this host: instance_url or the DNS record is wrong"
    if status == 502:
        return "Salesforce's edge cannot reach the org's instance"
    if status == 404 and what == "query":
        return "Does the org serve this API version? GET /services/data/ lists those that it does; give one by api_version"
    if status == 404 and "regions" in what:
        return "The org does not offer Private Connect at this API version; check the licence and api_version"
    return ""
