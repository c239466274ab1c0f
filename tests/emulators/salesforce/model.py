# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of an inbound connection: pure functions, no I/O.

Each function takes a connection, the rules in force and what AWS says of the endpoint, and returns the new connection;
``Transition.effect`` names what the org must do to the endpoint in AWS (``accept``, ``reject``).
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

FAILED = ("RejectedRemotely", "DeletedRemotely")
PROPERTY_NAMES = ("AwsVpcEndpointId", "Region", "SourceIpRanges")


class Remote(enum.Enum):
    """What the org sees of a connection's endpoint in AWS."""

    UNKNOWN = "unknown"  # never seen: no such endpoint, or not one of this region's Salesforce service
    WAITING = "pendingAcceptance"
    STARTING = "pending"
    AVAILABLE = "available"
    REJECTED = "rejected"
    GONE = "deleted"  # seen before, not there any more


_ACCEPTED = (Remote.STARTING, Remote.AVAILABLE)
_STATES = {
    "pendingacceptance": Remote.WAITING,
    "pending": Remote.STARTING,
    "available": Remote.AVAILABLE,
    "rejected": Remote.REJECTED,
    "expired": Remote.REJECTED,
    "failed": Remote.REJECTED,
    "deleting": Remote.GONE,
    "deleted": Remote.GONE,
}


@dataclasses.dataclass(frozen=True)
class Connection:
    """One InboundNetworkConnection with its properties. ``ranges`` are inclusive (start, end) pairs."""

    id: str
    name: str
    label: str
    description: str
    active: bool = False
    status: str = "Unprovisioned"
    connection_type: str = "AwsPrivateLink"
    region: str | None = None
    endpoint_id: str | None = None
    ranges: tuple[tuple[str, str], ...] = ()
    kept_ranges: tuple[tuple[str, str], ...] = ()
    link_id: str | None = None
    namespace: str | None = None
    language: str = "en_US"
    steps: int = 0
    seen: bool = False
    self_rejected: bool = False
    moved_at: float = 0.0

    @property
    def full_name(self) -> str:
        return f"{self.namespace}__{self.name}" if self.namespace else self.name

    @property
    def provisioned(self) -> bool:
        return self.status != "Unprovisioned"


@dataclasses.dataclass(frozen=True)
class Transition:
    connection: Connection
    effect: str | None = None


@dataclasses.dataclass(frozen=True)
class Rules:
    """The switches that the state machine looks at; see switches.py for their meaning."""

    path: tuple[str, ...]
    syncs_to_ready: int
    syncs_to_unprovisioned: int
    teardown_immediate: bool
    accept_at_provision: bool
    teardown_rejects: bool
    unknown_endpoint: str
    recover: bool
    teardown_from: str
    sync_in: str
    inactive_provision: bool
    ranges_at_provision: bool
    keep_ranges: bool

    @classmethod
    def of(cls, switches: t.Any) -> Rules:
        return cls(
            path=tuple(switches["status_path"].split(",")),
            syncs_to_ready=int(switches["syncs_to_ready"]),
            syncs_to_unprovisioned=int(switches["syncs_to_unprovisioned"]),
            teardown_immediate=switches["teardown_immediate"],
            accept_at_provision=switches["provision_accepts"] == "provision",
            teardown_rejects=switches["teardown_rejects"],
            unknown_endpoint=switches["unknown_endpoint"],
            recover=switches["remote_failures_recover"],
            teardown_from=switches["teardown_from"],
            sync_in=switches["sync_in"],
            inactive_provision=switches["inactive_provision"] == "allow",
            ranges_at_provision=switches["ranges_appear"] == "provision",
            keep_ranges=switches["ranges_kept_after_teardown"],
        )

    @property
    def steps_to_ready(self) -> int:
        return max(self.syncs_to_ready, len(self.path)) if self.syncs_to_ready else 0


