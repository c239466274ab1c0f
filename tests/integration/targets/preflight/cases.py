# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a connection, and what is to be said of it: the cases of preflight.py."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from hands import Hands
from runs import NAME, REGION, TAG, Json

ELSEWHERE, NOT_OFFERED = "us-west-2", "eu-west-1"
WIDE = "my.salesforce.com"
FAR = "vpce-0fedcba9876543210"
# Of the VPC, in none of its subnets.
UNUSED = "127.82.250.9"
Words = t.Sequence[tuple[str, str, str]]


@dataclasses.dataclass(frozen=True)
class Case:
    """``arrange`` returns variables of the role (without ``private_connect_``). ``said``: for each blocker what, and words of problem and cure.

    What ``org`` says is no blocker, but the error of an org that cannot be asked, which holds both words; the module fails with it and the blockers.
    """

    what: str
    arrange: t.Callable[[Hands], Json]
    said: t.Callable[[Hands, Json], Words] = lambda hands, given: ()


def zones(hands: Hands) -> str:
    """The zones of the service, as they are told."""
    return ", ".join(sorted(item["zone_id"] for item in hands.place["subnets"][:2]))


def _not_offered(hands: Hands) -> Json:
    return {"region": NOT_OFFERED, "vpc_id": hands.new_vpc("10.50", NOT_OFFERED)[0]}


def _hidden(hands: Hands) -> Json:
    hands.client.act_aws("hide_service", REGION)
    return {}


def _flags(hands: Hands) -> Json:
    hands.vpc_flag("EnableDnsSupport", False)
    hands.vpc_flag("EnableDnsHostnames", False)
    return {}


def _bad_subnets(hands: Hands) -> Json:
    first, _second, third = hands.place["subnet_ids"]
    made = hands.ec2.create_subnet(VpcId=hands.vpc, CidrBlock="127.82.200.0/24", AvailabilityZone=f"{REGION}a")
    same = made["Subnet"]["SubnetId"]
    _vpc, (theirs,) = hands.new_vpc("10.60", zones="b")
    return {"subnet_ids": [first, same, theirs, third]}


def _bad_subnets_said(hands: Hands, given: Json) -> Words:
    first, same, theirs, third = given["subnet_ids"]
    place = f"{REGION}c, {hands.place['subnets'][2]['zone_id']}"
    return (
        ("subnets", f"subnet {theirs} is not in {hands.vpc}", "choose among"),
        (
            "subnets",
            f"subnet {third} ({place}) lies in a zone that the service lacks",
            f"choose subnets in {zones(hands)}",
        ),
        ("subnets", f"subnets {', '.join(sorted((first, same)))} lie in the same zone", "give one subnet for each zone"),
    )


def _only_other_zones(hands: Hands) -> Json:
    vpc, (subnet,) = hands.new_vpc("10.60", zones="c")
    return {"vpc_id": vpc, "only": subnet}


def _closed_group(hands: Hands) -> Json:
    group = hands.group("closed")
    hands.forbid(group, "10.0.0.0/8", "theirs")
    hands.allow(group, "10.0.0.0/8", "ssh", port=22)
    return {"security_group_ids": [group]}


def _narrow_group(hands: Hands) -> Json:
    return {"security_group_ids": [hands.group("narrow")], "allowed_cidrs": ["10.1.0.0/16", "172.16.0.0/12"]}


def _their_group(hands: Hands) -> Json:
    return {"security_group_ids": [hands.group("elsewhere", hands.new_vpc("10.60")[0])]}


def _rule(hands: Hands, domain: str, kind: str = "FORWARD") -> str:
    resolver = hands.aws("route53resolver")
    more: Json = {}
    if kind == "FORWARD":
        addresses = [{"SubnetId": subnet} for subnet in hands.place["subnet_ids"][:2]]
        out = resolver.create_resolver_endpoint(
            CreatorRequestId=domain, SecurityGroupIds=[hands.place["default_security_group_id"]], Direction="OUTBOUND", IpAddresses=addresses
        )
        more = {"ResolverEndpointId": out["ResolverEndpoint"]["Id"], "TargetIps": [{"Ip": "10.0.0.2", "Port": 53}]}
    made = resolver.create_resolver_rule(CreatorRequestId=f"{kind}{domain}", Name=f"to-{kind.lower()}", RuleType=kind, DomainName=domain, **more)
    rule = str(made["ResolverRule"]["Id"])
    resolver.associate_resolver_rule(ResolverRuleId=rule, Name=f"to-{kind.lower()}", VPCId=hands.vpc)
    return rule


def _forward(hands: Hands) -> Json:
    return {"rule": _rule(hands, hands.host)}


