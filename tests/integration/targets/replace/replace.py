# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint that was deleted or rejected, or must move: the plan without replace, the order of the calls with it, and a rerun after each broken write."""

from __future__ import annotations

import sys

import quick
from hands import Hands
from runs import NAME, REGION, TAG, Json, Run, emulators, equal

ELSEWHERE = "us-west-2"
RECORDS = "aws route53.ChangeResourceRecordSets"
PLAN = (
    "take the names back, tear down {name} ({status}, endpoint {old}), point it at a new endpoint in {region}, provision, Sync until it is Ready, "
    "map the names again, delete the old endpoint if it is ours"
)


def main() -> None:
    scenarios = (
        deleted,
        rejected,
        moved_to_another_vpc,
        moved_to_another_region,
        moved_within_the_vpc,
        named_before_provisioning,
        in_a_zone_of_others,
        asked_elsewhere,
        broken_off,
    )
    quick.prepare()
    with emulators() as client:
        for scenario in (each for each in scenarios if len(sys.argv) < 2 or each.__name__ in sys.argv[1:]):
            client.reset()
            hands = Hands(client)
            well(hands.role())
            try:
                scenario(hands)
            except AssertionError as error:
                raise SystemExit(f"FAILED in {scenario.__name__}: {error}") from error
            print(f"ok {scenario.__name__}", flush=True)


def well(run: Run) -> Run:
    equal("a run", (run.failed, run.msg), (False, ""))
    return run


def refused(hands: Hands, region: str = REGION) -> None:
    """Without replace: exactly the plan, and no write."""
    before, connection = hands.state(), hands.client.connections()[NAME]
    hands.client.clear_calls()
    run = hands.role()
    plan = PLAN.format(name=NAME, status=connection["status"], old=connection["vpc_endpoint_id"], region=region)
    equal("the plan is told", (run.failed, f"the plan is: {plan}." in run.msg, run.msg), (True, True, run.msg))
    equal("writes without replace", hands.writes(), [])
    equal("everything without replace", hands.state(), before)


def replaced(hands: Hands) -> list[Json]:
    """With replace; returns the calls, in order."""
    hands.client.clear_calls()
    well(hands.role(replace=True))
    calls = hands.client.calls()
    check_order(calls)
    return calls


def check_order(calls: list[Json]) -> None:
    """The name is taken back before the tear-down, given again after the last Sync, and endpoints are deleted last."""
    record = [call["number"] for call in calls if call["action"] == "route53.ChangeResourceRecordSets"]
    actions = [call["number"] for call in calls if call["action"].startswith("connect.action")]
    deletions = [call["number"] for call in calls if call["action"] == "ec2.DeleteVpcEndpoints" and call["write"]]
    equal("two changes of records, one on each side of all actions", (len(record), record[0] < actions[0], record[-1] > actions[-1]), (2, True, True))
    equal("endpoints are deleted after the record is written", [number > record[-1] for number in deletions], [True] * len(deletions))


def settled(hands: Hands) -> None:
    """All is in place, and a run more does nothing, though it may replace."""
    in_place(hands)
    hands.client.clear_calls()
    equal("changes of a run more", well(hands.role(replace=True)).changed, [])
    equal("writes of a run more", hands.writes(), [])


def in_place(hands: Hands) -> None:
    """One endpoint of ours, registered, Ready, in the record."""
    ours = [item for item in hands.state()["aws"]["endpoints"] if TAG in item["tags"]]
    equal("endpoints of ours", [item["state"] for item in ours], ["available"])
    connection = hands.client.connections()[NAME]
    equal("the connection", (connection["status"], connection["vpc_endpoint_id"]), ("Ready", ours[0]["id"]))
    zones = [zone for zone in hands.state()["aws"]["zones"] if zone["name"] == f"{hands.host}."]
    equal("zones", len(zones), 1)
    record = next(item for item in zones[0]["records"] if item["type"] == "A")
    equal("the record", record["values"], sorted(ours[0]["addresses"]))


def lose(hands: Hands, how: str) -> str:
    endpoint = str(hands.endpoint()["id"])
    if how == "deleted":
        hands.delete_endpoint(endpoint)
    else:
        hands.client.act_aws("reject", endpoint)
    return endpoint


def deleted(hands: Hands) -> None:
    lose(hands, "deleted")
    refused(hands)
    equal("deletions of endpoints", [call["action"] for call in replaced(hands) if call["write"] and call["action"] == "ec2.DeleteVpcEndpoints"], [])
    settled(hands)


def rejected(hands: Hands) -> None:
    """As seen by both sides; the dead endpoint goes in the end."""
    old = lose(hands, "rejected")
    hands.client.sync(NAME)
    equal("the org knows", hands.client.connections()[NAME]["status"], "RejectedRemotely")
    refused(hands)
    calls = replaced(hands)
    equal("the last call that changes something", [call["action"] for call in calls if call["write"]][-1], "ec2.DeleteVpcEndpoints")
    equal("the old endpoint", [item["id"] for item in hands.state()["aws"]["endpoints"] if item["id"] == old], [])
    settled(hands)


