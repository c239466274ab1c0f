# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small strict model of an org with one connection, in the place of the client: it refuses what Salesforce documents as illegal."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import from_rows
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import NetworkError, OrgError

ID = "0kZ000000000001AAA"
ENDPOINT, OTHER_ENDPOINT = "vpce-0123456789abcdef0", "vpce-0fedcba9876543210"
NO_TEARDOWN = ("Unprovisioned", "TeardownInProgress")
_PROPERTIES = {"Region": "region", "AwsVpcEndpointId": "vpc_endpoint_id"}


def connection(status: str = "Unprovisioned", **more: t.Any) -> dict[str, t.Any]:
    made = {
        "id": ID,
        "name": "Acme",
        "label": "Acme",
        "description": "Acme",
        "active": True,
        "status": status,
        "region": "eu-central-1",
        "vpc_endpoint_id": ENDPOINT,
        "source_ip_ranges": [],
        "source_cidrs": [],
        "connection_type": "AwsPrivateLink",
        "namespace_prefix": None,
    }
    return {**made, **more}


def refusal(code: str = "INVALID_API_INPUT", status: int = 400, words: str = "not allowed") -> OrgError:
    return OrgError(f"Cannot: {code}: {words}", status=status, error_code=code, org_message=words)


class Illegal(Exception):
    """Something was asked for that must never be."""


class Twin:
    """``calls`` is every write that reached it. Settings:

    after: what an action leads to: {"Provision": status, "TearDown": status}, or functions of the status before.
    syncs: the statuses that the next Syncs lead to; once it is empty, a tear-down ends and anything else stays.
    answers: status (that after the action), before (that before it), none.
    stale_reads: reads after each write that still show what was before it.
    """

    host = "acme.my.salesforce.com"

    def __init__(self, current: dict[str, t.Any] | None = None, **settings: t.Any) -> None:
        self.current = copy.deepcopy(current)
        self.after = {"Provision": "PendingAcceptance", "TearDown": "TeardownInProgress", **settings.get("after", {})}
        self.syncs: list[str] = list(settings.get("syncs", ()))
        self.answers = settings.get("answers", "status")
        self.stale_reads = settings.get("stale_reads", 0)
        self.faults: list[tuple[str, str, t.Any]] = []
        self.calls: list[str] = []
        self.reads = 0
        self.refused: list[str] = []
        self.sent: list[dict[str, t.Any]] = []
        self._shown: list[dict[str, t.Any] | None] = []

    # -- the tests' side

    def fail(self, kind: str, call: str, error: Exception | None = None) -> None:
        """The next such call fails. ``kind``: lost (it takes effect first), cut (it does not), meanwhile (``error`` is a function that
        somebody else's change is made by; then the call is refused)."""
        self.faults.append((kind, call, error))

    def change(self, **values: t.Any) -> None:
        self.current = {**t.cast(dict, self.current), **values}

    # -- the client's side

    def connection(self, name: str) -> dict[str, t.Any] | None:
        self._fault("read")
        self.reads += 1
        if self._shown:
            return copy.deepcopy(self._shown.pop(0))
        return copy.deepcopy(self.current)

    def metadata(self, record_id: str) -> dict[str, t.Any]:
        now = self._mine(record_id)
        return {
            "label": now["label"],
            "description": now["description"],
            "isActive": now["active"],
            "status": now["status"],
            "connectionType": "AwsPrivateLink",
            "inboundNetworkConnProperties": [{"propertyName": name, "propertyValue": now[key]} for name, key in _PROPERTIES.items()],
        }

    def create(self, name: str, metadata: dict[str, t.Any]) -> None:
        def make() -> None:
            if self.current is not None:
                raise refusal("DUPLICATE_DEVELOPER_NAME")
            row = {"Id": ID, "DeveloperName": name, "Status": "Unprovisioned", "ConnectionType": metadata["connectionType"]}
            self.current = self._with({**from_rows(row, ())}, metadata)

        self._write("create", make)

    def update(self, record_id: str, metadata: dict[str, t.Any]) -> None:
        def write() -> None:
            before = self._mine(record_id)
            wanted = self._with(before, metadata)
            if before["status"] != "Unprovisioned" and any(before[key] != wanted[key] for key in _PROPERTIES.values()):
                raise refusal("FIELD_INTEGRITY_EXCEPTION")
            self.sent.append(metadata)
            self.current = wanted

        self._write("update", write)

    def delete(self, record_id: str) -> None:
        def remove() -> None:
            if self._mine(record_id)["status"] != "Unprovisioned":
                raise Illegal(f"delete from {self._mine(record_id)['status']}")
            self.current = None

        self._write("delete", remove)

    def action(self, name: str, action: str) -> str | None:
        before = self.current["status"] if self.current else None

        def act() -> None:
            if self.current is None:
                raise refusal("NOT_FOUND", 404)
            illegal = {"Provision": before != "Unprovisioned", "TearDown": before in NO_TEARDOWN, "Sync": before == "Unprovisioned"}
            if illegal[action]:
                self.refused.append(f"{action} from {before}")
                raise refusal(words=f"{action} isn't allowed while {before}")
            self.change(status=self._next(action, t.cast(str, before)))

        self._write(action, act)
        return {"status": t.cast(dict, self.current)["status"], "before": before, "none": None}[self.answers]

    def _next(self, action: str, before: str) -> str:
        if action == "Sync":
            if self.syncs:
                return self.syncs.pop(0)
            return "Unprovisioned" if before == "TeardownInProgress" else before
        after = self.after[action]
        return after(before) if callable(after) else after

    def _mine(self, record_id: str) -> dict[str, t.Any]:
        if self.current is None or self.current["id"] != record_id:
            raise refusal("NOT_FOUND", 404)
        return self.current

    def _with(self, before: dict[str, t.Any], metadata: dict[str, t.Any]) -> dict[str, t.Any]:
        values = {item["propertyName"]: item["propertyValue"] for item in metadata["inboundNetworkConnProperties"]}
        return {
            **before,
            "label": metadata["label"],
            "description": metadata["description"],
            "active": metadata["isActive"],
            **{key: values.get(name, before[key]) for name, key in _PROPERTIES.items()},
        }

    def _write(self, call: str, effect: t.Callable[[], None]) -> None:
        self.calls.append(call)
        fault = self._fault(call)
        before = copy.deepcopy(self.current)
        effect()
        if call != "Sync":
            self._shown = [before] * self.stale_reads
        if fault:
            raise fault

    def _fault(self, call: str) -> Exception | None:
        """Raises where the call has no effect; returns what is to be raised after it has."""
        for number, (kind, name, error) in enumerate(self.faults):
            if name == call:
                del self.faults[number]
                if kind == "meanwhile":
                    t.cast(t.Callable, error)()
                    return None
                error = error or NetworkError(f"The connection broke ({call})", sent=True)
                if kind == "cut":
                    raise error
                return error
        return None
