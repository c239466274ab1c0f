# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook against emulators of its own, over TLS, in which a private path to the org acme is up.

The path: an endpoint with two interfaces, an inbound connection that is Ready, and a private zone with the record. The
playbook gets it as the variable ``path``; what it changes there it changes over the emulators' own interfaces.
"""

from __future__ import annotations

import json
import os
import pathlib
import socket
import subprocess
import sys
import typing as t

import boto3
from emulators.rig import Rig

REGION, ELSEWHERE = "us-east-1", "us-west-2"
NAME = "my_domain_check"


def wait_for(what: str, wanted: str, look: t.Callable[[], str]) -> None:
    for _turn in range(10):
        seen = look()
        if seen == wanted:
            return
    raise SystemExit(f"{what} stays {seen}")


def set_up(rig: Rig) -> dict[str, t.Any]:
    """Make the path; returns what the playbook needs to know of it."""
    org, seed = rig.ready["orgs"]["acme"], rig.ready["aws"]["regions"][REGION]
    aws = {"endpoint_url": rig.ready["aws"]["url"], "region_name": REGION, "verify": rig.ready["ca_path"]}
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")
    ec2, route53 = session.client("ec2", **aws), session.client("route53", **aws)

    group = ec2.create_security_group(GroupName=NAME, Description=NAME, VpcId=seed["vpc_id"])["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=seed["vpc_cidr"])
    endpoint = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=seed["vpc_id"], ServiceName=seed["service_name"], SubnetIds=seed["subnet_ids"][:2], SecurityGroupIds=[group]
    )["VpcEndpoint"]["VpcEndpointId"]
    rig.client.create(NAME, region=REGION, vpc_endpoint_id=endpoint)
    rig.client.provision(NAME)
    # Each look moves the emulators on, as time does the real ones.
    wait_for("the connection", "Ready", lambda: rig.client.sync(NAME)["status"])
    wait_for("the endpoint", "available", lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"])

    found = ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [seed["vpc_id"]]}])["NetworkInterfaces"]
    addresses = sorted(interface["PrivateIpAddress"] for interface in found)
    zone = route53.create_hosted_zone(Name=org["host"], CallerReference=NAME, VPC={"VPCRegion": REGION, "VPCId": seed["vpc_id"]})["HostedZone"]["Id"]
    record = {"Name": org["host"], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address} for address in addresses]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})
    return {
        "host": org["host"],
        "connection": NAME,
        "addresses": addresses,
        "port": rig.ready["dataplane"]["port"],
        "ca_path": rig.ready["ca_path"],
        "control_url": rig.ready["control_url"],
        "nameserver": f"127.0.0.1:{rig.ready['dns']['port']}",
        "other_vpc_nameserver": f"127.0.0.1:{rig.client.act_dns('view', rig.ready['aws']['regions'][ELSEWHERE]['vpc_id'])}",
        "zone": zone.rpartition("/")[2],
        "aws": {"endpoint_url": aws["endpoint_url"], "aws_ca_bundle": aws["verify"], "access_key": "test", "secret_key": "test"},
    }


def main() -> int:
    folder = pathlib.Path(os.environ["OUTPUT_DIR"])
    with Rig(tls=True, directory=folder) as rig, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))  # takes queries and never answers
        path = {**set_up(rig), "dead_nameserver": f"127.0.0.1:{dead.getsockname()[1]}"}
        variables = folder / "path.json"
        variables.write_text(json.dumps({"path": path}), encoding="utf-8")
        # Not in the group's defaults: amazon.aws.route53 takes `region` for the region of a latency record.
        environment = {**os.environ, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        return subprocess.run(["ansible-playbook", "-e", f"@{variables}", *sys.argv[1:]], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
