# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations of a private zone, one VPC at a time, in one account and across two, with lost answers and conflicts."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _private_zone_vpcs as body
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import AwsError
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context

A, B, C = ({"id": f"vpc-0000000{letter}", "region": "eu-central-1"} for letter in "abc")
Json = dict[str, t.Any]


class Zone:
    """A zone and the accounts that ask about it. ``calls`` is (access key, operation, VPC) of each call that may change it.

    ``lost``: operations that take effect and fail all the same, as a repeated call does whose first answer was lost.
    """

    def __init__(self, *vpcs: Json, private: bool = True) -> None:
        self.vpcs, self.private = list(vpcs), private
        self.authorised: list[Json] = []
        self.calls: list[tuple[str | None, str, str]] = []
        self.elsewhere: list[Json] = []
        self.lost: set[str] = set()
        self.options: list[Json] = []

    def account(self, options: t.Mapping[str, t.Any]) -> Account:
        self.options.append(dict(options))
        return Account(self, options)


class Account:
    def __init__(self, zone: Zone, options: t.Mapping[str, t.Any]) -> None:
        self.zone, self.key, self.region = zone, options.get("access_key"), options.get("region") or "eu-central-1"

    def call(self, service: str, operation: str, **request: t.Any) -> Json:
        zone = self.zone
        if operation == "get_hosted_zone":
            vpcs = [{"VPCId": vpc["id"], "VPCRegion": vpc["region"]} for vpc in zone.vpcs]
            return {"HostedZone": {"Name": "acme.", "Config": {"PrivateZone": zone.private}}, "VPCs": vpcs}
        assert request["HostedZoneId"] == "Z1"
        vpc = {"id": request["VPC"]["VPCId"], "region": request["VPC"]["VPCRegion"]}
        zone.calls.append((self.key, operation, vpc["id"]))
        code = getattr(self, f"_{operation}")(vpc)
        if operation in zone.lost:
            code = getattr(self, f"_{operation}")(vpc)
        if code:
            raise AwsError(f"AWS refused it: {code}", code=code, aws_message="no", action=operation)
        return {}

    def _associate_vpc_with_hosted_zone(self, vpc: Json) -> str | None:
        if vpc in self.zone.vpcs or vpc in self.zone.elsewhere:
            return "ConflictingDomainExists"
        if self.key == "theirs" and vpc not in self.zone.authorised:
            return "NotAuthorizedException"
        self.zone.vpcs.append(vpc)
        return None

    def _disassociate_vpc_from_hosted_zone(self, vpc: Json) -> str | None:
        if vpc not in self.zone.vpcs:
            return "VPCAssociationNotFound"
        if len(self.zone.vpcs) == 1:
            return "LastVPCAssociation"
        self.zone.vpcs.remove(vpc)
        return None

    def _create_vpc_association_authorization(self, vpc: Json) -> None:
        self.zone.authorised.append(vpc)

    def _delete_vpc_association_authorization(self, vpc: Json) -> str | None:
        if vpc not in self.zone.authorised:
            return "VPCAssociationAuthorizationNotFound"
        self.zone.authorised.remove(vpc)
        return None


def run(zone: Zone, monkeypatch: pytest.MonkeyPatch, *vpcs: Json, check: bool = False, **options: t.Any) -> Json:
    params: Json = {key: option.get("default") for key, option in body.DEFINITION.argument_spec.items()}
    params.update(hosted_zone_id="Z1", vpcs=[{"account": None, **vpc} for vpc in vpcs], access_key="ours", region="eu-central-1", **options)
    monkeypatch.setattr(body, "Aws", zone.account)
    return body.run(params, check, Context())


@pytest.mark.parametrize(
    ("have", "want", "purge", "plan"),
    [
        ([A], [A], False, ([], [])),
        ([A], [A, B], False, ([B], [])),
        ([A, C], [B], False, ([B], [])),
        ([A, C], [B], True, ([B], [A, C])),
        ([A], [{**A, "region": "us-east-1"}], True, ([{**A, "region": "us-east-1"}], [A])),
    ],
)
def test_the_plan(have: list[Json], want: list[Json], purge: bool, plan: tuple[list[Json], list[Json]]) -> None:
    assert body.plan(have, want, purge) == plan