def moved_to_another_vpc(hands: Hands) -> None:
    old = hands.vpc
    vpc, _subnets = hands.new_vpc("127.90", zones="ab")
    hands.vars["private_connect_vpc_id"] = vpc
    move(hands, {"vpc_id": vpc}, old)


def moved_to_another_region(hands: Hands) -> None:
    old, place = hands.vpc, hands.client.ready["aws"]["regions"][ELSEWHERE]
    hands.vars.update(private_connect_vpc_id=place["vpc_id"], private_connect_region=ELSEWHERE)
    move(hands, {"vpc_id": place["vpc_id"], "region": ELSEWHERE}, old)
    equal("the connection's region", hands.client.connections()[NAME]["region"], ELSEWHERE)


def move(hands: Hands, where: Json, old: str) -> None:
    """Zone, endpoint and group of the old place go; a stranger's group there stays."""
    hands.ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=old)
    info = hands.info(**where)
    equal("where it comes from", (info["moved_from"]["vpc_id"], info["moved_from"]["ours"]), (old, True))
    refused(hands, where.get("region", REGION))
    hands.client.clear_calls()
    well(hands.role(replace=True))
    check_move(hands.client.calls())
    aws = hands.state()["aws"]
    equal("endpoints", [item["vpc_id"] for item in aws["endpoints"]], [where["vpc_id"]])
    equal("zones", [[vpc["id"] for vpc in zone["vpcs"]] for zone in aws["zones"]], [[where["vpc_id"]]])
    equal("groups in the old place", sorted(item["name"] for item in aws["security_groups"] if item["vpc_id"] == old), ["default", "theirs"])
    settled(hands)


def check_move(calls: list[Json]) -> None:
    """As a replacement, but that the old zone goes with the old name and another is made."""
    names = [call["action"] for call in calls if call["write"]]
    actions = [number for number, name in enumerate(names) if name.startswith("connect.action")]
    order = [names.index("route53.DeleteHostedZone"), actions[0], actions[-1], names.index("route53.CreateHostedZone"), names.index("ec2.DeleteVpcEndpoints")]
    equal("old zone, tear-down, last Sync, new zone, old endpoint", (order, names), (sorted(order), names))


def moved_within_the_vpc(hands: Hands) -> None:
    """Other zones or other subnets of a zone are a change of the live endpoint: no tear-down, and the record follows."""
    first, second, _third = hands.place["subnet_ids"]
    made = hands.ec2.create_subnet(VpcId=hands.vpc, CidrBlock="127.82.200.0/24", AvailabilityZone=f"{REGION}b")["Subnet"]["SubnetId"]
    endpoint = hands.endpoint()["id"]
    for wanted in ([first], [second], [made], [first, made], [first, second]):
        hands.client.clear_calls()
        well(hands.role(subnet_ids=wanted))
        now = hands.endpoint()
        equal("the endpoint and its subnets", (now["id"], now["subnet_ids"]), (endpoint, sorted(wanted)))
        equal("TearDown or Provision", hands.client.calls("salesforce", "connect.action.[TP]*"), [])
        (record,) = [item for zone in hands.state()["aws"]["zones"] for item in zone["records"] if item["type"] == "A"]
        equal("the record", record["values"], sorted(now["addresses"]))
        equal("changes of a run more", well(hands.role(subnet_ids=wanted)).changed, [])
    # AWS works on one change at a time.
    hands.client.set_aws_switches(modify_reads=2)
    well(hands.role(subnet_ids=[made]))
    equal("the endpoint's subnets", hands.endpoint()["subnet_ids"], [made])


def named_before_provisioning(hands: Hands) -> None:
    """In Help's order of steps the name comes back after the tear-down and before Provision; also where a run broke off in between."""
    hands.vars["private_connect_dns_order"] = "before_provision"
    for lost, broken in (("rejected", ""), ("deleted", ""), ("rejected", "connect.action.Provision"), ("deleted", "connect.action.TearDown")):
        lose(hands, lost)
        if lost == "rejected":
            hands.client.sync(NAME)
        refused(hands)
        hands.client.clear_calls()
        if broken:
            hands.client.add_fault("status", "salesforce", broken, status=400)
            equal(f"the run that breaks off at {broken}", hands.role(replace=True).failed, True)
        well(hands.role(replace=True))
        names = [call["action"] for call in hands.client.calls() if call["write"]]
        records = [number for number, name in enumerate(names) if name == "route53.ChangeResourceRecordSets"]
        last = [len(names) - 1 - names[::-1].index(f"connect.action.{action}") for action in ("TearDown", "Provision")]
        order = [records[0], last[0], records[-1], last[1]]
        equal("name out, tear-down, name in, Provision", (order, names), (sorted(order), names))
        settled(hands)


