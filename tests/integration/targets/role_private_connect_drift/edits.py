# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to a private connection behind the role's back, and the strangers that live beside it."""

from __future__ import annotations

import dataclasses
import typing as t

from hands import Hands
from runs import NAME, REGION, TAG

ELSEWHERE = "us-west-2"
MARK = "Salesforce Private Connect"
DNS_FLAGS = {"EnableDnsSupport": "enableDnsSupport", "EnableDnsHostnames": "enableDnsHostnames"}


class Site(Hands):
    """A bench with the connection set up and strangers beside it; the edits are its methods."""

    other_vpc = far_vpc = spare_subnet = their_group = group_id = handmade = ""
    outbound: t.Mapping[str, t.Any] = {}

    def arrange(self) -> None:
        """Before the role's first run: a service with a private name, another VPC, zones, rules and endpoints of others."""
        self.client.act_aws("add_service", REGION, "salesforce", "abc", private_dns_name="private.salesforce.example")
        self.other_vpc = self.ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        self.far_vpc = self.client.ready["aws"]["regions"][ELSEWHERE]["vpc_id"]
        self.vars["private_connect_dns_vpcs"] = [{"id": self.far_vpc, "region": ELSEWHERE}]
        self.vars["private_connect_tags"] = {"team": "payments", "obsolete": None}
        self.vars["private_connect_subnet_ids"] = self.place["subnet_ids"][:2]
        self.vars["private_connect_label"] = "Acme inbound"
        self.vars["private_connect_description"] = "Kept by automation"
        self.spare_subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="127.82.200.0/24", AvailabilityZone=f"{REGION}b")["Subnet"]["SubnetId"]
        self.their_group = self.group("theirs")
        service = self.client.act_aws("add_service", REGION, "somebody", "ab")
        self.ec2.create_vpc_endpoint(VpcEndpointType="Interface", VpcId=self.vpc, ServiceName=service, SubnetIds=[self.place["subnet_ids"][0]])
        self.new_zone("corp.example.com", self.vpc, {"wiki.corp.example.com": "10.1.1.1"})
        resolver = self.aws("route53resolver")
        rule = resolver.create_resolver_rule(CreatorRequestId="far", Name="far", RuleType="SYSTEM", DomainName="far.example.com")["ResolverRule"]["Id"]
        resolver.associate_resolver_rule(ResolverRuleId=rule, Name="far", VPCId=self.vpc)
        addresses = [{"SubnetId": subnet} for subnet in self.place["subnet_ids"][:2]]
        out = resolver.create_resolver_endpoint(
            CreatorRequestId="out", SecurityGroupIds=[self.place["default_security_group_id"]], Direction="OUTBOUND", IpAddresses=addresses
        )
        self.outbound = {"ResolverEndpointId": out["ResolverEndpoint"]["Id"], "TargetIps": [{"Ip": "10.0.0.2", "Port": 53}]}
        self.client.create("Other_Link", region=REGION, vpc_endpoint_id="vpce-0123456789abcdef0")

    def settle_in(self) -> None:
        """After it: things of others in what the role made."""
        info = self.info()
        self.group_id, self.zone_id = info["security_group"]["id"], info["dns"][0]["zone"]["id"]
        for resource in (info["endpoint"]["id"], self.group_id):
            self.tag(resource, "CostCentre", "4711")
        self.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=self.zone_id, AddTags=[{"Key": "CostCentre", "Value": "4711"}])
        self.allow(self.group_id, "10.9.0.0/16", "monitoring", port=8443)
        self.allow(self.group_id, "10.8.0.0/16", "bastion")
        self.put_record(f"lab.{self.host}", "A", ["10.1.1.2"], ttl=300)
        self.put_record(self.host, "TXT", ['"verified"'], ttl=300)
        self.associate(self.other_vpc)


# -- the edits ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Edit:
    """``drift``: what is to be reported, in order. ``blockers``: what a run stops at, and then ``by_hand`` the cure where the role has none.

    ``leads_to``: after the repair everything is as ``before`` the edit, or as ``edited`` (it was nothing of ours), or all but the zone of the
    host is as edited (``rest``). ``tidy`` takes away what the edit left beside.
    """

    what: str
    do: t.Callable[[Site], t.Any]
    drift: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    leads_to: str = "before"
    by_hand: t.Callable[[Site], t.Any] | None = None
    tidy: t.Callable[[Site], t.Any] | None = None


def _lose_subnet(site: Site) -> None:
    """The address that it had is somebody else's at once, so that the new one is another."""
    subnet = site.place["subnet_ids"][1]
    address = next(item["address"] for item in site.info()["endpoint"]["interfaces"] if item["subnet_id"] == subnet)
    site.modify(RemoveSubnetIds=[subnet])
    site.handmade = site.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=address)["NetworkInterface"]["NetworkInterfaceId"]


def _swap_subnet(site: Site) -> None:
    site.modify(RemoveSubnetIds=[site.place["subnet_ids"][1]])
    site.modify(AddSubnetIds=[site.spare_subnet])


