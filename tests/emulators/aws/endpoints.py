# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateVpcEndpoint, DescribeVpcEndpoints and DeleteVpcEndpoints for interface endpoints, with what AWS refuses."""

from __future__ import annotations

import json
import typing as t

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.utils import generic_filter, random_vpc_ep_id

from .lifecycle import Endpoint
from .patches import check_ids, refuse
from .services import usable
from .world import EndpointService, World

FILTERS = frozenset(
    {"ip-address-type", "service-name", "service-region", "vpc-endpoint-id", "vpc-endpoint-state", "vpc-endpoint-type", "vpc-id", "tag-key", "tag-value"}
)


def check_subnets(backend: t.Any, vpc_id: str, service: EndpointService, present: t.Iterable[str], added: t.Iterable[str]) -> None:
    """Refuse subnets that an endpoint in ``vpc_id`` cannot be given beside those present."""
    check_ids("subnet", added)
    known = {subnet_id: subnet for zone in backend.subnets.values() for subnet_id, subnet in zone.items()}
    zones = {known[subnet_id].availability_zone for subnet_id in present}
    for subnet_id in added:
        subnet = known.get(subnet_id)
        if subnet is None or subnet.vpc_id != vpc_id:
            refuse("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        if subnet.availability_zone not in service.zones:
            refuse("InvalidParameter", f"The VPC endpoint service {service.name} does not support the availability zone of the subnet: {subnet_id}.")
        if subnet.availability_zone in zones:
            refuse(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet_id}. "
                "VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.",
            )
        zones.add(subnet.availability_zone)


