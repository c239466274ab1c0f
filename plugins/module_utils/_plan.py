# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of an inbound connection: pure decisions. This module util is PRIVATE to the collection.

``plan(current, desired)`` gives the steps from what is to what is wanted; ``predict`` gives what a step leads to.
The rules are the careful reading of what Salesforce documents: Provision only from Unprovisioned, delete only from Unprovisioned,
TearDown from anything but Unprovisioned and TeardownInProgress, endpoint and region fixed unless Unprovisioned.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._connection import LOST, PENDING_ACCEPTANCE, TEARDOWN_IN_PROGRESS, UNPROVISIONED, Connection, full_name
from ._errors import InputError, Refusal

CREATE = "create"
UPDATE = "update"
PROVISION = "provision"
TEARDOWN = "teardown"
AWAIT_UNPROVISIONED = "await_unprovisioned"
DELETE = "delete"

PRESENT, PROVISIONED, UNPROVISIONED_STATE, ABSENT = "present", "provisioned", "unprovisioned", "absent"
STATES = (PRESENT, PROVISIONED, UNPROVISIONED_STATE, ABSENT)

_FIXED = ("region", "vpc_endpoint_id")
_FIELDS = ("label", "description", "active", *_FIXED)


@dataclasses.dataclass(frozen=True)
class Desired:
    """What is asked for; None leaves a field as it is (on creation: its default)."""

    name: str
    state: str
    label: str | None = None
    description: str | None = None
    active: bool | None = None
    region: str | None = None
    vpc_endpoint_id: str | None = None
    replace: bool = False

    def fields(self) -> dict[str, t.Any]:
        return {key: getattr(self, key) for key in _FIELDS if getattr(self, key) is not None}

    def initial(self) -> dict[str, t.Any]:
        """The fields of a new record. Salesforce requires a description, so the label stands in for a missing one."""
        label = self.label or self.name.replace("_", " ")
        return {"label": label, "description": label, "active": True, **self.fields()}


@dataclasses.dataclass(frozen=True)
class Step:
    """One call, or one wait. ``changes`` are the fields that it sets."""

    kind: str
    changes: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


def plan(current: Connection | None, desired: Desired) -> list[Step]:
    """The steps in order; none where nothing is to be done.

    Raises :class:`InputError` where a needed option is missing, :class:`Refusal` where only ``replace`` would allow it.
    """
    if desired.state == ABSENT:
        return _absent(current)
    if current is None:
        return _create(desired)
    changes = differences(current, desired)
    fixed = {key: value for key, value in changes.items() if key in _FIXED}
    _refuse_packaged(current, changes)
    if desired.state == UNPROVISIONED_STATE:
        return _down(current) + _update(changes)
    if desired.state == PRESENT:
        if fixed and current["status"] != UNPROVISIONED:
            raise Refusal(
                f"{_named(current)} is {current['status']}: {_moves(current, fixed)} needs a tear-down first, which state=present never does. "
                "Use state=provisioned with replace=true, or state=unprovisioned"
            )
        return _update(changes)
    return _provisioned(current, desired, changes, fixed)


def differences(current: Connection, desired: Desired) -> dict[str, t.Any]:
    """The wanted values of the fields that differ."""
    return {key: value for key, value in desired.fields().items() if current.get(key) != value}


def predict(current: Connection | None, step: Step, desired: Desired) -> Connection | None:
    """What the connection looks like after the step, as far as can be known before."""
    if step.kind == DELETE:
        return None
    result = dict(current) if current else _blank(desired.name)
    result.update(step.changes)
    if step.kind == PROVISION:
        result["status"] = PENDING_ACCEPTANCE
    elif step.kind == TEARDOWN:
        result["status"] = TEARDOWN_IN_PROGRESS
    elif step.kind == AWAIT_UNPROVISIONED:
        result["status"] = UNPROVISIONED
    return result


