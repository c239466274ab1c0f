# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import stat
import typing as t

import pytest
from ansible import constants as C  # noqa: N812
from cryptography.fernet import Fernet

from ansible_collections.privatelink.salesforce.plugins.module_utils._auth import Session
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.plugins.module_utils._org import connect
from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _run_sessions as sessions
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

ACME = {"instance_url": "https://acme.my.salesforce.com", "client_secret": "s3cr3t-of-acme"}
TOKEN = "00D000000000001!t0ken-of-acme"
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path / "privatelink_salesforce"


class Login:
    """Gives a new token each time, and counts."""

    def __init__(self, prefix: str = TOKEN) -> None:
        self.prefix, self.count = prefix, 0

    def __call__(self) -> Session:
        self.count += 1
        return Session(f"{self.prefix}-{self.count}", ACME["instance_url"])


def test_the_second_task_does_not_log_in():
    login = Login()
    assert sessions.shared_session(ACME, login, None) == sessions.shared_session(dict(reversed(ACME.items())), login, None)
    assert login.count == 1


@pytest.mark.parametrize("other", [{"client_secret": "another"}, {"instance_url": "https://other.my.salesforce.com"}])
def test_another_identity_gets_a_session_of_its_own(other):
    sessions.shared_session(ACME, Login(), None)
    assert sessions.shared_session({**ACME, **other}, Login("other"), None).access_token == "other-1"


def test_another_home_has_other_logins_of_the_cli(monkeypatch):
    sessions.shared_session(ACME, Login(), None)
    monkeypatch.setenv("HOME", "/elsewhere")
    assert sessions.shared_session(ACME, Login("other"), None).access_token == "other-1"


def test_an_expired_session_is_renewed_once_for_all():
    login = Login()
    old = sessions.shared_session(ACME, login, None)
    new = sessions.shared_session(ACME, login, old)
    assert new != old
    # The next task that met the end of the old one finds the new one.
    assert sessions.shared_session(ACME, login, old) == new
    assert login.count == 2


def test_a_login_that_fails_is_not_kept():
    def refused() -> Session:
        raise AuthError("refused")

    with pytest.raises(AuthError):
        sessions.shared_session(ACME, refused, None)
    assert sessions.shared_session(ACME, Login(), None).access_token == f"{TOKEN}-1"


def test_neither_token_nor_credentials_nor_key_are_in_a_file_and_nobody_else_can_read_it(folder):
    sessions.shared_session(ACME, Login(), None)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".session" for path in files)
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.name.encode() + path.read_bytes()
        assert not [secret for secret in (TOKEN.encode(), b"t0ken", b"s3cr3t", sessions._KEY) if secret in text]


def test_a_file_under_another_key_is_made_anew(folder, monkeypatch):
    sessions.shared_session(ACME, Login(), None)
    (kept,) = folder.glob("*.session")
    kept.write_bytes(Fernet(Fernet.generate_key()).encrypt(b'["stolen", "https://evil.example"]'))
    assert sessions.shared_session(ACME, Login("new"), None).access_token == "new-1"


def test_without_cryptography_every_task_logs_in(folder, monkeypatch):
    monkeypatch.setattr(sessions, "HAS_CRYPTOGRAPHY", False)
    login = Login()
    for _round in range(2):
        assert sessions.shared_session(ACME, login, None)
    assert login.count == 2
    assert not folder.exists()


def test_where_nothing_can_be_written_every_task_logs_in(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "file"))
    login = Login()
    for _round in range(2):
        assert sessions.shared_session(ACME, login, None)
    assert login.count == 2


def _ask(queue: t.Any, options: dict[str, t.Any]) -> None:
    org = connect(options, Context(sessions=sessions.shared_session))
    queue.put(org.connections())
    os._exit(0)


@pytest.fixture(scope="module")
def running():
    with Rig(aws=False) as made:
        yield made


@pytest.fixture
def rig(running):
    running.reset()
    return running


def _options(rig: Rig) -> dict[str, t.Any]:
    org = rig.ready["orgs"]["acme"]
    return {name: org[name] for name in ("instance_url", "client_id", "client_secret")}


def _logins(rig: Rig) -> int:
    return rig.client.count("salesforce", "oauth.token")


def test_processes_that_start_together_log_in_once(rig):
    queue = FORK.SimpleQueue()
    workers = [FORK.Process(target=_ask, args=(queue, _options(rig))) for _number in range(8)]
    for worker in workers:
        worker.start()
    assert [queue.get() for _worker in workers] == [[]] * 8
    for worker in workers:
        worker.join()
    assert _logins(rig) == 1


def test_an_org_that_ends_the_session_is_asked_for_one_new_one(rig):
    context = Context(sessions=sessions.shared_session)
    orgs = [connect(_options(rig), context) for _number in range(3)]
    for org in orgs:
        org.connections()
    rig.client.revoke_sessions()
    for org in orgs:
        org.connections()
    assert _logins(rig) == 2


def test_who_must_prove_a_login_logs_in(rig):
    context = Context(sessions=sessions.shared_session)
    for fresh in (False, True, True):
        connect(_options(rig), context, fresh=fresh).connections()
    assert _logins(rig) == 3


def test_a_given_token_is_kept_nowhere(rig, folder):
    org = connect({"instance_url": _options(rig)["instance_url"], "access_token": TOKEN}, Context(sessions=sessions.shared_session))
    assert org.host == "127.0.0.1"
    assert not folder.exists()
