# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else writes to the same lists at the same time: what they wrote stays, and so does what was written here."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _turns
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._metadata import Metadata
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig import CONNECTED, EXTERNAL, LINK, LINK_ENTRY, OFFICE, Security

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig"]

THEIRS = ["10.99.0.0", "10.99.0.9", "Theirs"]
Entries = list[list[str]]


class List(t.NamedTuple):
    module: str
    options: dict[str, t.Any]
    get: t.Callable[[Security], Entries]
    set: t.Callable[[Security, Entries], None]


LISTS = {
    "trusted": List("trusted_ip_ranges", {}, Security.trusted, lambda security, entries: security.client.set_trusted_ip_ranges(entries)),
    "profile": List(
        "profile_login_ip_ranges",
        {"profiles": ["Standard"]},
        lambda security: security.profile("Standard"),
        lambda security, entries: security.client.set_login_ip_ranges("Standard", entries),
    ),
    **{
        name: List(
            f"{name}_ip_policy",
            {"name": app},
            lambda security, app=app: security.app(app)[1],
            lambda security, entries, app=app: security.client.set_app_policy(app, ranges=entries),
        )
        for name, app in (("connected_app", CONNECTED), ("external_client_app", EXTERNAL))
    },
}
EACH = pytest.mark.parametrize("place", LISTS.values(), ids=LISTS)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str, t.Callable[[], None]], None]:
    """Does something right after the first call of this method of the Metadata API."""

    def arrange(method: str, act: t.Callable[[], None]) -> None:
        call, left = getattr(Metadata, method), [act]

        def then(self: Metadata, *words: t.Any, **options: t.Any) -> t.Any:
            answer = call(self, *words, **options)
            if left:
                left.pop()()
            return answer

        monkeypatch.setattr(Metadata, method, then)

    return arrange


@EACH
def test_what_is_added_while_it_is_judged(security: Security, between: t.Any, place: List) -> None:
    before = place.get(security)
    between("read", lambda: place.set(security, [*before, THEIRS]))
    security.well(place.module, ranges=[LINK], **place.options)
    assert place.get(security) == [*before, THEIRS, LINK_ENTRY]


@EACH
def test_a_list_that_was_read_before_and_is_written_after(security: Security, between: t.Any, place: List) -> None:
    """The other one's update is without ours."""
    before = place.get(security)
    between("update", lambda: place.set(security, [*before, THEIRS]))
    security.well(place.module, ranges=[LINK], **place.options)
    assert place.get(security) == [*before, THEIRS, LINK_ENTRY]
    assert security.context.warnings == []


@EACH
def test_entries_that_are_taken_out_at_the_same_time(security: Security, between: t.Any, place: List) -> None:
    place.set(security, [OFFICE, LINK_ENTRY, THEIRS])
    between("update", lambda: place.set(security, [LINK_ENTRY, THEIRS]))
    result = security.run(place.module, mode="remove", ranges=[LINK], allow_lockout=True, **place.options)
    assert "held 198.51.100.0-198.51.100.255 (Head office) when it was read, and no longer does. Another job or somebody in Setup" in result["msg"]
    assert "Nothing was changed" in result["msg"]
    assert place.get(security) == [LINK_ENTRY, THEIRS]


@EACH
def test_only_the_own_entries_are_put_back(security: Security, between: t.Any, place: List) -> None:
    """The org takes the update, and then another one that makes it fail."""
    before = [OFFICE]
    place.set(security, before)
    between("update", lambda: place.set(security, [LINK_ENTRY, THEIRS]))
    result = security.run(place.module, ranges=[LINK], **place.options)
    assert "What was changed already was put back" in result["msg"]
    assert place.get(security) == [THEIRS]


def test_a_login_that_fails_takes_the_own_entries_back(security: Security, between: t.Any) -> None:
    between("update", lambda: security.client.set_login_ip_ranges("Standard", [LINK_ENTRY, THEIRS]))
    security.client.add_fault("status", "salesforce", "oauth.token", skip=1, status=400, body='{"error": "invalid_grant"}')
    result = security.run("profile_login_ip_ranges", profiles=["Standard"], ranges=[LINK])
    assert "a new login failed" in result["msg"]
    assert "The change was taken back" in result["msg"]
    assert security.profile("Standard") == [THEIRS]


def test_replace_means_the_whole_list(security: Security, between: t.Any) -> None:
    between("update", lambda: security.client.set_trusted_ip_ranges([OFFICE, LINK_ENTRY, THEIRS]))
    security.well("trusted_ip_ranges", mode="replace", ranges=[LINK])
    assert security.trusted() == [LINK_ENTRY]


def test_ranges_that_are_added_while_another_member_is_set(security: Security, between: t.Any) -> None:
    between("update", lambda: security.client.set_trusted_ip_ranges([OFFICE, THEIRS]))
    security.well("session_settings", lock_sessions_to_ip=True)
    assert security.trusted() == [OFFICE, THEIRS]
    assert security.context.warnings == []


ORG = {"instance_url": "https://acme.my.salesforce.com"}


def count(path: pathlib.Path) -> None:
    """Reads a number and writes the next one."""
    for _turn in range(200):
        with _turns.turn(ORG, Context()):
            path.write_text(str(int(path.read_text(encoding="utf-8")) + 1), encoding="utf-8")


def test_one_at_a_time(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_turns.tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "number"
    path.write_text("0", encoding="utf-8")
    # A lock belongs to an opened file, so threads exclude each other as processes do.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(count, [path] * 4))
    assert path.read_text(encoding="utf-8") == "800"


def test_other_orgs_do_not_wait(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_turns.tempfile, "tempdir", str(tmp_path))
    with (
        _turns.turn(ORG, Context()),
        _turns.turn({"instance_url": "https://other.my.salesforce.com"}, Context()),
        _turns.turn({"target_org": "uat"}, Context()),
    ):
        assert len(list(tmp_path.glob("*/*.lock"))) == 3


def test_a_folder_of_somebody_else_is_not_used(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_turns.tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"privatelink_salesforce_{os.getuid()}"
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    context = Context()
    with _turns.turn(ORG, context):
        assert list(folder.iterdir()) == []
    assert "Nothing keeps another task from writing" in context.warnings[0]


def test_a_turn_that_never_comes_ends_with_what_to_do(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_turns.tempfile, "tempdir", str(tmp_path))
    passed = [0.0]
    waiting = Context(now=lambda: passed[0], sleep=lambda seconds: passed.__setitem__(0, passed[0] + seconds))
    with _turns.turn(ORG, Context()), pytest.raises(PrivateConnectError, match=r"for 600 s.*fuser .*\.lock.*run this again"), _turns.turn(ORG, waiting):
        pytest.fail("the lock was taken twice")
