# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls and waits of one VPC endpoint. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _aws
from ._aws import GONE, Aws, AwsError, is_live, sorted_addresses
from ._errors import PrivateConnectError, WaitTimeout
from ._module import Context
from ._waiter import Wait

_BUSY = "idempotent operation"
_BUSY_CODE = "OperationInProgress"
_SAME_ZONE = "DuplicateSubnetsInSameZone"


def is_gone(endpoint: t.Mapping[str, t.Any] | None) -> bool:
    return endpoint is None or str(endpoint["state"]).lower() == GONE


def because(endpoint: t.Mapping[str, t.Any]) -> str:
    return f" ({endpoint['last_error']})" if endpoint.get("last_error") else ""


class Calls:
    """``params`` holds ``wait_timeout`` and ``poll_interval``, in seconds."""

    def __init__(self, aws: Aws, params: t.Mapping[str, t.Any], context: Context) -> None:
        self.aws = aws
        self.params = params
        self.context = context

    def wait(self, endpoint: t.Mapping[str, t.Any]) -> Wait:
        return Wait(f"VPC endpoint {endpoint['id']}", timeout=self.params["wait_timeout"], interval=self.params["poll_interval"], context=self.context)

    def read(self, endpoint_id: str) -> dict[str, t.Any] | None:
        try:
            found = self.aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=[endpoint_id])
        except AwsError as error:
            if error.code.startswith("InvalidVpcEndpoint"):
                return None
            raise
        return _aws.endpoint(found[0]) if found else None

    def interfaces(self, ids: t.Sequence[str]) -> list[dict[str, t.Any]]:
        if not ids:
            return []
        query = [{"Name": "network-interface-id", "Values": list(ids)}]
        return [_aws.interface(raw) for raw in self.aws.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=query)]

    def visible(self, endpoint_id: str) -> dict[str, t.Any] | None:
        """The endpoint once AWS lists it; it can take a moment after creation."""
        wait = Wait(f"VPC endpoint {endpoint_id}", timeout=60, interval=1, context=self.context)
        return wait.until(lambda: self.read(endpoint_id), lambda item: item is not None, lambda item: "not listed yet")[0]

    def modify(self, endpoint: dict[str, t.Any], modify: dict[str, t.Any]) -> None:
        """In one call; in two where a subnet makes way for another of its zone, which AWS may refuse in one."""
        try:
            self._modify_once(endpoint, modify)
        except AwsError as error:
            if error.code != _SAME_ZONE or "RemoveSubnetIds" not in modify:
                raise
            self._modify_once(endpoint, {"RemoveSubnetIds": modify["RemoveSubnetIds"]})
            self._modify_once(endpoint, {key: value for key, value in modify.items() if key != "RemoveSubnetIds"})

    def _modify_once(self, endpoint: dict[str, t.Any], modify: dict[str, t.Any]) -> None:
        """AWS works on one change of an endpoint at a time and refuses the next meanwhile."""
        wait = self.wait(endpoint)

        def attempt() -> AwsError | None:
            try:
                self.aws.call("ec2", "modify_vpc_endpoint", VpcEndpointId=endpoint["id"], **modify)
            except AwsError as error:
                if _BUSY not in error.message and error.code != _BUSY_CODE:
                    raise
                states[:] = [str((self.read(endpoint["id"]) or {}).get("state"))]
                return error
            return None

        states = [str(endpoint["state"])]
        refused, done = wait.until(attempt, lambda error: error is None, lambda error: f"{states[0]}, AWS is still busy with an earlier change")
        if not done and refused:
            raise WaitTimeout(f"{refused.message}. This has not passed in {wait.elapsed:.0f} s; run this again", endpoint=endpoint)

    def until_available(self, endpoint: dict[str, t.Any]) -> dict[str, t.Any]:
        """Available, and an address in each subnet."""
        wait = self.wait(endpoint)
        addresses: list[str] = []

        def read() -> dict[str, t.Any] | None:
            fresh = self.read(endpoint["id"])
            addresses[:] = sorted_addresses(self.interfaces(fresh["network_interface_ids"])) if fresh else []
            return fresh

        def done(item: dict[str, t.Any] | None) -> bool:
            if item is None or not is_live(item):
                return True
            return str(item["state"]).lower() == "available" and len(addresses) >= len(item["subnet_ids"]) > 0

        fresh, reached = wait.until(read, done, lambda item: str(item["state"]) if item else "not listed")
        if fresh is None or not is_live(fresh):
            state = fresh["state"] + because(fresh) if fresh else "gone"
            raise PrivateConnectError(f"VPC endpoint {endpoint['id']} is {state}; it will not become available. Make a new one", endpoint=fresh)
        if not reached:
            raise WaitTimeout(
                f"VPC endpoint {fresh['id']} is {fresh['state']}{because(fresh)} with {len(addresses)} of {len(fresh['subnet_ids'])} addresses after "
                f"{wait.elapsed:.0f} s, not available. While it is pendingAcceptance the org has not accepted it: provision the inbound connection. "
                "Run this again to go on waiting",
                endpoint=fresh,
            )
        return fresh

    def delete(self, endpoint_id: str) -> None:
        answer = self.aws.call("ec2", "delete_vpc_endpoints", VpcEndpointIds=[endpoint_id])
        for item in answer.get("Unsuccessful") or []:
            error = item.get("Error") or {}
            if not str(error.get("Code")).startswith("InvalidVpcEndpoint"):
                raise PrivateConnectError(f"AWS did not delete VPC endpoint {endpoint_id}: {error.get('Code')}: {error.get('Message')}")

    def until_gone(self, endpoint: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Deleted, and its interfaces gone: before that its security groups and subnets cannot be deleted."""
        wait = self.wait(endpoint)
        left: list[dict[str, t.Any]] = []

        def read() -> dict[str, t.Any] | None:
            left[:] = self.interfaces(endpoint["network_interface_ids"])
            return self.read(endpoint["id"])

        fresh, done = wait.until(
            read, lambda item: is_gone(item) and not left, lambda item: f"{item['state'] if item else 'gone'}, {len(left)} interfaces left"
        )
        if not done:
            raise WaitTimeout(
                f"VPC endpoint {endpoint['id']} is {fresh['state'] if fresh else 'gone'} and {len(left)} of its interfaces are left after {wait.elapsed:.0f} s "
                f"({', '.join(item['id'] for item in left) or 'none'}). Run this again to go on waiting",
                endpoint=fresh,
            )
        return None
