# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosted zones, their VPCs and records, with what Route 53 refuses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws import AwsEmulator
from ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_rig import REGION, alias, change, client, create, record, refusal, zone

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.emulators.aws_fixtures"]

HOST = "acme.my.salesforce.com"


def records(route53: t.Any, zone_id: str) -> dict[tuple[str, str], t.Any]:
    found = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return {(item["Name"], item["Type"]): item for item in found if item["Type"] not in ("NS", "SOA")}


def test_private_zone(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST.upper())
    got = route53.get_hosted_zone(Id=zone_id)
    assert zone_id.startswith("Z")
    assert (got["HostedZone"]["Name"], got["HostedZone"]["Config"]["PrivateZone"]) == (f"{HOST}.", True)
    assert got["VPCs"] == [{"VPCRegion": REGION, "VPCId": aws.seed[REGION]["vpc_id"]}]
    listed = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert [item["Type"] for item in listed] == ["NS", "SOA"]
    assert listed[1]["ResourceRecords"][0]["Value"].endswith("1 7200 900 1209600 86400")


def test_refused_zones(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    vpc = {"VPCRegion": REGION, "VPCId": aws.seed[REGION]["vpc_id"]}
    assert refusal(route53.create_hosted_zone, Name=HOST, CallerReference="2", VPC=vpc) == (
        "ConflictingDomainExists",
        f"The VPC {vpc['VPCId']} in region {REGION} has already been associated with the hosted zone {zone_id} with the same domain name.",
    )
    assert refusal(route53.create_hosted_zone, Name="other.example.com", CallerReference="1", VPC=vpc)[0] == "HostedZoneAlreadyExists"
    assert refusal(route53.create_hosted_zone, Name="a..b", CallerReference="3", VPC=vpc)[0] == "InvalidDomainName"
    unknown = {"VPCRegion": "us-west-2", "VPCId": vpc["VPCId"]}
    assert refusal(route53.create_hosted_zone, Name="x.example.com", CallerReference="4", VPC=unknown)[0] == "InvalidVPCId"
    private = {"PrivateZone": True}
    assert refusal(route53.create_hosted_zone, Name="x.example.com", CallerReference="5", HostedZoneConfig=private)[0] == "InvalidInput"
    assert [item["name"] for item in aws.listing()["zones"]] == [f"{HOST}."]


def test_a_public_zone_of_the_same_name_is_no_conflict(route53: t.Any, aws: AwsEmulator) -> None:
    public = route53.create_hosted_zone(Name=HOST, CallerReference="p")["HostedZone"]["Id"]
    zone(route53, aws, HOST)
    vpc = {"VPCRegion": "us-west-2", "VPCId": aws.seed["us-west-2"]["vpc_id"]}
    assert refusal(route53.associate_vpc_with_hosted_zone, HostedZoneId=public, VPC=vpc)[0] == "PublicZoneVPCAssociation"


def test_associations(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    first, second = ({"VPCRegion": region, "VPCId": aws.seed[region]["vpc_id"]} for region in (REGION, "us-west-2"))
    other = zone(route53, aws, HOST, "2", "eu-central-1")
    assert refusal(route53.associate_vpc_with_hosted_zone, HostedZoneId=other, VPC=first)[0] == "ConflictingDomainExists"
    assert refusal(route53.associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=first)[0] == "ConflictingDomainExists"
    assert refusal(route53.disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=second)[0] == "VPCAssociationNotFound"
    route53.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=second)
    assert [item["HostedZoneId"] for item in route53.list_hosted_zones_by_vpc(**second)["HostedZoneSummaries"]] == [zone_id]
    route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone_id, VPC=first)
    assert refusal(route53.disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=second)[0] == "LastVPCAssociation"


def test_zones_by_name_start_at_the_name(route53: t.Any, aws: AwsEmulator) -> None:
    for number, name in enumerate(("salesforce.com", "my.salesforce.com", HOST, "zeta.com")):
        zone(route53, aws, name, str(number))
    page = route53.list_hosted_zones_by_name(DNSName="my.salesforce.com", MaxItems="2")
    assert [item["Name"] for item in page["HostedZones"]] == ["my.salesforce.com.", f"{HOST}."]
    assert (page["IsTruncated"], page["NextDNSName"]) == (True, "zeta.com.")


def test_zones_go_when_empty(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("CREATE", HOST, "A", "127.80.1.9"))
    assert refusal(route53.delete_hosted_zone, Id=zone_id)[0] == "HostedZoneNotEmpty"
    change(route53, zone_id, record("DELETE", HOST, "A", "127.80.1.9"))
    route53.delete_hosted_zone(Id=zone_id)
    assert refusal(route53.get_hosted_zone, Id=zone_id)[0] == "NoSuchHostedZone"


def test_changes_become_insync(route53: t.Any, aws: AwsEmulator) -> None:
    aws.switches.change_reads = 1
    zone_id = zone(route53, aws, HOST)
    started = change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.1.9"))
    assert started["Status"] == "PENDING"
    assert [route53.get_change(Id=started["Id"])["ChangeInfo"]["Status"] for _turn in range(2)] == ["PENDING", "INSYNC"]
    assert refusal(route53.get_change, Id="C0000000000000000000")[0] == "NoSuchChange"


