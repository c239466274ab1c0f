# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traps on the role's path through amazon.aws and AWS itself: each of these tests fails if the role falls into one.

docs/traps.md lists them: the trap, its test here, and how the role avoids it. Traps share runs, as a run is what takes time.
"""

from __future__ import annotations

import typing as t

import quick
from emulators.client import EmulatorClient
from hands import Hands
from runs import NAME, REGION, TAG, Json, Run, emulators, equal

ELSEWHERE = "us-west-2"
SITE = "acme.my.site.com"


def main() -> None:
    quick.prepare()
    with emulators() as client:
        for test in (nothing_there_in_check_mode, slow_and_misled, zone_half_associated, zone_of_others, dead_endpoints, two_of_one_service):
            client.reset()
            test(Site(client))
            print(f"ok: {test.__name__}", flush=True)


class Site(Hands):
    def __init__(self, client: EmulatorClient) -> None:
        super().__init__(client)
        self.far: str = client.ready["aws"]["regions"][ELSEWHERE]["vpc_id"]
        self.far_too = {"dns_vpcs": [{"id": self.far, "region": ELSEWHERE}]}

    def zones(self, *, private: bool = True) -> list[Json]:
        """Those named as the host."""
        return [item for item in self.state()["aws"]["zones"] if item["name"] == f"{self.host}." and item["private"] is private]

    def under(self, defaults: Json, **variables: t.Any) -> Run:
        """A run in a play with module defaults of its own."""
        role = {"role": "privatelink.salesforce.private_connect", "vars": {**self.vars, **{f"private_connect_{k}": v for k, v in variables.items()}}}
        return self.playbook([{"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "roles": [role]}])

    def calls(self, *actions: str) -> list[tuple[str, str | None]]:
        """(action, AWS's error code) of calls that were no dry runs, in order; actions as "ec2.DeleteSecurityGroup"."""
        found = [(call["action"], call["note"]) for call in self.client.calls("aws")]
        return [call for call in found if call[1] != "DryRunOperation" and (not actions or call[0] in actions)]


def well(run: Run) -> Run:
    equal("the run", (run.failed, run.msg), (False, ""))
    return run


def refused(site: Site, words: t.Sequence[str], **variables: t.Any) -> None:
    site.client.clear_calls()
    run = site.role(**variables)
    equal("refused, and written nothing", (run.failed, site.writes()), (True, []))
    for word in words:
        assert word in run.msg, f"{word!r} is not in: {run.msg}"


# -- check mode's results are strings -----------------------------------------------------------------------------


def nothing_there_in_check_mode(site: Site) -> None:
    """The modules' results lack what is not made yet: the endpoint's is a string, the zone's ID null, the group's missing."""
    site.client.clear_calls()
    plain = well(site.role(check=True))
    foreseen = well(site.role(check=True, dns_record="alias", dns_names=[SITE], dns_order="before_provision", tags={"team": "payments"}, **site.far_too))
    equal("writes", site.writes(), [])
    for task in ("Create the security group, still closed", "Keep the VPC endpoint", "Keep the inbound connection", "Create the private zones"):
        for run in (plain, foreseen):
            assert task in run.changed, f"{task!r} is not foreseen: {run.changed}"
    equal("zones foreseen", [item for task, item in foreseen.items if task == "Create the private zones"], [site.host, SITE])


# -- AWS takes its time, and the play's own settings mislead --------------------------------------------------------


def slow_and_misled(site: Site) -> None:
    site.client.set_aws_switches(hidden_reads=2, pending_reads=4, deleting_reads=4, interfaces_on_accept=True, private_dns_default=True)
    public = site.route53.create_hosted_zone(Name=site.host, CallerReference="public")["HostedZone"]["Id"].rpartition("/")[2]
    site.put_record(site.host, "A", ["203.0.113.7"], zone=public)
    site.new_zone(site.host, site.new_vpc("10.50")[0], {site.host: "10.0.0.1"})
    before = site.state()
    site.client.clear_calls()
    first = misled(site)
    dns_after_available(site)
    private_zone_of_ours(site, before)
    equal("private DNS", site.endpoint()["private_dns_enabled"], False)
    reordered_values(site)
    interfaces_linger(site)
    equal("both sides after the tear-down", site.state(), before)
    made_again(site, first)


def misled(site: Site) -> str:
    """A region in the play's group defaults is another one to amazon.aws.route53, whose region is that of latency routing; nor are defaults of others taken."""
    wrong = {"region": ELSEWHERE}
    group = {
        "group/amazon.aws.aws": wrong,
        "group/aws": wrong,
        "group/privatelink.salesforce.aws": wrong,
        "group/privatelink.salesforce.org": {"api_version": "1.0"},
    }
    options = {**site.vars["private_connect_aws"], "region": REGION}
    well(site.under(group, aws=options))
    equal("region of the endpoint", [item["region"] for item in site.state()["aws"]["endpoints"]], [REGION])
    return str(site.endpoint()["id"])


def dns_after_available(site: Site) -> None:
    """amazon.aws waits for the endpoint to be there, not to be available: its addresses may come later, and a record with them."""
    actions = [action for action, _note in site.calls()]
    first = actions.index("route53.ChangeResourceRecordSets")
    looks = actions[:first].count("ec2.DescribeVpcEndpoints")
    assert looks >= 7, f"the name was mapped after {looks} looks at the endpoint, that was not yet available"
    endpoint = site.endpoint()
    equal("state", endpoint["state"], "available")
    (zone,) = [item for item in site.zones() if any(vpc["id"] == site.vpc for vpc in item["vpcs"])]
    site.zone_id = zone["id"]
    values = [item["Value"] for item in site.record()["ResourceRecords"]]
    equal("one address in each subnet", (sorted(values), len(values)), (endpoint["addresses"], len(endpoint["subnet_ids"])))


def private_zone_of_ours(site: Site, before: Json) -> None:
    """vpc_id without vpc_region makes a public zone; and a zone that is sought by its name is the first one of it."""
    zones = site.state()["aws"]["zones"]
    equal("zones of others", [zone for zone in zones if zone["id"] != site.zone_id], before["aws"]["zones"])
    (ours,) = [zone for zone in zones if zone["id"] == site.zone_id]
    equal("ours", (ours["private"], ours["vpcs"]), (True, [{"id": site.vpc, "region": REGION}]))


def reordered_values(site: Site) -> None:
    """amazon.aws.route53 takes the same values in another order for another record."""
    values = [item["Value"] for item in site.record()["ResourceRecords"]]
    site.put_record(site.host, "A", values[::-1])
    equal("order", [item["Value"] for item in site.record()["ResourceRecords"]], values[::-1])
    site.client.clear_calls()
    equal("a run after it", (well(site.role()).changed, site.writes()), ([], []))


def interfaces_linger(site: Site) -> None:
    """amazon.aws deletes an endpoint without waiting; its interfaces keep the group in use for a while."""
    site.client.clear_calls()
    well(site.role(state="absent"))
    equal("deletions of the group", site.calls("ec2.DeleteSecurityGroup"), [("ec2.DeleteSecurityGroup", None)])


def made_again(site: Site, first: str) -> None:
    """A deleted endpoint is listed for a while, with its tags, and AWS answers its client token with it."""
    listed = site.ec2.describe_vpc_endpoints(VpcEndpointIds=[first])["VpcEndpoints"]
    equal("the deleted one is still listed", [item["State"] for item in listed], ["deleted"])
    site.client.set_aws_switches(hidden_reads=0, pending_reads=1)
    well(site.role(dns_record="alias"))
    assert site.endpoint()["id"] != first, "the deleted endpoint was taken for a live one"
    # An alias counts as changed for amazon.aws unless it is in lower case and ends in a dot.
    site.client.clear_calls()
    equal("a run after it", (well(site.role(dns_record="alias")).changed, site.writes()), ([], []))


# -- zones -------------------------------------------------------------------------------------------------------


def zone_half_associated(site: Site) -> None:
    """amazon.aws.route53_zone knows a zone by all its VPCs: between two associations, or with one more, it would make a second zone, and delete none."""
    site.client.add_fault("reset", "aws", "route53.AssociateVPCWithHostedZone", times=None)
    run = site.role(**site.far_too)
    equal("cut off", (run.failed, [len(zone["vpcs"]) for zone in site.zones()]), (True, [1]))
    site.client.clear_faults()
    again = well(site.role(**site.far_too))
    assert "Create the private zones" not in again.changed, again.changed
    (zone,) = site.zones()
    equal("VPCs", {vpc["id"] for vpc in zone["vpcs"]}, {site.vpc, site.far})
    # A comment that is left out would be emptied when tags are kept.
    site.route53.update_hosted_zone_comment(Id=zone["id"], Comment="theirs")
    third, _subnets = site.new_vpc("10.60")
    site.associate(third, zone["id"])
    well(site.role(tags={"team": "payments"}, **site.far_too))
    (kept,) = site.zones()
    equal("tags and comment", (kept["tags"]["team"], kept["comment"], len(kept["vpcs"])), ("payments", "theirs", 3))
    foresees(site, "Dissociate VPCs that are not asked for any more", tags={"team": "payments"})
    well(site.role(tags={"team": "payments"}))
    (kept,) = site.zones()
    equal("of VPCs that are dropped only the role's own goes", {vpc["id"] for vpc in kept["vpcs"]}, {site.vpc, third})
    equal("a run after it", well(site.role(tags={"team": "payments"})).changed, [])
    well(site.role(state="absent"))
    equal("zones left", site.zones(), [])


def foresees(site: Site, task: str, **variables: t.Any) -> None:
    before = site.state()
    assert task in well(site.role(check=True, **variables)).changed, f"check mode does not foresee: {task}"
    equal("after check mode", site.state(), before)


def zone_of_others(site: Site) -> None:
    """A zone that is there already, with a VPC more, a comment and tags: taken as it is, and left as it was."""
    zone = site.new_zone(site.host, site.vpc, {})
    site.associate(site.new_vpc("10.70")[0], zone)
    site.route53.update_hosted_zone_comment(Id=zone, Comment="theirs")
    site.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "theirs", "Value": "theirs"}])
    before = site.state()
    # What the role associates with a zone of others is not remembered, so it stays.
    well(site.role(tags={"team": "payments"}, **site.far_too))
    well(site.role(tags={"team": "payments"}))
    site.dissociate(site.far, zone, ELSEWHERE)
    (adopted,) = site.zones()
    (record,) = [item for item in adopted["records"] if item["type"] == "A"]
    equal("its record", record["values"], site.endpoint()["addresses"])
    adopted["records"].remove(record)
    equal("the rest", [adopted], before["aws"]["zones"])
    # A record in a zone that is gone must not stop a tear-down.
    site.zone_id = zone
    site.delete_zone()
    well(site.role(state="absent"))
    before["aws"]["zones"] = []
    equal("both sides after the tear-down", site.state(), before)


