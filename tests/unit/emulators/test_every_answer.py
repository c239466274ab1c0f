# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where no public page says how an org answers, the collection's modules work with each answer that the emulated org can give."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import (
    _inbound_connection,
    _inbound_connection_info,
    _inbound_connection_sync,
    _inbound_region_info,
)
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context, Definition, execute
from ansible_collections.privatelink.salesforce.tests.emulators.control import Control
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import SalesforceEmulator, setup
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce.cloud import Endpoints
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce.switches import variations

FIRST, SECOND = "vpce-0123456789abcdef0", "vpce-0fedcba9876543210"
REGION = "us-east-1"
# These change what an org refuses whatever a client does; test_what_no_client_cures has them.
REFUSING = [("rest_refuses", "not_valid_for_rest"), ("rest_refuses", "not_attached_to_agent"), ("feature", "off"), ("version_ceiling", 66)]
MOVING = ("status_", "syncs_", "teardown_", "remote_", "sync_in", "stale_reads", "ranges_", "patch_", "action_", "provision_", "unknown_")
PACKAGED = ("packaged_name", "action_", "illegal_", "stale_reads", "status_", "is_active")


def cases(prefixes: tuple[str, ...] = ("",)) -> list[t.Any]:
    found = [(name, value) for name, value in variations() if name.startswith(prefixes) and (name, value) not in REFUSING]
    return [pytest.param({}, id="defaults"), *(pytest.param({name: value}, id=f"{name}={value}") for name, value in found)]


