# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyVpcEndpoint: subnets with their interfaces, groups, policy, private DNS."""

from __future__ import annotations

import json
import typing as t

from moto.core.responses import ActionResult

from .endpoints import check_groups, check_ip_type, check_private_dns, check_subnets, fixed_addresses
from .lifecycle import Endpoint
from .patches import check_ids, refuse
from .world import World


class ModifyActions:
    def __init__(self, world: World, moto: type) -> None:
        self._world = world
        self._moto_modify = moto.modify_vpc_endpoint

    def modify_vpc_endpoint(self, response: t.Any) -> ActionResult:
        endpoint_id = response._get_param("VpcEndpointId")
        check_ids("vpce", [endpoint_id])
        endpoint = response.ec2_backend.vpc_end_points.get(endpoint_id)
        if endpoint is None or endpoint.state in ("deleting", "deleted"):
            refuse("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
        if not isinstance(endpoint, Endpoint):
            return self._moto_modify(response)
        if endpoint.state == "pending" and self._world.switches.modify_reads:
            refuse("OperationInProgress", "VpcEndpoint modify operation in progress")
        self._apply(endpoint, response)
        return ActionResult({"Return": True})

    def _apply(self, endpoint: Endpoint, response: t.Any) -> None:
        """Everything is checked before anything is changed."""
        get = response._get_param
        fixed = fixed_addresses(get("SubnetConfigurations", []))
        subnets = self._subnets(endpoint, response, fixed)
        groups = self._groups(endpoint, response)
        private_dns = response._get_bool_param("PrivateDnsEnabled", endpoint.private_dns_enabled)
        check_private_dns(endpoint.service, private_dns)
        check_ip_type(get("IpAddressType"))
        if get("AddRouteTableIds") or get("RemoveRouteTableIds"):
            refuse("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.")

        moved = subnets != list(endpoint.subnet_ids)
        endpoint.fixed.update(fixed)
        endpoint.subnet_ids, endpoint.security_group_ids = subnets, groups
        endpoint.private_dns_enabled = private_dns
        if get("PolicyDocument"):
            endpoint.policy_document = get("PolicyDocument")
        if response._get_bool_param("ResetPolicy", False):
            endpoint.policy_document = json.dumps(Endpoint.DEFAULT_POLICY)
        if endpoint.interface_ids or endpoint.state != "pendingAcceptance" or not self._world.switches.interfaces_on_accept:
            endpoint.match_interfaces()
        if moved:
            endpoint.modified()

    def _subnets(self, endpoint: Endpoint, response: t.Any, fixed: dict[str, str]) -> list[str]:
        removed = response._get_param("RemoveSubnetIds", [])
        check_ids("subnet", removed)
        for subnet_id in removed:
            if subnet_id not in endpoint.subnet_ids:
                refuse("InvalidParameter", f"The subnet {subnet_id} is not associated with the VPC endpoint {endpoint.id}.")
        kept = [subnet_id for subnet_id in endpoint.subnet_ids if subnet_id not in removed]
        added = list(dict.fromkeys([*response._get_param("AddSubnetIds", []), *(subnet_id for subnet_id in fixed if subnet_id not in kept)]))
        present = kept if self._world.switches.swap_in_one_call else endpoint.subnet_ids
        check_subnets(response.ec2_backend, endpoint.vpc_id, endpoint.service, present, added)
        return [*kept, *added]

    @staticmethod
    def _groups(endpoint: Endpoint, response: t.Any) -> list[str]:
        added = response._get_param("AddSecurityGroupIds", [])
        removed = response._get_param("RemoveSecurityGroupIds", [])
        check_groups(response.ec2_backend, endpoint.vpc_id, added)
        check_ids("sg", removed)
        for group_id in removed:
            if group_id not in endpoint.security_group_ids:
                refuse("InvalidGroup.NotFound", f"The security group '{group_id}' is not associated with the VPC endpoint {endpoint.id}.")
        groups = [group_id for group_id in dict.fromkeys([*endpoint.security_group_ids, *added]) if group_id not in removed]
        if not groups:
            refuse("InvalidParameter", f"The VPC endpoint {endpoint.id} needs at least one security group.")
        return groups
