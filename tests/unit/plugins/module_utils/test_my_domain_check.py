# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""my_domain_check against real name servers, TLS peers and HTTP answers on loopback."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import sys
import threading
import time
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
import trustme

from ansible_collections.privatelink.salesforce.plugins.module_utils import _dns_query, _my_domain_hints
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError, WaitTimeout
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.plugins.module_utils._my_domain_check import DEFINITION
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.my_domain_servers import (
    HOST,
    Peer,
    Records,
    alert,
    answer,
    dead_name_server,
    full_backlog,
    name_server,
    over_tls,
    silent,
    trickle,
)

CA = trustme.CA()
HERE = "127.0.0.1"
THERE = "127.0.0.3"


def server_context(*names: str, ca: trustme.CA = CA, **options: t.Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*(names or (HOST,)), **options).configure_cert(context)
    return context


@pytest.fixture
def ca_path(tmp_path):
    path = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def peer():
    """Start peers; all are stopped afterwards."""
    peers: list[Peer] = []

    def start(*arguments: t.Any, **options: t.Any) -> Peer:
        peers.append(Peer(*arguments, **options))
        return peers[-1]

    yield start
    for each in peers:
        each.close()


def run(check_mode: bool = False, context: Context | None = None, **options: t.Any) -> dict[str, t.Any]:
    params = {name: spec.get("default") for name, spec in DEFINITION.argument_spec.items()}
    return DEFINITION.run({**params, "host": HOST, "timeout": 5, **options}, check_mode, context or Context())


def fail(**options: t.Any) -> PrivateConnectError:
    with pytest.raises(PrivateConnectError) as caught:
        run(**options)
    assert not isinstance(caught.value, (InputError, WaitTimeout))
    assert set(caught.value.details) >= {"host", "addresses", "wanted", "private", "nameservers", "checks", "seconds"}
    return caught.value


def failed_check(error: PrivateConnectError, check: str) -> dict[str, t.Any]:
    """The only failure, which must be of ``check`` and be told whole in the message."""
    failed = [item for item in error.details["checks"] if not item["ok"]]
    assert [item["check"] for item in failed] == [check]
    assert error.message.startswith(f"{HOST}: {check} failed")
    for key in ("seen", "cause", "cure"):
        assert failed[0][key] in error.message
    return failed[0]


def hint(kind: str, port: int = 443) -> tuple[str, str]:
    return _my_domain_hints.explain(kind, host=HOST, port=port)


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_well_at_every_address(peer, ca_path, check_mode):
    here = peer(over_tls(server_context(), answer()), HERE)
    there = peer(over_tls(server_context(), answer()), THERE, here.port)
    context = Context()
    with name_server(Records([THERE, HERE])) as server:
        result = run(check_mode, context, host="ACME.my.Salesforce.com.", addresses=[THERE, HERE, HERE], nameservers=[server], port=here.port, ca_path=ca_path)
    seconds = result.pop("seconds")
    checks = result.pop("checks")
    assert result == {"changed": False, "host": HOST, "addresses": [HERE, THERE], "wanted": [HERE, THERE], "private": True, "nameservers": [server]}
    assert 0 <= seconds < 5
    assert [(item["check"], item["address"], item["ok"], item["cause"], item["cure"]) for item in checks] == [
        ("resolve", server, True, None, None),
        ("tls", HERE, True, None, None),
        ("tls", THERE, True, None, None),
        ("http", HERE, True, None, None),
        ("http", THERE, True, None, None),
    ]
    assert checks[0]["seen"] == f"{HERE}, {THERE}"
    assert checks[1]["seen"].startswith(f"TLSv1.3, certificate for {HOST} valid until ")
    assert checks[3]["seen"] == "HTTP 200, 3 API versions, the last is 67.0"
    for each in (here, there):
        assert each.names == [HOST]
        assert len(each.requests) == 1
        assert each.requests[0].startswith("GET /services/data/ HTTP/1.1\r\n")
        assert f"\r\nHost: {HOST}:{here.port}\r\n" in each.requests[0]
        assert "authorization" not in each.requests[0].lower()
    assert context.warnings == []


def test_without_wanted_addresses_the_resolved_are_probed_and_a_warning_says_so(peer, ca_path):
    here = peer(over_tls(server_context(), answer()))
    context = Context()
    with name_server(Records([HERE])) as server:
        result = run(context=context, nameservers=[server], port=here.port, ca_path=ca_path)
    assert result["private"] is False
    assert result["wanted"] == []
    assert [item["ok"] for item in result["checks"]] == [True, True, True]
    assert "not compared" in result["checks"][0]["seen"]
    assert len(context.warnings) == 1
    assert HERE in context.warnings[0]


