# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints without AWS, for tests that look only at the org: a test says which endpoints there are and how they fare."""

from __future__ import annotations

import threading
import typing as t

REGIONS = ("us-east-1", "us-west-2", "eu-central-1")


class Endpoints:
    """Has the interface that the org needs of the AWS emulator."""

    def __init__(self, regions: t.Sequence[str] = REGIONS) -> None:
        self.services = {region: f"com.amazonaws.vpce.{region}.vpce-svc-{index:017x}" for index, region in enumerate(regions, 1)}
        self._lock = threading.Lock()
        self._endpoints: dict[str, dict[str, t.Any]] = {}

    def put(self, vpce_id: str, region: str, state: str = "pendingAcceptance", service_name: str | None = None) -> None:
        with self._lock:
            self._endpoints[vpce_id] = {
                "id": vpce_id,
                "account": "123456789012",
                "region": region,
                "service_name": service_name or self.services[region],
                "state": state,
            }

    def set_state(self, vpce_id: str, state: str) -> None:
        with self._lock:
            self._endpoints[vpce_id]["state"] = state

    def drop(self, vpce_id: str) -> None:
        with self._lock:
            del self._endpoints[vpce_id]

    def endpoint(self, region: str | None, vpce_id: str) -> dict[str, t.Any] | None:
        with self._lock:
            found = self._endpoints.get(vpce_id)
            return dict(found) if found is not None and region in (None, found["region"]) else None

    def accept(self, vpce_id: str) -> None:
        self.set_state(vpce_id, "available")

    def reject(self, vpce_id: str) -> None:
        self.set_state(vpce_id, "rejected")

    def listing(self) -> dict[str, list[dict[str, t.Any]]]:
        with self._lock:
            return {"endpoints": [dict(endpoint) for endpoint in self._endpoints.values()]}

    def reset(self) -> None:
        with self._lock:
            self._endpoints.clear()
