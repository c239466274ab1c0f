# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces of endpoints: addresses inside their subnets, and the refusal to delete what they still use."""

from __future__ import annotations

import ipaddress
import random
import typing as t

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.utils import generic_filter

from .patches import refuse
from .world import World

RESERVED_BY_AWS = 4  # the first four addresses of a subnet, and the last
REQUESTER = "727180483921"


class EndpointInterface(NetworkInterface):
    """The interface of an endpoint in one subnet: owned by the user, managed by AWS."""

    def __init__(self, backend: t.Any, subnet: t.Any, address: str, endpoint_id: str, group_ids: list[str]) -> None:
        super().__init__(backend, subnet, address, group_ids=group_ids, description=f"VPC Endpoint Interface {endpoint_id}")
        self.endpoint_id = endpoint_id
        self.interface_type = "vpc_endpoint"
        self.requester_managed = True
        self.requester_id = REQUESTER
        self.status = "in-use"
        self.availability_zone_id = subnet.availability_zone_id

    @property
    def attachment(self) -> dict[str, t.Any]:  # type: ignore[override]
        return {
            "AttachmentId": self.id.replace("eni-", "ela-attach-"),
            "DeleteOnTermination": False,
            "DeviceIndex": 1,
            "InstanceOwnerId": "amazon-aws",
            "Status": "attached",
        }

    def set_groups(self, group_ids: list[str]) -> None:
        self._group_set = [self.ec2_backend.get_security_group_from_id(group_id) for group_id in group_ids]

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> t.Any:
        known = {
            "interface-type": self.interface_type,
            "owner-id": self.owner_id,
            "requester-id": self.requester_id,
            "requester-managed": "true",
            "status": self.status,
            "availability-zone-id": self.availability_zone_id,
            "attachment.status": "attached",
            "attachment.attachment-id": self.attachment["AttachmentId"],
            "attachment.instance-owner-id": "amazon-aws",
            "private-dns-name": getattr(self, "private_dns_name", ""),
        }
        return known[filter_name] if filter_name in known else super().get_filter_value(filter_name, method_name)


def add_interface(backend: t.Any, endpoint_id: str, subnet: t.Any, group_ids: list[str], wanted: str | None = None) -> EndpointInterface:
    address = _fixed_address(backend, subnet, wanted) if wanted else _free_address(backend, subnet, endpoint_id)
    interface = EndpointInterface(backend, subnet, address, endpoint_id, group_ids)
    backend.enis[interface.id] = interface
    return interface


def _taken(backend: t.Any, subnet: t.Any) -> set[str]:
    return {item["PrivateIpAddress"] for eni in backend.enis.values() if eni.subnet.id == subnet.id for item in eni.private_ip_addresses}


def _free_address(backend: t.Any, subnet: t.Any, endpoint_id: str) -> str:
    """Any free address of the subnet. It follows no order, as on AWS, so that nobody can rely on one."""
    taken = _taken(backend, subnet)
    usable = range(RESERVED_BY_AWS, subnet.cidr.num_addresses - 1)
    if len(taken) >= len(usable):
        refuse("InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the request.")
    chooser = random.Random(f"{endpoint_id}/{subnet.id}")
    while True:
        address = str(subnet.cidr[chooser.choice(usable)])
        if address not in taken:
            return address


def _fixed_address(backend: t.Any, subnet: t.Any, wanted: str) -> str:
    try:
        inside = ipaddress.ip_address(wanted) in subnet.cidr
    except ValueError:
        refuse("InvalidParameterValue", f"Invalid value '{wanted}' for Ipv4. It is not an IPv4 address.")
    if not inside or int(ipaddress.ip_address(wanted)) - int(subnet.cidr.network_address) < RESERVED_BY_AWS:
        refuse("InvalidParameterValue", f"Address {wanted} does not fall within the usable addresses of subnet {subnet.id} ({subnet.cidr_block})")
    if wanted in _taken(backend, subnet):
        refuse("InvalidIPAddress.InUse", f"Address {wanted} is in use.")
    return wanted


class InterfaceActions:
    """DescribeNetworkInterfaces, and the deletions that an interface stands in the way of."""

    def __init__(self, world: World, seen: t.Callable[[t.Any, str], None], moto: type) -> None:
        # Looking at an interface moves an endpoint that is being deleted on: ``seen(backend, endpoint id)``.
        self._world = world
        self._seen = seen
        self._delete_group = moto.delete_security_group
        self._delete_subnet = moto.delete_subnet
        self._delete_interface = moto.delete_network_interface
        self._modify_interface = moto.modify_network_interface_attribute

    def describe_network_interfaces(self, response: t.Any) -> ActionResult:
        backend = response.ec2_backend
        ids = response._get_param("NetworkInterfaceIds", [])
        for eni_id in ids:
            if eni_id not in backend.enis:
                refuse("InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{eni_id}' does not exist")
        found = generic_filter(response._filters_from_querystring(), [eni for eni in backend.enis.values() if not ids or eni.id in ids])
        self._met(backend, found)
        return ActionResult({"NetworkInterfaces": found})

    def delete_security_group(self, response: t.Any) -> t.Any:
        backend = response.ec2_backend
        group = backend.get_security_group_from_id(response._get_param("GroupId"))
        if group is not None:
            if group.name == "default":
                refuse("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
            users = [eni for eni in backend.enis.values() if group.id in [used.id for used in eni.group_set]]
            self._met(backend, users)
            if users or _referring_groups(backend, group.id):
                refuse("DependencyViolation", f"resource {group.id} has a dependent object")
        return self._delete_group(response)

    def delete_subnet(self, response: t.Any) -> t.Any:
        backend = response.ec2_backend
        subnet_id = response._get_param("SubnetId")
        users = [eni for eni in backend.enis.values() if eni.subnet.id == subnet_id]
        self._met(backend, users)
        if users:
            refuse("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return self._delete_subnet(response)

    def delete_network_interface(self, response: t.Any) -> t.Any:
        interface = response.ec2_backend.enis.get(response._get_param("NetworkInterfaceId"))
        if isinstance(interface, EndpointInterface):
            refuse("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")
        return self._delete_interface(response)

    def modify_network_interface_attribute(self, response: t.Any) -> t.Any:
        interface = response.ec2_backend.enis.get(response._get_param("NetworkInterfaceId"))
        if isinstance(interface, EndpointInterface):
            refuse("OperationNotPermitted", f"You do not have permission to modify '{interface.id}': it is managed by its requester.")
        return self._modify_interface(response)

    def _met(self, backend: t.Any, interfaces: list[t.Any]) -> None:
        for endpoint_id in sorted({eni.endpoint_id for eni in interfaces if isinstance(eni, EndpointInterface)}):
            self._seen(backend, endpoint_id)


def _referring_groups(backend: t.Any, group_id: str) -> list[str]:
    return [
        group.id
        for groups in backend.groups.values()
        for group in groups.values()
        if group.id != group_id
        for rule in [*group.ingress_rules, *group.egress_rules]
        if rule.source_group.get("GroupId") == group_id
    ]