class Player:
    """Runs module bodies against one emulated org; a wait takes a hundredth of its time."""

    def __init__(self) -> None:
        self.control = Control()
        self.cloud = Endpoints()
        self.emulator = SalesforceEmulator(self.control, self.cloud)
        self.emulator.start()

    def begin(self, switches: t.Mapping[str, t.Any]) -> None:
        """An org at its start that answers as the switches say."""
        self.control.clear()
        self.cloud.reset()
        for endpoint in (FIRST, SECOND):
            self.cloud.put(endpoint, REGION)
        self.emulator.reset()
        self.emulator.switches.update(switches)
        credentials = self.emulator.credentials("acme")
        self.org = {name: credentials[name] for name in ("instance_url", "client_id", "client_secret")}

    def attempt(self, definition: Definition, *, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
        params = {name: option.get("default") for name, option in definition.argument_spec.items()}
        params.update(self.org, **options)
        context = Context(now=lambda: time.monotonic() * 100, sleep=lambda seconds: time.sleep(seconds / 100))
        return execute(definition, params, check_mode=check_mode, diff_mode=True, context=context)

    def __call__(self, definition: Definition, *, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
        result = self.attempt(definition, check_mode=check_mode, **options)
        assert "msg" not in result, result["msg"]
        return result

    def connection(self, **options: t.Any) -> dict[str, t.Any]:
        """Check, run, run again: what is told is what is done, and then nothing is left."""
        options = {"name": "Acme_Inbound", "poll_interval": 2, **options}
        told = self(_inbound_connection.DEFINITION, check_mode=True, **options)
        done = self(_inbound_connection.DEFINITION, **options)
        assert (told["changed"], told["actions"]) == (done["changed"], done["actions"])
        again = self(_inbound_connection.DEFINITION, **{**options, "replace": False})
        assert (again["changed"], again["actions"]) == (False, [])
        return done

    def sync(self, **options: t.Any) -> dict[str, t.Any]:
        return self(_inbound_connection_sync.DEFINITION, name="Acme_Inbound", poll_interval=2, wait_timeout=300, **options)


@pytest.fixture(scope="module")
def player() -> t.Iterator[Player]:
    player = Player()
    yield player
    player.emulator.stop()


@pytest.fixture
def play(player: Player, request: pytest.FixtureRequest) -> Player:
    player.begin(request.param)
    return player


@pytest.mark.parametrize("play", cases(), indirect=True)
def test_up_over_and_down(play: Player) -> None:
    regions = play(_inbound_region_info.DEFINITION)["regions"]
    assert [(region["region"], region["service_name"]) for region in regions] == sorted(play.cloud.services.items())
    assert [region["region"] for region in play(_inbound_region_info.DEFINITION, regions=[REGION, "eu-west-9"])["regions"]] == [REGION]

    made = play.connection(state="provisioned", region=REGION, vpc_endpoint_id=FIRST, description="Made by a test")
    assert made["actions"] == ["create", "provision"]
    assert made["connection"]["active"] is True
    ready = play.sync()
    assert ready["connection"]["status"] == "Ready"
    assert ready["connection"]["source_cidrs"]
    again = play.sync()
    assert (again["changed"], again["syncs"]) == (False, 1)

    play.connection(state="provisioned", vpc_endpoint_id=SECOND, replace=True)
    moved = play.sync()["connection"]
    assert (moved["status"], moved["vpc_endpoint_id"]) == ("Ready", SECOND)
    assert play(_inbound_connection_info.DEFINITION, name=["Acme_Inbound"])["connections"] == [moved]

    assert play.connection(state="absent")["actions"] == ["teardown", "delete"]
    assert play(_inbound_connection_info.DEFINITION)["connections"] == []
    writes = [call.action for call in play.control.calls if call.write and call.action != "connect.action.Sync"]
    # Nothing was sent twice, whatever the answers looked like.
    assert writes == [
        "tooling.create",
        "connect.action.Provision",
        "connect.action.TearDown",
        "tooling.update",
        "connect.action.Provision",
        "connect.action.TearDown",
        "tooling.delete",
    ]


@pytest.mark.parametrize("play", cases(MOVING), indirect=True)
def test_an_endpoint_that_is_lost_is_replaced(play: Player) -> None:
    play.connection(state="provisioned", region=REGION, vpc_endpoint_id=FIRST)
    play.sync()
    play.cloud.set_state(FIRST, "deleted")
    lost = play.sync(wait_for=["DeletedRemotely"])
    assert lost["connection"]["status"] == "DeletedRemotely"
    play.connection(state="provisioned", vpc_endpoint_id=SECOND, replace=True)
    assert play.sync()["connection"]["status"] == "Ready"


@pytest.mark.parametrize("play", cases(PACKAGED), indirect=True)
def test_a_packaged_connection_is_provisioned_as_it_is(play: Player) -> None:
    fields = {"name": "Acme", "namespace": "pkg", "region": REGION, "vpc_endpoint_id": FIRST}
    setup.act(play.emulator.org("acme"), "create", fields)
    options = {"name": "pkg__Acme", "poll_interval": 2}
    assert play(_inbound_connection.DEFINITION, state="provisioned", **options)["actions"] == ["provision"]
    found = play(_inbound_connection_sync.DEFINITION, name="pkg__Acme", poll_interval=2, wait_timeout=300)
    assert found["connection"]["status"] == "Ready"
    assert play(_inbound_connection.DEFINITION, state="unprovisioned", **options)["actions"] == ["teardown"]


@pytest.mark.parametrize(
    ("play", "code"),
    [
        pytest.param({name: value}, code, id=f"{name}={value}")
        for (name, value), code in zip(REFUSING, ["INVALID_SESSION_ID", "INVALID_SESSION_ID", "INVALID_TYPE", "NOT_FOUND"], strict=True)
    ],
    indirect=["play"],
)
def test_what_no_client_cures_ends_after_one_call(play: Player, code: str) -> None:
    result = play.attempt(_inbound_connection.DEFINITION, name="Acme_Inbound", state="provisioned", region=REGION, vpc_endpoint_id=FIRST)
    assert (result["failed"], result["error_code"], result["changed"]) == (True, code, False)
    assert [call.action for call in play.control.calls] == ["oauth.token", play.control.calls[-1].action]