# -- endpoints ---------------------------------------------------------------------------------------------------


def dead_endpoints(site: Site) -> None:
    """Deleted by hand, then rejected: amazon.aws would find either and change nothing. The first stays listed, with our tag."""
    well(site.role())
    first = site.endpoint()["id"]
    site.delete_endpoint(first)
    second = replaced(site, first)
    site.client.act_aws("reject", second)
    replaced(site, second)


def replaced(site: Site, dead: str) -> str:
    """What it takes needs consent, as it takes the connection down. Then the dead one is registered no more, and gone where that can be."""
    refused(site, ("replace", dead, "tear down"))
    well(site.role(replace=True))
    (live,) = site.state()["aws"]["endpoints"]
    assert live["id"] != dead, "the dead endpoint was taken for a live one"
    connection = site.client.connections()[NAME]
    equal("connection", (connection["status"], connection["vpc_endpoint_id"]), ("Ready", live["id"]))
    equal("a run after it", well(site.role()).changed, [])
    return str(live["id"])


def two_of_one_service(site: Site) -> None:
    """amazon.aws knows an endpoint by VPC and service alone. One of another connection is no candidate; two of nobody are a question."""
    other = site.new_endpoint(mark=f"{site.host}/Other")
    before = next(item for item in site.state()["aws"]["endpoints"] if item["id"] == other)
    well(site.role())
    endpoints = {item["id"]: item for item in site.state()["aws"]["endpoints"]}
    (ours,) = [item for item in endpoints.values() if item["tags"].get(TAG) == f"{site.host}/{NAME}"]
    equal("that of the other connection", (len(endpoints), endpoints[other]), (2, before))
    well(site.role(state="absent"))
    equal("left", site.state()["aws"]["endpoints"], [before])
    assert ours["id"] != other
    unmarked = [site.new_endpoint(), site.new_endpoint()]
    refused(site, ("2 endpoints could be meant", *unmarked, "say which by vpc_endpoint_id"))


if __name__ == "__main__":
    main()
