# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sync until an inbound connection has a wanted status. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _validate as check
from ._argspec import org_argument_spec, wait_argument_spec
from ._connection import LOST, READY, STATUSES, UNPROVISIONED, Connection, full_name
from ._errors import NetworkError, OrgError, PrivateConnectError, WaitTimeout
from ._module import Context, Definition
from ._org import Org, connect
from ._waiter import Wait

NEXT = {
    "RejectedRemotely": "the endpoint was rejected: tear the connection down and provision it again (state=provisioned, replace=true)",
    "DeletedRemotely": "the endpoint was deleted in AWS: make a new one and point the connection at it (state=provisioned, vpc_endpoint_id, replace=true)",
    UNPROVISIONED: "provision it first (privatelink.salesforce.inbound_connection with state=provisioned)",
}


MAX_UNANSWERED = 3  # without wait


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org = _prepare(params, context)
    before = org.connection(params["name"])
    if before is None:
        raise PrivateConnectError(
            f"There is no inbound connection {params['name']} in {org.host}. Create it with privatelink.salesforce.inbound_connection, or check the name"
        )
    wanted = params["wait_for"]
    if check_mode:
        # A Sync is an action on the org. What it would bring is told from the status: at the wanted one, nothing.
        return {"changed": before["status"] not in wanted, "connection": before, "status_history": [], "syncs": 0}
    return Syncer(org, before, params, context).run()


def _prepare(params: t.Mapping[str, t.Any], context: Context) -> Org:
    found = check.problems(
        check.developer_name(params["name"]),
        check.at_least("wait_timeout", params["wait_timeout"], 1),
        check.at_least("poll_interval", params["poll_interval"], 1),
        check.at_least("settle", params["settle"], 0),
    )
    return connect(params, context, found)


class Syncer:
    def __init__(self, org: Org, before: Connection, params: t.Mapping[str, t.Any], context: Context) -> None:
        self.org = org
        self.before = before
        self.current = before
        self.name = full_name(before)
        self.params = params
        self.context = context
        self.syncs = 0
        self.history: list[dict[str, t.Any]] = []
        self._refused: str | None = None
        self._unanswered = 0
        self._wait = Wait(f"Inbound connection {self.name}", timeout=params["wait_timeout"], interval=params["poll_interval"], context=context)

    def run(self) -> dict[str, t.Any]:
        wanted = self.params["wait_for"]
        if self.before["status"] == UNPROVISIONED and UNPROVISIONED not in wanted:
            raise self._failure(f"is {UNPROVISIONED}, which no Sync changes: {NEXT[UNPROVISIONED]}")
        self._note(self.before)
        done = self.before["status"] == UNPROVISIONED
        if not done:
            stop = self._at_rest if self.params["wait"] else (lambda connection: self.syncs > 0)
            self.current, done = self._wait.until(self._sync, stop, lambda connection: connection["status"])
        status = self.current["status"]
        # Without wait, Unprovisioned is news; with it, it is no status in which a wait for another may end.
        if status not in wanted and (status in LOST or (status == UNPROVISIONED and self.params["wait"])):
            raise self._failure(f"is {status}: {NEXT[status]}")
        if not done:
            raise self._timeout()
        self._settle(status in wanted)
        return self._result()

    def _at_rest(self, connection: Connection) -> bool:
        return connection["status"] in self.params["wait_for"] or connection["status"] in (*LOST, UNPROVISIONED)

    def _sync(self) -> Connection:
        """One Sync and one read. A Sync is safe to repeat: it asks for the latest status."""
        self._refused = None
        try:
            self.org.action(self.name, "Sync")
            self.syncs += 1
        except (OrgError, NetworkError) as error:
            # Refused or lost, the read tells what is true; a refusal that does not pass away ends in the timeout with the org's words.
            self._unanswered += 1
            if self._is_final(error):
                raise
            self._refused = error.message
        fresh = self.org.connection(self.name)
        if fresh is None:
            raise self._failure("is gone: somebody deleted it while it was waited for")
        self._note(fresh)
        return fresh

    def _is_final(self, error: OrgError | NetworkError) -> bool:
        refused = isinstance(error, OrgError) and error.status < 500
        if refused and (error.error_code == "REQUEST_LIMIT_EXCEEDED" or error.status in (401, 403)):
            return True
        return not self.params["wait"] and (refused or self._unanswered >= MAX_UNANSWERED)

    def _note(self, connection: Connection) -> None:
        if not self.history or self.history[-1]["status"] != connection["status"]:
            self.history.append({"status": connection["status"], "seconds": round(self._wait.elapsed, 1)})

    def _settle(self, reached: bool) -> None:
        """Salesforce asks for some minutes between Ready and the first call."""
        seconds = self.params["settle"]
        moved = self.before["status"] != self.current["status"]
        if not seconds or not reached or not (moved or self.params["settle_when"] == "always"):
            return
        pause = Wait(f"Inbound connection {self.name}", timeout=seconds, interval=max(self.params["poll_interval"], 15), context=self.context)
        pause.until(lambda: None, lambda nothing: pause.elapsed >= seconds, lambda nothing: f"{self.current['status']}, settling before it is used")

    def _timeout(self) -> WaitTimeout:
        wanted = " or ".join(self.params["wait_for"])
        said = f". The org said to the last Sync: {self._refused}" if self._refused else ""
        return WaitTimeout(
            f"{self._named()} is still {self.current['status']} after {self._wait.elapsed:.0f} s and {self.syncs} Syncs, not {wanted}. "
            "Run this again to go on waiting. While it is PendingAcceptance, look at the endpoint's state in AWS; "
            f"Setup > Private Connect shows the org's view{said}",
            **self._result(),
        )

    def _failure(self, words: str) -> PrivateConnectError:
        return PrivateConnectError(f"{self._named()} {words}", **self._result())

    def _named(self) -> str:
        return f"Inbound connection {self.name} ({self.current['id']}, endpoint {self.current['vpc_endpoint_id']})"

    def _result(self) -> dict[str, t.Any]:
        changed = self.current != self.before
        return {
            "changed": changed,
            "connection": self.current,
            "status_history": self.history,
            "syncs": self.syncs,
            "diff": {"before": self.before if changed else {}, "after": self.current if changed else {}},
        }


DEFINITION = Definition(
    argument_spec=org_argument_spec(
        name={"type": "str", "required": True},
        wait_for={"type": "list", "elements": "str", "choices": list(STATUSES), "default": [READY]},
        settle={"type": "int", "default": 0},
        settle_when={"type": "str", "choices": ["changed", "always"], "default": "changed"},
        **wait_argument_spec(timeout=1800),
    ),
    run=run,
)
