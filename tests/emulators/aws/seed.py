# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account holds before anybody touches it: in each region a VPC with three subnets, and Salesforce's service.

The VPCs lie in loopback space, so that the data plane can listen on every address that an interface gets.
"""

from __future__ import annotations

import typing as t

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.moto_api._internal import mock_random

from .services import make_service
from .world import USER_ACCOUNT, World

FIRST_OCTET = 80  # 127.80.0.0/16 in the first region, 127.81.0.0/16 in the second, and so on
SUBNET_ZONES = "abc"
SERVICE_ZONES = "ab"


def clear_moto() -> None:
    BackendDict.reset()
    # Resetting the resolver's backend makes the EC2 backend of its region anew, before ids are seeded.
    ec2_backends.clear()
    reset_model_data()


def sow(world: World, regions: t.Sequence[str]) -> dict[str, dict[str, t.Any]]:
    """Fill an empty AWS. All ids follow from the region, so what was known before a reset stays true after it."""
    seed = {}
    for number, region in enumerate(regions):
        mock_random.seed(f"privatelink/{region}")
        backend = ec2_backends[USER_ACCOUNT][region]  # makes the default VPC, with ids of its own
        service = make_service(region, "salesforce", SERVICE_ZONES)
        world.services[service.name] = service
        seed[region] = {"region": region, "account": USER_ACCOUNT, "service_name": service.name, **network(backend, region, FIRST_OCTET + number)}
    mock_random.seed()
    return seed


def network(backend: t.Any, region: str, octet: int) -> dict[str, t.Any]:
    """Make a VPC with its subnets; returns their ids."""
    vpc = backend.create_vpc(f"127.{octet}.0.0/16", tags=[{"Key": "Name", "Value": f"workloads-{region}"}])
    backend.modify_vpc_attribute(vpc.id, "enable_dns_hostnames", True)
    subnets = []
    for index, letter in enumerate(SUBNET_ZONES, start=1):
        subnet = backend.create_subnet(vpc.id, f"127.{octet}.{index}.0/24", availability_zone=f"{region}{letter}")
        subnets.append({"id": subnet.id, "zone": subnet.availability_zone, "zone_id": subnet.availability_zone_id, "cidr": subnet.cidr_block})
    default = backend.get_default_security_group(vpc.id)
    # AWS lets the members of a default group reach each other; moto leaves that rule out.
    members = {"GroupId": default.id, "OwnerId": backend.account_id}
    default.ingress_rules.append(SecurityGroupRule(backend, "-1", default.id, None, None, None, source_group=members, is_egress=False))
    return {
        "vpc_id": vpc.id,
        "vpc_cidr": vpc.cidr_block,
        "subnet_ids": [subnet["id"] for subnet in subnets],
        "subnets": subnets,
        "default_security_group_id": default.id,
    }