def _forward_wider(hands: Hands) -> Json:
    _rule(hands, WIDE)
    return {}


def _forward_wide_zone(hands: Hands) -> Json:
    return {"rule": _rule(hands, WIDE), "dns_zone": WIDE}


def _forward_cured(hands: Hands) -> Json:
    _rule(hands, WIDE)
    _rule(hands, hands.host, "SYSTEM")
    return {"dns_zone": WIDE}


def _shadowed(hands: Hands) -> Json:
    hands.new_zone(hands.host, hands.vpc, {})
    return {"dns_zone": WIDE}


def _further_vpc_has_it(hands: Hands) -> Json:
    further = hands.new_vpc("10.60")[0]
    return {"zone": hands.new_zone(hands.host, further, {}), "dns_vpcs": [{"id": further}]}


def _further_vpc_missing(hands: Hands) -> Json:
    return {"dns_vpcs": [{"id": "vpc-0123456789abcdef0", "region": ELSEWHERE}]}


def _cname(hands: Hands) -> Json:
    zone = hands.new_zone(WIDE, hands.vpc, {})
    hands.put_record(hands.host, "CNAME", ["elsewhere.example.com"], zone=zone)
    return {"dns_zone": WIDE, "zone": zone}


def _weighted(hands: Hands) -> Json:
    zone = hands.new_zone(hands.host, hands.vpc, {})
    weighted = {"Name": hands.host, "Type": "A", "TTL": 60, "SetIdentifier": "blue", "Weight": 10, "ResourceRecords": [{"Value": "10.1.1.1"}]}
    hands.change("CREATE", weighted, zone)
    return {"zone": zone}


def _others_record(hands: Hands) -> Json:
    """In the zone of another connection of the same host."""
    zone = hands.new_zone(hands.host, hands.vpc, {hands.host: "10.1.1.1"})
    hands.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": TAG, "Value": f"{hands.host}/Other"}])
    return {"zone": zone}


def _other_families(hands: Hands) -> Json:
    """Addresses that nobody in the VPC has are not ours, either, while the org knows no connection."""
    zone = hands.new_zone(hands.host, hands.vpc, {hands.host: UNUSED})
    hands.put_record(hands.host, "AAAA", ["2001:db8::1"], zone=zone)
    hands.put_record(f"x.{hands.host}", "AAAA", ["2001:db8::2"], zone=zone)
    return {"zone": zone}


def _reader(hands: Hands) -> Json:
    org = hands.org
    hands.client.set_switches(describe_rights="user")
    return {"salesforce": {"instance_url": org["instance_url"], "client_id": org["reader_client_id"], "client_secret": org["reader_client_secret"]}}


def _professional(hands: Hands) -> Json:
    made = hands.client.ready["orgs"].get("pro") or hands.client.add_org("pro", edition="Professional Edition")
    return {"salesforce": {key: made[key] for key in ("instance_url", "client_id", "client_secret")}, "my_domain": made["host"]}


def _name_taken(hands: Hands) -> Json:
    endpoint = hands.new_endpoint(region=ELSEWHERE)
    hands.client.create(NAME, region=ELSEWHERE, vpc_endpoint_id=endpoint, status="Ready")
    return {"endpoint": endpoint}


def _name_taken_far_away(hands: Hands) -> Json:
    hands.client.create(NAME, region=REGION, vpc_endpoint_id=FAR, status="Ready")
    return {}


def _without_the_org(hands: Hands, salesforce: Json) -> Json:
    """And what is in the way in AWS, which is told together with it."""
    hands.vpc_flag("EnableDnsHostnames", False)
    _deny(hands, "ec2:CreateSecurityGroup")
    return {"salesforce": {"instance_url": hands.org["instance_url"], "client_id": hands.org["client_id"], **salesforce}}


def _wrong_secret(hands: Hands) -> Json:
    return _without_the_org(hands, {"client_secret": "wrong"})


def _neither(hands: Hands) -> Json:
    _deny(hands, "ec2:DescribeVpcs")
    return {"salesforce": {"instance_url": hands.org["instance_url"], "client_id": hands.org["client_id"], "client_secret": "wrong"}}


def _clock_off(hands: Hands) -> Json:
    """The org's clock is a day behind this machine's."""
    yesterday = format_datetime(datetime.now(timezone.utc) - timedelta(days=1), usegmt=True)
    refused = {"error": "invalid_grant", "error_description": "expired assertion"}
    hands.client.add_fault("status", "salesforce", "oauth.token", times=None, status=400, body=refused, headers={"Date": yesterday})
    return _without_the_org(hands, {"username": hands.org["username"], "private_key_file": hands.org["private_key_file"]})


