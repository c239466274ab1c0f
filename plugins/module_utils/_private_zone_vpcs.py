# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VPCs that an existing private hosted zone is associated with. This module util is PRIVATE to the collection.

amazon.aws.route53_zone associates VPCs only when it creates a zone; with another set of VPCs it makes a second zone of the same name.
A VPC of another account takes a handshake: the zone's account authorises, the VPC's account associates, the authorisation is taken back.
"""

from __future__ import annotations

import typing as t

from . import _validate as check
from ._aws import AWS_ARGUMENT_SPEC, Aws, AwsError
from ._errors import InputError, PrivateConnectError
from ._module import Context, Definition

_THERE_ALREADY = ("ConflictingDomainExists",)
_GONE_ALREADY = ("VPCAssociationNotFound",)
_CREDENTIALS = ("profile", "access_key", "secret_key", "session_token")
_ACCOUNT_SPEC = {name: {key: value for key, value in option.items() if key != "fallback"} for name, option in AWS_ARGUMENT_SPEC.items() if name != "region"}

Vpc = dict[str, str]


def plan(have: t.Sequence[Vpc], want: t.Sequence[Vpc], purge: bool, absent: t.Sequence[Vpc] = ()) -> tuple[list[Vpc], list[Vpc]]:
    """What to associate and what to dissociate; the first come first, so that the zone never is without a VPC."""
    return [vpc for vpc in want if vpc not in have], [vpc for vpc in have if vpc not in want and (purge or vpc in absent)]


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    aws, want, accounts = _prepare(params)
    zone_id = params["hosted_zone_id"]
    before = _read(aws, zone_id)
    add, remove = plan(before, want, params["purge_vpcs"], _named(params["absent_vpcs"], aws))
    if not check_mode:
        for vpc in add:
            account = accounts.get(vpc["id"])
            if account:
                _handshake(aws, account, zone_id, vpc)
            else:
                _change(aws, aws, "associate_vpc_with_hosted_zone", zone_id, vpc, _THERE_ALREADY)
        for vpc in remove:
            _change(aws, aws, "disassociate_vpc_from_hosted_zone", zone_id, vpc, _GONE_ALREADY)
    after = sorted([vpc for vpc in before if vpc not in remove] + add, key=_order)
    return {"changed": bool(add or remove), "vpcs": after, "diff": {"before": {"vpcs": before}, "after": {"vpcs": after}}}


def _prepare(params: t.Mapping[str, t.Any]) -> tuple[Aws, list[Vpc], dict[str, Aws]]:
    """The zone's account, the wanted VPCs, and the accounts of those VPCs that belong to another."""
    named = [(option, vpc) for option in ("vpcs", "absent_vpcs") for vpc in params[option]]
    found = check.problems(*(check.aws_id(option, vpc["id"], "vpc") for option, vpc in named), *(check.region(vpc["region"]) for _option, vpc in named))
    both = sorted({vpc["id"] for vpc in params["vpcs"]} & {vpc["id"] for vpc in params["absent_vpcs"]})
    if both:
        found.append(f"both vpcs and absent_vpcs name {', '.join(both)}")
    if not params["vpcs"]:
        found.append("vpcs is empty; a private zone keeps at least one VPC")
    if found:
        raise InputError(found)
    aws = Aws(params)
    accounts = {vpc["id"]: Aws({**_connection(params), **_connection(vpc["account"])}) for vpc in params["vpcs"] if vpc["account"]}
    return aws, _named(params["vpcs"], aws), accounts


def _named(vpcs: t.Iterable[t.Mapping[str, t.Any]], aws: Aws) -> list[Vpc]:
    return [{"id": vpc["id"], "region": vpc["region"] or aws.region} for vpc in vpcs]


def _connection(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What an account's own options leave out is that of the zone's; credentials are never mixed."""
    given = {key: options[key] for key in AWS_ARGUMENT_SPEC if options.get(key) is not None}
    credentials = dict.fromkeys(_CREDENTIALS) if any(key in given for key in _CREDENTIALS) else {}
    return {**credentials, **given}


def _handshake(zone_account: Aws, vpc_account: Aws, zone_id: str, vpc: Vpc) -> None:
    """An authorisation is as good the second time, so a broken run is repeated from the start."""
    arguments = {"HostedZoneId": zone_id, "VPC": {"VPCId": vpc["id"], "VPCRegion": vpc["region"]}}
    zone_account.call("route53", "create_vpc_association_authorization", **arguments)
    _change(zone_account, vpc_account, "associate_vpc_with_hosted_zone", zone_id, vpc, _THERE_ALREADY)
    try:
        zone_account.call("route53", "delete_vpc_association_authorization", **arguments)
    except AwsError as error:
        if error.code != "VPCAssociationAuthorizationNotFound":
            raise


def _read(aws: Aws, zone_id: str) -> list[Vpc]:
    zone = aws.call("route53", "get_hosted_zone", Id=zone_id)
    if not zone["HostedZone"].get("Config", {}).get("PrivateZone"):
        raise PrivateConnectError(f"Hosted zone {zone_id} ({zone['HostedZone']['Name']}) is public; VPCs are associated with private zones only")
    return sorted(({"id": vpc["VPCId"], "region": vpc["VPCRegion"]} for vpc in zone.get("VPCs") or []), key=_order)


def _change(zone_account: Aws, aws: Aws, operation: str, zone_id: str, vpc: Vpc, done_already: t.Sequence[str]) -> None:
    """One VPC, by its account. Where the answer of an earlier try was lost, AWS says that it is done; a read tells whether by this zone."""
    try:
        aws.call("route53", operation, HostedZoneId=zone_id, VPC={"VPCId": vpc["id"], "VPCRegion": vpc["region"]})
    except AwsError as error:
        wanted = operation.startswith("associate")
        if error.code in done_already and (vpc in _read(zone_account, zone_id)) is wanted:
            return
        raise


def _order(vpc: Vpc) -> tuple[str, str]:
    return vpc["region"], vpc["id"]


DEFINITION = Definition(
    argument_spec={
        **AWS_ARGUMENT_SPEC,
        "hosted_zone_id": {"type": "str", "required": True},
        "vpcs": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {"id": {"type": "str", "required": True}, "region": {"type": "str"}, "account": {"type": "dict", "options": _ACCOUNT_SPEC}},
        },
        "absent_vpcs": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {"id": {"type": "str", "required": True}, "region": {"type": "str"}},
        },
        "purge_vpcs": {"type": "bool", "default": False},
    },
    run=run,
)
