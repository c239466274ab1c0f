# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that cost calls of their own, made only where something is about to be written. This module util is PRIVATE to the collection.

Nothing here changes anything: what the org says of itself, the zones of further VPCs, and dry runs of EC2.
"""

from __future__ import annotations

import typing as t

from ._aws import DENIED, MOVED_TAG, AwsError, boto_tags, given_tags
from ._errors import OrgError
from ._facts import Reader
from ._selection import Blockers, Facts, Params, group_tags, replaced_endpoints
from ._selection_dns import hosts, is_our_zone

_UNSUPPORTED = ("Team Edition", "Professional Edition", "Personal Edition", "Contact Manager Edition", "Group Edition", "Base Edition", "Starter Edition")
_ALLOWED = "DryRunOperation"

DryRun = tuple[str, dict[str, t.Any]]


def check(reader: Reader, facts: Facts, drift: t.Sequence[t.Mapping[str, t.Any]], params: Params, blockers: Blockers, *, ask_org: bool = True) -> None:
    what = {item["what"] for item in drift}
    reads: dict[str, t.Callable[[], None]] = {}
    if ask_org and any(word.startswith("connection") and word != "connection.status" for word in what):
        reads["permission"] = lambda: _org_permission(reader, blockers)
    if ask_org and "connection" in what:
        reads["edition"] = lambda: _edition(reader, blockers)
    if {"zone", "zone.vpcs"} & what:
        reads["conflicts"] = lambda: _zone_conflicts(reader, facts, params, blockers)
    reader.together(**reads, **_run_all(reader, _dry_runs(facts, drift, params), blockers))


def check_absent(reader: Reader, facts: Facts, drift: t.Sequence[t.Mapping[str, t.Any]], blockers: Blockers) -> None:
    """Whether all that a tear-down deletes may be deleted, as far as it can be known. Route 53 has no dry run."""
    what = {item["what"] for item in drift}
    reads: dict[str, t.Callable[[], None]] = {"permission": lambda: _org_permission(reader, blockers)} if "connection" in what else {}
    runs: list[DryRun] = []
    endpoints = [item["id"] for item in facts["own_endpoints"] if str(item["state"]).lower() != "deleting"]
    if endpoints:
        runs.append(("delete_vpc_endpoints", {"VpcEndpointIds": endpoints}))
    if "security_group" in what:
        runs.append(("delete_security_group", {"GroupId": facts["own_group"]["id"]}))
    reader.together(**reads, **_run_all(reader, runs, blockers))


def _run_all(reader: Reader, runs: t.Sequence[DryRun], blockers: Blockers) -> dict[str, t.Callable[[], None]]:
    return {
        f"dry run {index}": lambda operation=operation, arguments=arguments: _dry_run(reader, operation, arguments, blockers)
        for index, (operation, arguments) in enumerate(runs)
    }


def _org_permission(reader: Reader, blockers: Blockers) -> None:
    """What the describe call says of the user's rights; silence is no objection."""
    try:
        described = reader.org.describe()
    except OrgError as error:
        if error.status in (403, 404):
            blockers.add("permission", error.message, "give the user the permission, or the org the licence")
            return
        raise
    lacking = [flag for flag in ("createable", "updateable", "deletable") if described.get(flag) is False]
    if lacking:
        blockers.add(
            "permission",
            f"the org says that this user's InboundNetworkConnection is not {', not '.join(lacking)}",
            "give the user 'Allow user to modify Private Connections' (ManageExternalConnections) and 'Modify Metadata Through Metadata API Functions'",
        )


def _edition(reader: Reader, blockers: Blockers) -> None:
    rows = reader.org.query("SELECT Id, OrganizationType FROM Organization")
    edition = rows[0].get("OrganizationType") if rows else None
    if edition in _UNSUPPORTED:
        cure = "use an org of Enterprise, Performance, Unlimited or Developer Edition"
        blockers.add("edition", f"the org is of the {edition}, which has no Private Connect", cure)


def _zone_conflicts(reader: Reader, facts: Facts, params: Params, blockers: Blockers) -> None:
    """A further VPC that already resolves another private zone of the same name cannot be associated with ours."""
    wanted = [(entry, vpc) for entry in facts["dns"] for vpc in entry["wanted_vpcs"][1:] if vpc not in ((entry["zone"] or {}).get("vpcs") or [])]
    for vpc in {(item["id"], item["region"]): item for _entry, item in wanted}.values():
        listed = reader.zones_of_vpc(vpc["id"], vpc["region"])
        if listed is None:
            blockers.add(
                "vpc",
                f"{vpc['id']} does not exist in {vpc['region']}, or not in this AWS account",
                "check dns_vpcs; VPCs of other accounts are associated by the module private_zone_vpcs",
            )
            continue
        zones = {zone["name"]: zone["id"] for zone in listed}
        for entry in (entry for entry, item in wanted if item == vpc):
            other = zones.get(entry["zone_name"])
            if other and other != (entry["zone"] or {}).get("id") and not _goes_with_the_move(reader, facts, params, other, entry["zone_name"]):
                blockers.add(
                    "zone",
                    f"{vpc['id']} in {vpc['region']} already resolves another private zone {entry['zone_name']} ({other})",
                    "leave it out of dns_vpcs, or delete that zone",
                )


