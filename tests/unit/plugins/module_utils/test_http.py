# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated and what is not, and to whom the credentials go, against real servers on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import trustme

from ansible_collections.privatelink.salesforce.plugins.module_utils import _http
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import NetworkError
from ansible_collections.privatelink.salesforce.plugins.module_utils._http import MAX_TRIES, Http
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import RESET, Clock, Loopback, Reply, closed_port

OK = Reply(200, {"ok": True})
TOKEN = "Bearer 00D!secret"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def serve():
    servers = []

    def start(*script, **options):
        script = script[0] if callable(script[0]) else list(script)
        servers.append(Loopback(script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def http(server_or_url, clock, verify=True, timeout=5):
    url = getattr(server_or_url, "url", server_or_url)
    return Http(url, verify=verify, timeout=timeout, context=clock.context())


def test_calls_share_one_connection(serve, clock):
    server = serve(OK)
    client = http(server, clock)
    for _call in range(3):
        assert client.request("GET", "/x", write=False).json() == {"ok": True}
    assert len({request.peer for request in server.requests}) == 1


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_read_is_repeated(serve, clock, status):
    server = serve(Reply(status), Reply(status), OK)
    assert http(server, clock).request("GET", "/x", write=False).status == 200
    assert len(server.requests) == 3
    first, second = clock.sleeps
    assert 0.375 <= first <= 0.625
    assert 0.75 <= second <= 1.25


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 504])
def test_a_read_is_not_repeated_on_other_answers(serve, clock, status):
    server = serve(Reply(status), OK)
    assert http(server, clock).request("GET", "/x", write=False).status == status
    assert (len(server.requests), clock.sleeps) == (1, [])


@pytest.mark.parametrize("fault", [RESET, Reply(200, {"ok": True, "more": "x" * 200}, delivery="half")])
def test_a_read_is_repeated_after_a_lost_answer(serve, clock, fault):
    server = serve(fault, fault, OK)
    assert http(server, clock).request("GET", "/x", write=False).json() == {"ok": True}
    assert len(server.requests) == 3


def test_a_read_ends_with_the_last_answer(serve, clock):
    server = serve(Reply(503, {"n": 1}))
    assert http(server, clock).request("GET", "/x", write=False).status == 503
    assert len(server.requests) == MAX_TRIES
    assert len(clock.sleeps) == MAX_TRIES - 1
    assert clock.sleeps[-1] <= 10


def test_a_read_that_may_not_be_repeated(serve, clock):
    server = serve(Reply(503), OK)
    assert http(server, clock).request("GET", "/x", write=False, retry=False).status == 503
    assert len(server.requests) == 1


@pytest.mark.parametrize(("asked", "slept"), [("7", 7), ("0", 0), ("-3", 0), ("3600", 60), ("1.5", 1.5)])
def test_the_service_says_when(serve, clock, asked, slept):
    http(serve(Reply(429, headers={"Retry-After": asked}), OK), clock).request("GET", "/x", write=False)
    assert clock.sleeps == [slept]


def test_the_service_says_when_by_date(serve, clock):
    at = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=20), usegmt=True)
    http(serve(Reply(503, headers={"Retry-After": at}), OK), clock).request("GET", "/x", write=False)
    assert 15 < clock.sleeps[0] <= 20


@pytest.mark.parametrize("asked", ["soon", "nan", "inf", "", "Fri, 31 Foo 2026 00:00:00 GMT"])
def test_what_the_service_says_is_not_understood(serve, clock, asked):
    http(serve(Reply(429, headers={"Retry-After": asked}), OK), clock).request("GET", "/x", write=False)
    assert 0.375 <= clock.sleeps[0] <= 0.625


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_is_not_repeated_on_errors(serve, clock, status):
    server = serve(Reply(status), OK)
    assert http(server, clock).request("POST", "/x", write=True, json={}).status == status
    assert (len(server.requests), clock.sleeps) == (1, [])


@pytest.mark.parametrize("fault", [RESET, Reply(200, {"ok": True, "more": "x" * 200}, delivery="half")])
def test_a_write_is_not_repeated_after_a_lost_answer(serve, clock, fault):
    server = serve(fault, OK)
    with pytest.raises(NetworkError) as caught:
        http(server, clock).request("POST", "/x", write=True, json={})
    assert caught.value.sent
    assert server.url in caught.value.message
    assert (len(server.requests), clock.sleeps) == (1, [])


def test_a_write_is_not_repeated_after_a_timeout(serve, clock):
    go_on = threading.Event()

    def late(request):
        go_on.wait(5)
        return OK

    server = serve(late)
    with pytest.raises(NetworkError) as caught:
        http(server, clock, timeout=0.2).request("PATCH", "/x", write=True, json={})
    go_on.set()
    assert caught.value.sent
    assert len(server.requests) == 1


def test_a_write_is_repeated_where_it_had_no_effect(serve, clock):
    server = serve(Reply(429), Reply(429), OK)
    assert http(server, clock).request("POST", "/x", write=True, json={"a": 1}).status == 200
    assert [request.json() for request in server.requests] == [{"a": 1}] * 3


def test_a_write_is_repeated_where_nobody_listens(clock):
    """Nothing was sent, so nothing can be done twice."""
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(NetworkError) as caught:
        http(url, clock).request("POST", "/x", write=True, json={})
    assert not caught.value.sent
    assert f"The connection to {url}/x could not be made" in caught.value.message
    assert "object at" not in caught.value.message
    assert len(clock.sleeps) == MAX_TRIES - 1