def reached(step: Step, fresh: Connection | None) -> bool:
    """Whether a fresh read shows that the step has taken effect."""
    if step.kind == DELETE:
        return fresh is None
    if fresh is None:
        return False
    if step.kind == UPDATE:
        return all(fresh.get(key) == value for key, value in step.changes.items())
    if step.kind == PROVISION:
        return fresh["status"] != UNPROVISIONED
    if step.kind == TEARDOWN:
        return fresh["status"] in (TEARDOWN_IN_PROGRESS, UNPROVISIONED)
    return step.kind == CREATE or fresh["status"] == UNPROVISIONED


def _create(desired: Desired) -> list[Step]:
    missing = [key for key in _FIXED if getattr(desired, key) is None]
    if missing:
        raise InputError([f"inbound connection {desired.name} does not exist yet; to create it, give {' and '.join(missing)} as well"])
    if "__" in desired.name:
        raise InputError([f"inbound connection {desired.name} does not exist, and a packaged connection is made by installing its package"])
    steps = [Step(CREATE, desired.initial())]
    return steps + ([Step(PROVISION)] if desired.state == PROVISIONED else [])


def _update(changes: t.Mapping[str, t.Any]) -> list[Step]:
    return [Step(UPDATE, changes)] if changes else []


def _down(current: Connection) -> list[Step]:
    if current["status"] == UNPROVISIONED:
        return []
    if current["status"] == TEARDOWN_IN_PROGRESS:
        return [Step(AWAIT_UNPROVISIONED)]
    return [Step(TEARDOWN), Step(AWAIT_UNPROVISIONED)]


def _absent(current: Connection | None) -> list[Step]:
    if current is None:
        return []
    if current.get("namespace_prefix"):
        raise Refusal(f"{_named(current)} belongs to the package {current['namespace_prefix']}; it goes when the package is uninstalled")
    return [*_down(current), Step(DELETE)]


def _provisioned(current: Connection, desired: Desired, changes: dict[str, t.Any], fixed: dict[str, t.Any]) -> list[Step]:
    status = current["status"]
    if status == UNPROVISIONED:
        return [*_update(changes), Step(PROVISION)]
    if status == TEARDOWN_IN_PROGRESS:
        return [*_down(current), *_update(changes), Step(PROVISION)]
    if fixed or status in LOST:
        steps = [*_down(current), *_update(changes), Step(PROVISION)]
        if not desired.replace:
            why = _moves(current, fixed) if fixed else f"its endpoint {current['vpc_endpoint_id']} was {'rejected' if status == LOST[0] else 'deleted'}, which"
            raise Refusal(
                f"{_named(current)} is {status}: {why} takes a tear-down, which interrupts its traffic. Nothing was done. "
                f"With replace=true the plan is: {', '.join(step.kind for step in steps)}",
                plan=[step.kind for step in steps],
            )
        return steps
    return _update(changes)


def _refuse_packaged(current: Connection, changes: t.Mapping[str, t.Any]) -> None:
    if changes and current.get("namespace_prefix"):
        raise Refusal(
            f"{_named(current)} belongs to the package {current['namespace_prefix']}; only its developer changes {', '.join(sorted(changes))}. "
            "Leave these options out to provision it as it is"
        )


def _moves(current: Connection, fixed: t.Mapping[str, t.Any]) -> str:
    return " and ".join(f"changing {key} from {current.get(key)} to {value}" for key, value in fixed.items())


def _named(current: Connection) -> str:
    return f"Inbound connection {full_name(current)} ({current['id']})"


def _blank(name: str) -> Connection:
    return {
        "id": None, "name": name, "label": None, "description": None, "active": True, "status": UNPROVISIONED, "region": None, "vpc_endpoint_id": None,
        "source_ip_ranges": [], "source_cidrs": [], "connection_type": "AwsPrivateLink", "namespace_prefix": None,
    }  # fmt: skip