# --- resolve ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "kind", "seen"),
    [
        (Records(["13.110.1.2"]), "public_addresses", "resolves to 13.110.1.2 instead of 10.0.1.5, 10.0.2.7"),
        (Records(["203.0.113.10"]), "public_addresses", "resolves to 203.0.113.10 instead of"),
        (Records(None, ["2600::1"]), "public_addresses", "resolves to 2600::1 instead of"),
        (Records(["10.9.9.9"], ["fd00::1"]), "other_addresses", "resolves to 10.9.9.9, fd00::1 instead of"),
        (Records(["10.9.9.9"]), "other_addresses", "resolves to 10.9.9.9 instead of 10.0.1.5, 10.0.2.7"),
        (Records(["10.0.2.7", "10.0.1.5", "10.0.1.44"]), "extra_addresses", "resolves to 10.0.1.5, 10.0.1.44, 10.0.2.7 instead of 10.0.1.5, 10.0.2.7"),
        (Records(["10.0.2.7", "10.0.1.5"], ["2001:db8::1"]), "extra_addresses", "resolves to 10.0.1.5, 10.0.2.7, 2001:db8::1 instead of"),
        (Records(["10.0.2.7", "10.0.1.44"]), "extra_addresses", "resolves to 10.0.1.44, 10.0.2.7 instead of"),
        (Records(["10.0.2.7"]), "missing_addresses", "resolves to 10.0.2.7 instead of"),
        (Records(), "nxdomain", "says NXDOMAIN"),
        (Records([]), "nodata", "no address (neither A nor AAAA)"),
        (Records(rcode="REFUSED"), "dns_failure", "answered REFUSED for A"),
        (Records(rcode="SERVFAIL"), "dns_failure", "answered SERVFAIL for A"),
    ],
)
def test_resolve_failures(records, kind, seen):
    with name_server(records) as server:
        error = fail(addresses=["10.0.1.5", "10.0.2.7"], nameservers=[server], tls=False)
    check = failed_check(error, "resolve")
    assert check["address"] == server
    assert seen in check["seen"]
    assert (check["cause"], check["cure"]) == hint(kind)
    assert error.details["private"] is False
    assert error.details["addresses"] == _dns_query.sort_addresses((records.a or []) + (records.aaaa or []))


def test_dead_name_server_is_named_and_bounded():
    started = time.monotonic()
    with dead_name_server() as server:
        error = fail(addresses=["10.0.1.5"], nameservers=[server], tls=False, timeout=0.5)
    assert time.monotonic() - started < 2
    check = failed_check(error, "resolve")
    assert check["seen"] == f"no answer from {server} for A within 0.5 s"
    assert (check["cause"], check["cure"]) == hint("dns_timeout")


def test_every_name_server_must_be_right():
    with name_server(Records(["10.0.1.5"])) as right, name_server(Records(["13.110.1.2"])) as wrong:
        error = fail(addresses=["10.0.1.5"], nameservers=[right, wrong], tls=False)
    assert [(item["address"], item["ok"]) for item in error.details["checks"]] == [(right, True), (wrong, False)]
    assert failed_check(error, "resolve")["address"] == wrong
    assert f"resolve failed at {wrong}: " in error.message
    assert error.details["addresses"] == ["10.0.1.5", "13.110.1.2"]
    assert error.details["private"] is False


def test_aliases_are_followed_and_truncated_answers_asked_for_again():
    addresses = [f"10.0.1.{number}" for number in range(5, 25)]
    records = Records(addresses, cname="vpce-0123456789abcdef0.vpce-svc-0123.us-east-1.vpce.amazonaws.com")
    with name_server(records, max_udp=128) as server:
        assert run(addresses=addresses, nameservers=[server], tls=False)["addresses"] == addresses
    assert "A udp" in records.queries
    assert "A tcp" in records.queries


