# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to the org: one keep-alive session, retries by kind of operation. This module util is PRIVATE to the collection.

A read is repeated on 429, 502, 503 and connection errors. A write is repeated here only where it surely had no effect
(the connection was never made, or 429); anything else comes back as an error that the caller must settle by reading.
"""

from __future__ import annotations

import dataclasses
import json
import math
import random
import ssl
import traceback
import typing as t
import warnings
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ansible.module_utils.basic import missing_required_lib

from ._errors import NetworkError, PrivateConnectError
from ._module import Context

try:
    import requests
    from requests.exceptions import ConnectionError as RequestsConnectionError
    from requests.exceptions import ConnectTimeout, RequestException, SSLError
    from urllib3.exceptions import InsecureRequestWarning

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

MAX_BODY = 16 * 1024 * 1024
MAX_TRIES = 6
MAX_RETRY_AFTER = 60.0
USER_AGENT = "ansible-privatelink.salesforce"


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP answer whose body was read whole; ``headers`` compare without case."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes

    def json(self) -> t.Any:
        """The decoded body, None for an empty one; ValueError where it is no JSON."""
        return json.loads(self.body.decode("utf-8")) if self.body.strip() else None

    def excerpt(self) -> str:
        return " ".join(self.body[:300].decode("utf-8", "replace").split())


class Http:
    """Calls to one host. ``verify``: whether certificates are checked, or the file of the CAs to check them by."""

    def __init__(self, base_url: str, *, verify: bool | str, timeout: float, context: Context) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise PrivateConnectError(missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
        self.base_url = base_url.rstrip("/")
        self.verify = verify
        self.timeout = timeout
        self.context = context
        self.session = requests.Session()
        self.session.headers["User-Agent"] = USER_AGENT

    def request(self, method: str, path: str, *, write: bool, authorization: str | None = None, retry: bool = True, **arguments: t.Any) -> Answer:
        """One operation. ``path`` is root-relative or a whole URL; ``arguments`` are those of requests (params, json, data, headers)."""
        url = path if path.startswith(("http://", "https://")) else self.base_url + path
        for attempt in range(1, MAX_TRIES + 1):
            last = attempt == MAX_TRIES or not retry
            try:
                answer = self._send(method, url, authorization, arguments)
            except NetworkError as error:
                if last or (write and error.sent) or getattr(error, "final", False):
                    raise
                self.context.sleep(_back_off(attempt, None))
                continue
            if last or answer.status not in ((429,) if write else (429, 502, 503)):
                return answer
            self.context.sleep(_back_off(attempt, answer.headers.get("retry-after")))
        raise AssertionError("the last attempt returns or raises")

    def _send(self, method: str, url: str, authorization: str | None, arguments: dict[str, t.Any]) -> Answer:
        def authorize(request: t.Any) -> t.Any:
            # A callable keeps requests from reading ~/.netrc, which would replace the header.
            if authorization:
                request.headers["Authorization"] = authorization
            return request

        try:
            with warnings.catch_warnings():
                if self.verify is False:
                    # The run warns of it in words that name the option; urllib3 would write to the terminal with each call.
                    warnings.simplefilter("ignore", InsecureRequestWarning)
                response = self.session.request(
                    method, url, auth=authorize, verify=self.verify, timeout=self.timeout, allow_redirects=False, stream=True, **arguments
                )
            with response:
                return Answer(response.status_code, response.headers, _body(response, url))
        except SSLError as error:
            if _cut(error):
                raise NetworkError(f"The connection to {url} broke: {_cause(error)}", sent=True) from error
            used = f" (ca_path is {self.verify})" if isinstance(self.verify, str) else ""
            raise _final(
                f"No trusted TLS connection to {url}: {_cause(error)}. Give the CA that signed the host's certificate by ca_path{used}, "
                "and check that instance_url names the host that the certificate is for"
            ) from error
        except ConnectTimeout as error:
            raise NetworkError(f"No connection to {url} within {self.timeout} s. Check instance_url, DNS and firewall", sent=False) from error
        except RequestsConnectionError as error:
            sent = not _never_connected(error)
            raise NetworkError(f"The connection to {url} {'broke' if sent else 'could not be made'}: {_cause(error)}", sent=sent) from error
        except RequestException as error:
            raise NetworkError(f"{method} {url} got no answer: {_cause(error)}", sent=True) from error
        except OSError as error:
            # requests says so of a CA file that is not there, and in no class of its own.
            raise _final(f"ca_path {self.verify} cannot be used: {error}") from error


def _body(response: t.Any, url: str) -> bytes:
    # urllib3 1.x takes half an answer for a whole one otherwise.
    response.raw.enforce_content_length = True
    body = b""
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MAX_BODY:
            raise _final(f"{url} answered with more than {MAX_BODY} bytes; that is no answer of an org")
    return body


def _final(message: str) -> NetworkError:
    error = NetworkError(message, sent=True)
    error.final = True  # type: ignore[attr-defined]
    return error


def _cut(error: BaseException) -> bool:
    """Whether the other side hung up in the midst of TLS, which says nothing about trust."""
    return isinstance(_innermost(error), (ssl.SSLEOFError, ssl.SSLZeroReturnError))


def _never_connected(error: BaseException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError")


def _cause(error: BaseException) -> str:
    """The innermost words, without object addresses."""
    return str(_innermost(error)).rsplit(">: ", 1)[-1].rsplit("object at", 1)[-1] or type(error).__name__


def _innermost(error: BaseException) -> BaseException:
    """What requests and urllib3 have wrapped: as their first argument, or as ``reason``."""
    for inner in (getattr(error, "reason", None), error.args[0] if error.args else None):
        if isinstance(inner, BaseException):
            return _innermost(inner)
    return error


def _back_off(attempt: int, retry_after: str | None) -> float:
    """Seconds: what the service asks for, else 0.5 doubling to 8, with jitter so that forks do not march in step."""
    asked = _retry_after(retry_after)
    if asked is not None:
        return min(max(asked, 0.0), MAX_RETRY_AFTER)
    return min(0.5 * 2 ** (attempt - 1), 8.0) * random.uniform(0.75, 1.25)


def _retry_after(value: str | None) -> float | None:
    if not value:
        return None
    try:
        seconds = float(value)
        return seconds if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(value) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return None