class Refused(Exception):
    """The action is not legal in this state. ``kind``: ``status``, ``incomplete`` or ``endpoint``."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


Allocate = t.Callable[[], tuple[tuple[str, str], ...]]


def observe(connection: Connection, endpoint: t.Mapping[str, t.Any] | None, service_name: str | None) -> Remote:
    """Judge what AWS answered for the connection's endpoint against the region's Salesforce service."""
    if endpoint is None or endpoint["service_name"] != service_name:
        return Remote.GONE if connection.seen else Remote.UNKNOWN
    return _STATES[endpoint["state"].replace("_", "").lower()]


def with_ranges(connection: Connection, allocate: Allocate) -> Connection:
    ranges = connection.ranges or connection.kept_ranges or allocate()
    return dataclasses.replace(connection, ranges=ranges, kept_ranges=ranges)


def provision(connection: Connection, rules: Rules, remote: Remote, now: float, allocate: Allocate) -> Transition:
    if connection.provisioned:
        raise Refused("status", f"Provision isn't allowed while the status of {connection.name} is {connection.status}.")
    lacking = [name for name, value in (("Region", connection.region), ("AwsVpcEndpointId", connection.endpoint_id)) if not value]
    if lacking:
        raise Refused("incomplete", f"{connection.name} can't be provisioned without {' and '.join(lacking)}.")
    if not connection.active and not rules.inactive_provision:
        raise Refused("status", f"{connection.name} isn't active.")
    if remote in (Remote.UNKNOWN, Remote.GONE) and rules.unknown_endpoint == "refuse":
        raise Refused("endpoint", f"The VPC endpoint {connection.endpoint_id} doesn't exist for the service of {connection.region}.")
    started = dataclasses.replace(connection, status=rules.path[0], steps=0, seen=remote not in (Remote.UNKNOWN, Remote.GONE), moved_at=now)
    wants_accept = remote is Remote.WAITING or (remote is Remote.REJECTED and connection.self_rejected)
    effect = "accept" if wants_accept and rules.accept_at_provision else None
    if rules.ranges_at_provision:
        started = with_ranges(started, allocate)
    if rules.steps_to_ready == 0 and (effect or remote in _ACCEPTED):
        started = with_ranges(dataclasses.replace(started, status="Ready"), allocate)
    return Transition(dataclasses.replace(started, self_rejected=started.self_rejected and effect is None), effect)


def sync(connection: Connection, rules: Rules, remote: Remote, now: float, allocate: Allocate) -> Transition:
    legal = {
        "all": True,
        "not_unprovisioned": connection.provisioned,
        "living": connection.provisioned and connection.status not in FAILED,
    }
    if not legal[rules.sync_in]:
        raise Refused("status", f"Sync isn't allowed while the status of {connection.name} is {connection.status}.")
    return advance(connection, rules, remote, now, allocate)


def advance(connection: Connection, rules: Rules, remote: Remote, now: float, allocate: Allocate) -> Transition:
    """One step of what Sync does, without asking whether Sync is legal: time may take the same step."""
    if not connection.provisioned:
        return Transition(connection)
    moved = dataclasses.replace(connection, seen=connection.seen or remote not in (Remote.UNKNOWN, Remote.GONE), moved_at=now)
    if connection.status == "TeardownInProgress":
        done = connection.steps + 1 >= rules.syncs_to_unprovisioned
        return Transition(_unprovisioned(moved, rules) if done else dataclasses.replace(moved, steps=connection.steps + 1))
    if connection.status in FAILED and not rules.recover:
        gone = connection.status == "RejectedRemotely" and remote is Remote.GONE
        return Transition(dataclasses.replace(moved, status="DeletedRemotely") if gone else connection)
    if remote is Remote.GONE or (remote is Remote.UNKNOWN and rules.unknown_endpoint != "stays_pending"):
        return Transition(dataclasses.replace(moved, status="DeletedRemotely"))
    if remote is Remote.UNKNOWN:
        return Transition(connection)
    if remote is Remote.WAITING or (remote is Remote.REJECTED and connection.self_rejected):
        return Transition(dataclasses.replace(moved, status=rules.path[0], self_rejected=False), "accept")
    if remote is Remote.REJECTED:
        return Transition(dataclasses.replace(moved, status="RejectedRemotely"))
    return Transition(_towards_ready(moved, rules, allocate))


def _towards_ready(connection: Connection, rules: Rules, allocate: Allocate) -> Connection:
    """One step on, for an endpoint that has been accepted (whether AWS calls it pending or available by now)."""
    if connection.status == "Ready":
        return connection
    steps = connection.steps + 1
    if steps >= rules.steps_to_ready:
        return with_ranges(dataclasses.replace(connection, status="Ready", steps=steps), allocate)
    return dataclasses.replace(connection, status=rules.path[min(steps, len(rules.path) - 1)], steps=steps)


def tear_down(connection: Connection, rules: Rules, remote: Remote, now: float) -> Transition:
    legal = {
        "all": True,
        "provisioned": connection.provisioned and connection.status != "TeardownInProgress",
        "settled": connection.status == "Ready" or connection.status in FAILED,
    }
    if not legal[rules.teardown_from]:
        raise Refused("status", f"TearDown isn't allowed while the status of {connection.name} is {connection.status}.")
    if not connection.provisioned:
        return Transition(connection)
    effect = "reject" if rules.teardown_rejects and remote in (Remote.WAITING, Remote.STARTING, Remote.AVAILABLE) else None
    moved = dataclasses.replace(connection, moved_at=now, steps=0, self_rejected=connection.self_rejected or effect is not None)
    if rules.teardown_immediate or rules.syncs_to_unprovisioned == 0:
        return Transition(_unprovisioned(moved, rules), effect)
    return Transition(dataclasses.replace(moved, status="TeardownInProgress"), effect)


def _unprovisioned(connection: Connection, rules: Rules) -> Connection:
    kept = connection.kept_ranges if rules.keep_ranges else ()
    return dataclasses.replace(connection, status="Unprovisioned", steps=0, seen=False, ranges=kept, kept_ranges=kept)