def _forward(site: Site) -> None:
    resolver = site.aws("route53resolver")
    made = resolver.create_resolver_rule(CreatorRequestId="near", Name="near", RuleType="FORWARD", DomainName=site.host, **site.outbound)
    site.handmade = made["ResolverRule"]["Id"]
    resolver.associate_resolver_rule(ResolverRuleId=site.handmade, Name="near", VPCId=site.vpc)


def _forward_no_more(site: Site) -> None:
    resolver = site.aws("route53resolver")
    resolver.disassociate_resolver_rule(ResolverRuleId=site.handmade, VPCId=site.vpc)
    resolver.delete_resolver_rule(ResolverRuleId=site.handmade)


def _lose(site: Site, how: str) -> None:
    if how == "deleted":
        site.delete_endpoint()
    else:
        site.client.act_aws("reject", site.endpoint()["id"])


def _seen(site: Site, how: str) -> None:
    _lose(site, how)
    site.client.sync(NAME)


def _torn_down(site: Site) -> None:
    site.client.teardown(NAME)
    site.client.sync(NAME)


def _reorder(site: Site) -> None:
    record = site.record()
    record["ResourceRecords"].reverse()
    site.change("UPSERT", record)


def _alias(site: Site) -> None:
    entry = site.info()["endpoint"]["dns_entries"][0]
    site.change("DELETE", site.record())
    target = {"DNSName": entry["dns_name"], "HostedZoneId": entry["hosted_zone_id"], "EvaluateTargetHealth": False}
    site.change("CREATE", {"Name": site.host, "Type": "A", "AliasTarget": target})


def _second_zone(site: Site) -> None:
    site.zone_id = site.info()["dns"][0]["zone"]["id"]
    site.delete_zone()
    site.zone_id = site.new_zone(site.host, site.vpc, {f"lab.{site.host}": "10.1.1.4"})


def _left_over(site: Site) -> None:
    """Rejected, as the org leaves it when a connection is torn down."""
    old = site.new_endpoint(mark=site.endpoint()["tags"][TAG], group=site.group_id)
    site.client.act_aws("reject", old)


def _repoint(site: Site) -> None:
    made = site.ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=site.vpc, ServiceName=site.place["service_name"], SubnetIds=site.place["subnet_ids"][:1]
    )
    site.handmade = made["VpcEndpoint"]["VpcEndpointId"]
    site.client.set_fields(NAME, vpc_endpoint_id=site.handmade)


NEW_ENDPOINT = ("endpoint", "connection.vpc_endpoint_id", "record")
LOST_ENDPOINT = ("endpoint", "connection.vpc_endpoint_id", "connection.status", "record")
FOREIGN: t.Any = {"leads_to": "edited"}

