# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topologies answer (region, service name, status), whose shape no document settles. This module util is PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from ._errors import PrivateConnectError

SERVICE_NAME = re.compile(r"com\.amazonaws\.vpce\.(?P<region>[a-z0-9-]+)\.vpce-svc-[0-9a-f]+")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_REGION_KEYS = ("region", "Region", "regionName", "awsRegion", "name")
_SERVICE_KEYS = ("serviceName", "vpcEndpointServiceName", "awsVpcEndpointServiceName")
_STATUS_KEYS = ("status", "Status", "state")

Region = dict[str, t.Any]


def parse(body: t.Any) -> list[Region]:
    """``[{region, service_name, status}]`` sorted by region; values that are not given are null.

    Taken is the list, at the top or under any key at any depth, that tells most; known spellings first, else a value by its form.
    Raises :class:`PrivateConnectError` where nothing is understood, which is not the same as an empty list.
    """
    lists = list(_lists(body))
    found = max((_read(items) for items in lists), key=_worth, default={})
    if not found and (not lists or any(lists)):
        raise PrivateConnectError(f"The org's list of regions is not understood: {body!r:.300}. Please report it, with this answer")
    return [found[name] for name in sorted(found)]


def _lists(value: t.Any) -> t.Iterator[list[t.Any]]:
    """Every list in the value, and every object whose keys are regions as the list that it stands for."""
    if isinstance(value, dict):
        if value and all(_REGION.fullmatch(key) and isinstance(inner, dict) for key, inner in value.items()):
            yield [{"region": key, **inner} for key, inner in value.items()]
        for inner in value.values():
            yield from _lists(inner)
    elif isinstance(value, list):
        yield value
        for inner in value:
            yield from _lists(inner)


def _read(items: list[t.Any]) -> dict[str, Region]:
    regions = [region for region in map(_region, items) if region]
    return {region["region"]: region for region in regions}


def _worth(found: dict[str, Region]) -> tuple[int, int]:
    return sum(1 for region in found.values() if region["service_name"]), len(found)


def _region(item: t.Any) -> Region | None:
    if isinstance(item, str):
        item = {"region": item}
    if not isinstance(item, dict):
        return None
    flat: dict[str, t.Any] = {}
    for key, value in _flat(item):
        flat.setdefault(key, value)
    service = _first(flat, _SERVICE_KEYS) or next((value for value in flat.values() if SERVICE_NAME.fullmatch(str(value))), None)
    told = SERVICE_NAME.fullmatch(str(service))
    names = [flat[key] for key in _REGION_KEYS if _REGION.fullmatch(str(flat.get(key)))] + ([told.group("region")] if told else [])
    if not names:
        return None
    return {"region": names[0], "service_name": service, "status": _first(flat, _STATUS_KEYS)}


def _first(flat: dict[str, t.Any], keys: tuple[str, ...]) -> t.Any:
    return next((flat[key] for key in keys if flat.get(key)), None)


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
