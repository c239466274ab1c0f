# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there already is taken for what it is: endpoints by ID, tag, registration or as the only live one, zones by name; never a dead or doubtful one."""

from __future__ import annotations

import typing as t

from hands import Hands
from runs import NAME, REGION, TAG, Json, Run, emulators, equal

ELSEWHERE = "us-west-2"


def main() -> None:
    with emulators() as client:
        for scenario in (by_id, by_mark, registered, only_live, ambiguous, never_dead, zone_of_others, taken_over, made_in_setup, lost_answer, mark_gone):
            client.reset()
            try:
                scenario(Hands(client))
            except AssertionError as error:
                raise SystemExit(f"FAILED in {scenario.__name__}: {error}") from error
            print(f"ok {scenario.__name__}", flush=True)


def well(run: Run) -> Run:
    equal("a run", (run.failed, run.msg), (False, ""))
    return run


def quiet(hands: Hands, **variables: t.Any) -> None:
    hands.client.clear_calls()
    equal("changes of a run more", well(hands.role(**variables)).changed, [])
    equal("writes of a run more", hands.writes(), [])


def listed(hands: Hands) -> dict[str, Json]:
    return {item["id"]: item for item in hands.state()["aws"]["endpoints"]}


def mark(hands: Hands) -> str:
    return f"{hands.host}/{NAME}"


def connect(hands: Hands, endpoint: str) -> None:
    hands.client.create(NAME, region=REGION, vpc_endpoint_id=endpoint)
    hands.client.provision(NAME)
    hands.client.sync(NAME)


def by_id(hands: Hands) -> None:
    """The one that is named, though another would do; it gets no mark, and is left at the end."""
    group = hands.group("theirs")
    other, meant = hands.new_endpoint(group=group), hands.new_endpoint(group=group)
    before = listed(hands)
    well(hands.role(vpc_endpoint_id=meant))
    after = listed(hands)
    equal("endpoints", sorted(after), sorted((other, meant)))
    equal("the other", after[other], before[other])
    equal("registered", hands.client.connections()[NAME]["vpc_endpoint_id"], meant)
    kept = ("subnet_ids", "security_group_ids", "tags")
    equal("the one that is meant", [after[meant][key] for key in kept], [before[meant][key] for key in kept])
    quiet(hands, vpc_endpoint_id=meant)
    well(hands.role(state="absent", vpc_endpoint_id=meant))
    equal("endpoints after the tear-down", sorted(listed(hands)), sorted((other, meant)))


def by_mark(hands: Hands) -> None:
    """Our tag tells, as after a run that broke off; what the run did not come to is done."""
    theirs, ours = hands.new_endpoint(), hands.new_endpoint(mark=mark(hands))
    well(hands.role())
    after = listed(hands)
    equal("endpoints", sorted(after), sorted((theirs, ours)))
    equal("registered", hands.client.connections()[NAME]["vpc_endpoint_id"], ours)
    equal("its subnets", after[ours]["subnet_ids"], sorted(hands.place["subnet_ids"][:2]))
    equal("its group", after[ours]["security_group_ids"], [hands.info()["security_group"]["id"]])
    quiet(hands)


def registered(hands: Hands) -> None:
    """The connection names it, though another without a mark lives."""
    hands.new_endpoint()
    meant = hands.new_endpoint()
    connect(hands, meant)
    info = hands.info()
    equal("endpoint and blockers", (info["endpoint"]["id"], info["blockers"]), (meant, []))


def only_live(hands: Hands) -> None:
    """The only one of the service; not one of another service, and not one that carries the mark of another connection."""
    service = hands.client.act_aws("add_service", REGION, "somebody", "ab")
    hands.new_endpoint(ServiceName=service)
    equal("one of another service", hands.info()["endpoint"], None)
    hands.new_endpoint(mark="other.my.salesforce.com/Other")
    equal("one of another connection", hands.info()["endpoint"], None)
    meant = hands.new_endpoint()
    info = hands.info()
    equal("the only one", (info["endpoint"]["id"], info["blockers"]), (meant, []))
    equal("no group is made for it", [item["what"] for item in info["drift"]], ["connection", "zone", "record"])


def ambiguous(hands: Hands) -> None:
    """Two that fit are an error that lists them, and no write; the registered one of two is no question."""
    for marked in (None, mark(hands)):
        hands.client.reset()
        pair = [hands.new_endpoint(mark=marked) for _turn in range(2)]
        before = hands.state()
        hands.client.clear_calls()
        run = hands.role()
        told = "2 endpoints could be meant" in run.msg and "vpc_endpoint_id" in run.msg and all(item in run.msg for item in pair)
        equal("the error lists both", (run.failed, told, run.msg), (True, True, run.msg))
        equal("writes", hands.writes(), [])
        equal("everything afterwards", hands.state(), before)
        connect(hands, pair[1])
        info = hands.info()
        equal("the registered one of both", (info["endpoint"]["id"], info["blockers"]), (pair[1], []))


