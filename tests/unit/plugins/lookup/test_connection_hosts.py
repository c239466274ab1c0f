# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible import constants as C  # noqa: N812
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.privatelink.salesforce.plugins.lookup import connection_hosts

NAME = "privatelink.salesforce.connection_hosts"
GROUPS = {"all": ["bastion", "acme", "uat"], "ungrouped": ["bastion"], "prod": ["acme"], "sandbox": ["uat"]}
WITH_GROUP = {**GROUPS, "private_connections": ["acme", "uat"]}
NONE = {"all": [], "ungrouped": []}


@pytest.fixture(autouse=True)
def options_are_known():
    C.config.initialize_plugin_configuration_definitions("lookup", NAME, yaml.safe_load(connection_hosts.DOCUMENTATION)["options"])


def look_up(groups, **variables):
    known = {"groups": groups, **variables}
    loader = DataLoader()
    plugin = connection_hosts.LookupModule(loader=loader, templar=Templar(loader=loader, variables=known))
    plugin._load_name = plugin.ansible_name = NAME
    plugin._redirected_names = [NAME]
    return plugin.run([], known)


@pytest.mark.parametrize(
    ("groups", "variables", "patterns"),
    [
        (WITH_GROUP, {}, ["private_connections"]),
        (WITH_GROUP, {"ansible_limit": "prod"}, ["private_connections"]),
        (GROUPS, {}, ["all"]),
        (NONE, {}, ["localhost"]),
        (GROUPS, {"private_connect_hosts": "localhost"}, ["localhost"]),
        (GROUPS, {"private_connect_hosts": "all:!prod"}, ["all:!prod"]),
        (GROUPS, {"private_connect_hosts": ["acme", " uat"]}, ["acme", "uat"]),
    ],
)
def test_a_pattern_that_matches_is_given_back(groups, variables, patterns):
    assert look_up(groups, **variables) == patterns


@pytest.mark.parametrize(
    ("groups", "variables", "words"),
    [
        (
            GROUPS,
            {"private_connect_hosts": "typo"},
            "matches no host of the inventory. The inventory has the hosts acme, bastion, uat and the groups",
        ),
        (GROUPS, {"private_connect_hosts": "prod:!acme"}, "private_connect_hosts=prod:!acme matches no host"),
        (GROUPS, {"private_connect_hosts": ""}, "private_connect_hosts= matches no host"),
        (GROUPS, {"private_connect_hosts": []}, "private_connect_hosts= matches no host"),
        (
            GROUPS,
            {"private_connect_hosts": "acme", "ansible_limit": "sandbox"},
            "hosts=acme matches no host of the inventory within --limit sandbox",
        ),
        (WITH_GROUP, {"ansible_limit": "bastion"}, "The group private_connections has no host within --limit bastion"),
        ({**GROUPS, "private_connections": []}, {}, "The group private_connections has no host. The inventory has"),
        (NONE, {"private_connect_hosts": "typo"}, "The inventory has no hosts; give an inventory by -i"),
        ({"all": [f"h{number:02}" for number in range(30)]}, {"private_connect_hosts": "x"}, "h09 and 20 more"),
    ],
)
def test_one_that_matches_nothing_is_an_error_with_what_there_is(groups, variables, words):
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(groups, **variables)
    assert words in str(caught.value)
