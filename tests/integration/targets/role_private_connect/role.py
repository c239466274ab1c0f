# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's whole life on the emulators: check, run, run, check, absent, absent; what it leaves; and what it never touches."""

from __future__ import annotations

import collections
import json
import typing as t

from runs import NAME, REGION, TAG, Bench, Json, Run, emulators, equal

# What the joined read asks AWS for, two attributes of the VPC among it; and for each further zone what it asks of a zone.
READ = {
    "ec2.DescribeNetworkInterfaces": 1,
    "ec2.DescribeSecurityGroups": 1,
    "ec2.DescribeSubnets": 1,
    "ec2.DescribeVpcAttribute": 2,
    "ec2.DescribeVpcEndpointServices": 1,
    "ec2.DescribeVpcEndpoints": 1,
    "ec2.DescribeVpcs": 1,
    "route53.GetHostedZone": 1,
    "route53.ListHostedZonesByVPC": 1,
    "route53.ListResourceRecordSets": 1,
    "route53.ListTagsForResource": 1,
    "route53resolver.ListResolverRuleAssociations": 1,
}
OF_A_ZONE = ("route53.GetHostedZone", "route53.ListResourceRecordSets", "route53.ListTagsForResource")
RESULT = {"state", "connection", "endpoint", "dns", "source_cidrs"}
ENDPOINT = {"id", "service_name", "state", "subnet_ids", "security_group_ids", "addresses"}


def main() -> None:
    with emulators() as client:
        for test in (life, order_of_help, names_and_vpcs, given_parts, result_and_stats, foreign_things, hand_made):
            client.reset()
            test(Bench(client))
            print(f"ok: {test.__name__}")


def well(run: Run) -> Run:
    equal("the run", (run.failed, run.msg), (False, ""))
    return run


def quiet(bench: Bench, *, aws: Json | None = None, **variables: t.Any) -> None:
    """A run, and one in check mode, that change nothing, write nothing and cost at most three calls of the org; and of AWS exactly these, if given."""
    for check in (False, True):
        bench.client.clear_calls()
        run = well(bench.role(check=check, **variables))
        equal("changes of a second run", run.changed, [])
        equal("writes of a second run", bench.writes(), [])
        calls = [call["action"] for call in bench.client.calls("salesforce")]
        assert len(calls) <= 3, calls
        if aws is not None:
            equal("calls of AWS", collections.Counter(call["action"] for call in bench.client.calls("aws")), aws)


def predicted(bench: Bench, **variables: t.Any) -> list[str]:
    """What check mode says would change; it writes nothing."""
    bench.client.clear_calls()
    run = well(bench.role(check=True, **variables))
    equal("writes in check mode", bench.writes(), [])
    return run.changed


def trace(bench: Bench) -> list[str]:
    return [f"{call['service']} {call['action']}" for call in bench.client.calls() if call["note"] != "DryRunOperation"]


def life(bench: Bench) -> None:
    before = bench.state()
    foreseen = predicted(bench)
    bench.client.clear_calls()
    first = well(bench.role())
    # Neither a Sync nor addresses that are not there yet can be foreseen.
    equal("what check mode foresaw", [name for name in first.changed if name in foreseen], foreseen)
    calls = trace(bench)
    ready = max(index for index, call in enumerate(calls) if call == "salesforce connect.action.Sync")
    mapped = calls.index("aws route53.ChangeResourceRecordSets")
    assert ready < mapped, "the name was mapped before the connection was ready"
    equal("live connections", [(name, item["status"]) for name, item in bench.client.connections().items()], [(NAME, "Ready")])
    quiet(bench, aws=READ)
    equal("what check mode foresees of the tear-down", len(predicted(bench, state="absent")) > 0, True)
    bench.client.clear_calls()
    well(bench.role(state="absent"))
    calls = trace(bench)
    assert calls.index("aws route53.ChangeResourceRecordSets") < calls.index("salesforce connect.action.TearDown"), "torn down while the name led there"
    assert calls.index("salesforce tooling.delete") < calls.index("aws ec2.DeleteVpcEndpoints")
    equal("both sides after the tear-down", bench.state(), before)
    quiet(bench, state="absent")


def order_of_help(bench: Bench) -> None:
    """Salesforce Help maps the name before it provisions."""
    bench.client.clear_calls()
    well(bench.role(dns_order="before_provision", dns_record="alias"))
    calls = trace(bench)
    assert calls.index("aws route53.ChangeResourceRecordSets") < calls.index("salesforce connect.action.Provision")
    (zone,) = [zone for zone in bench.state()["aws"]["zones"] if zone["name"] == f"{bench.host}."]
    (record,) = [record for record in zone["records"] if record["type"] == "A"]
    equal("values of an alias", record["values"], [])
    # An alias stays unchanged on a rerun, whichever order is asked for.
    quiet(bench, dns_record="alias")


def names_and_vpcs(bench: Bench) -> None:
    before = bench.state()
    site = "acme.my.site.com"
    other = bench.client.ready["aws"]["regions"]["us-west-2"]["vpc_id"]
    variables = {"dns_names": [site], "dns_vpcs": [{"id": other, "region": "us-west-2"}], "tags": {"team": "payments"}}
    well(bench.role(**variables))
    zones = {zone["name"]: zone for zone in bench.state()["aws"]["zones"]}
    equal("zones", sorted(zones), sorted([f"{bench.host}.", f"{site}."]))
    for zone in zones.values():
        equal("VPCs of a zone", sorted(vpc["id"] for vpc in zone["vpcs"]), sorted([bench.place["vpc_id"], other]))
        equal("private", zone["private"], True)
    quiet(bench, aws={**READ, **dict.fromkeys(OF_A_ZONE, 2)}, **variables)
    # The names of an earlier set-up go, even if nobody names them any more.
    well(bench.role(state="absent"))
    equal("both sides after the tear-down", bench.state(), before)


