# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Salesforce's own CLI on the emulated org: that the org answers like one, and that ``auth_method: cli`` works through the real thing."""

from __future__ import annotations

import ipaddress
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.privatelink.salesforce.tests.cli.conftest import Cli, Done
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

ENDPOINT, REGION, OBJECT = "vpce-0123456789abcdef0", "eu-central-1", "InboundNetworkConnection"
TOKEN, JWT = "by_token", "by_jwt"  # aliases
ADMIN, INTEGRATION = "admin@acme.example", "integration@acme.example"
CONNECT = "/services/data/v67.0/network-connection/inbound/connections"
COLLECTION_CALLS = ["org display --target-org {0} --json", "org auth show-access-token --target-org {0} --json"]
READY = {"status": "Ready", "region": REGION, "vpc_endpoint_id": ENDPOINT}


@pytest.fixture(scope="module")
def running() -> t.Iterator[Rig]:
    with Rig(aws=False) as rig:
        yield rig


@pytest.fixture(scope="module")
def logins(cli: Cli, running: Rig) -> dict[str, Done]:
    """Both ways to log in without a browser, once for all tests."""
    org = running.ready["orgs"]["acme"]
    url = ("--instance-url", org["instance_url"], "--json", "--alias")
    user = org["users"][INTEGRATION]
    key = ("--client-id", user["client_id"], "--jwt-key-file", org["private_key_file"], "--username", INTEGRATION)
    by_token = cli.run("org", "login", "access-token", "--no-prompt", *url, TOKEN, SF_ACCESS_TOKEN=org["access_token"])
    return {TOKEN: by_token, JWT: cli.run("org", "login", "jwt", *key, *url, JWT)}


@pytest.fixture
def rig(running: Rig, logins: dict[str, Done]) -> Rig:
    running.reset()
    running.cloud.put(ENDPOINT, REGION)
    return running


def tokens(rig: Rig) -> list[str]:
    """Every access token that the org knows, and the admin's."""
    return [rig.ready["orgs"]["acme"]["access_token"], *rig.salesforce.servers["acme"].org.sessions]


def assert_hidden(rig: Rig, done: Done) -> None:
    """No token was an argument of any process, or printed."""
    assert done.argv or not Path("/proc/self/cmdline").exists()
    for token in tokens(rig):
        tail = token.partition("!")[2]  # the org's id before it is no secret
        assert tail
        assert tail not in done.said
        assert not [line for line in done.argv if tail in line]


def test_logins_find_user_and_org(rig: Rig, logins: dict[str, Done]) -> None:
    org = rig.ready["orgs"]["acme"]
    for alias, username in ((TOKEN, ADMIN), (JWT, INTEGRATION)):
        result = logins[alias].result()
        assert (result["username"], result["orgId"], result["instanceUrl"].rstrip("/")) == (username, org["org_id"], org["instance_url"])
        assert (result["instanceApiVersion"], result["isSandbox"], result["orgEdition"]) == ("67.0", False, "Enterprise Edition")
        assert_hidden(rig, logins[alias])


def test_display_redacts_the_token_and_another_command_gives_it(cli: Cli, rig: Rig) -> None:
    display = cli.run("org", "display", "--target-org", TOKEN, "--json")
    assert display.result()["accessToken"].startswith("[REDACTED]")
    assert display.result()["connectedStatus"] == "Connected"
    assert_hidden(rig, display)
    shown = cli.run("org", "auth", "show-access-token", "--target-org", TOKEN, "--json")
    assert shown.result()["accessToken"] == rig.ready["orgs"]["acme"]["access_token"]


def test_query(cli: Cli, rig: Rig) -> None:
    rig.client.create("Link", **READY)
    rig.client.create("Other", status="Unprovisioned")
    tooling = cli.run("data", "query", "-o", TOKEN, "--use-tooling-api", "--json", "-q", f"SELECT DeveloperName, Status FROM {OBJECT} ORDER BY DeveloperName")
    assert [(row["DeveloperName"], row["Status"]) for row in tooling.result()["records"]] == [("Link", "Ready"), ("Other", "Unprovisioned")]
    # As a table the CLI asks for the columns as well.
    table = cli.run("data", "query", "-o", TOKEN, "-r", "csv", "-q", f"SELECT Username, Profile.Name FROM User WHERE Username = '{ADMIN}'")
    assert (table.code, table.out.split()) == (0, ["Username,Profile.Name", f"{ADMIN},System", "Administrator"]), table.said
    unknown = cli.run("data", "query", "-o", TOKEN, "--json", "-q", f"SELECT Id FROM {OBJECT}")
    assert unknown.code == 1
    assert json.loads(unknown.out)["name"] == "INVALID_TYPE"