def _given_endpoint(hands: Hands, spoil: t.Callable[[Hands, str], t.Any]) -> Json:
    endpoint = hands.new_endpoint()
    spoil(hands, endpoint)
    return {"vpc_endpoint_id": endpoint}


def _gateway(hands: Hands) -> Json:
    made = hands.ec2.create_vpc_endpoint(VpcEndpointType="Gateway", VpcId=hands.vpc, ServiceName=f"com.amazonaws.{REGION}.s3")
    return {"vpc_endpoint_id": made["VpcEndpoint"]["VpcEndpointId"]}


def _deny(hands: Hands, *actions: str) -> Json:
    hands.client.act_aws("deny", *actions)
    return {}


def _several(hands: Hands) -> Json:
    hands.vpc_flag("EnableDnsHostnames", False)
    rule = _rule(hands, hands.host)
    _deny(hands, "ec2:CreateVpcEndpoint")
    return {"rule": rule, **_closed_group(hands), **_reader(hands)}


def _iam(action: str) -> tuple[str, str, str]:
    return ("iam", f"these AWS credentials may not {action}", f"allow {action} to them")


# What AWS alone tells.
WITHOUT_THE_ORG = (("vpc", "enableDnsHostnames", "switch enableDnsHostnames on"), _iam("ec2:CreateSecurityGroup"))
NO_PERMISSION = ("permission", "not createable", "Allow user to modify Private Connections")
CLOSED = ("security_groups", "lets TCP 443 in from anywhere", "add such a rule to one of them")

