# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ChangeResourceRecordSets: a batch is applied whole or not at all, and refused for what Route 53 refuses."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from moto.core.responses import ActionResult
from moto.route53.models import RecordSet

from .lifecycle import Endpoint
from .patches import ec2_regions, refuse_dns
from .world import VPCE_ZONES, World
from .zones import new_change

Key = tuple[str, str, t.Optional[str]]
VPCE_NAME = re.compile(r"\.vpce-svc-[0-9a-f]+\.(?P<region>[a-z0-9-]+)\.vpce\.amazonaws\.com\.$")


def full_name(name: str) -> str:
    """A name as Route 53 keeps it: lower case, with the trailing dot, `*` escaped."""
    return name.lower().rstrip(".").replace("*", "\\052") + "."


class RecordActions:
    def __init__(self, world: World) -> None:
        self._world = world

    def change_resource_record_sets(self, response: t.Any) -> ActionResult:
        zone = response.backend.get_hosted_zone(response._get_param("HostedZoneId"))
        changes = response._get_param("ChangeBatch.Changes", [])
        if not 1 <= len(changes) <= 1000:
            refuse_dns("InvalidChangeBatch", "Number of records limit of 1000 exceeded." if changes else "[The change batch is empty]")
        batch = _Batch(zone)
        for change in changes:
            batch.apply(change["Action"], change["ResourceRecordSet"])
        batch.check_cnames()
        if batch.problems:
            refuse_dns("InvalidChangeBatch", f"[{', '.join(batch.problems)}]")
        zone.rrsets = list(batch.records.values())
        return ActionResult({"ChangeInfo": new_change(self._world)})