def test_missing_ones_are_associated_one_by_one_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    result = run(zone, monkeypatch, C, B)
    assert result["changed"] is True
    assert result["vpcs"] == [A, B, C]
    assert result["diff"] == {"before": {"vpcs": [A]}, "after": {"vpcs": [A, B, C]}}
    assert zone.calls == [("ours", "associate_vpc_with_hosted_zone", vpc["id"]) for vpc in (C, B)]
    assert run(zone, monkeypatch, B)["changed"] is False
    assert len(zone.calls) == 2


def test_a_purge_associates_before_it_dissociates(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    assert run(zone, monkeypatch, B, purge_vpcs=True)["vpcs"] == [B]
    assert [operation.split("_")[0] for _key, operation, _vpc in zone.calls] == ["associate", "disassociate"]
    assert zone.vpcs == [B]


def test_what_is_to_be_absent_goes_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A, B)
    result = run(zone, monkeypatch, A, absent_vpcs=[{"id": B["id"], "region": None}, C])
    assert (result["changed"], result["vpcs"], zone.vpcs) == (True, [A], [A])
    assert run(zone, monkeypatch, A, absent_vpcs=[B])["changed"] is False
    zone.vpcs = [B, C]
    assert run(zone, monkeypatch, A, absent_vpcs=[B])["vpcs"] == [A, C]
    with pytest.raises(InputError, match=f"both vpcs and absent_vpcs name {A['id']}"):
        run(zone, monkeypatch, A, absent_vpcs=[A])


def test_check_mode_foresees_and_calls_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    result = run(zone, monkeypatch, B, check=True, purge_vpcs=True)
    assert (result["changed"], result["vpcs"], zone.calls, zone.vpcs) == (True, [B], [], [A])


@pytest.mark.parametrize("operation", ["associate_vpc_with_hosted_zone", "disassociate_vpc_from_hosted_zone"])
def test_a_lost_answer_is_settled_by_a_read(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    zone.lost = {operation}
    assert run(zone, monkeypatch, B, purge_vpcs=True)["changed"] is True
    assert zone.vpcs == [B]


def test_a_conflict_with_another_zone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    zone.elsewhere = [B]
    with pytest.raises(AwsError, match="ConflictingDomainExists"):
        run(zone, monkeypatch, B)


def test_a_vpc_of_another_account_is_authorised_associated_by_it_and_authorised_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    theirs = {"access_key": "theirs", "secret_key": "s"}
    run(zone, monkeypatch, {**B, "account": theirs}, secret_key="o", session_token="token of ours")
    assert zone.calls == [
        ("ours", "create_vpc_association_authorization", B["id"]),
        ("theirs", "associate_vpc_with_hosted_zone", B["id"]),
        ("ours", "delete_vpc_association_authorization", B["id"]),
    ]
    assert (zone.vpcs, zone.authorised) == ([A, B], [])
    # Credentials of two accounts are never mixed; the rest is as for the zone.
    assert zone.options[-1]["session_token"] is None
    assert (zone.options[-1]["access_key"], zone.options[-1]["region"]) == ("theirs", "eu-central-1")


def test_an_account_that_brings_no_credentials_has_those_of_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    run(zone, monkeypatch, {**B, "account": {"endpoint_url": "http://127.0.0.1:1"}})
    assert (zone.options[-1]["access_key"], zone.options[-1]["endpoint_url"]) == ("ours", "http://127.0.0.1:1")


def test_a_repeated_handshake_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    zone.lost = {"associate_vpc_with_hosted_zone", "delete_vpc_association_authorization"}
    run(zone, monkeypatch, {**B, "account": {"access_key": "theirs"}})
    assert (zone.vpcs, zone.authorised) == ([A, B], [])


def test_a_public_zone_is_refused_before_any_call(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(private=False)
    with pytest.raises(PrivateConnectError, match="is public"):
        run(zone, monkeypatch, A)
    assert zone.calls == []


def test_all_problems_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone(A)
    with pytest.raises(InputError) as raised:
        run(zone, monkeypatch, {"id": "B", "region": "mars"}, {"id": "vpc-zz", "region": None})
    assert [any(word in problem for problem in raised.value.problems) for word in ("'B'", "'mars'", "'vpc-zz'")] == [True, True, True]
    with pytest.raises(InputError, match="keeps at least one VPC"):
        run(zone, monkeypatch)
    assert zone.options == []
