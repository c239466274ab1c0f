# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login for each org and identity of a run, for all its tasks and hosts. This plugin util is PRIVATE to the collection.

Tasks run in processes that are forked from the controller's, which loads this file before the first of them. The key made then is in the
memory of the run and nowhere else. What lies in the run's temporary directory is encrypted under it, and files are named by hashes that it
keys. A process that loaded the file by itself has another key: it finds nothing and logs in.
"""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from ..module_utils._auth import Session
from ._run_cache import made_folder, once

try:
    from cryptography.fernet import Fernet, InvalidToken
except ImportError:  # ansible-core brings it, but need not
    HAS_CRYPTOGRAPHY = False
    _KEY = b""
else:
    HAS_CRYPTOGRAPHY = True
    _KEY = Fernet.generate_key()


def shared_session(identity: t.Mapping[str, t.Any], login: t.Callable[[], Session], expired: Session | None) -> Session:
    """The session that the run has for these options, unless it is the ``expired`` one; else that of a new ``login()``, which the run has then.

    Raises what ``login`` raises.
    """
    if not HAS_CRYPTOGRAPHY:
        return login()
    return once(lambda: _path(identity), login, _encrypted, _decrypted, usable=lambda session: session != expired)


def _path(identity: t.Mapping[str, t.Any]) -> str:
    # Salesforce's own CLI finds its logins by HOME.
    name = json.dumps([dict(identity), os.environ.get("HOME")], sort_keys=True, default=str).encode()
    return os.path.join(made_folder(), hashlib.blake2b(name, key=_KEY, digest_size=20).hexdigest() + ".session")


def _encrypted(session: Session) -> bytes:
    return Fernet(_KEY).encrypt(json.dumps([session.access_token, session.instance_url]).encode())


def _decrypted(content: bytes) -> Session:
    try:
        access_token, instance_url = json.loads(Fernet(_KEY).decrypt(content))
    except InvalidToken:
        raise ValueError("it is not encrypted under the key of this run") from None
    return Session(access_token, instance_url)