def given_parts(bench: Bench) -> None:
    group = bench.ec2.create_security_group(GroupName="given", Description="given", VpcId=bench.place["vpc_id"])["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "127.82.0.0/16"}]}
    bench.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    subnet = bench.place["subnet_ids"][0]
    before = bench.state()
    variables = {"security_group_ids": [group], "subnet_ids": [subnet]}
    well(bench.role(**variables))
    (endpoint,) = bench.state()["aws"]["endpoints"]
    equal("given parts", (endpoint["subnet_ids"], endpoint["security_group_ids"]), ([subnet], [group]))
    quiet(bench, **variables)
    well(bench.role(state="absent", **variables))
    equal("both sides after the tear-down", bench.state(), before)


def result_and_stats(bench: Bench) -> None:
    file = bench.folder / "result.json"
    copy = {"ansible.builtin.copy": {"dest": str(file), "content": "{{ private_connect_result | to_json }}", "mode": "0600"}}
    role = {"role": "privatelink.salesforce.private_connect", "vars": bench.vars}
    run = well(bench.playbook([{"hosts": "localhost", "gather_facts": False, "roles": [role], "post_tasks": [copy]}]))
    result: Json = json.loads(file.read_text(encoding="utf-8"))
    equal("members of the result", set(result), RESULT)
    equal("members of its endpoint", set(result["endpoint"]), ENDPOINT)
    equal("state", result["state"], "present")
    equal("source addresses", result["source_cidrs"], result["connection"]["source_cidrs"])
    assert result["source_cidrs"], "no source addresses"
    (zone,) = result["dns"]["zones"]
    equal("zone", set(zone), {"id", "name", "records"})
    equal("addresses in the record", zone["records"][0]["values"], sorted(result["endpoint"]["addresses"]))
    assert result["source_cidrs"][0] in run.output.rpartition("CUSTOM STATS")[2], "set_stats published nothing"


def foreign_things(bench: Bench) -> None:
    """Others' group, zone, record in our zone, tag on our endpoint, rule in our group: all to the letter, throughout."""
    bench.ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=bench.place["vpc_id"])
    zone = bench.route53.create_hosted_zone(
        Name="theirs.example", CallerReference="theirs", VPC={"VPCRegion": REGION, "VPCId": bench.place["vpc_id"]}, HostedZoneConfig={"PrivateZone": True}
    )
    before = bench.state()
    well(bench.role())
    (endpoint,) = bench.state()["aws"]["endpoints"]
    bench.ec2.create_tags(Resources=[endpoint["id"]], Tags=[{"Key": "theirs", "Value": "theirs"}])
    group = endpoint["security_group_ids"][0]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": "theirs"}]}
    bench.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ours = next(item for item in bench.state()["aws"]["zones"] if item["name"] == f"{bench.host}.")
    record = {"Name": f"theirs.{bench.host}", "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": '"theirs"'}]}
    bench.route53.change_resource_record_sets(
        HostedZoneId=ours["id"].split("/")[-1], ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )
    quiet(bench)
    well(bench.role(allowed_cidrs=["127.82.1.0/24"]))
    after = bench.state()["aws"]
    (endpoint,) = after["endpoints"]
    equal("their tag", endpoint["tags"]["theirs"], "theirs")
    rules = next(item["ingress"] for item in after["security_groups"] if item["id"] == group)
    assert any("22-22" in rule_text for rule_text in rules), rules
    well(bench.role(state="absent"))
    left = bench.state()
    kept = [item for item in left["aws"]["zones"] if item["name"] == f"{bench.host}."]
    equal("our zone stays for their record", [record["type"] for record in kept[0]["records"] if record["type"] not in ("NS", "SOA")], ["TXT"])
    left["aws"]["zones"] = [item for item in left["aws"]["zones"] if item["name"] != f"{bench.host}."]
    equal("theirs", left, before)
    assert zone["HostedZone"]["Id"]


def hand_made(bench: Bench) -> None:
    """Made by hand in both consoles: adopted as it is, changed in nothing, and the endpoint is left when the connection goes."""
    made = bench.ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=bench.place["vpc_id"], ServiceName=bench.place["service_name"], SubnetIds=bench.place["subnet_ids"][:1],
        PrivateDnsEnabled=False,
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    bench.client.create(NAME, region=REGION, vpc_endpoint_id=made)
    bench.client.provision(NAME)
    bench.client.sync(NAME)
    variables = {"manage_dns": False, "vpc_endpoint_id": made}
    # The endpoint may still be on its way to available, which the first run waits for.
    equal("changes of the first run", well(bench.role(**variables)).changed, [])
    quiet(bench, **variables)
    well(bench.role(state="absent", **variables))
    (endpoint,) = bench.state()["aws"]["endpoints"]
    equal("the adopted endpoint", (endpoint["id"], TAG in endpoint["tags"]), (made, False))
    equal("connections", bench.client.connections(), {})


if __name__ == "__main__":
    main()