CASES = (
    Case("nothing", lambda hands: {}),
    Case(
        "region not offered",
        _not_offered,
        lambda hands, given: (
            ("region", f"no inbound connection in {NOT_OFFERED}; offered are: eu-central-1, us-east-1, us-west-2", "use a VPC in one of these"),
        ),
    ),
    Case(
        "service not visible",
        _hidden,
        lambda hands, given: (("service", f"does not see the endpoint service {hands.place['service_name']}", "have Salesforce allow this AWS account"),),
    ),
    Case(
        "VPC missing",
        lambda hands: {"vpc_id": "vpc-0123456789abcdef0"},
        lambda hands, given: (("vpc", f"vpc-0123456789abcdef0 does not exist in {REGION}", "check vpc_id, region and AWS account"),),
    ),
    Case(
        "DNS of the VPC off",
        _flags,
        lambda hands, given: tuple(("vpc", f"{flag} of {hands.vpc} is off", f"switch {flag} on") for flag in ("enableDnsSupport", "enableDnsHostnames")),
    ),
    Case("subnets that do not fit", _bad_subnets, _bad_subnets_said),
    Case(
        "no subnet in a zone of the service",
        _only_other_zones,
        lambda hands, given: (
            (
                "subnets",
                f"no subnet in a zone that the service offers ({zones(hands)}); it has {given['only']}",
                "make a subnet in one of these zones",
            ),
        ),
    ),
    Case("security group without 443", _closed_group, lambda hands, given: (CLOSED,)),
    Case(
        "security group that lets in too few",
        _narrow_group,
        lambda hands, given: (("security_groups", "lets TCP 443 in from 172.16.0.0/12", "add such a rule"),),
    ),
    Case(
        "security group of another VPC",
        _their_group,
        lambda hands, given: (("security_groups", f"{given['security_group_ids'][0]} is not in {hands.vpc}", "give a group of this VPC"),),
    ),
    Case(
        "FORWARD rule over the name",
        _forward,
        lambda hands, given: (("resolver_rule", f"to-forward ({given['rule']}) forwards {hands.host}", f"dissociate it from {hands.vpc}"),),
    ),
    Case("FORWARD rule less specific than the zone", _forward_wider),
    Case(
        "FORWARD rule as wide as the zone",
        _forward_wide_zone,
        lambda hands, given: (("resolver_rule", f"forwards {WIDE}", f"associate a SYSTEM rule for {hands.host}"),),
    ),
    Case("SYSTEM rule that cures it", _forward_cured),
    Case(
        "zone that answers before ours",
        _shadowed,
        lambda hands, given: (
            ("zone", f"the private zone {hands.host} of this VPC answers for {hands.host} before a zone {WIDE} can", f"set dns_zone to {hands.host}"),
        ),
    ),
    Case(
        "further VPC with a zone of that name",
        _further_vpc_has_it,
        lambda hands, given: (
            (
                "zone",
                f"{given['dns_vpcs'][0]['id']} in {REGION} already resolves another private zone {hands.host} ({given['zone']})",
                "leave it out of dns_vpcs",
            ),
        ),
    ),
    Case(
        "further VPC that is not there",
        _further_vpc_missing,
        lambda hands, given: (("vpc", f"vpc-0123456789abcdef0 does not exist in {ELSEWHERE}", "check dns_vpcs"),),
    ),
    Case(
        "CNAME in the place of the record",
        _cname,
        lambda hands, given: (("record", f"zone {WIDE} ({given['zone']}) holds a CNAME of {hands.host}", "delete it, or set manage_dns to false"),),
    ),
    Case(
        "weighted records in its place",
        _weighted,
        lambda hands, given: (("record", f"({given['zone']}) holds A records of {hands.host} with a routing policy", "delete them"),),
    ),
    Case(
        "record in the zone of another connection",
        _others_record,
        lambda hands, given: (
            (
                "record",
                f"zone {hands.host} ({given['zone']}) holds an A record of {hands.host} that leads elsewhere, to 10.1.1.1",
                f"delete that record to hand the name over, or set manage_dns to false. The zone is of the connection {hands.host}/Other",
            ),
        ),
    ),
    Case(
        "records that lead elsewhere, for IPv6 too",
        _other_families,
        lambda hands, given: (
            ("record", f"holds an A record of {hands.host} that leads elsewhere, to {UNUSED}", "delete that record to hand the name over"),
            ("record", f"holds an AAAA record of {hands.host} that leads elsewhere, to 2001:db8::1", "delete that record to hand the name over"),
        ),
    ),
    Case("user without the permission", _reader, lambda hands, given: (NO_PERMISSION,)),
    Case(
        "edition without Private Connect",
        _professional,
        lambda hands, given: (("edition", "the org is of the Professional Edition", "use an org of Enterprise"),),
    ),
    Case(
        "name taken by an endpoint elsewhere",
        _name_taken,
        lambda hands, given: (
            (
                "name",
                f"the name {NAME} is taken: the org's connection of that name is Ready with VPC endpoint {given['endpoint']} (pendingAcceptance in",
                "give this connection another name; only if that one is to go, which interrupts its traffic, set replace to true",
            ),
        ),
    ),
    Case(
        "name taken by an endpoint of another account",
        _name_taken_far_away,
        lambda hands, given: (("name", f"{FAR} (deleted, or of another AWS account", f"tear down {NAME} (Ready, endpoint {FAR})"),),
    ),
    Case(
        "login refused",
        _wrong_secret,
        lambda hands, given: (*WITHOUT_THE_ORG, ("org", "refused the client_credentials login", "Check client_id and client_secret")),
    ),
    Case(
        "neither side to be asked",
        _neither,
        lambda hands, given: (("org", "refused the client_credentials login", "And of AWS: AWS refused ec2:DescribeVpcs"),),
    ),
    Case("clock off", _clock_off, lambda hands, given: (*WITHOUT_THE_ORG, ("org", "refused the jwt_bearer login", "clock is 86"))),
    Case(
        "given endpoint rejected",
        lambda hands: _given_endpoint(hands, lambda hands, endpoint: hands.client.act_aws("reject", endpoint)),
        lambda hands, given: (("endpoint", f"{given['vpc_endpoint_id']} is rejected, it carries no traffic again", "leave vpc_endpoint_id out"),),
    ),
    Case(
        "given endpoint failed",
        lambda hands: _given_endpoint(hands, lambda hands, endpoint: hands.client.act_aws("set_state", endpoint, "failed")),
        lambda hands, given: (("endpoint", f"{given['vpc_endpoint_id']} is failed", "leave vpc_endpoint_id out"),),
    ),
    Case("given endpoint of another kind", _gateway, lambda hands, given: (("endpoint", "is of type Gateway, not Interface", "give an interface endpoint"),)),
    Case(
        "given endpoint of another VPC",
        lambda hands: {"vpc_endpoint_id": hands.new_endpoint(region=ELSEWHERE)},
        lambda hands, given: (("endpoint", f"{given['vpc_endpoint_id']} is not in {hands.vpc}", "give the ID of an endpoint of this VPC"),),
    ),
    Case("IAM: endpoint", lambda hands: _deny(hands, "ec2:CreateVpcEndpoint"), lambda hands, given: (_iam("ec2:CreateVpcEndpoint"),)),
    Case("IAM: group", lambda hands: _deny(hands, "ec2:CreateSecurityGroup"), lambda hands, given: (_iam("ec2:CreateSecurityGroup"),)),
    Case(
        "several at once",
        _several,
        lambda hands, given: (
            ("vpc", "enableDnsHostnames", "switch enableDnsHostnames on"),
            CLOSED,
            ("resolver_rule", given["rule"], "dissociate"),
            NO_PERMISSION,
            _iam("ec2:CreateVpcEndpoint"),
        ),
    ),
)
