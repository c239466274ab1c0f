# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interface VPC endpoint, kept as it is wanted. This module util is PRIVATE to the collection.

What amazon.aws.ec2_vpc_endpoint leaves out: creation with a client token, subnets and security groups of a live endpoint, private DNS,
and waits for what they say. Endpoints that are deleted, deleting, rejected, failed or expired are never taken for live ones.
"""

from __future__ import annotations

import hashlib
import typing as t

from . import _aws
from . import _validate as check
from ._argspec import wait_argument_spec
from ._aws import AWS_ARGUMENT_SPEC, GONE, Aws, AwsError, boto_tags, is_live, sorted_addresses
from ._errors import InputError, PrivateConnectError, WaitTimeout
from ._module import Context, Definition
from ._waiter import Wait

MAX_GENERATIONS = 20
_BUSY = "idempotent operation"
_BUSY_CODE = "OperationInProgress"
_SAME_ZONE = "DuplicateSubnetsInSameZone"
_LISTS = {"subnet_ids": ("AddSubnetIds", "RemoveSubnetIds"), "security_group_ids": ("AddSecurityGroupIds", "RemoveSecurityGroupIds")}
_SHOWN = ("id", "service_name", "state", "subnet_ids", "security_group_ids", "private_dns_enabled", "tags")


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    keeper = Keeper(_prepare(params), params, check_mode, context)
    before = keeper.find()
    after = keeper.absent(before) if params["state"] == "absent" else keeper.present(before)
    shown = keeper.shown(after) if after else None
    return {
        "changed": bool(keeper.actions),
        "endpoint": shown,
        "actions": keeper.actions,
        "diff": {"before": _diffed(before), "after": _diffed(after)},
    }


def _prepare(params: t.Mapping[str, t.Any]) -> Aws:
    found = check.problems(
        check.region(params["region"]),
        check.aws_id("vpc_endpoint_id", params["vpc_endpoint_id"], "vpce"),
        check.aws_id("vpc_id", params["vpc_id"], "vpc"),
        *(check.aws_id("subnet_ids", item, "subnet") for item in params["subnet_ids"] or []),
        *(check.aws_id("security_group_ids", item, "sg") for item in params["security_group_ids"] or []),
        check.at_least("wait_timeout", params["wait_timeout"], 1),
        check.at_least("poll_interval", params["poll_interval"], 1),
    )
    if not params["vpc_endpoint_id"] and not (params["vpc_id"] and params["service_name"]):
        found.append("give vpc_endpoint_id, or vpc_id and service_name")
    try:
        aws = Aws(params)
    except InputError as error:
        found += error.problems
    if found:
        raise InputError(found)
    return aws


def client_token(key: str, region: str, vpc_id: str, service_name: str, generation: int) -> str:
    """The same for a creation that is tried again, another for the next generation of the endpoint. 64 characters."""
    return hashlib.sha256("\0".join((key, region, vpc_id, service_name, str(generation))).encode()).hexdigest()


def changes(endpoint: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Parameters of ModifyVpcEndpoint that bring the endpoint to the options; none where it is there. Options left out stay."""
    result: dict[str, t.Any] = {}
    for option, (add, remove) in _LISTS.items():
        if params[option] is not None:
            have, want = set(endpoint[option]), set(params[option])
            result.update({key: sorted(values) for key, values in ((add, want - have), (remove, have - want)) if values})
    if params["private_dns_enabled"] is not None and params["private_dns_enabled"] != endpoint["private_dns_enabled"]:
        result["PrivateDnsEnabled"] = params["private_dns_enabled"]
    return result