def test_create_and_provision_by_rest(cli: Cli, rig: Rig, tmp_path: Path) -> None:
    properties = [{"propertyName": "Region", "propertyValue": REGION}, {"propertyName": "AwsVpcEndpointId", "propertyValue": ENDPOINT}]
    members = {"connectionType": "AwsPrivateLink", "description": "By the CLI", "label": "Link", "isActive": True, "status": "Unprovisioned"}
    body, empty = tmp_path / "body.json", tmp_path / "empty"
    body.write_text(json.dumps({"FullName": "Link", "Metadata": {**members, "inboundNetworkConnProperties": properties}}), encoding="utf-8")
    empty.touch()

    def ask(path: str, file: Path, *words: str) -> Done:
        return cli.run("api", "request", "rest", "-o", TOKEN, "-X", "POST", "-b", f"@{file}", path, *words)

    created = ask(f"/services/data/v67.0/tooling/sobjects/{OBJECT}", body, "-H", "Content-Type: application/json")
    assert (created.code, json.loads(created.out)["success"]) == (0, True), created.said
    provisioned = ask(f"{CONNECT}/Link?action=Provision", empty)
    assert (provisioned.code, json.loads(provisioned.out)["status"]) == (0, "PendingAcceptance"), provisioned.said
    assert_hidden(rig, provisioned)
    assert json.loads(ask(f"{CONNECT}/Link?action=Sync", empty).out)["status"] == "Ready"
    assert rig.client.connections()["Link"]["status"] == "Ready"
    refused = ask(f"{CONNECT}/Link?action=Provision", empty)
    assert refused.code == 1
    assert json.loads(refused.out)[0]["errorCode"]
    assert [call["action"] for call in rig.client.calls("salesforce", "connect.*")] == [f"connect.action.{name}" for name in ("Provision", "Sync", "Provision")]


@pytest.mark.parametrize("how", [{}, {"async": 120, "poll": 1}], ids=["in the controller's process", "as a module"])
@pytest.mark.parametrize("alias", [TOKEN, JWT])
def test_a_module_takes_the_session_of_the_cli(cli: Cli, rig: Rig, alias: str, how: dict[str, int]) -> None:
    rig.client.create("Link", **READY)
    task = {"name": "Read", "privatelink.salesforce.inbound_connection_info": {"auth_method": "cli", "target_org": alias}, "register": "read", **how}
    done, results = cli.play([task], "-vvvv")
    assert done.code == 0, done.said
    assert [(each["name"], each["status"]) for each in results["read"]["connections"]] == [("Link", "Ready")]
    assert cli.calls() == [call.format(alias) for call in COLLECTION_CALLS]
    assert_hidden(rig, done)
    assert rig.client.count("salesforce", "tooling.query") == 2


def test_the_lookup_does_so_once_for_a_run(cli: Cli, rig: Rig) -> None:
    rig.client.create("Link", **READY)
    asked = "query('privatelink.salesforce.source_ips', 'Link', target_org='by_token')"
    tasks = [{"name": f"Ask {turn}", "ansible.builtin.set_fact": {f"ips{turn}": f"{{{{ {asked} }}}}"}, "register": f"fact{turn}"} for turn in (1, 2)]
    done, results = cli.play(tasks)
    assert done.code == 0, done.said
    first, second = (results[f"fact{turn}"]["ansible_facts"][f"ips{turn}"] for turn in (1, 2))
    ranges = rig.client.connections()["Link"]["source_ip_ranges"]
    assert ranges
    assert first == second == [str(block) for start, end in ranges for block in ipaddress.summarize_address_range(*map(ipaddress.ip_address, (start, end)))]
    assert cli.calls() == [call.format(TOKEN) for call in COLLECTION_CALLS]


def test_a_session_that_ended_is_renewed_by_the_cli_where_it_can(cli: Cli, rig: Rig) -> None:
    rig.client.create("Link", **READY)
    rig.client.revoke_sessions(INTEGRATION)
    done, results = cli.play([read(JWT)])
    assert (done.code, results["read"]["connections"][0]["name"]) == (0, "Link"), done.said
    assert [login["sub_type"] for login in rig.client.logins()] == ["OauthJwtBearer"]

    rig.client.revoke_sessions(ADMIN)
    done, results = cli.play([{**read(TOKEN), "ignore_errors": True}])
    assert results["read"]["failed"], done.said
    assert "INVALID_SESSION_ID" in results["read"]["msg"]
    assert_hidden(rig, done)


def test_an_unknown_alias_says_how_to_log_in(cli: Cli, rig: Rig) -> None:
    done, results = cli.play([{**read("nobody"), "ignore_errors": True}])
    assert results["read"]["failed"], done.said
    assert "nobody" in results["read"]["msg"]
    assert "sf org login web --alias nobody" in results["read"]["msg"]
    assert rig.client.calls("salesforce") == []


def read(alias: str) -> dict[str, t.Any]:
    return {"name": "Read", "privatelink.salesforce.inbound_connection_info": {"target_org": alias}, "register": "read"}
