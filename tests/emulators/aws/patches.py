# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting actions of ours in the place of moto's, and taking them out again."""

from __future__ import annotations

import re
import typing as t

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.route53.exceptions import Route53ClientError

_ABSENT = object()
_PREFIXES = {"subnet": "InvalidSubnetID", "sg": "InvalidGroupId", "vpc": "InvalidVpcID", "vpce": "InvalidVpcEndpointId"}


class Patches:
    """Replaced attributes of moto's classes; ``undo`` restores them."""

    def __init__(self) -> None:
        self._undo: list[tuple[type, str, t.Any]] = []

    def replace(self, owner: type, name: str, value: t.Any) -> None:
        self._undo.append((owner, name, owner.__dict__.get(name, _ABSENT)))
        setattr(owner, name, value)

    def actions(self, owner: type, topic: t.Any, *names: str) -> None:
        """Serve the AWS actions ``names`` (snake case, as moto calls them) by the methods of ``topic``, which get moto's response object."""
        for name in names:
            self.replace(owner, name, _action(getattr(topic, name)))

    def undo(self) -> None:
        while self._undo:
            owner, name, value = self._undo.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def _action(method: t.Callable[[t.Any], t.Any]) -> t.Callable[[t.Any], t.Any]:
    # moto finds actions among plain functions only, so a bound method will not do.
    def action(response: t.Any) -> t.Any:
        return method(response)

    return action


def refuse(code: str, message: str) -> t.NoReturn:
    """End an EC2 action with an error."""
    raise EC2ClientError(code, message)


def refuse_dns(code: str, message: str) -> t.NoReturn:
    """End a Route 53 action with an error."""
    raise Route53ClientError(code, message)


def check_ids(kind: str, ids: t.Iterable[str]) -> None:
    """Refuse what cannot be an id of that kind, as AWS does before it looks the id up."""
    for value in ids:
        if not re.fullmatch(rf"{kind}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", value):
            refuse(f"{_PREFIXES[kind]}.Malformed", f'Invalid id: "{value}" (expecting "{kind}-...")')


def ec2_regions() -> t.Iterator[tuple[str, str, t.Any]]:
    """Account, region and moto's EC2 backend of each region in use."""
    for account, regions in list(ec2_backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