def test_records(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.2.9", "127.80.1.9"), record("CREATE", f"*.{HOST}", "CNAME", HOST))
    got = records(route53, zone_id)
    assert [item["Value"] for item in got[(f"{HOST}.", "A")]["ResourceRecords"]] == ["127.80.2.9", "127.80.1.9"]
    assert (f"\\052.{HOST}.", "CNAME") in got
    change(route53, zone_id, record("UPSERT", HOST, "A", "127.80.1.9", ttl=30))
    assert records(route53, zone_id)[(f"{HOST}.", "A")]["TTL"] == 30
    change(route53, zone_id, record("DELETE", HOST, "A", "127.80.1.9", ttl=30), record("CREATE", HOST, "A", "127.80.1.8"))
    assert records(route53, zone_id)[(f"{HOST}.", "A")]["ResourceRecords"] == [{"Value": "127.80.1.8"}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([record("CREATE", HOST, "A", "127.80.1.9")], f"Tried to create resource record set [name='{HOST}.', type='A'] but it already exists"),
        ([record("DELETE", HOST, "A", "127.80.1.7")], "but the values provided do not match the current values"),
        ([record("DELETE", HOST, "A", "127.80.1.9", ttl=61)], "but the values provided do not match the current values"),
        ([record("DELETE", f"x.{HOST}", "A", "127.80.1.9")], "but it was not found"),
        ([record("CREATE", "other.my.salesforce.com", "A", "127.80.1.9")], f"is not permitted in zone {HOST}."),
        ([record("CREATE", f"not{HOST}", "A", "127.80.1.9")], f"is not permitted in zone {HOST}."),
        ([record("CREATE", HOST, "CNAME", "example.com")], "is not permitted at apex"),
        ([record("CREATE", f"x.{HOST}", "A", "127.80.1.9"), record("CREATE", f"x.{HOST}", "CNAME", "example.com")], "as it conflicts with other records"),
        ([record("UPSERT", HOST, "A", "127.80.1.999")], "Value is not a valid IPv4 address"),
        ([record("UPSERT", HOST, "A", "127.80.1.9", "127.80.1.9")], "Duplicate Resource Record: '127.80.1.9'"),
        ([record("UPSERT", HOST, "A", "127.80.1.9", SetIdentifier="blue", Weight=1)], "other RRSets exist with the same name and type"),
        ([record("CREATE", f"y.{HOST}", "A", "127.80.1.9"), record("CREATE", HOST, "A", "127.80.1.9")], "but it already exists"),
    ],
)
def test_a_bad_batch_changes_nothing(route53: t.Any, aws: AwsEmulator, changes: list[dict[str, t.Any]], words: str) -> None:
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, record("CREATE", HOST, "A", "127.80.1.9"))
    before = aws.listing()
    code, message = refusal(route53.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
    assert code == "InvalidChangeBatch"
    assert words in message
    assert aws.listing() == before


def test_apex_records_of_the_zone_stay(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    listed = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    for item in listed:
        code, message = refusal(
            route53.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": item}]}
        )
        assert (code, "A HostedZone must contain" in message) == ("InvalidChangeBatch", True)


def test_a_record_needs_values_or_an_alias(route53: t.Any, aws: AwsEmulator) -> None:
    zone_id = zone(route53, aws, HOST)
    empty = {"Action": "UPSERT", "ResourceRecordSet": {"Name": HOST, "Type": "A"}}
    both = alias("UPSERT", HOST, HOST, zone_id)
    both["ResourceRecordSet"].update(TTL=60, ResourceRecords=[{"Value": "127.80.1.9"}])
    for bad in (empty, both):
        assert refusal(route53.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": [bad]})[0] == "InvalidInput"


def test_alias_to_an_endpoint(ec2: t.Any, route53: t.Any, aws: AwsEmulator) -> None:
    entry = create(ec2, aws)["DnsEntries"][0]
    zone_id = zone(route53, aws, HOST)
    change(route53, zone_id, alias("UPSERT", HOST, entry["DnsName"].upper(), entry["HostedZoneId"]))
    kept = records(route53, zone_id)[(f"{HOST}.", "A")]
    assert kept["AliasTarget"]["DNSName"] == f"{entry['DnsName']}."
    assert "ResourceRecords" not in kept
    for target, target_zone, words in (
        (entry["DnsName"], "Z1YSA3EXCYUU9Z", "does not lie within the target zone"),
        (f"x{entry['DnsName']}", entry["HostedZoneId"], "that target was not found"),
        (f"gone.{HOST}", zone_id, "that target was not found"),
    ):
        bad = {"Changes": [alias("UPSERT", HOST, target, target_zone)]}
        assert words in refusal(route53.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch=bad)[1]
    change(route53, zone_id, alias("DELETE", HOST, entry["DnsName"], entry["HostedZoneId"]))
    assert records(route53, zone_id) == {}


def test_resolver_rules_are_listed(aws: AwsEmulator) -> None:
    resolver = client(aws, "route53resolver")
    rule = resolver.create_resolver_rule(CreatorRequestId="1", Name="system", RuleType="SYSTEM", DomainName="login.salesforce.com")["ResolverRule"]["Id"]
    resolver.associate_resolver_rule(ResolverRuleId=rule, VPCId=aws.seed[REGION]["vpc_id"])
    (listed,) = aws.listing()["resolver_rules"]
    assert (listed["domain"], listed["type"], listed["vpc_ids"]) == ("login.salesforce.com.", "SYSTEM", [aws.seed[REGION]["vpc_id"]])
