# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where runs begin: both systems by hand, as that takes a tenth of the time of a run. What a beginning gives are further variables of the run."""

from __future__ import annotations

from runs import NAME, REGION, TAG, Json

from .lab import OTHER, Lab

MARK = "Salesforce Private Connect"
ELSEWHERE = "us-west-2"
PROFILES = ("Standard", "Custom%3A Sales Operations")
APPS = {"connected_app": "Automation_of_Ada_Admin", "external_client_app": "Automation_of_Private_Link"}
RESTRICT: list[Json] = [
    {"what": "session_settings", "enforce_ip_ranges_every_request": True},
    *({"what": "profile", "name": name} for name in PROFILES),
    {"what": "external_client_app", "name": APPS["external_client_app"], "ip_relaxation": "bypass_2factor"},
    {"what": "connected_app", "name": APPS["connected_app"]},
    {"what": "trusted_ip_ranges"},
]


def plant(lab: Lab) -> None:
    """What a set-up by the role comes to; :func:`scenarios.reference` compares."""
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
    lab.put_record(lab.host, "A", _planted(lab)["addresses"])


def _planted(lab: Lab) -> Json:
    return next(item for item in lab.state()["aws"]["endpoints"] if item["tags"].get(TAG) == f"{lab.host}/{NAME}")


def rejected(lab: Lab) -> None:
    plant(lab)
    lab.client.act_aws("reject", lab.client.connections()[NAME]["vpc_endpoint_id"])
    lab.client.sync(NAME)


def another_endpoint(lab: Lab) -> Json:
    """An endpoint made by hand is to take the place of one that carries traffic."""
    plant(lab)
    group = _planted(lab)["security_group_ids"][0]
    return {"vpc_endpoint_id": lab.new_endpoint(group=group, SubnetIds=lab.place["subnet_ids"][:2], PrivateDnsEnabled=False)}


def another_vpc(lab: Lab) -> Json:
    plant(lab)
    lab.make_other_vpc()
    return {"vpc_id": lab.other_vpc}


def another_region(lab: Lab) -> Json:
    """Whoever asks thinks that the connection is in another region."""
    plant(lab)
    return {"region": ELSEWHERE, "vpc_id": lab.client.ready["aws"]["regions"][ELSEWHERE]["vpc_id"]}


def drifted(lab: Lab) -> Json:
    """Both sides were edited in what a run repairs in place, and some of what is wanted is new."""
    plant(lab)
    lab.client.set_fields(NAME, label="By hand", active=False)
    endpoint = _planted(lab)
    lab.forbid(endpoint["security_group_ids"][0], lab.place["vpc_cidr"], MARK)
    lab.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["id"], RemoveSubnetIds=endpoint["subnet_ids"][:1], PrivateDnsEnabled=False)
    lab.put_record(lab.host, "A", ["127.80.1.99"], ttl=900)
    lab.make_other_vpc()
    return {"dns_vpcs": [{"id": lab.other_vpc}], "tags": {"team": "edge"}}


def restricted(lab: Lab) -> None:
    """The lists of the org hold the ranges of the connection beside those of others."""
    entries = [[*ends, f"{MARK} {OTHER}"] for ends in lab.client.connections()[OTHER]["source_ip_ranges"]]
    before = lab.client.security()
    lab.client.set_trusted_ip_ranges([*before["trusted_ip_ranges"], *entries])
    for profile in PROFILES:
        lab.client.set_login_ip_ranges(profile, [*before["profiles"][profile]["login_ip_ranges"], *entries])
    for app in APPS.values():
        lab.client.set_app_policy(app, ranges=[*before["apps"][app]["ranges"], *entries])