class Keeper:
    def __init__(self, aws: Aws, params: t.Mapping[str, t.Any], check_mode: bool, context: Context) -> None:
        self.aws = aws
        self.params = params
        self.check_mode = check_mode
        self.context = context
        self.actions: list[str] = []
        self._dead = 0

    # -- reading -----------------------------------------------------------------------------------------------------

    def find(self) -> dict[str, t.Any] | None:
        """By ID; else the only endpoint of the VPC and service that carries the given tags, live unless it is to be absent."""
        if self.params["vpc_endpoint_id"]:
            return self.read(self.params["vpc_endpoint_id"])
        query = [{"Name": "vpc-id", "Values": [self.params["vpc_id"]]}, {"Name": "service-name", "Values": [self.params["service_name"]]}]
        wanted = _aws.given_tags(self.params["tags"]).items()
        found = [_aws.endpoint(raw) for raw in self.aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=query)]
        found = [item for item in found if item["type"] == "Interface" and wanted <= item["tags"].items()]
        self._dead = sum(not is_live(item) for item in found)
        found = [item for item in found if is_live(item) or (self.params["state"] == "absent" and not _gone(item))]
        if len(found) > 1:
            listed = ", ".join(f"{item['id']} ({item['state']})" for item in found)
            service, vpc_id = self.params["service_name"], self.params["vpc_id"]
            raise PrivateConnectError(f"{len(found)} endpoints of {service} in {vpc_id} fit: {listed}. Say which by vpc_endpoint_id")
        return found[0] if found else None

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

    def shown(self, endpoint: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        interfaces = [] if self.check_mode and not endpoint["id"] else self.interfaces(endpoint["network_interface_ids"])
        return {**endpoint, "interfaces": interfaces, "addresses": sorted_addresses(interfaces)}

    # -- present -----------------------------------------------------------------------------------------------------

    def present(self, endpoint: dict[str, t.Any] | None) -> dict[str, t.Any]:
        if endpoint is None and self.params["vpc_endpoint_id"]:
            raise PrivateConnectError(f"VPC endpoint {self.params['vpc_endpoint_id']} does not exist in {self.aws.region}; leave it out to have one made")
        if endpoint is not None and not is_live(endpoint):
            raise PrivateConnectError(
                f"VPC endpoint {endpoint['id']} is {endpoint['state']}{_because(endpoint)}: it carries no traffic again. "
                "Leave vpc_endpoint_id out to have a new one made",
                endpoint=endpoint,
            )
        endpoint = self._create() if endpoint is None else self._converge(endpoint)
        if self.params["state"] == "available" and not self.check_mode:
            endpoint = self._until_available(endpoint)
        return endpoint

    def _create(self) -> dict[str, t.Any]:
        missing = [option for option in ("subnet_ids", "security_group_ids") if not self.params[option]]
        if missing:
            raise InputError([f"there is no such VPC endpoint yet; to create it, give {' and '.join(missing)} as well"])
        self.actions.append("create")
        if self.check_mode:
            return self._predicted()
        request = {
            "VpcEndpointType": "Interface",
            "VpcId": self.params["vpc_id"],
            "ServiceName": self.params["service_name"],
            "SubnetIds": sorted(self.params["subnet_ids"]),
            "SecurityGroupIds": sorted(self.params["security_group_ids"]),
            "PrivateDnsEnabled": bool(self.params["private_dns_enabled"]),
        }
        if _aws.given_tags(self.params["tags"]):
            request["TagSpecifications"] = [{"ResourceType": "vpc-endpoint", "Tags": boto_tags(_aws.given_tags(self.params["tags"]))}]
        for generation in range(self._dead, self._dead + MAX_GENERATIONS):
            try:
                made = _aws.endpoint(self.aws.call("ec2", "create_vpc_endpoint", **request, **self._token(generation))["VpcEndpoint"])
                endpoint = self._visible(made["id"])
            except AwsError as error:
                if error.code != "IdempotentParameterMismatch":
                    raise
                # The token is of a creation with other arguments: one whose answer was lost and that shows by now, or one of the past.
                endpoint = self.find()
                if endpoint is not None:
                    return self._converge(endpoint)
            # AWS answers a token that it remembers with the endpoint that it made then, even one that is long deleted.
            if endpoint is not None and is_live(endpoint):
                return endpoint
        raise PrivateConnectError(
            f"AWS gave no live endpoint of {self.params['service_name']} in {MAX_GENERATIONS} tries: it still remembers the client tokens of deleted ones. "
            "Give another idempotency_key"
        )

    def _token(self, generation: int) -> dict[str, str]:
        key = self.params["idempotency_key"]
        if not key:
            return {}
        return {"ClientToken": client_token(key, self.aws.region, self.params["vpc_id"], self.params["service_name"], generation)}

    def _visible(self, endpoint_id: str) -> dict[str, t.Any] | None:
        """The endpoint once AWS lists it; it can take a moment after creation."""
        wait = Wait(f"VPC endpoint {endpoint_id}", timeout=60, interval=1, context=self.context)
        return wait.until(lambda: self.read(endpoint_id), lambda item: item is not None, lambda item: "not listed yet")[0]

    def _predicted(self) -> dict[str, t.Any]:
        return {
            "id": None, "vpc_id": self.params["vpc_id"], "service_name": self.params["service_name"], "type": "Interface", "state": "pendingAcceptance",
            "last_error": None, "subnet_ids": sorted(self.params["subnet_ids"]), "security_group_ids": sorted(self.params["security_group_ids"]),
            "network_interface_ids": [], "private_dns_enabled": bool(self.params["private_dns_enabled"]), "dns_entries": [],
            "tags": _aws.given_tags(self.params["tags"]),
        }  # fmt: skip

    def _converge(self, endpoint: dict[str, t.Any]) -> dict[str, t.Any]:
        modify = changes(endpoint, self.params)
        tags = _aws.differing_tags(endpoint["tags"], self.params["tags"])
        if not modify and not tags:
            return endpoint
        self.actions += [name for name, wanted in (("modify", modify), ("tag", tags)) if wanted]
        if self.check_mode:
            return self._after(endpoint, tags)
        if _aws.given_tags(tags):
            self.aws.call("ec2", "create_tags", Resources=[endpoint["id"]], Tags=boto_tags(_aws.given_tags(tags)))
        if any(value is None for value in tags.values()):
            self.aws.call("ec2", "delete_tags", Resources=[endpoint["id"]], Tags=[{"Key": key} for key in sorted(tags) if tags[key] is None])
        if modify:
            self._modify(endpoint, modify)
        wait = Wait(f"VPC endpoint {endpoint['id']}", timeout=self.params["wait_timeout"], interval=self.params["poll_interval"], context=self.context)
        fresh, done = wait.until(
            lambda: self.read(endpoint["id"]), lambda item: item is not None and not changes(item, self.params), lambda item: "the change does not show yet"
        )
        if not done or fresh is None:
            raise WaitTimeout(f"VPC endpoint {endpoint['id']} does not show the change after {wait.elapsed:.0f} s; run this again", endpoint=fresh)
        return fresh

    def _after(self, endpoint: dict[str, t.Any], tags: dict[str, str | None]) -> dict[str, t.Any]:
        wanted = {key: sorted(self.params[key]) for key in _LISTS if self.params[key] is not None}
        private = self.params["private_dns_enabled"]
        return {**endpoint, **wanted, "tags": _aws.given_tags({**endpoint["tags"], **tags}), **({} if private is None else {"private_dns_enabled": private})}

    def _modify(self, endpoint: dict[str, t.Any], modify: dict[str, t.Any]) -> None:
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
        wait = Wait(f"VPC endpoint {endpoint['id']}", timeout=self.params["wait_timeout"], interval=self.params["poll_interval"], context=self.context)

        def attempt() -> AwsError | None:
            try:
                self.aws.call("ec2", "modify_vpc_endpoint", VpcEndpointId=endpoint["id"], **modify)
            except AwsError as error:
                if _BUSY not in error.message and error.code != _BUSY_CODE:
                    raise
                return error
            return None

        refused, done = wait.until(attempt, lambda error: error is None, lambda error: "AWS is still busy with an earlier change")
        if not done and refused:
            raise WaitTimeout(f"{refused.message}. This has not passed in {wait.elapsed:.0f} s; run this again", endpoint=endpoint)

    def _until_available(self, endpoint: dict[str, t.Any]) -> dict[str, t.Any]:
        """Available, and an address in each subnet."""
        wait = Wait(f"VPC endpoint {endpoint['id']}", timeout=self.params["wait_timeout"], interval=self.params["poll_interval"], context=self.context)
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
            state = fresh["state"] + _because(fresh) if fresh else "gone"
            raise PrivateConnectError(f"VPC endpoint {endpoint['id']} is {state}; it will not become available. Make a new one", endpoint=fresh)
        if not reached:
            raise WaitTimeout(
                f"VPC endpoint {fresh['id']} is {fresh['state']}{_because(fresh)} with {len(addresses)} of {len(fresh['subnet_ids'])} addresses after "
                f"{wait.elapsed:.0f} s, not available. While it is pendingAcceptance the org has not accepted it: provision the inbound connection. "
                "Run this again to go on waiting",
                endpoint=fresh,
            )
        return fresh

    # -- absent ------------------------------------------------------------------------------------------------------

    def absent(self, endpoint: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
        if endpoint is None or _gone(endpoint):
            return None
        if str(endpoint["state"]).lower() != "deleting":
            self.actions.append("delete")
            if self.check_mode:
                return None
            self._delete(endpoint["id"])
        return self._until_gone(endpoint) if self.params["wait"] and not self.check_mode else self.read(endpoint["id"])

    def _delete(self, endpoint_id: str) -> None:
        answer = self.aws.call("ec2", "delete_vpc_endpoints", VpcEndpointIds=[endpoint_id])
        for item in answer.get("Unsuccessful") or []:
            error = item.get("Error") or {}
            if not str(error.get("Code")).startswith("InvalidVpcEndpoint"):
                raise PrivateConnectError(f"AWS did not delete VPC endpoint {endpoint_id}: {error.get('Code')}: {error.get('Message')}")

    def _until_gone(self, endpoint: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Deleted, and its interfaces gone: before that its security groups and subnets cannot be deleted."""
        wait = Wait(f"VPC endpoint {endpoint['id']}", timeout=self.params["wait_timeout"], interval=self.params["poll_interval"], context=self.context)
        left: list[dict[str, t.Any]] = []

        def read() -> dict[str, t.Any] | None:
            left[:] = self.interfaces(endpoint["network_interface_ids"])
            return self.read(endpoint["id"])

        fresh, done = wait.until(read, lambda item: _gone(item) and not left, lambda item: f"{item['state'] if item else 'gone'}, {len(left)} interfaces left")
        if not done:
            raise WaitTimeout(
                f"VPC endpoint {endpoint['id']} is {fresh['state'] if fresh else 'gone'} and {len(left)} of its interfaces are left after {wait.elapsed:.0f} s "
                f"({', '.join(item['id'] for item in left) or 'none'}). Run this again to go on waiting",
                endpoint=fresh,
            )
        return None


def _gone(endpoint: t.Mapping[str, t.Any] | None) -> bool:
    return endpoint is None or str(endpoint["state"]).lower() == GONE


def _because(endpoint: t.Mapping[str, t.Any]) -> str:
    return f" ({endpoint['last_error']})" if endpoint.get("last_error") else ""


def _diffed(endpoint: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    return {key: endpoint[key] for key in _SHOWN} if endpoint and not _gone(endpoint) else {}


DEFINITION = Definition(
    argument_spec={
        **AWS_ARGUMENT_SPEC,
        "vpc_endpoint_id": {"type": "str"},
        "vpc_id": {"type": "str"},
        "service_name": {"type": "str"},
        "subnet_ids": {"type": "list", "elements": "str"},
        "security_group_ids": {"type": "list", "elements": "str"},
        "private_dns_enabled": {"type": "bool", "default": False},
        "tags": {"type": "dict"},
        "idempotency_key": {"type": "str", "no_log": False},
        "state": {"type": "str", "choices": ["present", "available", "absent"], "default": "present"},
        **wait_argument_spec(timeout=600),
    },
    run=run,
)
