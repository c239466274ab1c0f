# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import FORMATS

ACME = {
    "name": "Acme",
    "namespace_prefix": None,
    "status": "Ready",
    "source_ip_ranges": [{"start_ip": "10.10.10.0", "end_ip": "10.10.10.3"}, {"start_ip": "2001:db8::", "end_ip": "2001:db8::1"}],
}
PACKAGED = {"name": "Acme", "namespace_prefix": "ns", "status": "Ready", "source_ip_ranges": [{"start_ip": "10.10.10.4", "end_ip": "10.10.10.7"}]}
EMPTY = {"name": "Beta", "namespace_prefix": None, "status": "Allocating", "source_ip_ranges": []}

ACME_TEXT = "Salesforce Private Connect Acme"
PACKAGED_TEXT = "Salesforce Private Connect ns__Acme"


def call(name, *args, **kwargs):
    module = importlib.import_module(f"ansible_collections.privatelink.salesforce.plugins.filter.{name}")
    filters = module.FilterModule().filters()
    assert list(filters) == [name]
    return filters[name](*args, **kwargs)


def rule(family, cidrs, text, port=443):
    return {"proto": "tcp", "from_port": port, "to_port": port, family: cidrs, "rule_desc": text}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("to_cidrs", ["10.10.10.0/29", "2001:db8::/127"]),
        ("to_ranges", [{"start": "10.10.10.0", "end": "10.10.10.7"}, {"start": "2001:db8::", "end": "2001:db8::1"}]),
        ("to_addresses", [f"10.10.10.{number}" for number in range(8)] + ["2001:db8::", "2001:db8::1"]),
        (
            "to_security_group_rules",
            [
                rule("cidr_ip", ["10.10.10.0/30"], ACME_TEXT),
                rule("cidr_ip", ["10.10.10.4/30"], PACKAGED_TEXT),
                rule("cidr_ipv6", ["2001:db8::/127"], ACME_TEXT),
            ],
        ),
        (
            "to_login_ip_ranges",
            [
                {"startAddress": "10.10.10.0", "endAddress": "10.10.10.3", "description": ACME_TEXT},
                {"startAddress": "10.10.10.4", "endAddress": "10.10.10.7", "description": PACKAGED_TEXT},
                {"startAddress": "2001:db8::", "endAddress": "2001:db8::1", "description": ACME_TEXT},
            ],
        ),
        (
            "to_network_access",
            [
                {"start": "10.10.10.0", "end": "10.10.10.3", "description": ACME_TEXT},
                {"start": "10.10.10.4", "end": "10.10.10.7", "description": PACKAGED_TEXT},
                {"start": "2001:db8::", "end": "2001:db8::1", "description": ACME_TEXT},
            ],
        ),
    ],
)
def test_connections(name, expected):
    assert call(name, [PACKAGED, ACME]) == expected


@pytest.mark.parametrize("name", [f"to_{name}" for name in FORMATS])
def test_every_format_takes_every_form(name):
    ranges = ["10.10.10.0/30", "2001:db8:: - 2001:db8::1"]
    assert call(name, ACME) == call(name, [ACME])
    assert call(name, ranges) == call(name, (*ranges, *ranges))
    assert call(name, ranges[0]) == call(name, [{"start": "10.10.10.0", "end": "10.10.10.3"}]) != []
    assert call(name, []) == []


@pytest.mark.parametrize("name", ["to_login_ip_ranges", "to_network_access"])
def test_a_description_of_its_own_wins(name):
    ranges = [{"startIp": "10.0.0.0", "endIp": "10.0.0.1", "description": "Paris"}, "10.0.0.9"]
    assert [item["description"] for item in call(name, ranges)] == ["Paris", "Salesforce Private Connect"]
    assert [item["description"] for item in call(name, ranges, description="Lyon")] == ["Paris", "Lyon"]
    assert {item["description"] for item in call(name, [ACME], description="Lyon")} == {"Lyon"}


def test_ports_and_description_of_rules():
    assert call("to_security_group_rules", "10.0.0.1", [443, 8443], "Paris") == [
        rule("cidr_ip", ["10.0.0.1/32"], "Paris"),
        rule("cidr_ip", ["10.0.0.1/32"], "Paris", 8443),
    ]


def test_the_limit_of_addresses():
    assert len(call("to_addresses", "10.0.0.0/30", max_addresses=4)) == 4
    with pytest.raises(AnsibleFilterError, match="to_addresses: the ranges hold 4 addresses, more than the 3 allowed"):
        call("to_addresses", "10.0.0.0/30", 3)


@pytest.mark.parametrize("name", [f"to_{name}" for name in FORMATS])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (["10.0.0.1/24", "nonsense"], "2 problems: .*10.0.0.1/24.*nonsense"),
        (EMPTY, "connection Beta has no source IP ranges .Allocating."),
        ([ACME, EMPTY], "connection Beta has no source IP ranges"),
        (None, "null is not a list of IP ranges"),
        ([[ACME]], "neither text nor a mapping"),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_filter(name, value, problem):
    with pytest.raises(AnsibleFilterError, match=f"^{name}: .*{problem}"):
        call(name, value)


def test_ranges_of_a_connection_that_make_no_sense_name_the_connection() -> None:
    connections = [
        {"name": name, "source_ip_ranges": [{"start_ip": start, "end_ip": "10.0.0.1"}]} for name, start in (("Good", "10.0.0.0"), ("Bad", "10.0.0.9"))
    ]
    with pytest.raises(AnsibleFilterError, match=r"connection Bad: IP range .*: it is reversed: 10\.0\.0\.9 lies after 10\.0\.0\.1"):
        call("to_cidrs", connections)
