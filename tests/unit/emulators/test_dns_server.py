# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resolver of a VPC, asked with dnspython over UDP and TCP."""

from __future__ import annotations

import typing as t

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.emulators.control import Control
from ansible_collections.privatelink.salesforce.tests.emulators.dns import DnsServer
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, alias, available, change, create, record, zone

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]

HOST = "acme.my.salesforce.com"
PUBLIC = {HOST: ["192.0.2.10"], "other.my.salesforce.com": ["192.0.2.11"], "login.salesforce.com": ["192.0.2.12", "2001:db8::12"]}


@pytest.fixture
def server(aws: AwsEmulator, control: Control) -> t.Iterator[DnsServer]:
    server = DnsServer(control, aws, public=PUBLIC)
    server.start()
    yield server
    server.stop()


def ask(port: int, name: str, kind: str = "A", *, tcp: bool = False) -> tuple[str, list[str]]:
    """Response code and the answer's lines as ``TYPE value``, sorted; a truncated UDP answer is asked for again over TCP."""
    query = dns.message.make_query(name, kind, use_edns=False)
    if tcp:
        reply = dns.query.tcp(query, "127.0.0.1", port=port, timeout=3)
    else:
        reply = dns.query.udp_with_fallback(query, "127.0.0.1", port=port, timeout=3)[0]
    lines = [f"{dns.rdatatype.to_text(item.rdtype)} {item.to_text()}" for rrset in reply.answer for item in rrset]
    return dns.rcode.to_text(reply.rcode()), sorted(lines)


def test_public_names_without_a_private_zone(server: DnsServer) -> None:
    assert ask(server.port, HOST) == ("NOERROR", ["A 192.0.2.10"])
    assert ask(server.port, HOST.upper()) == ("NOERROR", ["A 192.0.2.10"])
    assert ask(server.port, "login.salesforce.com", "AAAA") == ("NOERROR", ["AAAA 2001:db8::12"])
    assert ask(server.port, HOST, "AAAA") == ("NOERROR", [])
    assert ask(server.port, "gone.salesforce.com") == ("NXDOMAIN", [])
    server.publish(HOST)
    assert ask(server.port, HOST) == ("NXDOMAIN", [])


