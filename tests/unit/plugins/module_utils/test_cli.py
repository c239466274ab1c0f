# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract with Salesforce's own CLI, old and new; the real one is tried by `make test-cli`."""

from __future__ import annotations

import json
import os
import stat

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _auth, _cli
from ansible_collections.privatelink.salesforce.plugins.module_utils._cli import SalesforceCli
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError

URL = "https://acme.my.salesforce.com"
TOKEN = "00Dxx0000000001!AQ.token"
REDACTED = "[REDACTED] Use 'sf org auth show-access-token' to view"
DISPLAY = {"accessToken": REDACTED, "instanceUrl": URL, "username": "ansible@acme.example", "connectedStatus": "Connected"}


def envelope(result, status=0):
    return (status, json.dumps({"status": status, "result": result, "warnings": []}), "")


def failure(message, code=1, name="Error"):
    return (code, json.dumps({"status": code, "name": name, "message": message}), "")


UNKNOWN = (127, "", " \u203a   Warning: org auth show-access-token is not a sf command.\nError: command org:auth:show-access-token not found\n")


class Runs:
    """The CLI as a table from command to (exit code, output, errors)."""

    def __init__(self, display, token):
        self.answers = {"display": display, "show-access-token": token}
        self.calls = []

    def __call__(self, arguments):
        self.calls.append(arguments)
        return self.answers[next(word for word in arguments if word in self.answers)]


def test_today_the_token_has_a_command_of_its_own():
    run = Runs(envelope(DISPLAY), envelope({"accessToken": TOKEN}))
    assert SalesforceCli(run).session("acme") == (TOKEN, URL)
    assert run.calls == [["org", "display", "--target-org", "acme", "--json"], ["org", "auth", "show-access-token", "--target-org", "acme", "--json"]]


@pytest.mark.parametrize("unknown", [UNKNOWN, failure("org auth show-access-token is not a sf command.", 127)])
def test_an_old_cli_shows_it_in_display(unknown):
    run = Runs(envelope({**DISPLAY, "accessToken": TOKEN}), unknown)
    assert SalesforceCli(run).session("acme") == (TOKEN, URL)


@pytest.mark.parametrize(
    ("display", "token"),
    [
        (DISPLAY, UNKNOWN),
        (DISPLAY, envelope({"accessToken": REDACTED})),
        (DISPLAY, envelope({"accessToken": ""})),
        ({"instanceUrl": URL}, UNKNOWN),
    ],
)
def test_a_redacted_token_is_none(display, token):
    with pytest.raises(AuthError, match=r"shows no access token of acme; update it \(plugin-org 5\.11 or later\)"):
        SalesforceCli(Runs(envelope(display), token)).session("acme")


def test_not_logged_in():
    message = "No authorization information found for acme."
    with pytest.raises(AuthError) as caught:
        SalesforceCli(Runs(failure(message, name="NamedOrgNotFoundError"), UNKNOWN)).session("acme")
    assert message in caught.value.message
    assert "sf org login web --alias acme" in caught.value.message


def test_the_token_cannot_be_shown():
    """No old CLI: the answer of display must not be taken for it."""
    run = Runs(envelope({**DISPLAY, "accessToken": TOKEN}), failure("The org acme is locked."))
    with pytest.raises(AuthError, match="The org acme is locked") as caught:
        SalesforceCli(run).session("acme")
    assert TOKEN not in caught.value.message


def test_display_without_a_url():
    with pytest.raises(AuthError, match="gives no instanceUrl"):
        SalesforceCli(Runs(envelope({"accessToken": TOKEN}), envelope({"accessToken": TOKEN}))).session("acme")


@pytest.mark.parametrize("output", [(0, "", ""), (0, "not JSON", ""), (0, "[]", ""), (0, '"text"', ""), (1, "null", "broken\n"), (0, '{"result": []}', "")])
def test_output_that_is_none(output):
    with pytest.raises(AuthError, match="'sf org display --target-org acme --json' failed"):
        SalesforceCli(Runs(output, UNKNOWN)).session("acme")


def test_the_url_is_judged_as_one_of_the_options():
    with pytest.raises(AuthError, match="must begin with https://"):
        SalesforceCli(Runs(envelope({**DISPLAY, "instanceUrl": "http://acme.my.salesforce.com"}), envelope({"accessToken": TOKEN}))).session("acme")


def test_an_option_in_place_of_an_org():
    run = Runs(envelope(DISPLAY), envelope({"accessToken": TOKEN}))
    with pytest.raises(AuthError, match="neither an alias nor a user name"):
        SalesforceCli(run).session("--help")
    assert run.calls == []


# -- the program ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sf(tmp_path, monkeypatch):
    """Put a program named sf on an otherwise empty PATH."""

    def install(script):
        program = tmp_path / "sf"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    monkeypatch.setenv("PATH", str(tmp_path))
    return install


def test_the_program_is_run(sf, tmp_path):
    shown, token = json.dumps({"status": 0, "result": DISPLAY}), json.dumps({"status": 0, "result": {"accessToken": TOKEN}})
    (tmp_path / "shown").write_text(shown)
    (tmp_path / "token").write_text(token)
    sf(
        f"""cd {tmp_path}
echo "$SF_DISABLE_TELEMETRY $SF_AUTOUPDATE_DISABLE $*" >> calls
echo "warned of something" >&2
case "$*" in *show-access-token*) exec /bin/cat token;; *) exec /bin/cat shown;; esac
"""
    )
    session = _auth.choose({"target_org": "acme"}).login(None)
    assert (session.access_token, session.instance_url) == (TOKEN, URL)
    assert (tmp_path / "calls").read_text().splitlines() == [
        "true true org display --target-org acme --json",
        "true true org auth show-access-token --target-org acme --json",
    ]


@pytest.mark.parametrize(("given", "refused"), [(URL + "/", False), (None, False), ("https://other.my.salesforce.com", True)])
def test_the_org_is_the_one_meant(monkeypatch, given, refused):
    monkeypatch.setattr(_cli, "_execute", Runs(envelope(DISPLAY), envelope({"accessToken": TOKEN})))
    grant = _auth.choose({"target_org": "acme", "instance_url": given})
    if refused:
        with pytest.raises(AuthError, match=f"target_org acme of the Salesforce CLI is {URL}, instance_url says {given}"):
            grant.login(None)
    else:
        assert grant.login(None).instance_url == URL


def test_no_program(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(AuthError, match="no 'sf' is on the PATH"):
        SalesforceCli().session("acme")


def test_a_program_that_hangs(sf, monkeypatch):
    monkeypatch.setattr(_cli, "TIMEOUT", 0.2)
    sf("exec /bin/sleep 30\n")
    with pytest.raises(AuthError, match=r"gave no answer within 0\.2 s"):
        SalesforceCli().session("acme")


@pytest.fixture
def typed():
    """Standard input with a line that somebody typed."""
    kept = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, b"typed\n")
    os.dup2(reading, 0)
    yield
    os.dup2(kept, 0)
    for descriptor in (kept, reading, writing):
        os.close(descriptor)


@pytest.mark.usefixtures("typed")
def test_a_program_that_asks_gets_no_answer(sf):
    sf('read answer; echo "asked: $answer" >&2; exit 1\n')
    with pytest.raises(AuthError, match=r"failed \(exit code 1\): asked:") as caught:
        SalesforceCli().session("acme")
    assert "typed" not in caught.value.message