def test_an_unknown_host_is_named(clock):
    with pytest.raises(NetworkError) as caught:
        http("http://acme.invalid", clock).request("GET", "/x", write=False)
    assert not caught.value.sent
    assert "acme.invalid" in caught.value.message
    assert "0x" not in caught.value.message


def test_a_redirect_is_not_followed(serve, clock):
    other = serve(OK)
    server = serve(Reply(302, headers={"Location": other.url + "/stolen"}))
    answer = http(server, clock).request("GET", "/x", write=False, authorization=TOKEN)
    assert (answer.status, answer.headers["location"]) == (302, other.url + "/stolen")
    assert other.requests == []
    assert server.requests[0].headers["Authorization"] == TOKEN


@pytest.mark.parametrize("authorization", [TOKEN, None])
def test_netrc_is_not_read(serve, clock, tmp_path, monkeypatch, authorization):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login thief password stolen\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(OK)
    http(server, clock).request("POST", "/services/oauth2/token", write=False, authorization=authorization, data={"a": "b"})
    assert server.requests[0].headers["Authorization"] == authorization


def test_an_answer_without_end_is_given_up(serve, clock, monkeypatch):
    monkeypatch.setattr(_http, "MAX_BODY", 100_000)
    server = serve(Reply(200, b"x" * 200_000))
    with pytest.raises(NetworkError, match="answered with more than 100000 bytes"):
        http(server, clock).request("GET", "/x", write=False)
    assert len(server.requests) == 1


def test_bodies(serve, clock):
    client = http(serve(Reply(200, b"<html>no JSON</html>", {"Content-Type": "text/html"}), Reply(204), Reply(200, b" \n")), clock)
    page = client.request("GET", "/x", write=False)
    with pytest.raises(ValueError):  # noqa: PT011
        page.json()
    assert page.excerpt() == "<html>no JSON</html>"
    assert client.request("GET", "/x", write=False).json() is None
    assert client.request("GET", "/x", write=False).json() is None


# -- TLS -----------------------------------------------------------------------------------------------------------------

CA = trustme.CA()
OTHER_CA = trustme.CA()


def tls(*names, ca=CA):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
    return context


@pytest.fixture
def ca_path(tmp_path):
    path = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(path))
    return str(path)


def test_tls_with_the_right_ca(serve, clock, ca_path):
    server = serve(OK, tls=tls())
    assert http(server, clock, verify=ca_path).request("GET", "/x", write=False, authorization=TOKEN).json() == {"ok": True}


@pytest.mark.parametrize("verify", ["other", True])
def test_tls_with_the_wrong_ca_or_none(serve, clock, tmp_path, verify):
    path = tmp_path / "other.pem"
    OTHER_CA.cert_pem.write_to_path(str(path))
    server = serve(OK, tls=tls())
    with pytest.raises(NetworkError) as caught:
        http(server, clock, verify=str(path) if verify == "other" else verify).request("GET", "/x", write=False, authorization=TOKEN)
    assert f"No trusted TLS connection to {server.url}/x" in caught.value.message
    assert "certificate verify failed" in caught.value.message
    assert "ca_path" in caught.value.message
    assert (server.requests, clock.sleeps) == ([], [])


def test_tls_with_another_name(serve, clock, ca_path):
    server = serve(OK, tls=tls("acme.my.salesforce.com"))
    with pytest.raises(NetworkError, match="No trusted TLS connection"):
        http(server, clock, verify=ca_path).request("GET", "/x", write=False)
    assert server.requests == []


def test_the_environment_does_not_replace_ca_path(serve, clock, ca_path, tmp_path, monkeypatch):
    other = tmp_path / "other.pem"
    OTHER_CA.cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert http(serve(OK, tls=tls()), clock, verify=ca_path).request("GET", "/x", write=False).status == 200


@pytest.mark.filterwarnings("error")
def test_tls_unchecked_says_nothing_by_itself(serve, clock):
    """The module warns in its own words; urllib3's warning would end up on the controller's terminal."""
    assert http(serve(OK, tls=tls()), clock, verify=False).request("GET", "/x", write=False).status == 200


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_ca_file_that_is_none(serve, clock, tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    server = serve(OK, tls=tls())
    with pytest.raises(NetworkError) as caught:
        http(server, clock, verify=str(path)).request("GET", "/x", write=False)
    assert str(path) in caught.value.message
    assert "ca_path" in caught.value.message
    assert (server.requests, clock.sleeps) == ([], [])


def test_a_read_over_tls_is_repeated_after_a_lost_answer(serve, clock, ca_path):
    server = serve(RESET, Reply(200, {"ok": True, "more": "x" * 200}, delivery="half"), OK, tls=tls())
    assert http(server, clock, verify=ca_path).request("GET", "/x", write=False).json() == {"ok": True}
    assert len(server.requests) == 3


def test_a_tls_handshake_that_is_cut_is_tried_again(clock):
    """A load balancer that drains: it is no matter of trust."""
    hellos = []

    def hang_up(listener):
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection:
                hellos.append(connection.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, args=[listener])
        thread.start()
        client = http(f"https://127.0.0.1:{listener.getsockname()[1]}", clock)
        with pytest.raises(NetworkError) as caught:
            client.request("GET", "/x", write=False)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert len(hellos) == MAX_TRIES
    assert "trusted" not in caught.value.message
    assert "EOF" in caught.value.message
