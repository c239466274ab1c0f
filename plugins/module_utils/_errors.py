# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's exceptions. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t


class PrivateConnectError(Exception):
    """What went wrong, in words for the user; ``details`` are result keys for machines."""

    def __init__(self, message: str, **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def add(self, words: str, **details: t.Any) -> None:
        """Say more, where more is known: what was done about it."""
        self.message = f"{self.message.rstrip('.')}. {words}"
        self.args = (self.message,)
        self.details.update(details)


class InputError(PrivateConnectError):
    """The options cannot be right. ``problems`` holds every one that was found."""

    def __init__(self, problems: t.Sequence[str]) -> None:
        self.problems = list(problems)
        message = self.problems[0] if len(self.problems) == 1 else f"{len(self.problems)} problems: " + " | ".join(self.problems)
        super().__init__(message, problems=self.problems)


class AuthError(PrivateConnectError):
    """The org refused the login, or the credentials could not be read."""


class NetworkError(PrivateConnectError):
    """No answer came. ``sent`` is false only where the request surely never reached the org."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class OrgError(PrivateConnectError):
    """The org answered with an error. ``error_code`` and ``org_message`` are the org's own words."""

    def __init__(self, message: str, *, status: int, error_code: str, org_message: str, fields: t.Sequence[str] = ()) -> None:
        super().__init__(message, status=status, error_code=error_code, org_message=org_message)
        self.status = status
        self.error_code = error_code
        self.org_message = org_message
        self.fields = list(fields)


class Refusal(PrivateConnectError):
    """What was asked for would take more than the options allow; the message holds the plan."""


class WaitTimeout(PrivateConnectError):
    """A deadline passed. The message holds the last status, both IDs, how long, and what to do next."""
