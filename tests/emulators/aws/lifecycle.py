# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interface endpoint and the states it goes through.

``pendingAcceptance`` until the owner of the service accepts, then ``pending``, then ``available``; ``rejected`` where the owner
says no; ``deleting`` with its interfaces, then ``deleted`` without, then gone. What takes time on AWS takes a number of reads here.
"""

from __future__ import annotations

import itertools
import random
import string
import time
import typing as t

from moto.ec2.models.vpcs import VPCEndPoint

from .interfaces import add_interface
from .world import VPCE_ZONES, EndpointService, World

DECIDABLE = ("pendingAcceptance", "pending", "available", "rejected")  # the service's owner may accept or reject
CARRYING = ("pending", "available")


class Endpoint(VPCEndPoint):
    """``fixed`` maps subnet ids to the address asked for there."""

    def __init__(self, world: World, backend: t.Any, service: EndpointService, fixed: dict[str, str], **members: t.Any) -> None:
        super().__init__(backend, endpoint_type="Interface", service_name=service.name, route_table_ids=[], **members)
        self.world = world
        self.service = service
        self.fixed = fixed
        self.interface_ids: dict[str, str] = {}  # by subnet
        self.label = "".join(random.choices(string.ascii_lowercase + string.digits, k=8))
        self.last_error: dict[str, str] | None = None
        self.hidden = world.switches.hidden_reads
        self.countdown = 0
        self.deleted_at = 0.0
        self.state = "pendingAcceptance"
        if not world.switches.interfaces_on_accept or not service.acceptance_required:
            self.match_interfaces()
        if not service.acceptance_required:
            self.accept()

    # States

    def accept(self) -> None:
        self.match_interfaces()
        self._enter("pending", self.world.switches.pending_reads)

    def modified(self) -> None:
        if self.state == "available":
            self._enter("pending", self.world.switches.modify_reads)
        self.world.touch()

    def delete(self) -> None:
        if self.state not in ("deleting", "deleted"):
            self._enter("deleting", self.world.switches.deleting_reads)

    def set_state(self, state: str) -> None:
        """Go to a state that nothing leads out of but an action (``rejected``, ``expired``, ``failed``, ``available``)."""
        self._enter(state, 0)

    def seen(self) -> None:
        """One read showed the present state."""
        if self.countdown:
            self.countdown -= 1
            if not self.countdown:
                self._leave()

    def _enter(self, state: str, reads: int | None) -> None:
        self.state, self.countdown = state, reads or 0
        if state == "deleted":
            self.deleted_at = time.monotonic()
            self.subnet_ids = []
            self.match_interfaces()
        self.world.touch()
        if reads == 0:
            self._leave()

    def _leave(self) -> None:
        if self.state == "pending":
            self._enter("available", None)
        elif self.state == "deleting":
            self._enter("deleted", self.world.switches.deleted_reads)
        elif self.state == "deleted":
            self.ec2_backend.vpc_end_points.pop(self.id, None)

    @property
    def outlived(self) -> bool:
        limit = self.world.switches.deleted_seconds
        return self.state == "deleted" and limit is not None and time.monotonic() - self.deleted_at >= limit

    # Interfaces

    def match_interfaces(self) -> None:
        """Give each subnet its interface, and only those."""
        for subnet_id in [known for known in self.interface_ids if known not in self.subnet_ids]:
            self.ec2_backend.enis.pop(self.interface_ids.pop(subnet_id), None)
        for subnet_id in self.subnet_ids:
            if subnet_id not in self.interface_ids:
                subnet = self.ec2_backend.get_subnet(subnet_id)
                interface = add_interface(self.ec2_backend, self.id, subnet, self.security_group_ids, self.fixed.get(subnet_id))
                self.interface_ids[subnet_id] = interface.id
        for interface in self.interfaces:
            interface.set_groups(self.security_group_ids)
        self.world.touch()

    @property
    def interfaces(self) -> list[t.Any]:
        return [self.ec2_backend.enis[eni_id] for eni_id in self.interface_ids.values()]

    # Names

    def dns_names(self) -> list[tuple[str, str | None]]:
        """The regional name and one for each zone in use, with the zone's name (None for the regional one)."""
        suffix = self.service.dns_name
        zones = sorted(interface.availability_zone for interface in self.interfaces)
        return [(f"{self.id}-{self.label}.{suffix}", None), *((f"{self.id}-{self.label}-{zone}.{suffix}", zone) for zone in zones)]

    def _groups(self) -> list[dict[str, str]]:
        """A deleted endpoint stays listed when its groups have gone."""
        groups = filter(None, map(self.ec2_backend.get_security_group_from_id, self.security_group_ids))
        return [{"GroupId": group.id, "GroupName": group.name} for group in groups]

    def describe(self) -> dict[str, t.Any]:
        """The endpoint as DescribeVpcEndpoints shows it."""
        zone = VPCE_ZONES[self.service.region]
        private = [{"DnsName": self.service.private_dns_name, "HostedZoneId": "Z0123456789PRIVATE"}] if self.private_dns_enabled else []
        return {
            "VpcEndpointId": self.id,
            "VpcEndpointType": "Interface",
            "VpcId": self.vpc_id,
            "ServiceName": self.service_name,
            "ServiceRegion": self.service.region,
            "State": self.state,
            "PolicyDocument": self.policy_document,
            "RouteTableIds": [],
            "SubnetIds": list(self.subnet_ids),
            "Groups": self._groups(),
            "IpAddressType": "ipv4",
            "DnsOptions": {"DnsRecordIpType": "ipv4"},
            "PrivateDnsEnabled": bool(self.private_dns_enabled),
            "RequesterManaged": False,
            "NetworkInterfaceIds": list(self.interface_ids.values()),
            "DnsEntries": list(itertools.chain(({"DnsName": name, "HostedZoneId": zone} for name, _zone in self.dns_names()), private)),
            "CreationTimestamp": self.creation_timestamp,
            "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in self.get_tags()],
            "OwnerId": self.owner_id,
            **({"LastError": self.last_error} if self.last_error else {}),
        }

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> t.Any:
        known = {
            "ip-address-type": "ipv4",
            "service-name": self.service_name,
            "service-region": self.service.region,
            "vpc-endpoint-id": self.id,
            "vpc-endpoint-state": self.state,
            "vpc-endpoint-type": "Interface",
            "vpc-id": self.vpc_id,
        }
        return known[filter_name] if filter_name in known else super().get_filter_value(filter_name, method_name)