EDITS = (
    Edit("nothing", lambda site: None),
    # The endpoint
    Edit(
        "the endpoint's subnet of a zone removed",
        _lose_subnet,
        ("endpoint.subnet_ids", "record"),
        tidy=lambda site: site.ec2.delete_network_interface(NetworkInterfaceId=site.handmade),
    ),
    Edit("subnet of a further zone added to the endpoint", lambda site: site.modify(AddSubnetIds=[site.place["subnet_ids"][2]]), ("endpoint.subnet_ids",)),
    Edit("subnet of the endpoint swapped for another of its zone", _swap_subnet, ("endpoint.subnet_ids", "record")),
    Edit(
        "security group of the endpoint swapped for another",
        lambda site: site.modify(AddSecurityGroupIds=[site.their_group], RemoveSecurityGroupIds=[site.group_id]),
        ("endpoint.security_group_ids",),
    ),
    Edit("security group added to the endpoint", lambda site: site.modify(AddSecurityGroupIds=[site.their_group]), ("endpoint.security_group_ids",)),
    Edit("private DNS of the endpoint switched on", lambda site: site.modify(PrivateDnsEnabled=True), ("endpoint.private_dns_enabled",)),
    Edit("tag of `private_connect_tags` changed", lambda site: site.tag(site.endpoint()["id"], "team", "sales"), ("endpoint.tags",)),
    Edit("tag of `private_connect_tags` removed", lambda site: site.tag(site.endpoint()["id"], "team", None), ("endpoint.tags",)),
    Edit("tag put back that `private_connect_tags` wants absent", lambda site: site.tag(site.endpoint()["id"], "obsolete", "yes"), ("endpoint.tags",)),
    Edit("the role's own tag removed from the endpoint", lambda site: site.tag(site.endpoint()["id"], TAG, None), ("endpoint.tags",)),
    Edit("tag of somebody else added to the endpoint", lambda site: site.tag(site.endpoint()["id"], "Backup", "no"), **FOREIGN),
    # The security group
    Edit("the role's rule removed from its security group", lambda site: site.forbid(site.group_id, site.place["vpc_cidr"], MARK), ("security_group.rules",)),
    Edit("rule with the role's mark added for another source", lambda site: site.allow(site.group_id, "10.7.0.0/16", MARK), ("security_group.rules",)),
    Edit("rule of somebody else added to the role's security group", lambda site: site.allow(site.group_id, "10.6.0.0/16", "theirs", port=9443), **FOREIGN),
    Edit("the role's own tag removed from its security group", lambda site: site.tag(site.group_id, TAG, None), ("security_group.tags",)),
    # DNS
    Edit("address in the record changed", lambda site: site.put_record(site.host, "A", ["10.1.1.9"]), ("record",)),
    Edit("TTL of the record changed", lambda site: site.change("UPSERT", {**site.record(), "TTL": 300}), ("record",)),
    Edit("values of the record in another order", _reorder, **FOREIGN),
    Edit("record removed", lambda site: site.change("DELETE", site.record()), ("record",)),
    Edit("record replaced by an alias of the endpoint's name", _alias, ("record",)),
    Edit("record of somebody else added to the zone", lambda site: site.put_record(f"x.{site.host}", "A", ["10.1.1.7"]), **FOREIGN),
    Edit(
        "IPv6 address of the host added to the zone",
        lambda site: site.put_record(site.host, "AAAA", ["2001:db8::1"]),
        blockers=("record",),
        by_hand=lambda site: site.change("DELETE", {"Name": site.host, "Type": "AAAA", "TTL": 60, "ResourceRecords": [{"Value": "2001:db8::1"}]}),
    ),
    Edit("a further VPC dissociated from the zone", lambda site: site.dissociate(site.far_vpc, region=ELSEWHERE), ("zone.vpcs",)),
    Edit("the endpoint's VPC dissociated from the zone", lambda site: site.dissociate(site.vpc), ("zone.vpcs",)),
    Edit(
        "the role's own tag removed from the zone",
        lambda site: site.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=site.zone_id, RemoveTagKeys=[TAG]),
        ("zone.tags",),
    ),
    Edit(
        "VPC of somebody else associated with the zone", lambda site: site.associate(site.ec2.create_vpc(CidrBlock="10.98.0.0/16")["Vpc"]["VpcId"]), **FOREIGN
    ),
    Edit("second, wider zone associated with the VPC", lambda site: site.new_zone(site.host.partition(".")[2], site.vpc, {}), **FOREIGN),
    Edit("zone of the host's name made for another VPC", lambda site: site.new_zone(site.host, site.new_vpc("10.97")[0], {}), **FOREIGN),
    Edit("Resolver rule that forwards the host associated with the VPC", _forward, blockers=("resolver_rule",), by_hand=_forward_no_more),
    *(
        Edit(
            f"{name} of the VPC switched off",
            lambda site, flag=flag: site.vpc_flag(flag, False),
            blockers=("vpc",),
            by_hand=lambda site, flag=flag: site.vpc_flag(flag, True),
        )
        for flag, name in DNS_FLAGS.items()
    ),
    # The connection
    Edit("label edited", lambda site: site.client.set_fields(NAME, label="Something else"), ("connection.label",)),
    Edit("description edited", lambda site: site.client.set_fields(NAME, description="Something else"), ("connection.description",)),
    Edit("connection deactivated", lambda site: site.client.act("deactivate", name=NAME), ("connection.active",)),
    Edit("connection torn down, and the endpoint rejected by it", _torn_down, LOST_ENDPOINT),
    Edit("connection deleted in Setup", lambda site: site.client.delete(NAME), ("connection",)),
    # What takes a tear-down
    Edit("endpoint deleted", lambda site: _lose(site, "deleted"), NEW_ENDPOINT, ("replace",)),
    Edit("endpoint rejected, and the org does not know", lambda site: _lose(site, "rejected"), NEW_ENDPOINT, ("replace",)),
    Edit("endpoint deleted, and the org knows", lambda site: _seen(site, "deleted"), LOST_ENDPOINT, ("replace",)),
    Edit("endpoint rejected, and the org knows", lambda site: _seen(site, "rejected"), LOST_ENDPOINT, ("replace",)),
    Edit("endpoint of the role's left over from a replacement that broke off", _left_over, ("endpoint.replaced",)),
    Edit(
        "connection pointed at another endpoint in Setup",
        _repoint,
        ("connection.vpc_endpoint_id",),
        ("replace",),
        tidy=lambda site: site.delete_endpoint(site.handmade),
    ),
    # At the end, since these change what is whose
    Edit("zone deleted", lambda site: site.delete_zone(), ("zone", "record"), leads_to="rest"),
    Edit("zone deleted, and another of its name made by hand", _second_zone, ("record", "zone.vpcs"), leads_to="rest"),
    Edit(
        "address in the record changed, in that zone of somebody else",
        lambda site: site.put_record(site.host, "A", ["10.1.1.9"]),
        ("record",),
        ("record",),
        by_hand=lambda site: site.put_record(site.host, "A", site.endpoint()["addresses"]),
    ),
    Edit("endpoint deleted, with its record in that zone", lambda site: _lose(site, "deleted"), NEW_ENDPOINT, ("replace",)),
)
