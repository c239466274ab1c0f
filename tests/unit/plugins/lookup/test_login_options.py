# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible import constants as C  # noqa: N812
from ansible.errors import AnsibleLookupError

from ansible_collections.privatelink.salesforce.plugins.lookup.login_options import LookupModule
from ansible_collections.privatelink.salesforce.plugins.module_utils._argspec import ORG_ENVIRONMENT
from ansible_collections.privatelink.salesforce.plugins.module_utils._auth import choose

URL = "https://acme.my.salesforce.com"
APP = {"client_id": "app", "client_secret": "hush"}


@pytest.fixture(autouse=True)
def environ(monkeypatch, tmp_path):
    for name in ORG_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return monkeypatch


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "key.pem").write_text("the key", encoding="ascii")
    return str(tmp_path / "key.pem")


def look_up(*terms, **options):
    (found,) = LookupModule().run(list(terms), {}, **options)
    # What is handed over is enough, by itself.
    assert choose(found).method == found["auth_method"]
    return found


def test_options_come_from_the_dictionary_and_what_it_lacks_from_the_environment(environ):
    environ.setenv("SALESFORCE_INSTANCE_URL", "https://other.my.salesforce.com")
    environ.setenv("SALESFORCE_CLIENT_SECRET", "hush")
    environ.setenv("SALESFORCE_API_VERSION", "66.0")
    environ.setenv("SALESFORCE_USERNAME", "")
    wanted = {"auth_method": "client_credentials", "instance_url": URL, **APP, "api_version": "66.0"}
    assert look_up({"instance_url": URL, "client_id": "app"}) == wanted
    environ.setenv("SALESFORCE_CLIENT_ID", "app")
    assert look_up() == {**wanted, "instance_url": "https://other.my.salesforce.com"}


def test_what_the_way_to_authenticate_does_not_need_stays_here():
    given = {"instance_url": URL, **APP, "username": "u", "auth_method": "client_credentials", "access_token": "t", "audience": "https://a"}
    assert look_up(given) == {"auth_method": "client_credentials", "instance_url": URL, **APP, "api_version": "67.0"}


def test_how_the_controller_reaches_the_org_is_handed_on_if_it_is_an_option(environ):
    environ.setenv("SALESFORCE_CA_PATH", "/controller/ca.pem")
    environ.setenv("SALESFORCE_TIMEOUT", "7")
    assert not {"ca_path", "timeout"} & set(look_up({"instance_url": URL, **APP}))
    assert look_up({"instance_url": URL, **APP, "ca_path": "/ca.pem", "validate_certs": True})["ca_path"] == "/ca.pem"


@pytest.mark.parametrize("by_option", [True, False])
def test_a_key_file_is_read(environ, key_file, by_option):
    given = {"instance_url": URL, "client_id": "app", "username": "u", "audience": "https://a.example"}
    if by_option:
        given["private_key_file"] = key_file
    else:
        environ.setenv("SALESFORCE_PRIVATE_KEY_FILE", key_file)
    wanted = {"auth_method": "jwt_bearer", "instance_url": URL, "client_id": "app", "username": "u", "private_key": "the key"}
    assert look_up(given) == {**wanted, "audience": "https://a.example", "api_version": "67.0"}


def test_a_refresh_token_goes_with_the_secret_of_its_app():
    given = {"instance_url": URL, **APP, "refresh_token": "r", "token_url": "https://acme.my.salesforce.com/t"}
    assert look_up(given) == {"auth_method": "refresh_token", **given, "api_version": "67.0"}


def test_the_session_of_the_cli_becomes_a_token_and_the_cli_is_asked_once(environ, tmp_path):
    answers = {"display": {"instanceUrl": URL}, "auth": {"accessToken": "00D!t"}}
    lines = [f"  *' {word} '*) echo '{json.dumps({'status': 0, 'result': answer})}';;" for word, answer in answers.items()]
    calls = tmp_path / "calls"
    (tmp_path / "sf").write_text("\n".join(["#!/bin/sh", f"echo $* >> {calls}", 'case " $* " in', *lines, "esac", ""]), encoding="ascii")
    (tmp_path / "sf").chmod(0o700)
    environ.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    environ.setenv("SALESFORCE_TARGET_ORG", "acme")
    environ.setenv("SALESFORCE_AUTH_METHOD", "cli")
    for _round in range(2):
        assert look_up() == {"auth_method": "access_token", "access_token": "00D!t", "instance_url": URL, "api_version": "67.0"}
    assert len(calls.read_text(encoding="ascii").splitlines()) == 2


@pytest.mark.parametrize(
    ("terms", "options", "words"),
    [
        ([{"instance_url": URL}], {}, "no credentials"),
        ([{"instance_url": URL, **APP, "auth_method": "magic"}], {}, "auth_method"),
        ([{"instance_url": URL, **APP, "instanceurl": "x"}], {}, "instanceurl"),
        ([{"instance_url": URL, "client_id": "app", "username": "u", "private_key_file": "/no/key.pem"}], {}, "private_key_file /no/key.pem cannot be read"),
        (["client_credentials"], {}, "takes one dictionary"),
        ([{}, {}], {}, "takes one dictionary"),
        ([], {"client_id": "app"}, "takes one dictionary"),
    ],
)
def test_what_cannot_be_is_an_error_without_secrets(terms, options, words):
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(*terms, **options)
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)