def test_dnspython_is_asked_for_only_where_name_servers_are_given(monkeypatch):
    for name in ("dns", "dns.exception", "dns.resolver"):
        monkeypatch.setitem(sys.modules, name, None)
    spec = importlib.util.spec_from_file_location(_dns_query.__name__ + "_bare", _dns_query.__file__)
    bare = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, bare)
    spec.loader.exec_module(bare)
    assert HERE in bare.ask_system("localhost", 5).addresses
    with pytest.raises(PrivateConnectError, match="dnspython") as caught:
        bare.ask_nameserver(HOST, bare.NameServer(HERE), 5)
    assert "ImportError" in caught.value.details["exception"] or "ModuleNotFoundError" in caught.value.details["exception"]


@pytest.mark.parametrize(
    ("code", "kind"), [(socket.EAI_NONAME, "nxdomain"), (socket.EAI_NODATA, "nodata"), (socket.EAI_AGAIN, "dns_timeout"), (socket.EAI_FAIL, "dns_failure")]
)
def test_the_systems_resolver_fails(monkeypatch, code, kind):
    def refuse(*_arguments, **_options):
        raise socket.gaierror(code, "what the resolver says")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    check = failed_check(fail(addresses=["10.0.1.5"], tls=False), "resolve")
    assert check["address"] is None
    assert check["seen"] == "the system's resolver says: what the resolver says"
    assert (check["cause"], check["cure"]) == hint(kind)


def test_the_systems_resolver_is_left_behind_when_it_hangs(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [] if release.wait(30) else None)
    try:
        check = failed_check(fail(addresses=["10.0.1.5"], tls=False, timeout=0.3), "resolve")
    finally:
        release.set()
    assert check["seen"] == "no answer from the system's resolver within 0.3 s"


# --- tls -------------------------------------------------------------------------------------------------------------


def tls_failure(ca_path: str, port: int, **options: t.Any) -> dict[str, t.Any]:
    with name_server(Records([HERE])) as server:
        error = fail(addresses=[HERE], nameservers=[server], port=port, ca_path=ca_path, **options)
    assert error.details["private"] is True
    check = failed_check(error, "tls")
    assert check["address"] == HERE
    return check


def test_wrong_ca(peer, ca_path):
    here = peer(over_tls(server_context(ca=trustme.CA()), answer()))
    check = tls_failure(ca_path, here.port)
    assert check["seen"].startswith("certificate refused: ")
    assert (check["cause"], check["cure"]) == hint("unknown_ca")
    assert here.requests == []


def test_wrong_name(peer, ca_path):
    here = peer(over_tls(server_context("vpce-0123.vpce-svc-0123.us-east-1.vpce.amazonaws.com"), answer()))
    check = tls_failure(ca_path, here.port)
    assert HOST in check["seen"]
    assert (check["cause"], check["cure"]) == hint("wrong_name")
    assert here.requests == []


def test_expired_certificate(peer, ca_path):
    past = datetime.now(timezone.utc) - timedelta(days=1)
    here = peer(over_tls(server_context(not_after=past), answer()))
    check = tls_failure(ca_path, here.port)
    assert "expired" in check["seen"]
    assert (check["cause"], check["cure"]) == hint("wrong_dates")


def test_refused_port(ca_path):
    with socket.socket() as sock:
        sock.bind((HERE, 0))
        port = sock.getsockname()[1]
        check = tls_failure(ca_path, port)
    assert check["seen"] == f"connection to port {port} refused"
    assert (check["cause"], check["cure"]) == hint("connect_refused", port)


def test_dropped_connection(ca_path):
    with full_backlog() as port:
        check = tls_failure(ca_path, port, timeout=0.5)
    assert check["seen"] == f"no connection to port {port} within 0.5 s from {HERE}"
    assert f"Allow TCP {port} from this host" in check["cure"]


def test_no_route(ca_path):
    with name_server(Records(["255.255.255.255"])) as server:
        check = failed_check(fail(addresses=["255.255.255.255"], nameservers=[server], ca_path=ca_path), "tls")
    assert (check["cause"], check["cure"]) == hint("unreachable")


def test_handshake_timeout(peer, ca_path):
    check = tls_failure(ca_path, peer(silent).port, timeout=0.5)
    assert check["seen"] == "connected, but no TLS handshake within 0.5 s"
    assert (check["cause"], check["cure"]) == hint("handshake_timeout")


def test_handshake_cut(peer, ca_path):
    check = tls_failure(ca_path, peer(lambda _peer, connection: connection.recv(1)).port)
    assert "cut the TLS handshake" in check["seen"]
    assert (check["cause"], check["cure"]) == hint("handshake_cut")