def asked_elsewhere(hands: Hands) -> None:
    """A tear-down that is asked for with another place takes down the one that there is, and one that a move was leaving; nothing of ours is left."""
    place = hands.client.ready["aws"]["regions"][ELSEWHERE]
    nowhere = "vpc-0123456789abcdef0"
    for where in ({"vpc_id": nowhere}, {"vpc_id": place["vpc_id"], "region": ELSEWHERE}):
        well(hands.role())
        well(hands.role(state="absent", **where))
        nothing_left(hands)
        equal("changes of a run more", well(hands.role(state="absent", **where)).changed, [])
    # Cut off at each write, in another region, which only the connection's record tells.
    for service, action in (("salesforce", "tooling.delete"), ("aws", "ec2.DeleteVpcEndpoints"), ("aws", "ec2.DeleteSecurityGroup")):
        well(hands.role())
        # The first of these to EC2 is a dry run.
        hands.client.add_fault("reset", service, action, skip=1 if service == "aws" else 0, times=8)
        equal(f"the tear-down breaks off at {action}", hands.role(state="absent", **where).failed, True)
        hands.client.clear_faults()
        well(hands.role(state="absent", **where))
        nothing_left(hands)
    # The move is done but for its last step.
    well(hands.role())
    vpc, _subnets = hands.new_vpc("127.90", zones="ab")
    hands.client.add_fault("status", "aws", "ec2.DeleteVpcEndpoints", skip=0, status=400, write=True, body={"code": "Broken", "message": "broken off"})
    equal("the move breaks off", hands.role(vpc_id=vpc, replace=True).failed, True)
    hands.client.clear_faults()
    hands.client.clear_calls()
    well(hands.role(state="absent", vpc_id=vpc))
    nothing_left(hands)
    # Of what is in another account there is nothing to see.
    hands.client.create(NAME, region=REGION, vpc_endpoint_id="vpce-0123456789abcdef0")
    run = hands.role(state="absent", vpc_id=nowhere)
    equal(
        "the run", (run.failed, "nor VPC endpoint vpce-0123456789abcdef0 of the connection" in run.msg, NAME in hands.client.connections()), (True, True, True)
    )


def nothing_left(hands: Hands) -> None:
    aws = hands.state()["aws"]
    equal("endpoints, zones and connections", (aws["endpoints"], aws["zones"], hands.client.connections()), ([], [], {}))
    equal("groups", [item["name"] for item in aws["security_groups"] if "salesforce-private-connect" in item["name"]], [])


def in_a_zone_of_others(hands: Hands) -> None:
    """A record of ours there goes first, though the endpoint that it leads to is gone; a tear-down leaves the zone as it would be without us."""
    zone = next(item["id"] for item in hands.state()["aws"]["zones"])
    hands.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, RemoveTagKeys=[TAG])
    hands.route53.update_hosted_zone_comment(Id=zone, Comment="theirs")
    hands.put_record(hands.host, "TXT", ['"theirs"'], zone=zone)
    lose(hands, "deleted")
    refused(hands)
    replaced(hands)
    settled(hands)
    # Nothing is provisioned, so nothing is replaced.
    hands.client.teardown(NAME)
    hands.client.sync(NAME)
    lose_dead(hands)
    equal("the first change", well(hands.role()).changed[0], "Delete the records")
    settled(hands)
    for kind in ("alias", "addresses"):
        well(hands.role(dns_record=kind))
        lose(hands, "deleted")
        well(hands.role(state="absent", dns_record=kind))
        (left,) = hands.state()["aws"]["zones"]
        equal("records of their zone", [item["type"] for item in left["records"] if item["type"] not in ("NS", "SOA")], ["TXT"])


def lose_dead(hands: Hands) -> None:
    (dead,) = [item["id"] for item in hands.state()["aws"]["endpoints"] if TAG in item["tags"]]
    hands.delete_endpoint(dead)


def broken_off(hands: Hands) -> None:
    """Each write of a replacement is refused once, which ends the run there; what is left is told, and the next run brings all into place."""
    lose(hands, "rejected")
    hands.client.sync(NAME)
    calls = [(call["service"], call["action"], call["write"]) for call in replaced(hands)]
    # A Sync that is refused is made again. Of what comes several times, such as the change of the record, the first and the last.
    ending = [(number, call) for number, call in enumerate(calls) if call[2] and not call[1].endswith(".Sync")]
    for number in sorted({*{call: number for number, call in ending}.values(), *{call: number for number, call in reversed(ending)}.values()}):
        lose(hands, "rejected")
        hands.client.sync(NAME)
        service, action, _write = calls[number]
        hands.client.clear_calls()
        # Dry runs count, too.
        skip = sum(call[:2] == (service, action) for call in calls[:number])
        words = {"code": "Broken", "message": "broken off"} if service == "aws" else None
        hands.client.add_fault("status", service, action, skip=skip, status=400, body=words)
        run = hands.role(replace=True)
        equal(f"the run that breaks off at {action}", (run.failed, [fault["hits"] for fault in hands.client.faults()]), (True, [1]))
        hands.client.clear_faults()
        if action == "ec2.DeleteVpcEndpoints":
            equal("all that is left to do", [item["what"] for item in hands.info()["drift"]], ["endpoint.replaced"])
        well(hands.role(replace=True))
        in_place(hands)
        print(f"   broken off at {action}", flush=True)


if __name__ == "__main__":
    main()