def _goes_with_the_move(reader: Reader, facts: Facts, params: Params, zone_id: str, name: str) -> bool:
    """Whether it is the zone of the place that a move leaves, with nothing of others in it: the role deletes it before it makes the next."""
    if not (facts["moved_from"] or {}).get("ours"):
        return False
    (zone,) = reader.zones([{"id": zone_id, "name": name}])
    names = hosts(params)
    known = all(record["type"] in ("NS", "SOA") or (record["type"] == "A" and record["name"] in names) for record in zone["records"])
    return known and is_our_zone(zone, facts["tag_value"])


def _dry_runs(facts: Facts, drift: t.Sequence[t.Mapping[str, t.Any]], params: Params) -> list[DryRun]:
    """The EC2 writes of the plan, as AWS checks them without doing them.

    Only of resources that are there or are made: policies that go by our tag deny it of anything put in the place of a group that is yet to be made.
    """
    wants = {item["what"]: item["want"] for item in drift}
    rules = next((item for item in drift if item["what"] == "security_group.rules"), None)
    return [*_group_runs(facts, wants, params), *(_rule_runs(facts, rules) if rules else ()), *_endpoint_runs(facts, wants, params)]


def _group_runs(facts: Facts, wants: t.Mapping[str, t.Any], params: Params) -> list[DryRun]:
    runs: list[DryRun] = []
    if "security_group" in wants:
        specification = [{"ResourceType": "security-group", "Tags": _tags_of_ours(facts, params)}]
        named = {"GroupName": facts["group_name"], "Description": "dry run", "VpcId": params["vpc_id"], "TagSpecifications": specification}
        # amazon.aws.ec2_security_group reads the tags of the group that it has made.
        runs += [("create_security_group", named), ("describe_tags", {})]
    if "security_group.tags" in wants:
        runs += _tag_runs(facts["own_group"]["id"], wants["security_group.tags"])
    return runs


def _rule_runs(facts: Facts, item: t.Mapping[str, t.Any]) -> list[DryRun]:
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    target = {"GroupId": facts["own_group"]["id"], "IpPermissions": [permission]}
    have, want = item["have"], item["want"]
    changes = (("authorize", any(rule not in have for rule in want)), ("revoke", any(rule not in want for rule in have)))
    return [(f"{verb}_security_group_ingress", target) for verb, needed in changes if needed]


def _endpoint_runs(facts: Facts, wants: t.Mapping[str, t.Any], params: Params) -> list[DryRun]:
    runs: list[DryRun] = []
    endpoint = facts["endpoint"]
    if "endpoint" in wants and facts["service_name"] and facts["wanted_subnet_ids"]:
        specification = [{"ResourceType": "vpc-endpoint", "Tags": _tags_of_ours(facts, params)}]
        request: dict[str, t.Any] = {
            "VpcEndpointType": "Interface",
            "VpcId": params["vpc_id"],
            "ServiceName": facts["service_name"],
            "PrivateDnsEnabled": False,
        }
        groups = {"SecurityGroupIds": facts["wanted_group_ids"]} if facts["wanted_group_ids"] else {}
        request.update({"SubnetIds": facts["wanted_subnet_ids"], **groups, "TagSpecifications": specification})
        runs += [("create_vpc_endpoint", request), ("describe_network_interfaces", {})]
    modify = {"endpoint.subnet_ids": "SubnetIds", "endpoint.security_group_ids": "SecurityGroupIds", "endpoint.private_dns_enabled": None}
    if endpoint and modify.keys() & wants.keys():
        request = {"VpcEndpointId": endpoint["id"]}
        for what, key in modify.items():
            have, want = (set(endpoint[what.split(".")[1]]), set(wants[what])) if key and what in wants else (set(), set())
            request.update({f"{verb}{key}": sorted(ids) for verb, ids in (("Add", want - have), ("Remove", have - want)) if ids})
        runs.append(("modify_vpc_endpoint", request))
    if endpoint and "endpoint.tags" in wants:
        runs += _tag_runs(endpoint["id"], wants["endpoint.tags"])
    if endpoint and facts["moved_from"]:
        runs += _tag_runs(endpoint["id"], {MOVED_TAG: None})
    replaced = [item["id"] for item in replaced_endpoints(facts)]
    return runs + ([("delete_vpc_endpoints", {"VpcEndpointIds": replaced})] if replaced else [])


def _tag_runs(resource_id: str, tags: t.Mapping[str, str | None]) -> list[DryRun]:
    put, gone = boto_tags(given_tags(tags)), [{"Key": key} for key, value in tags.items() if value is None]
    runs = [("create_tags", {"Resources": [resource_id], "Tags": put}), ("delete_tags", {"Resources": [resource_id], "Tags": gone})]
    return [run for run in runs if run[1]["Tags"]]


def _tags_of_ours(facts: Facts, params: Params) -> list[dict[str, str]]:
    return boto_tags(group_tags(facts, params))


def _dry_run(reader: Reader, operation: str, arguments: dict[str, t.Any], blockers: Blockers) -> None:
    """A denial counts, and what else AWS objects to in a creation. To a change or deletion it objects for what is undone before it."""
    try:
        reader.aws.call("ec2", operation, DryRun=True, **arguments)
    except AwsError as error:
        if error.code in DENIED:
            action = error.denied_action
            blockers.add("iam", f"these AWS credentials may not {action}: {error.details['aws_message']}", f"allow {action} to them")
        elif error.code != _ALLOWED and operation.startswith("create_"):
            blockers.add("aws", error.message, "mend what AWS names")
