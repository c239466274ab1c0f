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
from . import _normal as normal
from . import _validate as check
from ._argspec import wait_argument_spec
from ._aws import AWS_ARGUMENT_SPEC, Aws, AwsError, boto_tags, is_live, sorted_addresses
from ._errors import InputError, PrivateConnectError, WaitTimeout
from ._module import Context, Definition
from ._vpc_endpoint_calls import Calls, because, is_gone

MAX_GENERATIONS = 20
_LISTS = {"subnet_ids": ("AddSubnetIds", "RemoveSubnetIds"), "security_group_ids": ("AddSecurityGroupIds", "RemoveSecurityGroupIds")}
_SHOWN = ("id", "service_name", "state", "subnet_ids", "security_group_ids", "private_dns_enabled", "tags")


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    aws, params = _prepare(params)
    keeper = Keeper(aws, params, check_mode, context)
    before = keeper.find()
    after = keeper.absent(before) if params["state"] == "absent" else keeper.present(before)
    shown = keeper.shown(after) if after else None
    return {
        "changed": bool(keeper.actions),
        "endpoint": shown,
        "actions": keeper.actions,
        "diff": {"before": _diffed(before), "after": _diffed(after)},
    }


def _prepare(params: dict[str, t.Any]) -> tuple[Aws, dict[str, t.Any]]:
    """And the options in the form in which they are compared."""
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
    forms: dict[str, t.Any] = {key: normal.each(params[key]) for key in _LISTS if params[key] is not None}
    if params["tags"] is not None:
        forms["tags"] = normal.tags("tags", params["tags"], found, ours=True)
    try:
        aws = Aws(params)
    except InputError as error:
        found += error.problems
    if found:
        raise InputError(found)
    return aws, {**params, **forms}


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
        self.calls = Calls(aws, params, context)
        self.actions: list[str] = []
        self._dead = 0

    # -- reading -----------------------------------------------------------------------------------------------------

    def find(self) -> dict[str, t.Any] | None:
        """By ID; else the only endpoint of the VPC and service that carries the given tags, live unless it is to be absent."""
        if self.params["vpc_endpoint_id"]:
            return self.calls.read(self.params["vpc_endpoint_id"])
        query = [{"Name": "vpc-id", "Values": [self.params["vpc_id"]]}, {"Name": "service-name", "Values": [self.params["service_name"]]}]
        wanted = _aws.given_tags(self.params["tags"]).items()
        found = [_aws.endpoint(raw) for raw in self.aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=query)]
        found = [item for item in found if item["type"] == "Interface" and wanted <= item["tags"].items()]
        self._dead = sum(not is_live(item) for item in found)
        found = [item for item in found if is_live(item) or (self.params["state"] == "absent" and not is_gone(item))]
        if len(found) > 1:
            listed = ", ".join(f"{item['id']} ({item['state']})" for item in found)
            service, vpc_id = self.params["service_name"], self.params["vpc_id"]
            raise PrivateConnectError(f"{len(found)} endpoints of {service} in {vpc_id} fit: {listed}. Say which by vpc_endpoint_id")
        return found[0] if found else None

    def shown(self, endpoint: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        interfaces = [] if self.check_mode and not endpoint["id"] else self.calls.interfaces(endpoint["network_interface_ids"])
        return {**endpoint, "interfaces": interfaces, "addresses": sorted_addresses(interfaces)}

    # -- present -----------------------------------------------------------------------------------------------------

    def present(self, endpoint: dict[str, t.Any] | None) -> dict[str, t.Any]:
        if endpoint is None and self.params["vpc_endpoint_id"]:
            raise PrivateConnectError(f"VPC endpoint {self.params['vpc_endpoint_id']} does not exist in {self.aws.region}; leave it out to have one made")
        if endpoint is not None and not is_live(endpoint):
            raise PrivateConnectError(
                f"VPC endpoint {endpoint['id']} is {endpoint['state']}{because(endpoint)}: it carries no traffic again. "
                "Leave vpc_endpoint_id out to have a new one made",
                endpoint=endpoint,
            )
        endpoint = self._create() if endpoint is None else self._converge(endpoint)
        if self.params["state"] == "available" and not self.check_mode:
            endpoint = self.calls.until_available(endpoint)
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
                endpoint = self.calls.visible(made["id"])
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
            self.calls.modify(endpoint, modify)
        wait = self.calls.wait(endpoint)
        fresh, done = wait.until(
            lambda: self.calls.read(endpoint["id"]),
            lambda item: item is not None and not changes(item, self.params),
            lambda item: "the change does not show yet",
        )
        if not done or fresh is None:
            raise WaitTimeout(f"VPC endpoint {endpoint['id']} does not show the change after {wait.elapsed:.0f} s; run this again", endpoint=fresh)
        return fresh

    def _after(self, endpoint: dict[str, t.Any], tags: dict[str, str | None]) -> dict[str, t.Any]:
        wanted = {key: sorted(self.params[key]) for key in _LISTS if self.params[key] is not None}
        private = self.params["private_dns_enabled"]
        return {**endpoint, **wanted, "tags": _aws.given_tags({**endpoint["tags"], **tags}), **({} if private is None else {"private_dns_enabled": private})}

    # -- absent ------------------------------------------------------------------------------------------------------

    def absent(self, endpoint: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
        if endpoint is None or is_gone(endpoint):
            return None
        if str(endpoint["state"]).lower() != "deleting":
            self.actions.append("delete")
            if self.check_mode:
                return None
            self.calls.delete(endpoint["id"])
        return self.calls.until_gone(endpoint) if self.params["wait"] and not self.check_mode else self.calls.read(endpoint["id"])


def _diffed(endpoint: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    return {key: endpoint[key] for key in _SHOWN} if endpoint and not is_gone(endpoint) else {}


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
