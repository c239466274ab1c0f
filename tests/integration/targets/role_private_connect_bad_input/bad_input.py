# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role says to input that cannot be right, and that it has written nothing by then; what it says to failures later on, and that a rerun goes on.

Input that is right, however it is written, converges."""

from __future__ import annotations

import typing as t

from runs import NAME, REGION, TAG, Bench, Run, emulators, equal

Json = dict[str, t.Any]


def main() -> None:
    with emulators() as client:
        bench = Bench(client)
        for what, variables, words in cases(bench):
            refused(bench, what, variables, words)
            print(f"ok: {what}")
        for test in (all_at_once, spelt_otherwise, missing_permission, licence_used_up, never_ready):
            client.reset()
            test(Bench(client))
            print(f"ok: {test.__name__}")


def cases(bench: Bench) -> list[tuple[str, Json, tuple[str, ...]]]:
    """What is wrong, the variables, and what the message must hold."""
    org, aws = bench.vars["private_connect_salesforce"], bench.vars["private_connect_aws"]
    subnets = bench.place["subnet_ids"]
    url = org["instance_url"]
    return [
        ("developer name", {"name": "9 lives"}, ("'9 lives' is not a developer name",)),
        ("label too long", {"label": "x" * 81}, ("label has 81 characters", "at most 80")),
        ("description too long", {"description": "x" * 256}, ("description has 256 characters", "at most 255")),
        ("CIDR with host bits", {"allowed_cidrs": ["10.0.0.1/8"]}, ("allowed_cidrs '10.0.0.1/8' is not a CIDR block", "host bits")),
        ("tag that is no text", {"tags": {"teams": ["a", "b"]}}, ("tags: the tag 'teams' holds a list; a tag holds text",)),
        ("tag of the role's own", {"tags": {TAG: "x"}}, (f"the tag '{TAG}' begins with privatelink.salesforce/",)),
        ("no region", {"region": "mars"}, ("'mars' is not the name of an AWS region",)),
        ("VPC not there", {"vpc_id": "vpc-0123456789abcdef0"}, ("vpc-0123456789abcdef0 does not exist",)),
        ("subnet in a zone that the service lacks", {"subnet_ids": [subnets[2]]}, (subnets[2], "a zone that the service lacks")),
        ("two subnets of one zone, and a foreign one", {"subnet_ids": [subnets[0], "subnet-0123456789abcdef0"]}, ("subnet-0123456789abcdef0 is not in",)),
        ("http", {"salesforce": {**org, "instance_url": "http://acme.my.salesforce.com"}}, ("must begin with https://",)),
        ("URL with a path", {"salesforce": {**org, "instance_url": f"{url}/services"}}, ("has a path",)),
        ("login host", {"salesforce": {**org, "instance_url": "https://login.salesforce.com"}}, ("login host", "My Domain")),
        ("no credentials", {"salesforce": {"instance_url": url}}, ("no credentials",)),
        ("contradictory credentials", {"salesforce": {**org, "access_token": "x"}}, ("contradictory credentials", "auth_method")),
        ("wrong secret", {"salesforce": {**org, "client_secret": "wrong"}}, ("refused the client_credentials login",)),
        ("expired session", {"salesforce": {"instance_url": url, "access_token": "00Dxx!gone"}}, ("INVALID_SESSION_ID", "access_token has expired")),
        ("unreachable host", {"salesforce": {**org, "instance_url": "http://127.0.0.1:1"}}, ("could not be made",)),
        ("unreachable AWS", {"aws": {**aws, "endpoint_url": "http://127.0.0.1:1"}}, ("got no answer",)),
        ("unknown option", {"aws": {**aws, "secret": "x"}}, ("secret",)),
        ("no such endpoint", {"vpc_endpoint_id": "vpce-0123456789abcdef0"}, ("vpce-0123456789abcdef0 is not in",)),
    ]


def refused(bench: Bench, what: str, variables: Json, words: tuple[str, ...]) -> Run:
    bench.client.clear_calls()
    run = bench.role(**variables)
    assert run.failed, f"{what}: the role went on"
    for word in words:
        assert word in run.msg, f"{what}: {word!r} is not in: {run.msg}"
    equal(f"writes of {what}", bench.writes(), [])
    return run


def all_at_once(bench: Bench) -> None:
    org = {**bench.vars["private_connect_salesforce"], "instance_url": "https://test.salesforce.com/x"}
    variables = {"name": "no spaces", "label": "x" * 81, "description": "y" * 256, "region": "Europe", "dns_names": ["https://site"], "salesforce": org}
    refused(bench, "six problems", variables, ("6 problems", "developer name", "label has", "description has", "'Europe'", "https://site", "login host"))
    bench.ec2.modify_vpc_attribute(VpcId=bench.place["vpc_id"], EnableDnsSupport={"Value": False})
    message = refused(bench, "two blockers", {"subnet_ids": [bench.place["subnet_ids"][2]]}, ("2 in the way", "enableDnsSupport", "the service lacks")).msg
    assert "Nothing was changed" in message


def spelt_otherwise(bench: Bench) -> None:
    """As people write it, not as the org and AWS give it back: the first run makes it, the second changes nothing."""
    group = bench.place["default_security_group_id"]
    bench.vars |= {
        "private_connect_allowed_cidrs": ["10.0.0.1", "10.8.0.0/255.248.0.0", "10.0.0.1/32", "2001:DB8:0:0::/48"],
        "private_connect_label": "Acme inbound\n",
        "private_connect_description": "  Kept by automation\n",
        "private_connect_tags": {"CostCentre": 4711, "Encrypted": True, "obsolete": None},
    }
    run = bench.role()
    equal("the first run", (run.failed, run.msg), (False, ""))
    equal("the second run", bench.role().changed, [])
    state = bench.state()["aws"]
    for item in (*state["endpoints"], *(made for made in state["security_groups"] if TAG in made["tags"])):
        equal("tags", {key: item["tags"][key] for key in ("CostCentre", "Encrypted")}, {"CostCentre": "4711", "Encrypted": "True"})
    # The same group twice is one group.
    bench.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="-1", CidrIp="0.0.0.0/0")
    bench.vars |= {"private_connect_security_group_ids": [group, group], "private_connect_allowed_cidrs": []}
    run = bench.role()
    equal("the run with another group", (run.failed, run.msg, run.changed), (False, "", ["Keep the VPC endpoint"]))
    equal("the run after it", bench.role().changed, [])


def missing_permission(bench: Bench) -> None:
    org = bench.org
    reader = {"instance_url": org["instance_url"], "client_id": org["reader_client_id"], "client_secret": org["reader_client_secret"]}
    with bench.client.switched(describe_rights="user"):
        refused(bench, "missing permission", {"salesforce": reader}, ("ManageExternalConnections", "Nothing was changed"))
    # Where the org does not tell the rights beforehand, its refusal of the first write does.
    run = bench.role(salesforce=reader)
    equal("failed", run.failed, True)
    assert "ManageExternalConnections" in run.msg, run.msg
    went_on(bench)


def licence_used_up(bench: Bench) -> None:
    """Known only when the org refuses Provision. What was made by then is picked up."""
    for number in range(bench.client.state()["orgs"]["acme"]["licences"]["total"]):
        name = f"Taken_{number}"
        made = bench.ec2.create_vpc_endpoint(
            VpcEndpointType="Interface", VpcId=bench.place["vpc_id"], ServiceName=bench.place["service_name"], SubnetIds=bench.place["subnet_ids"][:1],
            PrivateDnsEnabled=False, TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": TAG, "Value": name}]}],
        )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
        bench.client.create(name, region=REGION, vpc_endpoint_id=made)
        bench.client.provision(name)
    run = bench.role()
    equal("failed", run.failed, True)
    for word in ("Provision of", "licen"):
        assert word in run.msg, run.msg
    bench.client.teardown("Taken_0")
    bench.client.sync("Taken_0")
    went_on(bench)


def never_ready(bench: Bench) -> None:
    bench.client.set_switches(syncs_to_ready=50)
    run = bench.role(wait_timeout=3)
    assert run.failed, "the wait had no deadline"
    for word in (NAME, "is still PendingAcceptance", "vpce-", "Syncs", "Run this again"):
        assert word in run.msg, f"{word!r} is not in: {run.msg}"
    bench.client.set_switches(syncs_to_ready=1)
    went_on(bench)


def went_on(bench: Bench) -> None:
    """The next run with the cause gone completes, without a second of anything; the one after it changes nothing."""
    run = bench.role()
    equal("the run after it", (run.failed, run.msg), (False, ""))
    equal("the run after that", bench.role().changed, [])
    mine = [item for item in bench.state()["aws"]["endpoints"] if item["tags"].get(TAG) == f"{bench.host}/{NAME}"]
    equal("endpoints", len(mine), 1)


if __name__ == "__main__":
    main()
