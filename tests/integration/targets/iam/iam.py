# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbooks with exactly the policies of docs/iam, and once without each single action of them.

Without an action a run ends with that action's name and the cure, and nothing is written after the denial. What AWS can tell beforehand (reads,
dry runs of EC2) is told before the first write; for that the role's first task runs in this process, and for some actions the playbook itself.
The others are taken away one after another, each in a run of the playbook that goes on from where the last one stopped, so that each run also
shows that the one before is repaired by allowing the action. In the end all is there, and after a tear-down nothing is left.
"""

from __future__ import annotations

import sys
import time
import typing as t

import boto3
import quick
from bench import ELSEWHERE, REGION, Bench, Wrong
from runs import emulators

# In the order in which a run comes to them. Route 53 has no dry run; and rules are of a group that is not there before.
MAKE = (
    "ec2:AuthorizeSecurityGroupIngress",
    "route53:CreateHostedZone",
    "route53:ChangeTagsForResource",
    "route53:ChangeResourceRecordSets",
    "route53:GetChange",
    "route53:AssociateVPCWithHostedZone",
)
TAKE_AWAY = ("route53:ChangeResourceRecordSets", "route53:GetChange", "route53:DeleteHostedZone")
MOVE = (*TAKE_AWAY, *(action for action in MAKE if action not in TAKE_AWAY), "ec2:DeleteTags")
# Seen in the read of what is there by then.
DISSOCIATE = "route53:DisassociateVPCFromHostedZone"
OF_ZONES = {"route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"}
REPAIR = {"ec2:RevokeSecurityGroupIngress", "ec2:ModifyVpcEndpoint", "ec2:DeleteTags"}
TAGS = {"team": "crm", "old": None}


def actions(document: dict[str, t.Any]) -> set[str]:
    listed = [statement["Action"] for statement in document["Statement"]]
    return {action for item in listed for action in ([item] if isinstance(item, str) else item)}


def expect(good: bool, what: str) -> None:
    if not good:
        raise Wrong(what)


def names_it(message: str, action: str) -> None:
    expect(f"not authorized to perform: {action}" in message, f"without {action} the message does not say that it is denied: {message}")
    expect(f"llow {action}" in message or f"llow the action {action}" in message, f"without {action} the message does not say to allow it: {message}")


def told_early(bench: Bench, document: dict[str, t.Any], tried: t.Iterable[str], **options: t.Any) -> set[str]:
    """Those actions whose absence the first task tells, with nothing written."""
    before, early = bench.listing(), set()
    for action in sorted(tried):
        bench.allow(document, but=action)
        message = bench.look(**options)
        expect(not bench.writes(), f"without {action} the read wrote {bench.writes()}")
        if message:
            names_it(message, action)
            early.add(action)
    expect(bench.listing() == before, "a read changed something")
    return early


def stops(bench: Bench, name: str, document: dict[str, t.Any], action: str, *, early: bool = False, **variables: t.Any) -> None:
    """Run the playbook without the action."""
    before = bench.listing()
    bench.allow(document, but=action)
    good, message = bench.play(name, **variables)
    expect(not good, f"{name} passes without {action}")
    names_it(message, action)
    expect(not bench.writes(after_denial=True), f"without {action} this was written after the denial: {bench.writes(after_denial=True)}")
    if early:
        expect(not bench.writes() and bench.listing() == before, f"without {action} this was written: {bench.writes()}")


def passes(bench: Bench, name: str, document: dict[str, t.Any], **variables: t.Any) -> str:
    bench.allow(document)
    good, message = bench.play(name, **variables)
    expect(good, f"{name} fails with its policy: {message}")
    expect(not bench.denied(), f"{name} passes, and yet IAM denied {bench.denied()}")
    return message


def read_only(bench: Bench, name: str, wanted: set[str], **options: t.Any) -> set[str]:
    """What the first task tells in this state of those still wanted; with the whole policy it tells nothing."""
    document = bench.policy(name)
    bench.allow(document)
    message = bench.look(**options)
    expect(not message and not bench.denied(), f"with the policy {name} the read is denied {bench.denied()}: {message}")
    return wanted - told_early(bench, document, wanted, **options)


def reads_only(bench: Bench) -> None:
    """The playbooks that change nothing, where all is well; status tells an error as a row of its table."""
    document = bench.policy("status")
    imported = bench.folder / "imported.yml"
    # The controller looks as a machine of the VPC does, by its name server.
    seeing = {"nameservers": [f"127.0.0.1:{bench.client.act_dns('view', bench.vpc(REGION))}"], "port": bench.client.ready["dataplane"]["port"]}
    verify = {"private_connect_verify_host": "localhost", "private_connect_verify_options": seeing, "private_connect_verify_login": False}
    # What differs is not verify's business: it asks for no leave to repair.
    verify["private_connect_tags"] = TAGS
    given = {"verify": verify, "import_connection": {"private_connect_import_file": str(imported)}}
    for name, variables in given.items():
        stops(bench, name, document, "ec2:DescribeNetworkInterfaces", early=True, **variables)
    expect(not imported.exists(), "import_connection writes a file though it may not read")
    for name, shown in (("status", bench.host), ("resync", ""), ("verify", f"{bench.host} leads to the endpoint"), ("import_connection", "")):
        expect(shown in passes(bench, name, document, **given.get(name, {})), f"{name} does not tell the connection")
        expect(not [write for write in bench.writes() if write != "connect.action.Sync"], f"{name} wrote {bench.writes()}")
    expect(bench.vpc(REGION) in imported.read_text(encoding="utf-8"), "import_connection wrote no variables")
    passes(bench, "preflight", bench.policy("preflight"))
    bench.allow(document, but="ec2:DescribeSubnets")
    good, message = bench.play("status")
    expect(good and "ec2:DescribeSubnets" in message, f"status without ec2:DescribeSubnets: {message}")


# -- the parts ---------------------------------------------------------------------------------------------------------


def clients(bench: Bench, region: str) -> tuple[t.Any, t.Any]:
    """EC2 and the Resolver as somebody else uses them."""
    options = {"endpoint_url": bench.client.ready["aws"]["url"], "region_name": region, "aws_access_key_id": "somebody", "aws_secret_access_key": "else"}
    return boto3.client("ec2", **options), boto3.client("route53resolver", **options)


def add_resolver_rule(bench: Bench, region: str) -> None:
    """Without an associated rule nobody lists rules."""
    resolver = clients(bench, region)[1]
    rule = resolver.create_resolver_rule(CreatorRequestId=region, Name="theirs", RuleType="SYSTEM", DomainName="example.com")["ResolverRule"]["Id"]
    resolver.associate_resolver_rule(ResolverRuleId=rule, VPCId=bench.vpc(region))


def disturb(bench: Bench, region: str) -> None:
    """What a repair needs most actions for: a subnet gone, a rule gone, a rule of ours too many, tags of another value and too many."""
    ec2 = clients(bench, region)[0]
    (endpoint,) = (item for item in bench.client.state()["aws"]["endpoints"] if item["region"] == region)
    (group,) = ec2.describe_security_groups(GroupIds=endpoint["security_group_ids"])["SecurityGroups"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["id"], RemoveSubnetIds=endpoint["subnet_ids"][:1])
    ec2.create_tags(Resources=[endpoint["id"]], Tags=[{"Key": "team", "Value": "sales"}, {"Key": "old", "Value": "1"}])
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    stale = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": "Salesforce Private Connect"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[stale])


def setup(bench: Bench) -> None:
    document, status, preflight = bench.policy("setup"), actions(bench.policy("status")), actions(bench.policy("preflight"))
    add_resolver_rule(bench, REGION)
    left = actions(document)
    status, preflight = read_only(bench, "status", status), read_only(bench, "preflight", preflight, preflight=True)
    early = told_early(bench, document, left, preflight=True)
    expect(left - early == {*MAKE, *OF_ZONES, *REPAIR, DISSOCIATE}, f"told too late or not needed: {sorted(left - early)}")
    for action in ("ec2:DescribeSubnets", "ec2:CreateTags"):
        stops(bench, "setup", document, action, early=True)
    for action in MAKE:
        stops(bench, "setup", document, action)
    passes(bench, "setup", document)
    reads_only(bench)
    disturb(bench, REGION)
    repair = {"preflight": True, "tags": TAGS}
    expect(not read_only(bench, "status", status, tags=TAGS), f"the policy status has more than is needed: {sorted(status)}")
    preflight = read_only(bench, "preflight", preflight, **repair)
    expect(not preflight, f"the policy preflight has more than is needed: {sorted(preflight)}")
    left -= early | {*MAKE, DISSOCIATE} | told_early(bench, document, left - early, **repair)
    expect(not left, f"the policy setup has more than is needed: {sorted(left)}")
    for action in sorted(REPAIR):
        stops(bench, "setup", document, action, early=True, private_connect_tags=TAGS)
    wanted = {"private_connect_tags": TAGS, "private_connect_dns_vpcs": []}
    stops(bench, "setup", document, DISSOCIATE, **wanted)
    passes(bench, "setup", document, **wanted)
    passes(bench, "setup", document, **wanted)
    expect(not bench.writes(), f"a second run wrote {bench.writes()}")


def teardown(bench: Bench) -> None:
    before = bench.listing()
    passes(bench, "setup", bench.policy("setup"))
    document = bench.policy("teardown")
    left = actions(document) - told_early(bench, document, actions(document), state="absent", preflight=True)
    expect(left == {*TAKE_AWAY}, f"told too late or not needed: {sorted(left)}")
    for action in ("ec2:DescribeNetworkInterfaces", "ec2:DeleteSecurityGroup"):
        stops(bench, "teardown", document, action, early=True)
    for action in TAKE_AWAY:
        stops(bench, "teardown", document, action)
    passes(bench, "teardown", document)
    expect(bench.listing() == before, f"a tear-down leaves something: {bench.listing()}\nbefore: {before}")


def replace(bench: Bench) -> None:
    """Move the connection to a VPC of another region."""
    moved = {"private_connect_region": ELSEWHERE, "private_connect_replace": True}
    passes(bench, "setup", bench.policy("setup"))
    add_resolver_rule(bench, ELSEWHERE)
    document = bench.policy("replace", ELSEWHERE)
    left = actions(document)
    left -= told_early(bench, document, left, region=ELSEWHERE, replace=True, preflight=True)
    left -= told_early(bench, document, left, region=REGION, state="absent", preflight=True, dns_vpcs=[])
    expect(left == {*MOVE, *REPAIR, DISSOCIATE}, f"told too late or not needed: {sorted(left)}")
    for action in ("ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints"):
        stops(bench, "setup", document, action, early=True, **moved)
    for action in MOVE:
        stops(bench, "setup", document, action, **moved)
    passes(bench, "setup", document, **moved)
    there = bench.client.state()["aws"]
    made = [item for item in (*there["endpoints"], *there["security_groups"]) if "privatelink.salesforce/connection" in item["tags"]]
    expect([item["region"] for item in made] == [ELSEWHERE, ELSEWHERE] and len(there["zones"]) == 1, f"not all has moved: {made}, {there['zones']}")
    expect(set(made[0]["tags"]) == {"privatelink.salesforce/connection"}, f"the endpoint still tells from where it moved: {made[0]['tags']}")
    disturb(bench, ELSEWHERE)
    left -= {*MOVE, DISSOCIATE} | told_early(bench, document, left, region=ELSEWHERE, preflight=True, tags=TAGS)
    stops(bench, "setup", document, DISSOCIATE, private_connect_dns_vpcs=[], **moved)
    expect(not left, f"the policy replace has more than is needed: {sorted(left)}")


def main() -> None:
    quick.prepare()
    with emulators() as client:
        for part in (part for part in (setup, teardown, replace) if part.__name__ in (sys.argv[1:] or part.__name__)):
            began = time.monotonic()
            client.reset()
            try:
                part(Bench(client))
            except Wrong as wrong:
                raise SystemExit(f"{part.__name__}: {wrong}") from None
            print(f"ok {part.__name__} {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
