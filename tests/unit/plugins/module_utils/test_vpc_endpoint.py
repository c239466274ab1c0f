# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoint's module body against a small account: client tokens, changes, waits and what they say at their deadline."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _vpc_endpoint as body
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import AwsError
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError, WaitTimeout
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context

SERVICE = "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0"
VPC, SUBNET, OTHER_SUBNET, GROUP = (f"{kind}-0123456789abcdef{digit}" for kind, digit in (("vpc", 0), ("subnet", 1), ("subnet", 2), ("sg", 3)))


class Account:
    """Endpoints and interfaces as EC2 answers them. ``reads`` counts reads of endpoints; ``on_read`` may change things between them."""

    region = "eu-central-1"

    def __init__(self) -> None:
        self.endpoints: list[dict[str, t.Any]] = []
        self.interfaces: list[dict[str, t.Any]] = []
        self.tokens: dict[str, dict[str, t.Any]] = {}
        self.calls: list[tuple[str, dict[str, t.Any]]] = []
        self.errors: list[AwsError] = []
        self.on_read: t.Callable[[], None] = lambda: None

    def add(self, id: str, state: str = "available", **more: t.Any) -> dict[str, t.Any]:
        made = {
            "VpcEndpointId": id, "VpcEndpointType": "Interface", "VpcId": VPC, "ServiceName": SERVICE, "State": state, "SubnetIds": [SUBNET],
            "Groups": [{"GroupId": GROUP}], "NetworkInterfaceIds": [f"eni-{id}"], "Tags": [{"Key": "k", "Value": "v"}], **more,
        }  # fmt: skip
        self.endpoints.append(made)
        self.interfaces.append({"NetworkInterfaceId": f"eni-{id}", "SubnetId": SUBNET, "PrivateIpAddress": "10.0.0.9"})
        return made

    def pages(self, service: str, operation: str, key: str, **query: t.Any) -> list[dict[str, t.Any]]:
        if operation == "describe_network_interfaces":
            return [item for item in self.interfaces if item["NetworkInterfaceId"] in query["Filters"][0]["Values"]]
        self.on_read()
        ids = query.get("VpcEndpointIds")
        return [item for item in self.endpoints if ids is None or item["VpcEndpointId"] in ids]

    def call(self, service: str, operation: str, **request: t.Any) -> dict[str, t.Any]:
        self.calls.append((operation, request))
        if self.errors:
            raise self.errors.pop(0)
        return getattr(self, operation)(**request)

    def create_vpc_endpoint(self, **request: t.Any) -> dict[str, t.Any]:
        token, tags = request["ClientToken"], request["TagSpecifications"][0]["Tags"]
        if token not in self.tokens:
            self.tokens[token] = self.add(f"vpce-{len(self.endpoints):017x}", "pendingAcceptance", Tags=tags)
        return {"VpcEndpoint": self.tokens[token]}

    def modify_vpc_endpoint(self, **request: t.Any) -> dict[str, t.Any]:
        (found,) = [item for item in self.endpoints if item["VpcEndpointId"] == request["VpcEndpointId"]]
        found["SubnetIds"] = [item for item in found["SubnetIds"] + request.get("AddSubnetIds", []) if item not in request.get("RemoveSubnetIds", [])]
        return {}

    def delete_vpc_endpoints(self, **request: t.Any) -> dict[str, t.Any]:
        for item in self.endpoints:
            if item["VpcEndpointId"] in request["VpcEndpointIds"]:
                item["State"] = "deleting"
        return {"Unsuccessful": []}


def refusal(code: str, message: str = "no") -> AwsError:
    return AwsError(f"AWS refused it: {code}: {message}", code=code, aws_message=message, action="ec2:X")


