# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of one org: storage, licences, stale reads, and the state machine applied to AWS."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from . import ids, model
from .errors import ApiError, integrity
from .model import Connection, Remote, Rules, Transition

if t.TYPE_CHECKING:
    from .org import Org

AWS_TYPE = "AwsPrivateLink"
MOST_STEPS = 10  # more than any path of statuses has


_PROPERTY_MARKS = {"AwsVpcEndpointId": "A", "Region": "R", "SourceIpRanges": "S", "LinkId": "L"}


def property_id(connection: Connection, name: str) -> str:
    """The id of a property's row: it lives as long as its connection."""
    return ids.to18(f"0kP{_PROPERTY_MARKS[name]}{connection.id[4:15]}")


class Connections:
    """All methods are called under the org's lock."""

    def __init__(self, org: Org, allocate: model.Allocate) -> None:
        self._org = org
        self.allocate = allocate
        self._rows: dict[str, Connection] = {}
        self._old: dict[str, tuple[int, Connection | None]] = {}
        self.deleted: set[str] = set()

    # Reading

    def all(self) -> list[Connection]:
        """The connections as they are, after the steps that time has taken."""
        for connection in list(self._rows.values()):
            self._tick(connection)
        return list(self._rows.values())

    def get(self, connection_id: str) -> Connection | None:
        return next((connection for connection in self.all() if connection.id == connection_id), None)

    def named(self, full_name: str) -> Connection | None:
        """By full name (``ns__Name`` where packaged); developer names are unique without regard to case."""
        wanted = full_name.casefold()
        return next((connection for connection in self.all() if connection.full_name.casefold() == wanted), None)

    def read(self) -> list[Connection]:
        """The connections as one read through the API shows them: right after a write perhaps the old state."""
        shown = {connection.id: connection for connection in self.all()}
        for connection_id, (left, old) in list(self._old.items()):
            if old is None:
                shown.pop(connection_id, None)
            else:
                shown[connection_id] = old
            if left > 1:
                self._old[connection_id] = (left - 1, old)
            else:
                del self._old[connection_id]
        return list(shown.values())

    def ready_with(self, endpoint_id: str) -> Connection | None:
        """The Ready connection of an endpoint. Needs no lock: it looks at one copy of the rows."""
        return next((row for row in list(self._rows.values()) if row.endpoint_id == endpoint_id and row.status == "Ready"), None)

    # Writing

    def add(self, connection: Connection) -> Connection:
        if self._org.switches["licence_at"] == "save":
            self._take_licence(connection)
        self._remember_old(connection.id)
        self._rows[connection.id] = connection
        return self._rows[connection.id]

    def put(self, connection: Connection) -> Connection:
        """Store a connection as it is, at once visible."""
        self._old.pop(connection.id, None)
        self._rows[connection.id] = connection
        return connection

    def replace(self, connection: Connection) -> Connection:
        stored = self._rows.get(connection.id)
        # A Sync that changes nothing is no write that reads could lag behind: they would never catch up with one Sync after the other.
        if stored is None or dataclasses.replace(connection, moved_at=stored.moved_at) != stored:
            self._remember_old(connection.id)
        self._rows[connection.id] = connection
        return self._rows[connection.id]

    def remove(self, connection: Connection) -> None:
        if connection.provisioned:
            message = f"{connection.name} can't be deleted while its status is {connection.status}. Only unprovisioned connections can be deleted."
            raise ApiError(400, self._org.switches["delete_refused_code"], message)
        self.discard(connection)

    def discard(self, connection: Connection) -> None:
        """Take the record away whatever its status is."""
        self._remember_old(connection.id)
        del self._rows[connection.id]
        self.deleted.add(connection.id)

    def properties(self, connection: Connection) -> list[tuple[str, str | None]]:
        """(name, value) of each InboundNetworkConnProperty row; SourceIpRanges is JSON text."""
        rows: list[tuple[str, str | None]] = []
        if connection.endpoint_id is not None:
            rows.append(("AwsVpcEndpointId", connection.endpoint_id))
        if connection.region is not None:
            rows.append(("Region", connection.region))
        ranges = ",".join(f'{{"startIp":"{start}","endIp":"{end}"}}' for start, end in connection.ranges)
        when_empty = self._org.switches["ranges_when_empty"]
        if connection.ranges or when_empty != "no_row":
            rows.append(("SourceIpRanges", f"[{ranges}]" if connection.ranges or when_empty == "[]" else None))
        if self._org.switches["unknown_properties"]:
            rows.append(("LinkId", connection.link_id or f"link-{connection.id.lower()}"))
        return rows

    def used_licences(self) -> int:
        at_save = self._org.switches["licence_at"] == "save"
        return sum(1 for row in self._rows.values() if row.connection_type == AWS_TYPE and (at_save or row.provisioned))

    # Actions

    def provision(self, connection: Connection) -> Connection:
        if self._org.switches["licence_at"] == "provision" and not connection.provisioned:
            self._take_licence(connection)
        return self._apply(model.provision(connection, self._rules(), self._remote(connection), time.monotonic(), self.allocate))

    def sync(self, connection: Connection) -> Connection:
        if self._org.switches["status_moves"] == "by_time":
            if not connection.provisioned and self._org.switches["sync_in"] != "all":
                raise model.Refused("status", f"Sync isn't allowed while the status of {connection.name} is {connection.status}.")
            return connection  # time has already moved it as far as it goes
        return self._apply(model.sync(connection, self._rules(), self._remote(connection), time.monotonic(), self.allocate))

    def tear_down(self, connection: Connection) -> Connection:
        return self._apply(model.tear_down(connection, self._rules(), self._remote(connection), time.monotonic()))

    def _apply(self, transition: Transition) -> Connection:
        self._affect(transition)
        return self.replace(transition.connection)

    def _affect(self, transition: Transition) -> None:
        """Tell AWS. An endpoint that has gone since it was looked at is found gone at the next Sync."""
        endpoint_id = t.cast(str, transition.connection.endpoint_id)
        with contextlib.suppress(LookupError, ValueError):
            if transition.effect == "accept":
                self._org.cloud.accept(endpoint_id)
            elif transition.effect == "reject":
                self._org.cloud.reject(endpoint_id)

    def _tick(self, connection: Connection) -> None:
        """Take the steps that time has taken; nothing where statuses move on Sync only."""
        if self._org.switches["status_moves"] != "by_time" or not connection.provisioned:
            return
        now, seconds = time.monotonic(), self._org.switches["status_seconds"]
        for _step in range(min(int((now - connection.moved_at) / seconds), MOST_STEPS) if seconds else MOST_STEPS):
            transition = model.advance(connection, self._rules(), self._remote(connection), now, self.allocate)
            self._affect(transition)
            connection = self._rows[connection.id] = transition.connection

    def _rules(self) -> Rules:
        return Rules.of(self._org.switches)

    def _remote(self, connection: Connection) -> Remote:
        if not connection.endpoint_id or not connection.region:
            return Remote.UNKNOWN
        endpoint = self._org.cloud.endpoint(connection.region, connection.endpoint_id)
        return model.observe(connection, endpoint, self._org.cloud.services.get(connection.region))

    def _take_licence(self, connection: Connection) -> None:
        if connection.connection_type == AWS_TYPE and self.used_licences() >= self._org.licences:
            raise ApiError(400, "LIMIT_EXCEEDED", f"All {self._org.licences} Private Connect licenses for inbound connections are in use.")

    def _remember_old(self, connection_id: str) -> None:
        reads = int(self._org.switches["stale_reads"])
        if reads:
            # A second write within the window keeps showing the oldest state: a replica that lags behind both.
            old = self._old[connection_id][1] if connection_id in self._old else self._rows.get(connection_id)
            self._old[connection_id] = (reads, old)


def check_locked(connection: Connection, wanted: Connection, switches: t.Any) -> list[ApiError]:
    """Refusals of a change from ``connection`` to ``wanted`` that the connection's status brings."""
    errors = []
    if wanted.endpoint_id != connection.endpoint_id and connection.status == "Ready":
        errors.append(integrity("AwsVpcEndpointId", "the value is read-only while the status is Ready"))
    if wanted.region != connection.region and connection.provisioned:
        errors.append(integrity("Region", f"the value can't be changed while the status is {connection.status}"))
    visible = ("label", "description", "active")
    if connection.provisioned and switches["patch_while_provisioned"] == "refuse" and any(getattr(connection, a) != getattr(wanted, a) for a in visible):
        errors.append(integrity("Metadata", f"the connection can't be changed while its status is {connection.status}"))
    if wanted.connection_type != connection.connection_type:
        errors.append(integrity("ConnectionType", "the value can't be changed"))
    return errors
