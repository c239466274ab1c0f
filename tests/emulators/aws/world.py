# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated AWS remembers beside moto's own state, and what can be switched about it."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t

from .iam import Policy

USER_ACCOUNT = "123456789012"
SERVICE_OWNER = "111122223333"
PARTITION = "aws"

# The hosted zones in which AWS keeps the DNS names of interface endpoints; an alias record must name them.
VPCE_ZONES = {
    "eu-central-1": "Z273ZU8SZ5RJPC",
    "eu-west-1": "Z38GZ743OKFT7T",
    "us-east-1": "Z7HUB22UULQXV",
    "us-east-2": "ZC8PG0KIFKBRI",
    "us-west-1": "Z12I86A8N7VCZO",
    "us-west-2": "Z1YSA3EXCYUU9Z",
}


@dataclasses.dataclass(slots=True)
class Switches:
    """How AWS behaves where it can behave in several ways. Counts are of reads that still show the earlier state.

    Slots, so that a misspelt switch is an error instead of nothing.
    """

    pending_reads: int = 1  # `pending` after acceptance, in DescribeVpcEndpoints
    modify_reads: int = 0  # `pending` after ModifyVpcEndpoint; a second modify meanwhile meets OperationInProgress
    swap_in_one_call: bool = False  # one ModifyVpcEndpoint may remove a subnet and add another in its zone (not known of AWS)
    deleting_reads: int = 1  # `deleting`, with the interfaces, in any call that meets the endpoint or an interface of it
    deleted_reads: int | None = None  # `deleted` in DescribeVpcEndpoints; None: listed for ever
    deleted_seconds: float | None = None  # the same by time
    hidden_reads: int = 0  # DescribeVpcEndpoints does not see a new endpoint yet
    change_reads: int = 0  # PENDING in GetChange
    interfaces_on_accept: bool = False  # interfaces appear on acceptance instead of on creation
    private_dns_default: bool = False  # what an absent PrivateDnsEnabled means; True is refused for a service without a private name
    token_outlives_endpoint: bool = True  # a client token still means its endpoint while that is listed as deleted


@dataclasses.dataclass
class EndpointService:
    """An endpoint service of somebody else. ``zones`` are names, ``zone_ids`` the same as ids."""

    service_id: str
    name: str
    region: str
    zones: list[str]
    zone_ids: list[str]
    acceptance_required: bool = True
    owner: str = SERVICE_OWNER
    private_dns_name: str | None = None
    visible: bool = True

    @property
    def dns_name(self) -> str:
        return f"{self.service_id}.{self.region}.vpce.amazonaws.com"


class World:
    """State beside moto's. ``lock`` serialises all calls, as moto is not safe for threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.switches = Switches()
        self.services: dict[str, EndpointService] = {}
        self.tokens: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.caller_references: set[tuple[str, str]] = set()
        self.made: list[str] = []  # IDs of all endpoints that ever were
        self.changes: dict[str, int] = {}
        self.denied: list[str] = []
        self.policies: dict[str, Policy] = {}
        self.listeners: list[t.Callable[[], None]] = []
        self._dirty = False

    def clear(self) -> None:
        self.switches = Switches()
        for holder in (self.services, self.tokens, self.caller_references, self.made, self.changes, self.denied, self.policies):
            holder.clear()
        self.touch()

    def touch(self) -> None:
        """Note that endpoints or interfaces changed; the listeners hear of it when the lock is free."""
        self._dirty = True

    @contextlib.contextmanager
    def transaction(self) -> t.Iterator[None]:
        """Hold the lock, then tell the listeners, outside the lock since they take locks of their own."""
        try:
            with self.lock:
                yield
        finally:
            self.notify()

    def notify(self) -> None:
        with self.lock:
            dirty, self._dirty = self._dirty, False
        if dirty:
            for listener in self.listeners:
                listener()
