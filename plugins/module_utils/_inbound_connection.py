# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an inbound connection to a wanted state. This module util is PRIVATE to the collection.

One loop: plan on what is known, do the first step, go on. A write whose answer was lost, or that the org refused, is settled
by reading: if it took effect it is done; if the connection is no longer what the plan was made for, it is planned anew.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from . import _normal, _plan
from . import _validate as check
from ._argspec import org_argument_spec, wait_argument_spec
from ._connection import TEARDOWN_IN_PROGRESS, UNPROVISIONED, Connection, changed_metadata, full_name, new_metadata
from ._errors import NetworkError, OrgError, PrivateConnectError, WaitTimeout
from ._module import Context, Definition
from ._org import Org, connect
from ._plan import Desired, Step, plan, predict, reached
from ._waiter import Wait

MAX_LOST = 3
MAX_STEPS = 20
VISIBLE_WITHIN = 60
VISIBLE_INTERVAL = 1
_SHOWN = ("name", "label", "description", "active", "status", "region", "vpc_endpoint_id")


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org, desired = prepare(params, context)
    before = org.connection(desired.name)
    steps = plan(before, desired)
    if check_mode:
        after, actions = before, []
        for step in _until_wait(steps, params["wait"]):
            after = predict(after, step, desired)
            actions.append(step.kind)
        actions = [kind for kind in actions if kind != _plan.AWAIT_UNPROVISIONED]
    else:
        converger = Converger(org, desired, params, context)
        try:
            after, actions = converger.converge(before)
        except PrivateConnectError as error:
            error.details.update(actions=converger.actions, changed=bool(converger.actions))
            raise
    return {
        "changed": bool(actions),
        "connection": after,
        "actions": actions,
        "diff": {"before": _shown(before), "after": _shown(after), "before_header": desired.name, "after_header": desired.name},
    }


def prepare(params: t.Mapping[str, t.Any], context: Context) -> tuple[Org, Desired]:
    """Every problem of the options at once, then the org (not yet logged in) and what is wanted."""
    texts = {key: _normal.text(params[key]) for key in ("label", "description")}
    found = check.problems(
        check.developer_name(params["name"]),
        check.label(texts["label"]),
        check.description(texts["description"]),
        check.region(params["region"]),
        check.aws_id("vpc_endpoint_id", params["vpc_endpoint_id"], "vpce"),
        check.at_least("wait_timeout", params["wait_timeout"], 1),
        check.at_least("poll_interval", params["poll_interval"], 1),
    )
    wanted = {field.name: params[field.name] for field in dataclasses.fields(Desired)}
    return connect(params, context, found), Desired(**{**wanted, **texts})