def test_a_private_zone_answers_instead(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    assert ask(server.port, HOST) == ("NOERROR", [])  # the zone is empty, and public DNS is not asked
    change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.2.9", "127.80.1.9"))
    assert ask(server.port, HOST) == ask(server.port, HOST, tcp=True) == ("NOERROR", ["A 127.80.1.9", "A 127.80.2.9"])
    assert ask(server.port, "other.my.salesforce.com") == ("NOERROR", ["A 192.0.2.11"])
    assert ask(server.port, HOST, "SOA")[1][0].startswith("SOA ns-1536.awsdns-00.co.uk.")
    assert len(ask(server.port, HOST, "NS")[1]) == 4


def test_a_wide_zone_shadows_its_names(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    wide = zone(route53, aws, "my.salesforce.com", "wide")
    change(route53, wide, record("UPSERT", HOST, "A", "127.80.1.9"), record("UPSERT", "a.b.my.salesforce.com", "A", "127.80.1.8"))
    assert ask(server.port, HOST) == ("NOERROR", ["A 127.80.1.9"])
    assert ask(server.port, "other.my.salesforce.com") == ("NXDOMAIN", [])
    assert ask(server.port, "b.my.salesforce.com") == ("NOERROR", [])  # a name with names below it exists
    assert ask(server.port, "login.salesforce.com") == ("NOERROR", ["A 192.0.2.12"])
    narrow = zone(route53, aws, HOST, "narrow")
    change(route53, narrow, record("UPSERT", HOST, "A", "127.80.2.9"))
    assert ask(server.port, HOST) == ("NOERROR", ["A 127.80.2.9"])  # the longest match wins


def test_negative_answers_carry_the_soa(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    zone(route53, aws, HOST)
    reply = dns.query.udp(dns.message.make_query(f"x.{HOST}", "A"), "127.0.0.1", port=server.port, timeout=3)
    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert [rrset.rdtype for rrset in reply.authority] == [dns.rdatatype.SOA]


def test_cnames_are_followed(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, "my.salesforce.com")
    change(
        route53,
        zone_id,
        record("UPSERT", HOST, "A", "127.80.1.9"),
        record("UPSERT", "www.my.salesforce.com", "CNAME", HOST),
        record("UPSERT", "out.my.salesforce.com", "CNAME", "login.salesforce.com"),
        record("UPSERT", "lost.my.salesforce.com", "CNAME", "gone.example.com"),
        record("UPSERT", "round.my.salesforce.com", "CNAME", "round.my.salesforce.com"),
        record("UPSERT", "*.sandbox.my.salesforce.com", "A", "127.80.1.7"),
    )
    assert ask(server.port, "www.my.salesforce.com") == ("NOERROR", ["A 127.80.1.9", f"CNAME {HOST}."])
    assert ask(server.port, "www.my.salesforce.com", "CNAME") == ("NOERROR", [f"CNAME {HOST}."])
    assert ask(server.port, "out.my.salesforce.com") == ("NOERROR", ["A 192.0.2.12", "CNAME login.salesforce.com."])
    assert ask(server.port, "lost.my.salesforce.com")[0] == "NXDOMAIN"
    assert ask(server.port, "round.my.salesforce.com")[0] == "SERVFAIL"
    assert ask(server.port, "any.sandbox.my.salesforce.com") == ("NOERROR", ["A 127.80.1.7"])


def test_endpoint_names_and_aliases(server: DnsServer, ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    endpoint = available(ec2, aws)
    addresses = {item["subnet_id"]: f"A {item['address']}" for item in aws.listing()["interfaces"]}
    regional, first, _second = (item["DnsName"] for item in endpoint["DnsEntries"])
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, alias("UPSERT", HOST, regional, "Z7HUB22UULQXV"), alias("UPSERT", HOST, regional, "Z7HUB22UULQXV", "AAAA"))
    assert ask(server.port, regional) == ask(server.port, HOST) == ("NOERROR", sorted(addresses.values()))
    assert ask(server.port, first) == ("NOERROR", [addresses[endpoint["SubnetIds"][0]]])
    assert ask(server.port, HOST, "AAAA") == ("NOERROR", [])
    aws.switches.deleting_reads = 0
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    assert ask(server.port, regional)[0] == "NXDOMAIN"
    assert ask(server.port, HOST) == ("NOERROR", [])


def test_weighted_records(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    blue = record("UPSERT", HOST, "A", "127.80.1.9", SetIdentifier="blue", Weight=0)
    green = record("UPSERT", HOST, "A", "127.80.1.8", SetIdentifier="green", Weight=10)
    change(route53, zone_id, blue, green)
    assert {tuple(ask(server.port, HOST)[1]) for _turn in range(5)} == {("A 127.80.1.8",)}


def test_each_vpc_has_its_view(server: DnsServer, ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    west = aws.seed["us-west-2"]["vpc_id"]
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.1.9"))
    assert ask(server.view(west), HOST) == ("NOERROR", ["A 192.0.2.10"])
    route53.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC={"VPCRegion": "us-west-2", "VPCId": west})
    assert ask(server.view(west), HOST) == ("NOERROR", ["A 127.80.1.9"])
    ec2.modify_vpc_attribute(VpcId=aws.seed[REGION]["vpc_id"], EnableDnsSupport={"Value": False})
    assert ask(server.port, HOST) == ("REFUSED", [])
    assert ask(server.view(west), HOST)[0] == "NOERROR"
    server.vpc_id = west
    assert ask(server.port, HOST)[0] == "NOERROR"


def test_big_answers_go_over_tcp(server: DnsServer, route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("UPSERT", HOST, "A", *(f"127.80.1.{number}" for number in range(10, 90))))
    query = dns.message.make_query(HOST, "A", use_edns=False)
    assert dns.query.udp(query, "127.0.0.1", port=server.port, timeout=3).flags & dns.flags.TC
    assert len(ask(server.port, HOST)[1]) == 80
    wide = dns.message.make_query(HOST, "A", use_edns=0, payload=4096)
    assert len(dns.query.udp(wide, "127.0.0.1", port=server.port, timeout=3).answer[0]) == 80


def test_queries_are_counted_and_fail_on_demand(server: DnsServer, control: Control) -> None:
    ask(server.port, HOST)
    ask(server.port, "gone.example.com", tcp=True)
    seen = [(call.service, call.action, call.method, call.path, call.write, call.status) for call in control.calls]
    assert seen == [("dns", "query.A", "UDP", f"{HOST}.", False, 0), ("dns", "query.A", "TCP", "gone.example.com.", False, 3)]
    control.add_fault(kind="status", service="dns")
    assert ask(server.port, HOST) == ("SERVFAIL", [])
    control.add_fault(kind="status", service="dns", body="NXDOMAIN")
    assert ask(server.port, HOST) == ("NXDOMAIN", [])
    control.add_fault(kind="reset", service="dns")
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(dns.message.make_query(HOST, "A"), "127.0.0.1", port=server.port, timeout=0.3)
    control.add_fault(kind="lost_answer", service="dns")
    with pytest.raises(EOFError):
        ask(server.port, HOST, tcp=True)
    control.add_fault(kind="truncate", service="dns")
    assert ask(server.port, HOST) == ("NOERROR", ["A 192.0.2.10"])  # asked again over TCP
    assert [call.method for call in control.calls[-2:]] == ["UDP", "TCP"]


def test_the_system_style_resolver_agrees(server: DnsServer, ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    create(ec2, aws)
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.1.9"))
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    assert [item.to_text() for item in resolver.resolve(HOST, "A")] == ["127.80.1.9"]
    with pytest.raises(dns.resolver.NoAnswer):
        resolver.resolve(HOST, "AAAA")