class _Batch:
    """The records of a zone as they will be; ``problems`` collects everything that is wrong."""

    def __init__(self, zone: t.Any) -> None:
        self.zone = zone
        self.apex = full_name(zone.name)
        self.records: dict[Key, RecordSet] = {(full_name(record.name), record.type, record.set_identifier): record for record in zone.rrsets}
        self.problems: list[str] = []

    def apply(self, action: str, members: dict[str, t.Any]) -> None:
        record = self._record(members)
        key = (record.name, record.type, record.set_identifier)
        label = f"[name='{record.name}', type='{record.type}'" + (f", set-identifier='{record.set_identifier}']" if record.set_identifier else "]")
        if record.name != self.apex and not record.name.endswith(f".{self.apex}"):
            self.problems.append(f"RRSet with DNS name {record.name} is not permitted in zone {self.apex}")
        elif action == "DELETE":
            self._delete(key, record, label)
        elif action == "CREATE" and key in self.records:
            self.problems.append(f"Tried to create resource record set {label} but it already exists")
        elif action in ("CREATE", "UPSERT"):
            self._put(key, record)
        else:
            refuse_dns("InvalidInput", f"Invalid XML ; cvc-enumeration-valid: Value '{action}' is not one of [CREATE, DELETE, UPSERT].")

    def _record(self, members: dict[str, t.Any]) -> RecordSet:
        alias, values = members.get("AliasTarget"), members.get("ResourceRecords")
        if bool(alias) == bool(values and members.get("TTL") is not None) or (alias and (values or members.get("TTL") is not None)):
            refuse_dns(
                "InvalidInput",
                "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], "
                f"but found {'more than one' if alias else 'none'} in Change with [Name={members['Name']}, Type={members['Type']}]",
            )
        members = {**members, "Name": full_name(members["Name"])}
        if values:
            members["ResourceRecords"] = [item["Value"] for item in values]
        if alias:
            members["AliasTarget"] = {**alias, "DNSName": full_name(alias["DNSName"])}
        return RecordSet(members)

    def _delete(self, key: Key, record: RecordSet, label: str) -> None:
        present = self.records.get(key)
        if present is None:
            self.problems.append(f"Tried to delete resource record set {label} but it was not found")
        elif not _same(present, record):
            self.problems.append(f"Tried to delete resource record set {label} but the values provided do not match the current values")
        elif record.name == self.apex and record.type in ("SOA", "NS"):
            needed = "exactly one SOA record" if record.type == "SOA" else "at least one NS record for the zone itself"
            self.problems.append(f"A HostedZone must contain {needed}.")
        else:
            del self.records[key]

    def _put(self, key: Key, record: RecordSet) -> None:
        others = [other for other in self.records if other[:2] == key[:2] and other != key]
        if any((other[2] is None) != (key[2] is None) for other in others):
            self.problems.append(f"RRSet with DNS name {record.name}, type {record.type} cannot be created as other RRSets exist with the same name and type.")
        self.problems += _value_problems(record) if record.alias_target is None else self._alias_problems(record)
        self.records[key] = record

    def _alias_problems(self, record: RecordSet) -> list[str]:
        target, zone_id = record.alias_target["DNSName"], record.alias_target["HostedZoneId"].rpartition("/")[2]
        label = f"Tried to create an alias that targets {target}, type {record.type} in zone {zone_id}, but"
        endpoint = VPCE_NAME.search(target)
        if endpoint:
            if VPCE_ZONES.get(endpoint["region"]) != zone_id:
                return [f"{label} the alias target name does not lie within the target zone"]
            known = {full_name(name) for _account, _region, backend in ec2_regions() for item in backend.vpc_end_points.values() for name in _names(item)}
            return [] if target in known else [f"{label} that target was not found"]
        if zone_id == self.zone.resource_id:
            found = any(name == target and kind == record.type for name, kind, _value in self.records)
            return [] if found else [f"{label} that target was not found"]
        return []  # other targets of AWS (load balancers and so on) are not emulated

    def check_cnames(self) -> None:
        names = {(name, kind) for name, kind, _value in self.records}
        for name in {name for name, kind in names if kind == "CNAME"}:
            if name == self.apex:
                self.problems.append(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {self.apex}")
            elif any(other == name and kind != "CNAME" for other, kind in names):
                self.problems.append(
                    f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {self.apex}"
                )


def _names(endpoint: t.Any) -> list[str]:
    return [name for name, _zone in endpoint.dns_names()] if isinstance(endpoint, Endpoint) else []


def _same(present: RecordSet, given: RecordSet) -> bool:
    """Whether a DELETE names exactly what is there; the order of values does not count."""
    if present.alias_target or given.alias_target:
        return _alias_key(present) == _alias_key(given)
    return int(present.ttl or 0) == int(given.ttl or 0) and sorted(present.records) == sorted(given.records)


def _alias_key(record: RecordSet) -> tuple[t.Any, ...] | None:
    target = record.alias_target
    if not target:
        return None
    return full_name(target["DNSName"]), target["HostedZoneId"].rpartition("/")[2], str(target.get("EvaluateTargetHealth", False)).lower()


def _value_problems(record: RecordSet) -> list[str]:
    problems = []
    for value in record.records:
        if record.type in ("A", "AAAA"):
            try:
                valid = ipaddress.ip_address(value).version == (4 if record.type == "A" else 6)
            except ValueError:
                valid = False
            family = "IPv4" if record.type == "A" else "IPv6"
            if not valid:
                problem = f"{record.type}RRDATAIllegal{family}Address (Value is not a valid {family} address)"
                problems.append(f"Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''")
        if record.type == "CNAME" and (len(record.records) > 1 or not re.fullmatch(r"[A-Za-z0-9_.*-]+", value)):
            problems.append(f"Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '{value}''")
    if len(set(record.records)) != len(record.records):
        problems.append(f"Duplicate Resource Record: '{next(value for value in record.records if record.records.count(value) > 1)}'")
    if not 0 <= int(record.ttl) <= 2147483647:
        problems.append(f"Invalid TTL {record.ttl} for {record.name}")
    return problems
