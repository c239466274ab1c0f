# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is asked for: a set-up, a replacement of the endpoint (dead or alive), a move to another VPC, a tear-down. Each begins anew and has one end."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from runs import NAME, REGION, TAG, Json

from .lab import Lab

MARK = "Salesforce Private Connect"


@dataclasses.dataclass(frozen=True)
class Write:
    """A write call of an undisturbed run: the ``skip``-th of its action."""

    service: str
    action: str
    skip: int

    def __str__(self) -> str:
        return f"{self.service} {self.action}" + (f" ({self.skip + 1})" if self.skip else "")


@dataclasses.dataclass(frozen=True)
class Scenario:
    """``prepare`` brings both systems to where the run begins, and may give further variables; ``variables`` are the run's."""

    name: str
    prepare: t.Callable[[Lab], t.Mapping[str, t.Any] | None]
    variables: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    def begin(self, lab: Lab) -> dict[str, t.Any]:
        """Prepare, and give the variables of the run."""
        lab.begin()
        more = self.prepare(lab)
        lab.client.clear_calls()
        return {**self.variables, **(more or {})}


@dataclasses.dataclass(frozen=True)
class Reference:
    """What an undisturbed run comes to: the end of both systems, how many things there are, its writes and all its calls."""

    end: Json
    counts: dict[str, int]
    writes: list[Write]
    calls: int
    org_calls: int
    waited: float


def plant(lab: Lab) -> None:
    """What a set-up by the role comes to, made by hand, as that takes a tenth of the time. :func:`references` compares."""
    place, mark = lab.place, f"{lab.host}/{NAME}"
    tags = [{"Key": TAG, "Value": mark}]
    group = lab.ec2.create_security_group(
        GroupName=f"salesforce-private-connect/{mark}",
        Description="HTTPS to Salesforce over AWS PrivateLink",
        VpcId=lab.vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )["GroupId"]
    lab.allow(group, place["vpc_cidr"], MARK)
    endpoint = lab.new_endpoint(mark=mark, group=group, SubnetIds=place["subnet_ids"][:2], PrivateDnsEnabled=False)
    lab.client.create(NAME, label="Acme inbound", description="Kept by automation", region=REGION, vpc_endpoint_id=endpoint)
    lab.client.provision(NAME)
    lab.client.sync(NAME)
    lab.until_available(endpoint)
    made = lab.route53.create_hosted_zone(
        Name=lab.host, CallerReference="planted", VPC={"VPCRegion": REGION, "VPCId": lab.vpc}, HostedZoneConfig={"Comment": f"{MARK} of {mark}"}
    )
    lab.zone_id = made["HostedZone"]["Id"].rpartition("/")[2]
    lab.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=lab.zone_id, AddTags=tags)
    addresses = next(item["addresses"] for item in lab.state()["aws"]["endpoints"] if item["id"] == endpoint)
    lab.put_record(lab.host, "A", addresses)


def _lose(lab: Lab) -> None:
    plant(lab)
    lab.client.act_aws("reject", lab.client.connections()[NAME]["vpc_endpoint_id"])
    lab.client.sync(NAME)


def _another(lab: Lab) -> Json:
    """An endpoint made by hand is to take the place of one that carries traffic."""
    plant(lab)
    group = next(item["security_group_ids"] for item in lab.state()["aws"]["endpoints"] if item["tags"].get(TAG) == f"{lab.host}/{NAME}")[0]
    return {"vpc_endpoint_id": lab.new_endpoint(group=group, SubnetIds=lab.place["subnet_ids"][:2], PrivateDnsEnabled=False)}


def _elsewhere(lab: Lab) -> Json:
    plant(lab)
    lab.make_other_vpc()
    return {"vpc_id": lab.other_vpc}


SETUP = Scenario("set-up", lambda lab: None)
REPLACE = Scenario("replace", _lose, {"replace": True})
SWAP = Scenario("swap", _another, {"replace": True})
MOVE = Scenario("move", _elsewhere, {"replace": True})
TEARDOWN = Scenario("tear-down", plant, {"state": "absent"})
ALL = (SETUP, REPLACE, SWAP, MOVE, TEARDOWN)


def reference(lab: Lab, scenario: Scenario) -> Reference:
    variables = scenario.begin(lab)
    if scenario is TEARDOWN:
        planted = lab.ours()
        lab.quiet()
        assert lab.ours() == planted
        lab.client.clear_calls()
    lab.well(**variables)
    writes: list[Write] = []
    for call in lab.client.calls(write=True):
        writes.append(Write(call["service"], call["action"], sum(write.action == call["action"] for write in writes)))
    found = Reference(lab.ours(), lab.counts(), writes, len(lab.client.calls()), lab.client.count("salesforce", "[ct]*"), lab.waited)
    lab.quiet(**variables)
    if scenario is TEARDOWN:
        assert lab.state() == lab.base, "a tear-down leaves something"
    return found


def dump(references: t.Mapping[str, Reference]) -> str:
    return json.dumps({name: dataclasses.asdict(reference) for name, reference in references.items()})


def load(text: str) -> dict[str, Reference]:
    found = json.loads(text)
    return {name: Reference(**{**fields, "writes": [Write(**write) for write in fields["writes"]]}) for name, fields in found.items()}