class Converger:
    def __init__(self, org: Org, desired: Desired, params: t.Mapping[str, t.Any], context: Context) -> None:
        self.org = org
        self.desired = desired
        self.wait = params["wait"]
        self.timeout = params["wait_timeout"]
        self.interval = params["poll_interval"]
        self.context = context
        self.actions: list[str] = []
        self._lost: collections.Counter[str] = collections.Counter()
        self._torn_down_from: str | None = None

    def converge(self, current: Connection | None) -> tuple[Connection | None, list[str]]:
        """Returns the connection as the org shows it at the end, and the kinds of step that were done."""
        last: Step | None = None
        for _round in range(MAX_STEPS):
            steps = plan(current, self.desired)
            if not steps or (steps[0].kind == _plan.AWAIT_UNPROVISIONED and not self.wait):
                break
            step = steps[0]
            if step.kind == _plan.AWAIT_UNPROVISIONED:
                current = self._await_unprovisioned(t.cast(Connection, current))
                last = None
            else:
                current = self._do(step, current)
                last = step
            if self.actions[-1:] == [_plan.PROVISION]:
                # It ends every plan. What comes of it is for Syncs to tell: an endpoint that is refused at once must not be provisioned for ever.
                break
        else:
            raise PrivateConnectError(
                f"Inbound connection {self.desired.name} does not stay as it is put: after {MAX_STEPS} steps it still differs. Is something else changing it?",
                connection=current,
            )
        return (self._visible(last) if last else current), self.actions

    def _do(self, step: Step, current: Connection | None) -> Connection | None:
        if step.kind == _plan.TEARDOWN:
            self._torn_down_from = t.cast(Connection, current)["status"]
        try:
            status = self._send(step, current)
        except (NetworkError, OrgError) as error:
            return self._settle(step, current, error)
        self.actions.append(step.kind)
        after = predict(current, step, self.desired)
        if step.kind == _plan.CREATE:
            return self._visible(step)
        told = {**after, "status": status} if after and status else None
        # An answer may still hold the status before the action, as a read may: acting on it would repeat the action.
        return told if told and reached(step, told) else after

    def _send(self, step: Step, current: Connection | None) -> str | None:
        """The one call of a step. Returns the status that an action's answer told."""
        if step.kind == _plan.CREATE:
            self.org.create(self.desired.name, new_metadata(**step.changes))
            return None
        connection = t.cast(Connection, current)
        if step.kind == _plan.UPDATE:
            self.org.update(connection["id"], changed_metadata(self.org.metadata(connection["id"]), step.changes))
        elif step.kind == _plan.DELETE:
            self.org.delete(connection["id"])
        else:
            return self.org.action(full_name(connection), {_plan.PROVISION: "Provision", _plan.TEARDOWN: "TearDown"}[step.kind])
        return None

    def _settle(self, step: Step, planned_on: Connection | None, error: NetworkError | OrgError) -> Connection | None:
        """After a write that failed: what is true now decides whether it was done, is to be planned anew, or has failed."""
        refused = isinstance(error, OrgError) and error.status < 500
        if error.details.get("error_code") == "REQUEST_LIMIT_EXCEEDED":
            raise error
        fresh = self._after_tear_down() if step.kind == _plan.PROVISION and self._torn_down_from else self.org.connection(self.desired.name)
        seen = reached(step, fresh)
        if refused and not seen and fresh == planned_on:
            if not self._lost[step.kind]:
                raise error
            # An earlier try was lost. Perhaps the org refuses what it has done, and is late to show it.
            fresh, seen = self._look(step)
            if not seen:
                raise error
        if seen:
            if not refused or self._lost[step.kind]:
                self.actions.append(step.kind)
            return fresh
        self._lost[step.kind] += 1
        if self._lost[step.kind] > MAX_LOST:
            raise error
        self.context.sleep(min(self._lost[step.kind], self.interval))
        return fresh

    def _visible(self, step: Step) -> Connection | None:
        fresh, seen = self._look(step)
        if not seen:
            raise PrivateConnectError(
                f"The org accepted the {step.kind} of inbound connection {self.desired.name}, but does not show it after {VISIBLE_WITHIN} s. "
                "Look at it in Setup > Private Connect, and run this again",
                connection=fresh,
            )
        return fresh

    def _look(self, step: Step) -> tuple[Connection | None, bool]:
        """The connection once reads show what the step did: an org may answer with older data for a moment."""
        wait = Wait(f"Inbound connection {self.desired.name}", timeout=VISIBLE_WITHIN, interval=VISIBLE_INTERVAL, context=self.context)
        return wait.until(
            lambda: self.org.connection(self.desired.name),
            lambda connection: reached(step, connection),
            lambda connection: f"the org {'shows' if reached(step, connection) else 'does not show'} the {step.kind}",
        )

    def _after_tear_down(self) -> Connection | None:
        """A read that is not of the time before the tear-down: that would show a status that a Provision, too, may lead to."""
        wait = Wait(f"Inbound connection {self.desired.name}", timeout=VISIBLE_WITHIN, interval=VISIBLE_INTERVAL, context=self.context)
        return wait.until(
            lambda: self.org.connection(self.desired.name),
            lambda connection: connection is None or connection["status"] != self._torn_down_from,
            lambda connection: connection["status"] if connection else "gone",
        )[0]

    def _await_unprovisioned(self, current: Connection) -> Connection | None:
        name = full_name(current)
        wait = Wait(f"Inbound connection {name}", timeout=self.timeout, interval=self.interval, context=self.context)
        refused: list[str] = []
        first = True

        def read() -> Connection | None:
            nonlocal first
            # The status moves when it is asked for by Sync; whether it also moves by itself is not documented.
            if not first:
                try:
                    self.org.action(name, "Sync")
                except OrgError as error:
                    if error.error_code == "REQUEST_LIMIT_EXCEEDED":
                        raise
                    refused[:] = [error.message]
                except NetworkError as error:
                    refused[:] = [error.message]
            first = False
            return self.org.connection(self.desired.name)

        fresh, down = wait.until(
            read,
            # The status before the tear-down may be seen for a while yet.
            lambda connection: connection is None or connection["status"] not in (TEARDOWN_IN_PROGRESS, self._torn_down_from),
            lambda connection: connection["status"] if connection else "gone",
        )
        if not down:
            status = fresh["status"] if fresh else "gone"
            raise WaitTimeout(
                f"Inbound connection {name} ({current['id']}, endpoint {current['vpc_endpoint_id']}) is still {status} {wait.elapsed:.0f} s after its "
                f"tear-down began, not {UNPROVISIONED}. Run this again to go on waiting, or look at it in Setup > Private Connect"
                + (f". The org said to the last Sync: {refused[0]}" if refused else ""),
                connection=fresh,
            )
        return fresh


def _until_wait(steps: list[Step], wait: bool) -> list[Step]:
    """Without ``wait`` a run ends where a wait would begin."""
    if wait:
        return steps
    kinds = [step.kind for step in steps]
    return steps[: kinds.index(_plan.AWAIT_UNPROVISIONED)] if _plan.AWAIT_UNPROVISIONED in kinds else steps


def _shown(connection: Connection | None) -> dict[str, t.Any]:
    return {key: connection[key] for key in _SHOWN} if connection else {}


DEFINITION = Definition(
    argument_spec=org_argument_spec(
        name={"type": "str", "required": True},
        label={"type": "str"},
        description={"type": "str"},
        region={"type": "str"},
        vpc_endpoint_id={"type": "str"},
        active={"type": "bool"},
        state={"type": "str", "choices": list(_plan.STATES), "default": _plan.PRESENT},
        replace={"type": "bool", "default": False},
        **wait_argument_spec(timeout=1800),
    ),
    run=run,
)
