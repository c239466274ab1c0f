# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One writer of an org's lists at a time, among all processes of this user on this machine. This module util is PRIVATE to the collection.

The Metadata API takes a list as a whole and knows no 'only if it is still as I read it'. So whoever reads a list, adds to it and sends it back
must be alone with it: two that read the same list both succeed, and the second one's list is without what the first one added.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import typing as t
from urllib.parse import urlsplit

from ._errors import PrivateConnectError

if t.TYPE_CHECKING:
    from ._module import Context

# Seconds. A turn takes a few calls, and 50 connections of one org wait for one another.
PATIENCE = 600.0
_INTERVAL = 0.1


@contextlib.contextmanager
def turn(options: t.Mapping[str, t.Any], context: Context) -> t.Iterator[None]:
    """Held by one process at a time for the org of these options; the kernel ends it when a process dies."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_locked(os.path.join(_folder(), _name(options)), context))
        except OSError as error:
            context.warnings.append(f"Nothing keeps another task from writing to the same lists of the org at the same time: {error}")
        yield


def _name(options: t.Mapping[str, t.Any]) -> str:
    host = urlsplit(options.get("instance_url") or "").netloc.lower()
    return hashlib.sha256((host or options.get("target_org") or "").encode()).hexdigest()[:32] + ".lock"


def _folder() -> str:
    """Only this user may write there: a lock that others can take, others can keep."""
    folder = os.path.join(tempfile.gettempdir(), f"privatelink_salesforce_{os.getuid()}")
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if found.st_uid != os.getuid() or found.st_mode & 0o170022 != 0o040000:
        raise PermissionError(f"{folder} is not a directory that belongs to this user alone")
    return folder


@contextlib.contextmanager
def _locked(path: str, context: Context) -> t.Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = context.now() + PATIENCE
    try:
        while not _taken(descriptor):
            if context.now() >= deadline:
                raise PrivateConnectError(
                    f"Another task on this machine has been writing to the lists of this org for {PATIENCE:.0f} s, and this one waited that long for {path}. "
                    f"Nothing was changed. See which process holds it (fuser {path}), and run this again when that has ended"
                )
            context.sleep(_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
