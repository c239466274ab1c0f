# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Salesforce's own CLI as a source of the session. This module util is PRIVATE to the collection.

Contract (plugin-org since 5.11.1, May 2026): ``org display`` redacts the token, ``org auth show-access-token`` gives it.
Older CLIs lack that command and still show the token in ``org display``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import typing as t

from . import _validate as check
from ._errors import AuthError

TIMEOUT = 120
_UNKNOWN_COMMAND = ("is not a sf command", "command not found", "not found")


class SalesforceCli:
    """``run`` takes the argument list and returns (exit code, standard output, standard error)."""

    def __init__(self, run: t.Callable[[list[str]], tuple[int, str, str]] | None = None) -> None:
        self._run = run or _execute

    def session(self, target_org: str) -> tuple[str, str]:
        """Access token and instance URL of an alias or user name."""
        if target_org.startswith("-"):
            raise AuthError(f"target_org {target_org!r} is neither an alias nor a user name")
        display = self._json(["org", "display"], target_org)
        instance_url = display.get("instanceUrl")
        if not instance_url:
            raise AuthError(f"'sf org display --target-org {target_org}' gives no instanceUrl; log in again with 'sf org login web'")
        problem = check.instance_url(instance_url)
        if problem:
            raise AuthError(f"'sf org display --target-org {target_org}' gives an instanceUrl that is none: {problem}")
        return self._token(target_org, display), instance_url

    def _token(self, target_org: str, display: dict[str, t.Any]) -> str:
        try:
            token = self._json(["org", "auth", "show-access-token"], target_org).get("accessToken")
        except _NoSuchCommand:
            token = display.get("accessToken")
        if not token or str(token).startswith("[REDACTED]"):
            raise AuthError(f"The Salesforce CLI shows no access token of {target_org}; update it (plugin-org 5.11 or later) and log in again")
        return str(token)

    def _json(self, command: list[str], target_org: str) -> dict[str, t.Any]:
        arguments = [*command, "--target-org", target_org, "--json"]
        code, out, err = self._run(arguments)
        try:
            answer = json.loads(out)
        except ValueError:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        result = answer.get("result")
        if code == 0 and isinstance(result, dict):
            return result
        said = answer.get("message") or (err.strip().splitlines() or ["no output"])[-1]
        if any(mark in f"{said} {err}".lower() for mark in _UNKNOWN_COMMAND) and command[1] == "auth":
            raise _NoSuchCommand(said)
        raise AuthError(f"'sf {' '.join(arguments)}' failed (exit code {code}): {said}. Log in first: sf org login web --alias {target_org}")


class _NoSuchCommand(AuthError):
    pass


def _execute(arguments: list[str]) -> tuple[int, str, str]:
    program = shutil.which("sf")
    if not program:
        raise AuthError("auth_method=cli needs the Salesforce CLI, and no 'sf' is on the PATH; install it, or authenticate another way")
    environment = {**os.environ, "SF_DISABLE_TELEMETRY": "true", "SF_AUTOUPDATE_DISABLE": "true"}
    try:
        # The body also runs in the controller's process, where there is no AnsibleModule whose run_command could be called.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AuthError(f"'sf {' '.join(arguments)}' gave no answer within {TIMEOUT} s") from None
    return done.returncode, done.stdout, done.stderr
