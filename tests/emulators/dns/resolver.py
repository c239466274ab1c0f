# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the resolver of a VPC answers: pure functions over zones, endpoint names and public names."""

from __future__ import annotations

import dataclasses
import random
import typing as t

ALIAS_TTL = 60
PUBLIC_TTL = 300
MAX_CHAIN = 10

Record = tuple[str, str, int, str]  # name, type, TTL, value


@dataclasses.dataclass(frozen=True)
class Answer:
    """``rcode`` is the name of a DNS response code; ``soa`` goes into the authority section of an empty answer."""

    rcode: str
    records: tuple[Record, ...] = ()
    soa: Record | None = None


@dataclasses.dataclass(frozen=True)
class View:
    """What one VPC can see. Names are lower case with the trailing dot; ``zones`` are private zones as AwsEmulator lists them."""

    zones: list[dict[str, t.Any]]
    endpoint_names: dict[str, list[str]]
    public: dict[str, list[str]]

    def resolve(self, name: str, kind: str, depth: int = 0) -> Answer:
        """The most specific private zone decides alone: a name that it lacks does not exist, whatever public DNS says."""
        if depth > MAX_CHAIN:
            return Answer("SERVFAIL")
        zone = self._zone_of(name)
        if zone is not None:
            return self._from_zone(zone, name, kind, depth)
        for table, ttl in ((self.endpoint_names, ALIAS_TTL), (self.public, PUBLIC_TTL)):
            if name in table:
                values = [value for value in table[name] if kind == ("AAAA" if ":" in value else "A")]
                return Answer("NOERROR", tuple((name, kind, ttl, value) for value in values))
        return Answer("NXDOMAIN")

    def _zone_of(self, name: str) -> dict[str, t.Any] | None:
        matching = [zone for zone in self.zones if name == zone["name"] or name.endswith(f".{zone['name']}")]
        return max(matching, key=lambda zone: len(zone["name"]), default=None)

    def _from_zone(self, zone: dict[str, t.Any], name: str, kind: str, depth: int) -> Answer:
        soa = next(((zone["name"], "SOA", item["ttl"], item["values"][0]) for item in zone["records"] if item["type"] == "SOA"), None)
        owner = _owner(zone, name)
        if owner is None:
            return Answer("NXDOMAIN", soa=soa)
        here = [item for item in zone["records"] if _plain(item["name"]) == owner]
        wanted = _choose([item for item in here if item["type"] == kind])
        cname = _choose([item for item in here if item["type"] == "CNAME"])
        if wanted:
            records = tuple(record for item in wanted for record in self._expand(item, name, depth))
            return Answer("NOERROR", records, None if records else soa)
        if cname:
            link = (name, "CNAME", cname[0]["ttl"], cname[0]["values"][0])
            rest = self.resolve(link[3].lower().rstrip(".") + ".", kind, depth + 1)
            return Answer(rest.rcode, (link, *rest.records), rest.soa)
        return Answer("NOERROR", soa=soa)

    def _expand(self, item: dict[str, t.Any], name: str, depth: int) -> list[Record]:
        if item["alias"] is None:
            return [(name, item["type"], item["ttl"], value) for value in item["values"]]
        found = self.resolve(item["alias"]["name"], item["type"], depth + 1)
        return [(name, item["type"], ALIAS_TTL, value) for _name, kind, _ttl, value in found.records if kind == item["type"]]


def _plain(name: str) -> str:
    return name.replace("\\052", "*")


def _owner(zone: dict[str, t.Any], name: str) -> str | None:
    """The name whose records answer for ``name``: itself (also where only names below it exist), else the nearest wildcard."""
    names = {_plain(item["name"]) for item in zone["records"]}
    if name in names or any(other.endswith(f".{name}") for other in names):
        return name
    labels = name.split(".")
    for index in range(1, len(labels)):
        parent = ".".join(labels[index:])
        if f"*.{parent}" in names:
            return f"*.{parent}"
        if parent == zone["name"] or parent in names or any(other.endswith(f".{parent}") for other in names):
            return None
    return None


def _choose(items: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """One of several weighted sets, by weight; otherwise all of them."""
    weighted = [item for item in items if item["weight"] is not None]
    if not weighted:
        return items
    weights = [int(item["weight"]) for item in weighted]
    return random.choices(weighted, weights if any(weights) else None)
