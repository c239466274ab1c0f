# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run has read from an org, for all its tasks and hosts. This plugin util is PRIVATE to the collection.

Ansible runs every task in a process forked for it, so memory is not shared; the files lie in the controller's temporary directory, which is
made for one run (mode 0700) and removed at its end. Only what is fetched is written, never an option: credentials go into the file's name
as a keyed hash, so that another identity gets another file. The key is a random salt beside the files; without it they are all forgotten,
also what a fetch that is still under way will write.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import typing as t

from ansible import constants as C  # noqa: N812
from ansible.utils.display import Display

_FOLDER = "privatelink_salesforce"
_SALT = "salt"
_SALT_BYTES = 32
_MISS = object()
Kept = t.TypeVar("Kept")

display = Display()


def fetch_once(key_options: t.Mapping[str, t.Any], fetch: t.Callable[[], t.Any]) -> t.Any:
    """What ``fetch()`` returned for these options earlier in this run, else what it returns now; it must fit into JSON.

    Raises what ``fetch`` raises, which is never kept.
    """
    return once(lambda: _path(key_options), fetch, lambda data: json.dumps({"data": data}).encode(), lambda content: json.loads(content)["data"])


def once(
    path: t.Callable[[], str],
    make: t.Callable[[], Kept],
    encode: t.Callable[[Kept], bytes],
    decode: t.Callable[[bytes], Kept],
    usable: t.Callable[[Kept], bool] = lambda kept: True,
) -> Kept:
    """What the file keeps, if it is usable, else what is made, which the file keeps from then on.

    Processes that ask at the same time wait for the one that makes it. Where the file cannot be used, every call makes it. ``decode`` raises
    ValueError, KeyError or TypeError for content that is damaged.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = path()
            kept = _load(file, decode)
            if kept is _MISS or not usable(t.cast(Kept, kept)):
                stack.enter_context(_locked(file))
                kept = _load(file, decode)
        except OSError as error:
            display.vv(f"privatelink.salesforce: nothing is kept for later tasks: {error}")
            return make()
        if kept is not _MISS and usable(t.cast(Kept, kept)):
            return t.cast(Kept, kept)
        made = make()
        try:
            _write(file, encode(made))
        except OSError as error:
            display.vv(f"privatelink.salesforce: nothing is kept for later tasks: {error}")
        return made


def forget() -> None:
    """Drop everything kept, for all orgs: whoever wrote to one calls this after the write, whatever came of it."""
    folder = _folder()
    try:
        os.unlink(os.path.join(folder, _SALT))
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in os.listdir(folder):
        if name.endswith(".json"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))


def _folder() -> str:
    return os.path.join(C.DEFAULT_LOCAL_TMP, _FOLDER)


def made_folder() -> str:
    """The directory of this run's files, which only this user may read."""
    folder = _folder()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _path(key_options: t.Mapping[str, t.Any]) -> str:
    folder = made_folder()
    identity = json.dumps(dict(key_options), sort_keys=True, default=str).encode()
    return os.path.join(folder, hashlib.blake2b(identity, key=_salt(folder), digest_size=20).hexdigest() + ".json")


def _salt(folder: str) -> bytes:
    """The salt of this run; of several processes that find none, one makes it for all."""
    path = os.path.join(folder, _SALT)
    if not os.path.exists(path):
        with _locked(path):
            if not os.path.exists(path):
                _write(path, secrets.token_bytes(_SALT_BYTES))
    with open(path, "rb") as file:
        return file.read(_SALT_BYTES)


@contextlib.contextmanager
def _locked(path: str) -> t.Iterator[None]:
    """Held by one process at a time; the kernel releases it when a process dies."""
    descriptor = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _load(path: str, decode: t.Callable[[bytes], t.Any]) -> t.Any:
    try:
        with open(path, "rb") as file:
            return decode(file.read())
    except FileNotFoundError:
        return _MISS
    except (ValueError, KeyError, TypeError) as error:
        display.vv(f"privatelink.salesforce: {path} is damaged and made anew: {error}")
        return _MISS


def _write(path: str, content: bytes) -> None:
    """All of it or nothing, whoever reads at the same time."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
