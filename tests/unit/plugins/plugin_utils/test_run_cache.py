# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import pathlib
import stat

import pytest
from ansible import constants as C  # noqa: N812

from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _run_cache as cache

ACME = {"instance_url": "https://acme.my.salesforce.com", "client_secret": "s3cr3t-of-acme"}
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def run_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path / "privatelink_salesforce"


class Source:
    """Counts how often it is asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_the_second_call_does_not_fetch():
    source = Source([{"name": "Acme", "region": None}])
    assert cache.fetch_once(ACME, source) == cache.fetch_once(dict(reversed(ACME.items())), source) == [{"name": "Acme", "region": None}]
    assert source.asked == 1


@pytest.mark.parametrize("answer", [None, [], {}, False])
def test_empty_answers_are_answers(answer):
    source = Source(answer)
    assert [cache.fetch_once(ACME, source), cache.fetch_once(ACME, source)] == [answer, answer]
    assert source.asked == 1


@pytest.mark.parametrize("other", [{"client_secret": "another"}, {"instance_url": "https://other.my.salesforce.com"}, {"timeout": 31}])
def test_other_options_share_nothing(other):
    cache.fetch_once(ACME, Source(["acme"]))
    assert cache.fetch_once({**ACME, **other}, Source(["other"])) == ["other"]


def test_what_fails_is_asked_again():
    with pytest.raises(ValueError, match="no answer"):
        cache.fetch_once(ACME, Source(ValueError("no answer")))
    assert cache.fetch_once(ACME, Source(["acme"])) == ["acme"]


def test_an_error_of_the_fetch_is_not_taken_for_one_of_the_cache():
    source = Source(ConnectionRefusedError("no org"))
    with pytest.raises(ConnectionRefusedError):
        cache.fetch_once(ACME, source)
    assert source.asked == 1


def files(run_directory: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in run_directory.rglob("*") if path.is_file()]


def test_no_secret_is_written_and_nobody_else_can_read(run_directory):
    cache.fetch_once(ACME, Source(["acme"]))
    assert stat.S_IMODE(run_directory.stat().st_mode) == 0o700
    assert len(files(run_directory)) >= 2
    for path in files(run_directory):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"s3cr3t" not in path.read_bytes()


def test_names_differ_from_run_to_run(run_directory, tmp_path, monkeypatch):
    cache.fetch_once(ACME, Source(["acme"]))
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "other"))
    cache.fetch_once(ACME, Source(["acme"]))
    names = [{path.name for path in folder.glob("*.json")} for folder in (run_directory, tmp_path / "other/privatelink_salesforce")]
    assert len(names[0]) == len(names[1]) == 1
    assert names[0] != names[1]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"data"', b"[]", b"{}", b"\xff\xfe", b"5"])
def test_a_damaged_file_is_fetched_anew(run_directory, damage):
    source = Source(["acme"])
    cache.fetch_once(ACME, source)
    (path,) = run_directory.glob("*.json")
    path.write_bytes(damage)
    assert cache.fetch_once(ACME, source) == cache.fetch_once(ACME, source) == ["acme"]
    assert source.asked == 2


def test_without_a_usable_directory_every_call_fetches(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(blocked))
    source = Source(["acme"])
    assert cache.fetch_once(ACME, source) == cache.fetch_once(ACME, source) == ["acme"]
    assert source.asked == 2


def test_a_full_disk_does_not_lose_the_answer(run_directory, monkeypatch):
    def replace(source, target):
        if target.endswith(".json"):
            raise OSError(28, "No space left on device")
        rename(source, target)

    rename = os.rename
    monkeypatch.setattr(os, "replace", replace)
    assert cache.fetch_once(ACME, Source(["acme"])) == ["acme"]
    assert not [path for path in files(run_directory) if path.name.startswith(".")], "the half-made file is removed"


def test_forget_drops_every_identity(run_directory):
    sources = [Source(["acme"]), Source(["other"])]
    for _repetition in range(2):
        cache.fetch_once(ACME, sources[0])
        cache.fetch_once({**ACME, "username": "x"}, sources[1])
    cache.forget()
    assert not list(run_directory.glob("*.json"))
    cache.fetch_once(ACME, sources[0])
    cache.fetch_once({**ACME, "username": "x"}, sources[1])
    assert [source.asked for source in sources] == [2, 2]


def test_forget_before_anything_was_kept(run_directory):
    cache.forget()
    assert not run_directory.exists()


def test_a_fetch_under_way_when_something_is_written_is_not_kept():
    def fetch():
        cache.forget()  # another task writes while this one reads
        return ["before the write"]

    assert cache.fetch_once(ACME, fetch) == ["before the write"]
    assert cache.fetch_once(ACME, Source(["after the write"])) == ["after the write"]


def ask(started, fetching, crowd, results, fails: bool) -> None:
    def fetch():
        with fetching.get_lock():
            fetching.value += 1
            if fetching.value > 1:
                crowd.set()
        crowd.wait(timeout=0.5)  # time for the others to come in as well, if anything lets them
        if fails:
            raise ValueError("no answer")
        return ["acme"]

    started.wait(timeout=30)
    try:
        results.put(cache.fetch_once(ACME, fetch))
    except ValueError as error:
        results.put(str(error))


@pytest.mark.parametrize(("fails", "fetches", "outcome"), [(False, 1, ["acme"]), (True, 6, "no answer")])
def test_processes_that_ask_at_the_same_time_fetch_once(fails, fetches, outcome):
    started, fetching, crowd, results = FORK.Barrier(6), FORK.Value("i", 0), FORK.Event(), FORK.Queue()
    processes = [FORK.Process(target=ask, args=(started, fetching, crowd, results, fails)) for _number in range(6)]
    for process in processes:
        process.start()
    outcomes = [results.get(timeout=30) for _process in processes]
    for process in processes:
        process.join(timeout=30)
    assert outcomes == [outcome] * 6
    assert fetching.value == fetches


def die(barrier) -> None:
    def fetch():
        barrier.wait(timeout=30)
        os._exit(1)

    cache.fetch_once(ACME, fetch)


def test_a_process_that_dies_while_fetching_blocks_nobody():
    barrier = FORK.Barrier(2)
    process = FORK.Process(target=die, args=(barrier,))
    process.start()
    barrier.wait(timeout=30)
    assert cache.fetch_once(ACME, Source(["acme"])) == ["acme"]
    process.join(timeout=30)
    assert process.exitcode == 1
