# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as ansible-core loads it, on emulated orgs."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible.template import Templar

from ansible_collections.privatelink.salesforce.plugins.inventory import inbound_connections
from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import CONNECTION_TYPE
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig
from ansible_collections.privatelink.salesforce.tests.unit.plugins.documented import configured

PLUGIN = "privatelink.salesforce.inbound_connections"
PLACES = (("beta", "One", "eu-central-1"), ("beta", "Two", "us-east-1"), ("beta--uat", "One", "us-east-1"))
LABEL = "{{ 7 * 6 }}"


@pytest.fixture(scope="module")
def rig():
    with Rig(aws=False) as made:
        yield made


@pytest.fixture
def orgs(rig, monkeypatch) -> dict[str, dict[str, t.Any]]:
    """Options of two orgs, of which one is a sandbox, with three connections in all."""
    for name in ("SALESFORCE_INSTANCE_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    rig.reset()
    for name in ("beta", "beta--uat"):
        if name not in rig.ready["orgs"]:
            rig.client.add_org(name, sandbox=name != "beta")
    for number, (org, name, region) in enumerate(PLACES):
        endpoint = f"vpce-0123456789abcdef{number}"
        rig.cloud.put(endpoint, region)
        rig.client.create(name, org=org, region=region, vpc_endpoint_id=endpoint, label=LABEL)
    rig.client.clear_calls()
    found = {name: rig.credentials()[name] for name in ("beta", "beta--uat")}
    return {name: {key: org[key] for key in ("instance_url", "client_id", "client_secret")} for name, org in found.items()}


def load() -> inbound_connections.InventoryModule:
    return configured("inventory", PLUGIN, inbound_connections, inbound_connections.InventoryModule(), constructed, inventory_cache)


def parse(tmp_path: pathlib.Path, **config: t.Any) -> InventoryData:
    path = tmp_path / "fleet.inbound_connections.yml"
    path.write_text(yaml.safe_dump({"plugin": PLUGIN, **config}), encoding="utf-8")
    plugin, data = load(), InventoryData()
    assert plugin.verify_file(str(path))
    plugin.parse(data, DataLoader(), str(path))
    return data


def listed(orgs: dict[str, dict[str, t.Any]], **more: t.Any) -> list[dict[str, t.Any]]:
    return [{"name": name, **options, **more} for name, options in orgs.items()]


def groups(data: InventoryData) -> dict[str, list[str]]:
    return {name: sorted(host.name for host in group.hosts) for name, group in data.groups.items() if group.hosts}


def test_hosts_and_groups(tmp_path, orgs, rig):
    rig.client.provision("One", org="beta")
    assert groups(parse(tmp_path, orgs=listed(orgs))) == {
        "private_connections": ["beta--uat_One", "beta_One", "beta_Two"],
        "org_beta": ["beta_One", "beta_Two"],
        "org_beta__uat": ["beta--uat_One"],
        "region_eu_central_1": ["beta_One"],
        "region_us_east_1": ["beta--uat_One", "beta_Two"],
        "status_pending_acceptance": ["beta_One"],
        "status_unprovisioned": ["beta--uat_One", "beta_Two"],
    }


def test_variables_of_a_host_lead_to_its_connection_and_hold_no_credentials(tmp_path, orgs, rig):
    seen = parse(tmp_path, orgs=listed(orgs)).hosts["beta_One"].vars
    connection = seen["salesforce_connection"]
    assert (connection["name"], connection["region"], connection["vpc_endpoint_id"], connection["status"]) == (
        "One",
        "eu-central-1",
        "vpce-0123456789abcdef0",
        "Unprovisioned",
    )
    assert connection["connection_type"] == CONNECTION_TYPE
    assert seen["private_connect_name"] == "One"
    assert seen["private_connect_region"] == "eu-central-1"
    assert seen["salesforce_instance_url"] == orgs["beta"]["instance_url"]
    assert seen["ansible_connection"] == "local"
    text = json.dumps(seen, default=str)
    assert not [orgs[name][secret] for name in orgs for secret in ("client_id", "client_secret") if orgs[name][secret] in text]


def test_one_login_and_two_queries_for_each_org_and_no_write(tmp_path, orgs, rig):
    parse(tmp_path, orgs=listed(orgs))
    for name in orgs:
        assert [call["action"] for call in rig.client.calls("salesforce", org=name)] == ["oauth.token", "tooling.query", "tooling.query"]


def test_words_of_the_org_are_no_templates(tmp_path, orgs):
    data = parse(tmp_path, orgs=listed(orgs))
    label = data.hosts["beta_One"].vars["salesforce_connection"]["label"]
    assert str(label) == LABEL
    assert Templar(DataLoader(), variables={"label": label}).template(label) == LABEL


def test_values_may_be_templates(tmp_path, orgs, monkeypatch):
    monkeypatch.setenv("BETA_SECRET", orgs["beta"]["client_secret"])
    secret = "{{ lookup('env', 'BETA_SECRET') }}"
    assert len(parse(tmp_path, orgs=[{**orgs["beta"], "client_secret": secret, "name": "beta"}]).hosts) == 2


def test_without_orgs_the_environment_tells_the_org(tmp_path, orgs, monkeypatch):
    for name, value in orgs["beta"].items():
        monkeypatch.setenv(f"SALESFORCE_{name.upper()}", value)
    # 127.0.0.1 has no first part that means anything, but it makes a name.
    assert sorted(parse(tmp_path).hosts) == ["127_One", "127_Two"]


def test_an_org_takes_what_it_leaves_out_from_beside_but_never_half_a_login(tmp_path, orgs, monkeypatch):
    monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", "somebody-elses")
    assert len(parse(tmp_path, orgs=listed(orgs)).hosts) == 3
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    common = {key: orgs["beta"][key] for key in ("client_id", "client_secret")}
    assert len(parse(tmp_path, orgs=[{"name": "beta", "instance_url": orgs["beta"]["instance_url"]}], **common).hosts) == 2


def test_the_users_own_groups_and_variables(tmp_path, orgs):
    data = parse(
        tmp_path,
        orgs=listed(orgs),
        groups={"european": "private_connect_region.startswith('eu-')"},
        compose={"private_connect_vpc_endpoint_id": "salesforce_connection.vpc_endpoint_id"},
        keyed_groups=[{"key": "salesforce_org", "prefix": "of"}],
    )
    assert groups(data)["european"] == ["beta_One"]
    assert groups(data)["of_beta"] == ["beta_One", "beta_Two"]
    assert data.hosts["beta_Two"].vars["private_connect_vpc_endpoint_id"] == "vpce-0123456789abcdef1"


def test_all_problems_of_all_orgs_at_once_and_no_call(tmp_path, orgs, rig):
    wrong = [
        {"instance_url": "ftp://acme", "access_token": "x"},
        {**orgs["beta"], "instanceurl": "https://acme.my.salesforce.com", "token_url": "ftp://token"},
        {**orgs["beta"], "timeout": "soon"},
        {**orgs["beta"], "name": "same"},
        {**orgs["beta"], "name": "same"},
        {**orgs["beta"], "name": "a b"},
        "acme",
    ]
    with pytest.raises(AnsibleParserError) as caught:
        parse(tmp_path, orgs=wrong)
    for word in ("ftp://acme", "ftp://token", "unknown options instanceurl", "timeout", "two orgs are called same", "'a b'", "org 7 is 'acme'"):
        assert word in str(caught.value)
    assert rig.client.calls("salesforce") == []


def test_an_org_that_cannot_be_read_is_an_error_that_names_all_such_orgs(tmp_path, orgs):
    with pytest.raises(AnsibleParserError) as caught:
        parse(tmp_path, orgs=listed(orgs, client_secret="wrong"))
    assert "beta: The org refused" in str(caught.value)
    assert "beta--uat: The org refused" in str(caught.value)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("name", ["inbound_connections.yml", "prod.inbound_connections.yaml"])
def test_files_of_this_name_are_its_own(tmp_path, name):
    (tmp_path / name).touch()
    assert load().verify_file(str(tmp_path / name))
    (tmp_path / "hosts.yml").touch()
    assert not load().verify_file(str(tmp_path / "hosts.yml"))
