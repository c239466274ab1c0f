# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ingress rules of a security group that are known by their description. This module util is PRIVATE to the collection.

amazon.aws.ec2_security_group removes rules only by purging all that are not listed; here rules of others are never touched.
"""

from __future__ import annotations

import typing as t

from . import _aws, _normal, _rules
from . import _validate as check
from ._aws import AWS_ARGUMENT_SPEC, Aws, AwsError
from ._errors import InputError, PrivateConnectError
from ._module import Context, Definition
from ._rules import Rule

_THERE_ALREADY = "InvalidPermission.Duplicate"
_GONE_ALREADY = "InvalidPermission.NotFound"


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    aws, want = _prepare(params)
    before = _read(aws, params["group_id"])
    add, remove = _rules.plan(before, want, params["mark"])
    if not check_mode:
        _change(aws, "authorize_security_group_ingress", params["group_id"], add, _THERE_ALREADY)
        _change(aws, "revoke_security_group_ingress", params["group_id"], remove, _GONE_ALREADY)
    after = sorted([rule for rule in before if rule not in remove] + add, key=_key)
    return {"changed": bool(add or remove), "added": add, "removed": remove, "diff": {"before": {"ingress": before}, "after": {"ingress": after}}}


def _prepare(params: t.Mapping[str, t.Any]) -> tuple[Aws, list[dict[str, t.Any]]]:
    found = check.problems(check.aws_id("group_id", params["group_id"], "sg"))
    cidrs = _normal.cidrs("cidrs", params["cidrs"], found)
    if not params["mark"].strip():
        found.append("mark is empty; it is what the rules are known by")
    if found:
        raise InputError(found)
    return Aws(params), _rules.wanted(cidrs, dict.fromkeys(params["ports"]), params["mark"])


def _read(aws: Aws, group_id: str) -> list[dict[str, t.Any]]:
    found = aws.call("ec2", "describe_security_groups", GroupIds=[group_id])["SecurityGroups"]
    if not found:
        raise PrivateConnectError(f"There is no security group {group_id} in {aws.region}")
    return _aws.security_group(found[0])["ingress"]


def _change(aws: Aws, operation: str, group_id: str, rules: t.Sequence[Rule], done_already: str) -> None:
    """Rule by rule, so that one that is done already does not hide the others."""
    for rule in rules:
        try:
            aws.call("ec2", operation, GroupId=group_id, IpPermissions=[_permission(rule)])
        except AwsError as error:
            if error.code != done_already:
                raise


def _permission(rule: Rule) -> dict[str, t.Any]:
    six = ":" in rule["source"]
    return {
        "IpProtocol": rule["protocol"],
        "FromPort": rule["from_port"],
        "ToPort": rule["to_port"],
        "Ipv6Ranges" if six else "IpRanges": [{"CidrIpv6" if six else "CidrIp": rule["source"], "Description": rule["description"]}],
    }


def _key(rule: Rule) -> tuple[str, str, str, str]:
    return str(rule["source"]), str(rule["protocol"]), str(rule["from_port"]), str(rule["to_port"])


DEFINITION = Definition(
    argument_spec={
        **AWS_ARGUMENT_SPEC,
        "group_id": {"type": "str", "required": True},
        "cidrs": {"type": "list", "elements": "str", "required": True},
        "ports": {"type": "list", "elements": "int", "default": [443]},
        "mark": {"type": "str", "required": True},
    },
    run=run,
)