def test_plain_text(peer, ca_path):
    check = tls_failure(ca_path, peer(lambda _peer, connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")).port)
    assert "does not speak TLS" in check["seen"]
    assert (check["cause"], check["cure"]) == hint("no_tls")


@pytest.mark.parametrize(
    ("description", "kind", "words"),
    [
        (ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE, "tls_alert", "HANDSHAKE_FAILURE"),
        (ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, "wrong_name", "UNRECOGNIZED_NAME"),
    ],
)
def test_tls_alert(peer, ca_path, description, kind, words):
    check = tls_failure(ca_path, peer(alert(server_context(), description)).port)
    assert check["seen"].startswith("TLS alert: ")
    assert words in check["seen"]
    assert (check["cause"], check["cure"]) == hint(kind)


# --- http ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speak", "kind", "seen"),
    [
        (answer("420 Unused", ""), "no_route", "HTTP 420"),
        (answer("502 Bad Gateway", "<html>"), "no_instance", "HTTP 502"),
        (answer("503 Service Unavailable", "<html>"), "unavailable", "HTTP 503"),
        (answer("302 Found", "", Location="https://u:p@other.example.com/x?sid=00Dsecret#s"), "redirect", "HTTP 302 to https://other.example.com/x"),
        (answer("301 Moved Permanently", ""), "redirect", "HTTP 301 to nowhere (no Location header)"),
        (answer(body="<!DOCTYPE html><title>Portal</title>", content_type="text/html"), "html", "HTTP 200 with a page (text/html): <!DOCTYPE html>"),
        (answer(body="\n <html>", content_type="application/json"), "html", "HTTP 200 with a page (application/json)"),
        (answer("401 Unauthorized", [{"errorCode": "X"}]), "other_status", 'HTTP 401 (application/json): [{"errorCode": "X"}]'),
        (answer(body="versions"), "no_org", "HTTP 200, but no JSON (application/json): versions"),
        (answer(body="[" * 100_000), "no_org", "HTTP 200, but no JSON"),
        (answer(body=b"\xff\xfe"), "no_org", "HTTP 200, but no JSON"),
        (answer(body=[]), "no_org", "HTTP 200 with JSON that is no list of API versions: []"),
        (answer(body=[{"label": "Spring", "url": "/services/data/v67.0"}]), "no_org", "no list of API versions"),
        (answer(body=" " * (256 * 1024 + 1)), "no_org", "HTTP 200 with more than 262144 bytes"),
        (answer(body="[", Content_Length="20"), "http_cut", "HTTP 200, cut off after 1 bytes with 19 to come"),
        (lambda _peer, tls: None, "http_cut", "RemoteDisconnected"),
        (lambda _peer, tls: tls.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"), "http_cut", "BadStatusLine"),
    ],
)
def test_http_failures(peer, ca_path, speak, kind, seen):
    here = peer(over_tls(server_context(), speak))
    with name_server(Records([HERE])) as server:
        error = fail(addresses=[HERE], nameservers=[server], port=here.port, ca_path=ca_path)
    check = failed_check(error, "http")
    assert check["address"] == HERE
    assert seen in check["seen"]
    assert (check["cause"], check["cure"]) == hint(kind, here.port)
    assert len(check["seen"]) < 400
    assert "secret" not in error.message


@pytest.mark.parametrize("speak", [lambda peer, _tls: peer.stopped.wait(), trickle])
def test_slow_answer_is_bounded_as_a_whole(peer, ca_path, speak):
    here = peer(over_tls(server_context(), speak))
    started = time.monotonic()
    with name_server(Records([HERE])) as server:
        error = fail(addresses=[HERE], nameservers=[server], port=here.port, ca_path=ca_path, timeout=0.6)
    assert time.monotonic() - started < 3
    check = failed_check(error, "http")
    assert check["seen"] == "no whole answer to GET /services/data/ within 0.6 s"
    assert (check["cause"], check["cure"]) == hint("http_timeout", here.port)


# --- all at once, waiting, input -------------------------------------------------------------------------------------


def test_all_failures_are_told_at_once_and_alike_ones_once(peer, ca_path):
    here = peer(over_tls(server_context(), answer("420 Unused", "")), HERE)
    there = peer(over_tls(server_context(), answer("420 Unused", "")), THERE, here.port)
    peer(over_tls(server_context("other.example.com"), answer()), "127.0.0.4", here.port)
    with name_server(Records(["13.110.1.2"])) as server:
        error = fail(addresses=[HERE, THERE, "127.0.0.4"], nameservers=[server], port=here.port, ca_path=ca_path)
    assert error.message.startswith(f"{HOST}: resolve failed at {server}: resolves to 13.110.1.2 instead of")
    assert " | tls failed at 127.0.0.4: certificate refused: " in error.message
    assert f" | http failed at {HERE}, {THERE}: HTTP 420. Usual cause: " in error.message
    assert [len(each.requests) for each in (here, there)] == [1, 1]
    assert [(item["check"], item["address"]) for item in error.details["checks"]] == [
        ("resolve", server),
        ("tls", HERE),
        ("tls", THERE),
        ("tls", "127.0.0.4"),
        ("http", HERE),
        ("http", THERE),
    ]


def test_waits_for_the_record_to_change():
    records = Records(["13.110.1.2"])
    records.later, records.switch_after = ["10.0.1.5"], 2
    told: list[str] = []
    with name_server(records) as server:
        result = run(context=Context(progress=told.append), addresses=["10.0.1.5"], nameservers=[server], tls=False, wait_timeout=20, poll_interval=0.05)
    assert result["private"] is True
    assert records.queries.count("A udp") == 3
    assert len(told) == 3
    assert f"{HOST}: failed resolve, " in told[0]
    assert f"{HOST}: all checks passed, " in told[2]


def test_waiting_ends_at_the_deadline_and_says_what_was_last_seen():
    records = Records(["13.110.1.2"])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    started = time.monotonic()
    with name_server(records) as server, pytest.raises(WaitTimeout) as caught:
        run(context=Context(sleep=sleep), addresses=["10.0.1.5"], nameservers=[server], tls=False, wait_timeout=1, poll_interval=0.7)
    assert 1 <= time.monotonic() - started < 3
    assert records.queries.count("A udp") == len(slept) + 1 == 3
    assert slept[1] < 0.7
    assert "resolves to 13.110.1.2 instead of 10.0.1.5" in caught.value.message
    assert "last seen, after 1 s (wait_timeout 1 s). Next: " in caught.value.message
    assert caught.value.details["addresses"] == ["13.110.1.2"]


def test_all_problems_of_the_options_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        run(
            host="https://acme.my.salesforce.com/services",
            addresses=["10.0.1.5", "10.0.1.0/24", ""],
            nameservers=["AmazonProvidedDNS", "10.0.0.2:99999"],
            port=0,
            ca_path=str(tmp_path / "none.pem"),
            timeout=0,
            poll_interval=0,
            wait_timeout=-1,
        )
    heads = [problem.split(" ")[0].rstrip(":") for problem in caught.value.problems]
    assert heads == ["host", "addresses", "addresses", "nameservers", "nameservers", "port", "timeout", "poll_interval", "wait_timeout", "ca_path"]


def test_a_file_without_certificates_is_no_ca(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("nothing\n")
    with pytest.raises(InputError, match=r"ca_path .*ca\.pem cannot be read as CA certificates"):
        run(ca_path=str(path))


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("https://acme.my.salesforce.com", "is not a host name"),
        ("acme.my.salesforce.com/services", "is not a host name"),
        ("acme.my.salesforce.com:443", "is not a host name"),
        ("acme", "is not a host name"),
        ("", "is not a host name"),
        ("login.salesforce.com", "is a login host"),
        ("TEST.salesforce.com", "is a login host"),
        ("10.0.1.5", "is an address"),
        ("vpce-0123.vpce-svc-0123.us-east-1.vpce.amazonaws.com", "the endpoint's own name"),
    ],
)
def test_hosts_that_cannot_be_right(host, reason):
    with pytest.raises(InputError, match=reason) as caught:
        run(host=host)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("10.0.0.2", "10.0.0.2:53"),
        ("10.0.0.2:5353", "10.0.0.2:5353"),
        ("fd00::2", "[fd00::2]:53"),
        ("[fd00::2]", "[fd00::2]:53"),
        ("[FD00::2]:5353", "[fd00::2]:5353"),
    ],
)
def test_name_servers_with_and_without_ports(text, server):
    assert str(_dns_query.parse_nameserver(text)) == server


@pytest.mark.parametrize("kind", sorted(_my_domain_hints.HINTS))
def test_hints_are_whole_sentences_without_leftovers(kind):
    for text in hint(kind):
        assert len(text) > 20
        assert not set(text) & set("{}")
        assert not text.endswith(".")
