# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AWS as a whole: its server, and the control plane that tests and the emulated org use in process."""

from __future__ import annotations

import os
import ssl
import typing as t

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # seconds saved for images that nobody starts

from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response
from moto.route53.responses import Route53

from ..control import Control
from ..web import HttpServer
from . import listing, seed
from .endpoints import EndpointActions
from .gateway import Gateway
from .iam import Policy
from .interfaces import InterfaceActions
from .lifecycle import CARRYING, DECIDABLE, Endpoint
from .modify import ModifyActions
from .patches import Patches, ec2_regions
from .records import RecordActions
from .services import ServiceActions, make_service
from .world import USER_ACCOUNT, Switches, World
from .zones import ZoneActions

_running: list[AwsEmulator] = []


class AwsEmulator:
    """AWS on a loopback port.

    ``regions`` are seeded; ``tls`` is an :class:`ssl.SSLContext` or an object with ``cert`` and ``key`` (paths).
    Set ``AWS_ENDPOINT_URL`` to :attr:`url`, any key and secret, and AWS_REGION with AWS_DEFAULT_REGION.
    """

    def __init__(self, control: Control, *, regions: t.Sequence[str] = ("us-east-1", "us-west-2", "eu-central-1"), tls: t.Any = None) -> None:
        self.regions = tuple(regions)
        self.seed: dict[str, dict[str, t.Any]] = {}
        self._control = control
        self._world = World()
        self._patches = Patches()
        self._server = HttpServer(Gateway(control, self._world).handle, tls=_context(tls))

    # Life

    def start(self, port: int = 0) -> None:
        if _running:
            raise RuntimeError("An AwsEmulator runs in this process already; moto keeps one state per process, so stop that one first.")
        _running.append(self)
        self._patch()
        self.reset()
        self._server.start(port)

    def stop(self) -> None:
        if self in _running:
            self._server.stop()
            self._patches.undo()
            _running.remove(self)

    def reset(self) -> None:
        """Back to the seed: switches, denials and listeners' view included. Ids of the seed stay the same."""
        with self._world.transaction():
            self._world.clear()
            seed.clear_moto()
            self.seed = seed.sow(self._world, self.regions)

    def _patch(self) -> None:
        world, ec2 = self._world, EC2Response
        endpoints = EndpointActions(world, ec2)
        interfaces = InterfaceActions(world, endpoints.seen, ec2)
        modify, zones = ModifyActions(world, ec2), ZoneActions(world, Route53)
        self._patches.actions(ec2, endpoints, "create_vpc_endpoint", "describe_vpc_endpoints", "delete_vpc_endpoints")
        self._patches.actions(ec2, modify, "modify_vpc_endpoint")
        self._patches.actions(ec2, ServiceActions(world), "describe_vpc_endpoint_services")
        self._patches.actions(ec2, interfaces, "describe_network_interfaces", "delete_network_interface", "modify_network_interface_attribute")
        self._patches.actions(ec2, interfaces, "delete_security_group", "delete_subnet")
        self._patches.actions(Route53, zones, "create_hosted_zone", "delete_hosted_zone", "get_change", "list_hosted_zones_by_name")
        self._patches.actions(Route53, zones, "list_hosted_zones_by_vpc", "associate_vpc_with_hosted_zone", "disassociate_vpc_from_hosted_zone")
        self._patches.actions(Route53, RecordActions(world), "change_resource_record_sets")

    # What is there

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def services(self) -> dict[str, str]:
        """Region -> name of Salesforce's endpoint service there."""
        return {region: place["service_name"] for region, place in self.seed.items()}

    @property
    def switches(self) -> Switches:
        return self._world.switches

    def endpoint(self, region: str | None, vpce_id: str) -> dict[str, str] | None:
        """``{"id", "account", "region", "service_name", "state"}``, or None; ``region`` None: wherever it is. Not counted as a read."""
        with self._world.lock:
            found = self._find(vpce_id, region)
            if found is None:
                return None
            account, place, endpoint = found
            return {"id": endpoint.id, "account": account, "region": place, "service_name": endpoint.service_name, "state": endpoint.state}

    def listing(self) -> dict[str, list[dict[str, t.Any]]]:
        """Plain data of endpoints that are not deleted, interfaces, security_groups, zones with records, vpcs, subnets, resolver_rules."""
        with self._world.lock:
            return listing.everything()

    # What the owner of the service does

    def accept(self, vpce_id: str) -> None:
        self._act(vpce_id, DECIDABLE, "accepted", lambda endpoint: endpoint.state in CARRYING or endpoint.accept())

    def reject(self, vpce_id: str) -> None:
        self._act(vpce_id, DECIDABLE, "rejected", lambda endpoint: endpoint.set_state("rejected"))

    def set_state(self, vpce_id: str, state: str, error: str | None = None) -> None:
        """Force ``expired``, ``failed``, ``available`` and so on; ``error`` becomes LastError."""

        def force(endpoint: Endpoint) -> None:
            endpoint.last_error = {"Code": "EndpointError", "Message": error} if error else None
            endpoint.set_state(state)

        self._act(vpce_id, None, state, force)

    def _act(self, vpce_id: str, states: tuple[str, ...] | None, verb: str, action: t.Callable[[Endpoint], t.Any]) -> None:
        with self._world.transaction():
            found = self._find(vpce_id, None)
            if found is None:
                raise LookupError(f"There is no VPC endpoint {vpce_id} in the emulated AWS.")
            if states is not None and found[2].state not in states:
                raise ValueError(f"VPC endpoint {vpce_id} is {found[2].state} and cannot be {verb}.")
            action(found[2])

    def _find(self, vpce_id: str, region: str | None) -> tuple[str, str, t.Any] | None:
        for account, place, backend in ec2_regions():
            endpoint = backend.vpc_end_points.get(vpce_id)
            if isinstance(endpoint, Endpoint) and region in (None, place) and not endpoint.outlived:
                return account, place, endpoint
        return None

    # What tests arrange

    def deny(self, *actions: str) -> None:
        """Let IAM refuse these actions (``ec2:CreateVpcEndpoint``, ``route53:*``) until :meth:`allow`."""
        self._world.denied.extend(actions)

    def allow(self, *actions: str) -> None:
        """Take denials back; without arguments, all of them."""
        self._world.denied[:] = [pattern for pattern in self._world.denied if actions and pattern not in actions]

    def allow_only(self, access_key: str, *documents: t.Mapping[str, t.Any]) -> None:
        """Give the calls of this access key exactly these policy documents; without any, they may do nothing. Other keys are not limited."""
        self._world.policies[access_key] = Policy(*documents)

    def hide_service(self, region: str) -> None:
        """Salesforce has not let this account use its service in the region (yet)."""
        self._world.services[self.services[region]].visible = False

    def show_service(self, region: str) -> None:
        self._world.services[self.services[region]].visible = True

    def add_service(self, region: str, label: str, zones: t.Iterable[str] = "ab", **members: t.Any) -> str:
        """Offer one more endpoint service (members of EndpointService); returns its name."""
        service = make_service(region, label, zones, **members)
        self._world.services[service.name] = service
        return service.name

    def add_vpc(self, region: str, account: str = USER_ACCOUNT) -> dict[str, t.Any]:
        """One more VPC like that of the seed; returns its ids."""
        with self._world.transaction():
            vpcs = sum(len(backend.vpcs) for _account, _region, backend in ec2_regions())
            return seed.network(ec2_backends[account][region], region, seed.FIRST_OCTET + vpcs)

    def on_change(self, listener: t.Callable[[], None]) -> None:
        """Call ``listener`` after endpoints or interfaces changed, before the answer to that call is sent."""
        self._world.listeners.append(listener)

    # What DNS and the data plane look at

    def interfaces(self) -> list[dict[str, t.Any]]:
        """Interfaces of endpoints: ``{address, endpoint_id, state, vpc_cidr, rules}``; ``rules`` are moto's ingress rules."""
        with self._world.lock:
            return [
                {
                    "address": eni.private_ip_address,
                    "endpoint_id": endpoint.id,
                    "state": endpoint.state,
                    "vpc_cidr": backend.get_vpc(endpoint.vpc_id).cidr_block,
                    "rules": [rule for group in eni.group_set for rule in group.ingress_rules],
                }
                for _account, _region, backend in ec2_regions()
                for endpoint in backend.vpc_end_points.values()
                if isinstance(endpoint, Endpoint)
                for eni in endpoint.interfaces
            ]

    def endpoints_made(self) -> list[str]:
        """IDs of all interface endpoints that were ever made, oldest first."""
        return list(self._world.made)

    def endpoint_names(self) -> dict[str, list[str]]:
        """DNS names of endpoints (lower case, trailing dot) -> addresses of their interfaces."""
        with self._world.lock:
            names = {}
            for _account, _region, backend in ec2_regions():
                for endpoint in backend.vpc_end_points.values():
                    if isinstance(endpoint, Endpoint) and endpoint.interface_ids:
                        for name, zone in endpoint.dns_names():
                            names[f"{name}."] = [eni.private_ip_address for eni in endpoint.interfaces if zone in (None, eni.availability_zone)]
            return names

    def private_zones(self) -> list[dict[str, t.Any]]:
        with self._world.lock:
            return [zone for zone in listing.zones() if zone["private"]]

    def vpc_zones(self, vpc_id: str) -> tuple[bool, list[dict[str, t.Any]]] | None:
        """Whether the VPC resolves at all (enableDnsSupport), and the private zones (as in :meth:`listing`) associated with it; None: no such VPC."""
        with self._world.lock:
            vpc = next((backend.vpcs[vpc_id] for _account, _region, backend in ec2_regions() if vpc_id in backend.vpcs), None)
            if vpc is None:
                return None
            zones = [zone for zone in listing.zones() if zone["private"] and any(item["id"] == vpc_id for item in zone["vpcs"])]
            return str(vpc.enable_dns_support).lower() == "true", zones


def _context(tls: t.Any) -> ssl.SSLContext | None:
    if tls is None or isinstance(tls, ssl.SSLContext):
        return tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.cert, tls.key)
    return context