def never_dead(hands: Hands) -> None:
    """Not by mark, not by registration, not as the only one."""
    for state in ("rejected", "failed", "expired", "deleting", "deleted"):
        hands.client.reset()
        hands.client.set_aws_switches(deleting_reads=1000 if state == "deleting" else 1)
        endpoint = hands.new_endpoint(mark=mark(hands))
        hands.client.create(NAME, region=REGION, vpc_endpoint_id=endpoint)
        if state == "deleting":
            hands.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        elif state == "deleted":
            hands.delete_endpoint(endpoint)
        else:
            hands.client.act_aws("set_state", endpoint, state)
        shown = hands.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"]
        equal("its state", shown, state)
        info = hands.info()
        equal(f"a {state} one", (info["endpoint"], [item["what"] for item in info["drift"]][:2]), (None, ["security_group", "endpoint"]))


def zone_of_others(hands: Hands) -> None:
    """A zone of that name in the VPC is taken as it is, with further names, VPCs and aliases; at the end it is as it was."""
    site, far = "acme.my.site.com", hands.client.ready["aws"]["regions"][ELSEWHERE]["vpc_id"]
    zone = hands.new_zone(hands.host, hands.vpc, {f"lab.{hands.host}": "10.1.1.1"})
    hands.put_record(hands.host, "TXT", ['"theirs"'], zone=zone)
    hands.put_record(f"*.{hands.host}", "A", ["10.1.1.2"], zone=zone)
    before = hands.state()
    variables = {"dns_names": [site], "dns_record": "alias", "dns_vpcs": [{"id": far, "region": ELSEWHERE}]}
    well(hands.role(**variables))
    zones = hands.state()["aws"]["zones"]
    equal("zones", sorted(item["name"] for item in zones), sorted((f"{hands.host}.", f"{site}.")))
    for item in zones:
        equal("VPCs", sorted(vpc["id"] for vpc in item["vpcs"]), sorted((hands.vpc, far)))
        equal("alias", [bool(record["alias"]) for record in item["records"] if record["type"] == "A" and record["name"] == item["name"]], [True])
    equal("no mark on theirs", next(item["tags"] for item in zones if item["id"] == zone), {})
    quiet(hands, **variables)
    well(hands.role(state="absent", **variables))
    after = hands.state()
    theirs = next(item for item in after["aws"]["zones"] if item["id"] == zone)
    equal("its VPCs", sorted(vpc["id"] for vpc in theirs.pop("vpcs")), sorted((hands.vpc, far)))
    next(item for item in before["aws"]["zones"] if item["id"] == zone).pop("vpcs")
    equal("everything afterwards, but the association that was asked for", after, before)


def taken_over(hands: Hands) -> None:
    """The record in a zone of others that somebody has pointed elsewhere is theirs: a run stops, and a tear-down leaves it, and says so."""
    zone = hands.new_zone(hands.host, hands.vpc, {})
    well(hands.role())
    hands.put_record(hands.host, "A", ["10.1.1.9"], zone=zone)
    before = hands.state()
    hands.client.clear_calls()
    run = hands.role()
    equal("the run", (run.failed, f"A record of {hands.host} that leads elsewhere, to 10.1.1.9" in run.msg, hands.writes()), (True, True, []))
    equal("everything after it", hands.state(), before)
    run = well(hands.role(state="absent"))
    told = f"A tear-down leaves {hands.host} in the zone {zone}: the A record leads to something else than our endpoint: 10.1.1.9"
    equal("what stays is told", told in " ".join(run.output.split()), True)
    equal("the record", [item["Value"] for item in hands.record(zone)["ResourceRecords"]], ["10.1.1.9"])


def made_in_setup(hands: Hands) -> None:
    """A connection made by hand: what is not asked for is left, so nothing but the name's mapping is to be done."""
    endpoint = hands.new_endpoint()
    connect(hands, endpoint)
    hands.client.set_fields(NAME, label="By hand", description="Made in Setup")
    before = hands.client.connections()[NAME]
    check = well(hands.role(check=True))
    equal("what check mode says", check.changed, ["Create the private zones"])
    well(hands.role())
    equal("the connection", hands.client.connections()[NAME], before)
    equal("check mode afterwards", well(hands.role(check=True)).changed, [])


def lost_answer(hands: Hands) -> None:
    """The answer to CreateVpcEndpoint is lost, so it is asked again: AWS knows the token, and makes no second one."""
    hands.client.add_fault("lost_answer", "aws", "ec2.CreateVpcEndpoint", skip=1)  # past the dry run
    well(hands.role())
    creations = hands.client.calls("aws", "ec2.CreateVpcEndpoint", write=True)
    equal("creations that were asked for, and endpoints", (len(creations), len(listed(hands))), (2, 1))


def mark_gone(hands: Hands) -> None:
    """Somebody took our mark from the endpoint, and then it is all to go: what carries no mark is left, and so is the group that it wears."""
    well(hands.role())
    endpoint = hands.endpoint()["id"]
    hands.tag(endpoint, TAG, None)
    well(hands.role(state="absent"))
    state = hands.state()
    equal("the endpoint stays", [item["id"] for item in state["aws"]["endpoints"]], [endpoint])
    equal("its group stays", [item["tags"] for item in state["aws"]["security_groups"] if "salesforce-private-connect" in item["name"]], [{TAG: mark(hands)}])
    equal("zones and connections", (state["aws"]["zones"], hands.client.connections()), ([], {}))


if __name__ == "__main__":
    main()