def run(account: Account, monkeypatch: pytest.MonkeyPatch, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    params = {key: option.get("default") for key, option in body.DEFINITION.argument_spec.items()}
    params.update(region="eu-central-1", vpc_id=VPC, service_name=SERVICE, poll_interval=5, wait_timeout=60)
    params.update(subnet_ids=[SUBNET], security_group_ids=[GROUP], tags={"k": "v"}, idempotency_key="acme/Acme")
    params.update(options)
    clock = [0.0]
    monkeypatch.setattr(body, "Aws", lambda _options: account)
    return body.run(params, check, Context(now=lambda: clock[0], sleep=lambda seconds: clock.__setitem__(0, clock[0] + seconds)))


def operations(account: Account) -> list[str]:
    return [operation for operation, _request in account.calls]


def test_a_creation_carries_a_token_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    assert run(account, monkeypatch)["actions"] == ["create"]
    assert len(account.calls[0][1]["ClientToken"]) == 64
    assert account.calls[0][1]["PrivateDnsEnabled"] is False
    assert run(account, monkeypatch)["changed"] is False
    assert operations(account) == ["create_vpc_endpoint"]


def test_the_token_differs_by_place_and_generation() -> None:
    tokens = {body.client_token(key, "r", "v", "s", generation) for key in ("a", "b") for generation in (0, 1)}
    assert len(tokens) == 4
    assert body.client_token("a", "rv", "", "s", 0) != body.client_token("a", "r", "v", "s", 0)


def test_a_remembered_token_of_a_deleted_endpoint_leads_to_the_next_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    run(account, monkeypatch)
    account.endpoints[0].update(State="deleted", Tags=[])
    result = run(account, monkeypatch)
    assert result["actions"] == ["create"]
    assert result["endpoint"]["id"] != account.endpoints[0]["VpcEndpointId"]
    assert operations(account) == ["create_vpc_endpoint"] * 3


def test_a_token_of_other_arguments_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.errors = [refusal("IdempotentParameterMismatch")]
    assert run(account, monkeypatch)["actions"] == ["create"]
    first, second = (request["ClientToken"] for _operation, request in account.calls)
    assert first != second


@pytest.mark.parametrize("state", ["deleted", "deleting", "rejected", "failed", "expired"])
def test_a_dead_endpoint_is_not_kept(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-0123456789abcdef0", state)
    with pytest.raises(PrivateConnectError, match=f"is {state}.*carries no traffic again"):
        run(account, monkeypatch, vpc_endpoint_id="vpce-0123456789abcdef0")
    assert account.calls == []


def test_several_that_fit_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001")
    account.add("vpce-00000000000000002")
    with pytest.raises(PrivateConnectError, match=r"2 endpoints .* vpce-00000000000000001 .* vpce-00000000000000002"):
        run(account, monkeypatch)


def test_only_what_differs_is_changed_and_check_mode_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001")
    foreseen = run(account, monkeypatch, check=True, subnet_ids=[OTHER_SUBNET])
    assert account.calls == []
    done = run(account, monkeypatch, subnet_ids=[OTHER_SUBNET])
    assert foreseen["actions"] == done["actions"] == ["modify"]
    assert foreseen["endpoint"]["subnet_ids"] == done["endpoint"]["subnet_ids"] == [OTHER_SUBNET]


def test_a_change_that_aws_is_busy_for_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001")
    account.errors = [refusal("OperationNotPermitted", "there is an idempotent operation going on")] * 2
    run(account, monkeypatch, subnet_ids=[SUBNET, OTHER_SUBNET])
    assert operations(account) == ["modify_vpc_endpoint"] * 3
    account.errors = [refusal("InvalidParameter")]
    with pytest.raises(AwsError, match="InvalidParameter"):
        run(account, monkeypatch, subnet_ids=[SUBNET])


def test_available_waits_and_says_at_the_deadline_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001", "pendingAcceptance")
    with pytest.raises(WaitTimeout, match=r"vpce-00000000000000001 is pendingAcceptance with 1 of 1 addresses after 60 s.*provision the inbound connection"):
        run(account, monkeypatch, state="available")
    reads = iter(["pendingAcceptance", "pending", "available"])
    account.on_read = lambda: account.endpoints[0].update(State=next(reads, "available"))
    assert run(account, monkeypatch, state="available")["endpoint"]["state"] == "available"


def test_available_gives_up_at_once_on_an_endpoint_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001", "pendingAcceptance")
    reads = iter(["pendingAcceptance"])
    account.on_read = lambda: account.endpoints[0].update(State=next(reads, "rejected"))
    with pytest.raises(PrivateConnectError, match="is rejected; it will not become available"):
        run(account, monkeypatch, state="available")


def test_a_deletion_waits_for_lingering_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001")
    left = iter(range(3))

    def fade() -> None:
        if account.endpoints[0]["State"] == "deleting" and next(left, None) is None:
            account.interfaces.clear()
            account.endpoints[0]["State"] = "deleted"

    account.on_read = fade
    result = run(account, monkeypatch, state="absent")
    assert result["actions"] == ["delete"]
    assert result["endpoint"] is None
    assert account.interfaces == []
    assert run(account, monkeypatch, state="absent")["changed"] is False


def test_a_deletion_that_does_not_end_names_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.add("vpce-00000000000000001")
    with pytest.raises(WaitTimeout, match=r"is deleting and 1 of its interfaces are left after 60 s .eni-vpce-00000000000000001."):
        run(account, monkeypatch, state="absent")


def test_bad_input_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError) as caught:
        run(Account(), monkeypatch, vpc_id="x", subnet_ids=["y"], wait_timeout=0, region="mars")
    assert len(caught.value.problems) == 4