def check_groups(backend: t.Any, vpc_id: str, added: t.Iterable[str]) -> None:
    check_ids("sg", added)
    for group_id in added:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            refuse("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            refuse("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist in VPC '{vpc_id}'")


def check_private_dns(service: EndpointService, enabled: bool) -> None:
    if enabled and not service.private_dns_name:
        refuse("InvalidParameter", f"Private DNS can't be enabled because the service {service.name} does not provide a private DNS name.")


def check_ip_type(wanted: str | None) -> None:
    if wanted not in (None, "ipv4"):
        refuse("InvalidParameter", f"The endpoint service does not support the IP address type: {wanted}. Supported: ipv4.")


def fixed_addresses(configurations: list[dict[str, str]]) -> dict[str, str]:
    """Subnet id to wanted address, from SubnetConfigurations."""
    return {item["SubnetId"]: item["Ipv4"] for item in configurations if "SubnetId" in item and "Ipv4" in item}


class EndpointActions:
    def __init__(self, world: World, moto: type) -> None:
        self._world = world
        self._moto_create = moto.create_vpc_endpoint

    def create_vpc_endpoint(self, response: t.Any) -> ActionResult:
        get = response._get_param
        if get("VpcEndpointType", "Gateway") == "Gateway" and get("ServiceName") not in self._world.services:
            return self._moto_create(response)
        token = (response.current_account, response.region, get("ClientToken") or "")
        asked = json.dumps({name: value for name, value in response._get_params().items() if name != "ClientToken"}, sort_keys=True, default=str)
        endpoint = self._by_token(response.ec2_backend, token, asked)
        if endpoint is None:
            endpoint = self._make(response)
            if token[2]:
                self._world.tokens[token] = (asked, endpoint.id)
        return ActionResult({"VpcEndpoint": endpoint.describe(), **({"ClientToken": token[2]} if token[2] else {})})

    def _by_token(self, backend: t.Any, token: tuple[str, str, str], asked: str) -> Endpoint | None:
        before, endpoint_id = self._world.tokens.get(token, ("", ""))
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None or (endpoint.state == "deleted" and not self._world.switches.token_outlives_endpoint):
            return None
        if before != asked:
            refuse("IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        return endpoint

    def _make(self, response: t.Any) -> Endpoint:
        get, backend = response._get_param, response.ec2_backend
        vpc_id, kind = get("VpcId"), get("VpcEndpointType", "Gateway")
        service = usable(self._world, response.region, get("ServiceName"))
        if kind != "Interface":
            refuse("InvalidParameter", f"Endpoint type ({kind}) does not match available service types ([Interface]).")
        if get("ServiceRegion", response.region) != response.region:
            refuse("InvalidParameter", f"The endpoint service {service.name} does not support the region {get('ServiceRegion')}.")
        check_ids("vpc", [vpc_id])
        if vpc_id not in backend.vpcs:
            refuse("InvalidVpcId.NotFound", f"The Vpc Id {vpc_id} does not exist")
        if get("RouteTableIds"):
            refuse("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.")
        fixed = fixed_addresses(get("SubnetConfigurations", []))
        subnet_ids = list(dict.fromkeys([*get("SubnetIds", []), *fixed]))
        check_subnets(backend, vpc_id, service, [], subnet_ids)
        group_ids = list(dict.fromkeys(get("SecurityGroupIds", []))) or [backend.get_default_security_group(vpc_id).id]
        check_groups(backend, vpc_id, group_ids)
        private_dns = response._get_bool_param("PrivateDnsEnabled", self._world.switches.private_dns_default)
        check_private_dns(service, private_dns)
        check_ip_type(get("IpAddressType"))
        tags = response._parse_tag_specification("vpc-endpoint").get("vpc-endpoint", {})
        endpoint = Endpoint(
            self._world,
            backend,
            service,
            fixed,
            endpoint_id=random_vpc_ep_id(),
            vpc_id=vpc_id,
            policy_document=get("PolicyDocument"),
            subnet_ids=subnet_ids,
            security_group_ids=group_ids,
            private_dns_enabled=private_dns,
            client_token=get("ClientToken"),
            tags=tags,
        )
        backend.vpc_end_points[endpoint.id] = endpoint
        self._world.made.append(endpoint.id)
        return endpoint

    def describe_vpc_endpoints(self, response: t.Any) -> ActionResult:
        backend, filters = response.ec2_backend, response._filters_from_querystring()
        for name in filters:
            if name not in FILTERS and not name.startswith("tag:"):
                refuse("InvalidParameterValue", f"The filter '{name}' is invalid")
        visible = self._visible(backend)
        ids = response._get_param("VpcEndpointIds", [])
        check_ids("vpce", ids)
        for endpoint_id in ids:
            if endpoint_id not in visible:
                refuse("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
        found = generic_filter(filters, [endpoint for endpoint in visible.values() if not ids or endpoint.id in ids])
        shown = [endpoint.describe() if isinstance(endpoint, Endpoint) else endpoint for endpoint in found]
        for endpoint in found:
            if isinstance(endpoint, Endpoint):
                endpoint.seen()
        return _page(shown, response._get_int_param("MaxResults"), response._get_param("NextToken"))

    def _visible(self, backend: t.Any) -> dict[str, VPCEndPoint]:
        """What DescribeVpcEndpoints can see just now: neither too new nor gone."""
        visible = {}
        for endpoint in list(backend.vpc_end_points.values()):
            if isinstance(endpoint, Endpoint) and endpoint.outlived:
                del backend.vpc_end_points[endpoint.id]
            elif isinstance(endpoint, Endpoint) and endpoint.hidden:
                endpoint.hidden -= 1
            else:
                visible[endpoint.id] = endpoint
        return visible

    def delete_vpc_endpoints(self, response: t.Any) -> ActionResult:
        backend, failed = response.ec2_backend, []
        ids = response._get_param("VpcEndpointIds", [])
        check_ids("vpce", ids)
        for endpoint_id in ids:
            endpoint = backend.vpc_end_points.get(endpoint_id)
            if endpoint is None or endpoint.state == "deleted":
                error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": f"The Vpc Endpoint Id '{endpoint_id}' does not exist"}
                failed.append({"ResourceId": endpoint_id, "Error": error})
            elif isinstance(endpoint, Endpoint):
                endpoint.delete()
            else:
                backend.delete_vpc_endpoints(vpce_ids=[endpoint_id])
        return ActionResult({"Unsuccessful": failed})

    def seen(self, backend: t.Any, endpoint_id: str) -> None:
        """Another call met the endpoint: only a deletion gets on by that."""
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if isinstance(endpoint, Endpoint) and endpoint.state == "deleting":
            endpoint.seen()


def _page(shown: list[t.Any], size: int | None, token: str | None) -> ActionResult:
    if token is not None and not token.isdigit():
        refuse("InvalidNextToken", f"The token '{token}' is invalid")
    start = int(token or 0)
    end = start + size if size else len(shown)
    return ActionResult({"VpcEndpoints": shown[start:end], **({"NextToken": str(end)} if end < len(shown) else {})})
