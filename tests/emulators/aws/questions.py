# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call asks of IAM: its actions, on which resources, with which keys in the context.

Follows the tables of the Service Authorization Reference (EC2, Route 53, Route 53 Resolver) for what this collection calls; for any other
call it is the action alone. Only keys that the table names for the action are in the context, so a policy that conditions an action on a
key that AWS does not offer there is refused here too.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

from moto.ec2.models import ec2_backends

from ..web import Request
from .iam import Question
from .wire import Operation
from .world import SERVICE_OWNER, USER_ACCOUNT, World

_KINDS = {"vpce": "vpc-endpoint", "vpc": "vpc", "subnet": "subnet", "sg": "security-group", "sgr": "security-group-rule", "eni": "network-interface"}
# Parameters that name resources, by action; the key ec2:Vpc is there for security groups and subnets in the actions of _WITH_VPC only.
_NAMED = {
    "DescribeVpcAttribute": ("VpcId",),
    "CreateSecurityGroup": ("VpcId",),
    "AuthorizeSecurityGroupIngress": ("GroupId",),
    "RevokeSecurityGroupIngress": ("GroupId",),
    "DeleteSecurityGroup": ("GroupId",),
    "CreateVpcEndpoint": ("VpcId", "SubnetId", "SecurityGroupId"),
    "ModifyVpcEndpoint": ("VpcEndpointId", "AddSubnetId", "RemoveSubnetId", "AddSecurityGroupId", "RemoveSecurityGroupId"),
    "DeleteVpcEndpoints": ("VpcEndpointId",),
    "CreateTags": ("ResourceId",),
    "DeleteTags": ("ResourceId",),
}
_WITH_VPC = ("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "DeleteSecurityGroup", "ModifyVpcEndpoint", "CreateTags")
_MADE = {"CreateSecurityGroup": "security-group", "CreateVpcEndpoint": "vpc-endpoint"}
_NEEDS_VPCS = ("CreateHostedZone", "AssociateVPCWithHostedZone", "DisassociateVPCFromHostedZone", "ListHostedZonesByVPC")
_DEPENDENT = (*(f"route53:{name}" for name in _NEEDS_VPCS), "route53resolver:ListResolverRuleAssociations")


def questions(operation: Operation, request: Request, world: World) -> list[Question]:
    """In the order in which AWS is taken to ask them; the caller holds the world's lock."""
    action = f"{operation.service}:{operation.action}"
    if operation.service == "sts" and operation.action == "GetCallerIdentity":
        return []  # needs no permission
    if operation.service == "ec2":
        return _ec2(action, operation, request.form, world)
    asked = [_route53(action, operation.action, request)] if operation.service == "route53" else [Question(action)]
    # Route 53 looks the VPC up in the caller's name.
    return [*asked, Question("ec2:DescribeVpcs")] if action in _DEPENDENT else asked


# -- EC2 ---------------------------------------------------------------------------------------------------------------


def _ec2(action: str, operation: Operation, form: t.Mapping[str, str], world: World) -> list[Question]:
    name, region = operation.action, operation.region
    specified = _specifications(form)
    asked = []
    if name in _MADE:
        kind = _MADE[name]
        asked.append(Question(action, _arn(region, kind, "*"), {**_request_tags(specified.get(kind, {})), **_service(form, world)}))
    asked += [Question(action, *_existing(region, item, name, form)) for parameter in _NAMED.get(name, ()) for item in _values(form, parameter)]
    asked += [
        Question("ec2:CreateTags", _arn(region, kind, "*"), {**_request_tags(tags), "ec2:CreateAction": [name]})
        for kind, tags in specified.items()
        if name.startswith("Create")
    ]
    return asked or [Question(action)]


def _existing(region: str, item: str, action: str, form: t.Mapping[str, str]) -> tuple[str, dict[str, list[str]]]:
    """ARN and context of a resource by its ID."""
    kind = _KINDS.get(item.split("-")[0], "unknown")
    backend = ec2_backends[USER_ACCOUNT][region]
    context = {f"aws:ResourceTag/{key}": [value] for key, value in backend.tags.get(item, {}).items()}
    if action in _WITH_VPC and kind in ("security-group", "subnet"):
        group = backend.get_security_group_from_id(item)
        found = group or next((subnets[item] for subnets in backend.subnets.values() if item in subnets), None)
        if found is not None and found.vpc_id:
            context["ec2:Vpc"] = [_arn(region, "vpc", found.vpc_id)]
    if action in ("CreateTags", "DeleteTags"):
        context |= _request_tags(_tags(form, "Tag"))
    return _arn(region, kind, item), context


def _service(form: t.Mapping[str, str], world: World) -> dict[str, list[str]]:
    if "ServiceName" not in form:
        return {}
    service = world.services.get(form["ServiceName"])
    return {"ec2:VpceServiceName": [form["ServiceName"]], "ec2:VpceServiceOwner": [service.owner if service else SERVICE_OWNER]}


def _specifications(form: t.Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Tags that a creation sets, by kind of resource."""
    numbers = sorted({match[1] for key in form if (match := re.match(r"TagSpecification\.(\d+)\.", key))})
    return {form[f"TagSpecification.{number}.ResourceType"]: _tags(form, f"TagSpecification.{number}.Tag") for number in numbers}


def _tags(form: t.Mapping[str, str], prefix: str) -> dict[str, str]:
    keys = {key.removesuffix(".Key"): value for key, value in form.items() if re.fullmatch(rf"{re.escape(prefix)}\.\d+\.Key", key)}
    return {name: form.get(f"{place}.Value", "") for place, name in keys.items()}


def _request_tags(tags: t.Mapping[str, str]) -> dict[str, list[str]]:
    return {**({"aws:TagKeys": list(tags)} if tags else {}), **{f"aws:RequestTag/{key}": [value] for key, value in tags.items()}}


def _values(form: t.Mapping[str, str], parameter: str) -> list[str]:
    return [value for key, value in form.items() if key == parameter or re.fullmatch(rf"{parameter}\.\d+", key)]


def _arn(region: str, kind: str, name: str) -> str:
    return f"arn:aws:ec2:{region}:{USER_ACCOUNT}:{kind}/{name}"


# -- Route 53 ----------------------------------------------------------------------------------------------------------


def _route53(action: str, name: str, request: Request) -> Question:
    found = re.search(r"/(hostedzone|change|healthcheck)/([A-Za-z0-9]+)", request.path)
    # A zone that is made, and lists over all zones, have no ARN.
    resource = f"arn:aws:route53:::{found[1]}/{found[2]}" if found else "*"
    context: dict[str, list[str]] = {}
    if name in _NEEDS_VPCS:
        context["route53:VPCs"] = _vpcs(request)
    if name == "ChangeResourceRecordSets":
        changes = list(_elements(request, "Change"))
        context |= {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [_text(item, "Name").lower().rstrip(".") for item in changes],
            "route53:ChangeResourceRecordSetsRecordTypes": [_text(item, "Type") for item in changes],
            "route53:ChangeResourceRecordSetsActions": [_text(item, "Action") for item in changes],
        }
    return Question(action, resource, context)


def _vpcs(request: Request) -> list[str]:
    if request.query.get("vpcid"):
        return [f"VPCId={request.query['vpcid']},VPCRegion={request.query.get('vpcregion', '')}"]
    return [f"VPCId={_text(item, 'VPCId')},VPCRegion={_text(item, 'VPCRegion')}" for item in _elements(request, "VPC")]


def _elements(request: Request, name: str) -> t.Iterator[ElementTree.Element]:
    for element in ElementTree.fromstring(request.body).iter() if request.body else ():
        if element.tag.rpartition("}")[2] == name:
            yield element


def _text(element: ElementTree.Element, name: str) -> str:
    """The text of the first element of that name below; each of these has exactly one."""
    return next((item.text or "" for item in element.iter() if item.tag.rpartition("}")[2] == name), "")
