# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that cost calls of their own, made only where something is about to be written. This module util is PRIVATE to the collection.

Nothing here changes anything: what the org says of itself, the zones of further VPCs, and dry runs of EC2.
"""

from __future__ import annotations

import typing as t

from ._aws import AwsError, boto_tags, given_tags
from ._errors import OrgError
from ._facts import Reader
from ._selection import Blockers, Facts, Params

_UNSUPPORTED = ("Team Edition", "Professional Edition", "Personal Edition", "Contact Manager Edition", "Group Edition", "Base Edition", "Starter Edition")
_ALLOWED = "DryRunOperation"
_DENIED = ("UnauthorizedOperation", "AccessDenied")


def check(reader: Reader, facts: Facts, drift: t.Sequence[t.Mapping[str, t.Any]], params: Params, blockers: Blockers) -> None:
    what = {item["what"] for item in drift}
    reads: dict[str, t.Callable[[], None]] = {}
    if any(word.startswith("connection") and word != "connection.status" for word in what):
        reads["permission"] = lambda: _org_permission(reader, blockers)
    if "connection" in what:
        reads["edition"] = lambda: _edition(reader, blockers)
    if {"zone", "zone.vpcs"} & what:
        reads["conflicts"] = lambda: _zone_conflicts(reader, facts, blockers)
    for index, (operation, arguments) in enumerate(_dry_runs(facts, what, params)):
        reads[f"dry run {index}"] = lambda operation=operation, arguments=arguments: _dry_run(reader, operation, arguments, blockers)
    reader.together(**reads)


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
    rows = reader.org.query("SELECT Id, OrganizationType, IsSandbox FROM Organization")
    edition = rows[0].get("OrganizationType") if rows else None
    if edition in _UNSUPPORTED:
        cure = "use an org of Enterprise, Performance, Unlimited or Developer Edition"
        blockers.add("edition", f"the org is of the {edition}, which has no Private Connect", cure)


def _zone_conflicts(reader: Reader, facts: Facts, blockers: Blockers) -> None:
    """A further VPC that already resolves another private zone of the same name cannot be associated with ours."""
    wanted = [(entry, vpc) for entry in facts["dns"] for vpc in entry["wanted_vpcs"][1:] if vpc not in ((entry["zone"] or {}).get("vpcs") or [])]
    for vpc in {(item["id"], item["region"]): item for _entry, item in wanted}.values():
        zones = {zone["name"]: zone["id"] for zone in reader.zones_of_vpc(vpc["id"], vpc["region"])}
        for entry in (entry for entry, item in wanted if item == vpc):
            other = zones.get(entry["zone_name"])
            if other and other != (entry["zone"] or {}).get("id"):
                blockers.add(
                    "zone",
                    f"{vpc['id']} in {vpc['region']} already resolves another private zone {entry['zone_name']} ({other})",
                    "leave it out of dns_vpcs, or delete that zone",
                )


def _dry_runs(facts: Facts, what: set[str], params: Params) -> list[tuple[str, dict[str, t.Any]]]:
    """The EC2 writes of the plan, as AWS checks them without doing them."""
    groups = facts["wanted_group_ids"] or [group["id"] for group in facts["security_groups"] if group["name"] == "default"]
    tags = [{"Key": key, "Value": value} for key, value in {"privatelink.salesforce/connection": facts["tag_value"]}.items()]
    runs: list[tuple[str, dict[str, t.Any]]] = []
    if "security_group" in what:
        specification = [{"ResourceType": "security-group", "Tags": tags}]
        named = {"GroupName": facts["group_name"], "Description": "dry run", "VpcId": params["vpc_id"], "TagSpecifications": specification}
        runs.append(("create_security_group", named))
    if {"security_group", "security_group.rules"} & what and groups:
        permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
        runs.append(("authorize_security_group_ingress", {"GroupId": groups[0], "IpPermissions": [permission]}))
    if "endpoint" in what and facts["service_name"] and facts["wanted_subnet_ids"] and groups:
        specification = [{"ResourceType": "vpc-endpoint", "Tags": boto_tags({**given_tags(params["tags"]), **{tag["Key"]: tag["Value"] for tag in tags}})}]
        request = {"VpcEndpointType": "Interface", "VpcId": params["vpc_id"], "ServiceName": facts["service_name"], "PrivateDnsEnabled": False}
        runs.append(
            ("create_vpc_endpoint", {**request, "SubnetIds": facts["wanted_subnet_ids"], "SecurityGroupIds": groups[:1], "TagSpecifications": specification})
        )
    if facts["endpoint"] and {"endpoint.subnet_ids", "endpoint.security_group_ids", "endpoint.private_dns_enabled"} & what:
        runs.append(("modify_vpc_endpoint", {"VpcEndpointId": facts["endpoint"]["id"]}))
    if facts["endpoint"] and "endpoint.tags" in what:
        runs.append(("create_tags", {"Resources": [facts["endpoint"]["id"]], "Tags": tags}))
    return runs


def _dry_run(reader: Reader, operation: str, arguments: dict[str, t.Any], blockers: Blockers) -> None:
    """Only a denial counts: what else AWS would say, it says better to the real call."""
    try:
        reader.aws.call("ec2", operation, DryRun=True, **arguments)
    except AwsError as error:
        if error.code in _DENIED:
            action = error.details["action"]
            blockers.add("iam", f"these AWS credentials may not {action}: {error.details['aws_message']}", f"allow {action} to them")
        elif error.code not in (_ALLOWED, "InvalidPermission.Duplicate"):
            blockers.add("aws", error.message, "mend what AWS names")
