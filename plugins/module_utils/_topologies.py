# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topologies answer (region, service name, status), whose shape no document settles. This module util is PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

SERVICE_NAME = re.compile(r"^com\.amazonaws\.vpce\.(?P<region>[a-z0-9-]+)\.vpce-svc-[0-9a-f]+$")
_REGION_KEYS = ("region", "Region", "regionName", "name")
_SERVICE_KEYS = ("serviceName", "vpcEndpointServiceName", "awsVpcEndpointServiceName")
_STATUS_KEYS = ("status", "Status", "state")


def parse(body: t.Any) -> list[dict[str, t.Any]]:
    """``[{region, service_name, status}]`` sorted by region; values that are not given are null.

    Taken are a list at the top, or the first list under any key at any depth; known spellings first, else the service name by its form.
    """
    items = _first_list(body) or []
    found = {}
    for item in items:
        region = _region(item)
        if region:
            found[region["region"]] = region
    return [found[name] for name in sorted(found)]


def _first_list(value: t.Any) -> list[t.Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        for inner in value.values():
            items = _first_list(inner)
            if items is not None:
                return items
    return None


def _region(item: t.Any) -> dict[str, t.Any] | None:
    if isinstance(item, str):
        return {"region": item, "service_name": None, "status": None}
    if not isinstance(item, dict):
        return None
    flat: dict[str, t.Any] = {}
    for key, value in _flat(item):
        flat.setdefault(key, value)
    service = next((flat[key] for key in _SERVICE_KEYS if flat.get(key)), None)
    if service is None:
        service = next((value for value in flat.values() if SERVICE_NAME.match(str(value))), None)
    region = next((flat[key] for key in _REGION_KEYS if flat.get(key)), None)
    if region is None and service is not None:
        match = SERVICE_NAME.match(str(service))
        region = match.group("region") if match else None
    if region is None:
        return None
    return {"region": region, "service_name": service, "status": next((flat[key] for key in _STATUS_KEYS if flat.get(key)), None)}


def _flat(item: dict[str, t.Any]) -> t.Iterator[tuple[str, t.Any]]:
    """The item's own values before those of objects inside it."""
    inner = []
    for key, value in item.items():
        if isinstance(value, dict):
            inner.append(value)
        elif value is not None:
            yield key, value
    for value in inner:
        yield from _flat(value)
