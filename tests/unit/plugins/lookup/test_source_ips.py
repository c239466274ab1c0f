# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import os
import re

import pytest
from ansible import constants as C  # noqa: N812
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.privatelink.salesforce.plugins.lookup import source_ips
from ansible_collections.privatelink.salesforce.plugins.module_utils._argspec import ORG_OPTIONS
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import AuthError
from ansible_collections.privatelink.salesforce.plugins.module_utils._org import connect as real_connect
from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _run_cache
from ansible_collections.privatelink.salesforce.tests.unit.plugins import documented

NAME = "privatelink.salesforce.source_ips"
ORG = {"instance_url": "https://acme.my.salesforce.com", "access_token": "t0k3n"}


def connection(name, status="Ready", ranges=(), namespace=None):
    return {
        "id": f"0hX{name}",
        "name": name,
        "status": status,
        "region": "eu-central-1",
        "vpc_endpoint_id": "vpce-0123456789abcdef0",
        "source_ip_ranges": [{"start_ip": start, "end_ip": end} for start, end in ranges],
        "namespace_prefix": namespace,
    }


ACME = connection("Acme", ranges=[("10.10.10.0", "10.10.10.3"), ("10.10.10.4", "10.10.10.7")])
BETA = connection("Beta", ranges=[("10.10.10.0", "10.10.10.1"), ("2001:db8::", "2001:db8::1")])
PENDING = connection("Pending", "PendingAcceptance", [("10.10.11.0", "10.10.11.3")])
EMPTY = connection("Void")
NEW = connection("New", "Unprovisioned")


class FakeOrg:
    def __init__(self, *connections):
        self.answer = list(connections)
        self.error = None
        self.options = []
        self.fetches = 0

    def connect(self, options, context=None):
        self.options.append(options)
        real_connect(options, context)
        return self

    def connections(self):
        self.fetches += 1
        if self.error is not None:
            raise self.error
        return copy.deepcopy(self.answer)


@pytest.fixture(autouse=True)
def isolated(tmp_path, monkeypatch):
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("SALESFORCE_", "SF_")):
            monkeypatch.delenv(name)


@pytest.fixture
def org(monkeypatch):
    fake = FakeOrg(ACME, BETA)
    monkeypatch.setattr(source_ips, "connect", fake.connect)
    return fake


@pytest.fixture
def warnings(monkeypatch):
    shown = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda self, text, *args, **kwargs: shown.append(text))
    return shown


def look_up(*terms, variables=None, **kwargs):
    plugin = source_ips.LookupModule(templar=Templar(DataLoader(), variables=variables or {}))
    return documented.configured("lookup", NAME, source_ips, plugin).run(list(terms), variables=variables or {}, **kwargs)


def of_acme(*terms, **kwargs):
    return look_up(*terms, **{**ORG, **kwargs})


# -- results ----------------------------------------------------------------------------------------------------------


def test_cidrs_of_every_connection_in_the_order_of_the_org(org):
    assert of_acme() == ["10.10.10.0/29", "10.10.10.0/31", "2001:db8::/127"]
    assert org.fetches == 1


def test_terms_give_the_order_and_may_repeat(org):
    beta, acme = ["10.10.10.0/31", "2001:db8::/127"], ["10.10.10.0/29"]
    assert of_acme("Beta", "Acme", "Beta") == beta + acme + beta
    assert of_acme(["Beta", "Acme"], "Acme") == beta + acme + acme


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"format": "ranges"}, [{"start": "10.10.10.0", "end": "10.10.10.1"}, {"start": "2001:db8::", "end": "2001:db8::1"}]),
        ({"format": "addresses"}, ["10.10.10.0", "10.10.10.1", "2001:db8::", "2001:db8::1"]),
        (
            {"format": "security_group_rules", "ports": "8443"},
            [
                {"proto": "tcp", "from_port": 8443, "to_port": 8443, "cidr_ip": ["10.10.10.0/31"], "rule_desc": "Salesforce Private Connect Beta"},
                {"proto": "tcp", "from_port": 8443, "to_port": 8443, "cidr_ipv6": ["2001:db8::/127"], "rule_desc": "Salesforce Private Connect Beta"},
            ],
        ),
        (
            {"format": "login_ip_ranges", "description": "Paris"},
            [
                {"startAddress": "10.10.10.0", "endAddress": "10.10.10.1", "description": "Paris"},
                {"startAddress": "2001:db8::", "endAddress": "2001:db8::1", "description": "Paris"},
            ],
        ),
        (
            {"format": "network_access"},
            [
                {"start": "10.10.10.0", "end": "10.10.10.1", "description": "Salesforce Private Connect Beta"},
                {"start": "2001:db8::", "end": "2001:db8::1", "description": "Salesforce Private Connect Beta"},
            ],
        ),
        ({"query": "source_ip_ranges[].start_ip"}, ["10.10.10.0", "2001:db8::"]),
        ({"query": "{name: name, region: region}"}, [{"name": "Beta", "region": "eu-central-1"}]),
        ({"query": "vpc_endpoint_id"}, ["vpce-0123456789abcdef0"]),
    ],
)
def test_formats_and_query(org, options, expected):
    assert of_acme("Beta", **options) == expected


def test_the_default_port_is_443(org):
    assert {rule["from_port"] for rule in of_acme(format="security_group_rules")} == {443}


def test_packaged_connections(org):
    org.answer = [
        ACME,
        connection("Acme", ranges=[("10.0.0.1", "10.0.0.1")], namespace="ns"),
        connection("Solo", ranges=[("10.0.0.2", "10.0.0.2")], namespace="ns"),
    ]
    assert of_acme("Acme", "ns__Acme", "Solo", "ns__Solo") == ["10.10.10.0/29", "10.0.0.1/32", "10.0.0.2/32", "10.0.0.2/32"]
    org.answer = [connection("Acme", ranges=[("10.0.0.1", "10.0.0.1")], namespace=space) for space in ("ns", "other")]
    with pytest.raises(AnsibleLookupError, match="may be any of ns__Acme, other__Acme"):
        of_acme("Acme", cache=False)


# -- fails closed -----------------------------------------------------------------------------------------------------


def test_all_that_is_missing_or_not_ready_is_named_at_once(org):
    org.answer = [ACME, EMPTY, NEW, PENDING]
    with pytest.raises(AnsibleLookupError) as caught:
        of_acme("Acme", "Acne", "Pending", "Void", "New")
    text = str(caught.value)
    assert "4 problems" in text
    assert "inbound connection Acne is not in https://acme.my.salesforce.com, which has Acme, Void, New, Pending" in text
    assert "(or set on_missing)" in text
    assert "Pending is PendingAcceptance, not Ready; bring it to Ready with privatelink.salesforce.inbound_connection_sync" in text
    assert "Void is Ready but the org shows no source IP ranges" in text
    assert "New is Unprovisioned, not Ready; provision it with privatelink.salesforce.inbound_connection," in text
    assert "(or set on_not_ready)" in text


@pytest.mark.parametrize("other", [PENDING, EMPTY, NEW])
def test_without_terms_every_connection_must_be_usable(org, other):
    org.answer = [ACME, other]
    with pytest.raises(AnsibleLookupError, match=f"inbound connection {other['name']} is .*Ready"):
        of_acme()
    assert of_acme(on_not_ready="skip") == ["10.10.10.0/29"]


def test_an_org_without_connections_is_missing_something(org):
    org.answer = []
    with pytest.raises(AnsibleLookupError, match=r"https://acme.my.salesforce.com has no inbound connections \(or set on_missing\)"):
        of_acme()
    assert of_acme(on_missing="skip") == []


@pytest.mark.parametrize(("option", "other"), [("on_missing", "on_not_ready"), ("on_not_ready", "on_missing")])
def test_each_switch_is_for_its_own_case(org, option, other):
    org.answer = [ACME, PENDING]
    culprit = "Acne" if option == "on_missing" else "Pending"
    assert of_acme("Acme", culprit, **{option: "skip"}) == ["10.10.10.0/29"]
    with pytest.raises(AnsibleLookupError, match=culprit):
        of_acme("Acme", culprit, **{other: "skip"})


def test_warn_says_what_is_left_out(org, warnings):
    org.answer = [ACME, PENDING]
    assert of_acme("Acme", "Acne", "Pending", on_missing="warn", on_not_ready="warn") == ["10.10.10.0/29"]
    assert len(warnings) == 2
    assert re.search(r"leaves out addresses \(on_missing=warn\): inbound connection Acne", warnings[0])
    assert re.search(r"leaves out addresses \(on_not_ready=warn\): inbound connection Pending", warnings[1])


def test_skip_is_silent(org, warnings):
    assert of_acme("Acme", "Acne", on_missing="skip") == ["10.10.10.0/29"]
    assert warnings == []


@pytest.mark.parametrize("query", ["source_iprange", "source_ip_ranges[].startIp", "source_ip_ranges[?start_ip == '1']"])
def test_a_query_that_finds_nothing_is_an_error(org, query):
    with pytest.raises(AnsibleLookupError, match="query finds nothing in inbound connection Acme; its keys are id, name"):
        of_acme("Acme", query=query)


def test_too_many_addresses(org):
    with pytest.raises(AnsibleLookupError, match="hold 8 addresses, more than the 7 allowed"):
        of_acme("Acme", format="addresses", max_addresses=7)
    assert len(of_acme("Acme", format="addresses", max_addresses=8)) == 8


def test_the_words_of_the_org_reach_the_user(org):
    org.error = AuthError("The org refused the login")
    with pytest.raises(AnsibleLookupError, match="source_ips: The org refused the login"):
        of_acme()


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "options", "problem"),
    [
        ((), {"formats": "cidrs"}, "unknown options: formats; known are access_token"),
        ((), {"_terms": ["Acme"]}, "unknown options: _terms"),
        (("",), {}, "'' is not the name of a connection"),
        ((5,), {}, "5 is not the name of a connection"),
        ((None,), {}, "None is not the name of a connection"),
        ((["Acme", {}],), {}, "{} is not the name of a connection"),
        (([],), {}, "an empty list of names is given"),
        ((), {"format": "cidrs", "query": "name"}, "format and query exclude each other"),
        ((), {"query": "]["}, "query is no JMESPath expression"),
        ((), {"ports": ["https"]}, 'port "https" is neither'),
        ((), {"max_addresses": 0}, "max_addresses is 0, it must be at least 1"),
        ((), {"instance_url": "http://acme.my.salesforce.com"}, "must begin with https"),
    ],
)
def test_bad_input_never_reaches_the_org(org, terms, options, problem):
    with pytest.raises(AnsibleLookupError, match=re.escape(problem)):
        of_acme(*terms, **options)
    assert org.fetches == 0


@pytest.mark.parametrize("options", [{"format": "cidr"}, {"on_missing": "ignore"}, {"on_not_ready": "yes"}, {"max_addresses": "many"}])
def test_values_that_no_option_takes(org, options):
    with pytest.raises(AnsibleError, match=next(iter(options))):
        of_acme(**options)
    assert org.fetches == 0


def test_all_problems_at_once(org):
    with pytest.raises(AnsibleLookupError) as caught:
        look_up("", ports=[70000], query="][", max_addresses=0, instance_url="https://login.salesforce.com")
    for part in (
        "5 problems" if "no credentials" not in str(caught.value) else "6 problems",
        "is not the name",
        "70000",
        "JMESPath",
        "max_addresses",
        "login host",
    ):
        assert part in str(caught.value)


def test_options_from_variables_are_templated(org):
    variables = {
        "company": "acme",
        "salesforce_instance_url": "https://{{ company }}.my.salesforce.com",
        "salesforce_access_token": "{{ 't0' ~ 'k3n' }}",
        "salesforce_timeout": "{{ 4 + 1 }}",
        "salesforce_validate_certs": "{{ true }}",
    }
    if hasattr(Templar, "evaluate_expression"):  # ansible-core 2.19 templates what is marked as trusted, as it marks playbooks
        from ansible.template import trust_as_template

        variables = {name: trust_as_template(value) for name, value in variables.items()}
    assert look_up("Acme", variables=variables) == ["10.10.10.0/29"]
    (options,) = org.options
    assert set(options) == set(ORG_OPTIONS)
    assert {name: options[name] for name in (*ORG, "timeout", "validate_certs")} == {**ORG, "timeout": 5, "validate_certs": True}
    assert options["access_token"].__class__ is str, "no tags, so that it can be compared and sent"


def test_direct_options_win_over_variables_and_those_over_the_environment(org, monkeypatch):
    monkeypatch.setenv("SALESFORCE_INSTANCE_URL", "https://env.my.salesforce.com")
    monkeypatch.setenv("SF_ACCESS_TOKEN", "from-env")
    assert look_up("Acme") == ["10.10.10.0/29"]
    look_up("Acme", variables={"salesforce_instance_url": "https://vars.my.salesforce.com"})
    look_up("Acme", variables={"salesforce_instance_url": "{{ not_even_templated"}, instance_url="https://direct.my.salesforce.com")
    assert [options["instance_url"].split("/")[2].split(".")[0] for options in org.options] == ["env", "vars", "direct"]
    assert {options["access_token"] for options in org.options} == {"from-env"}


def test_no_secret_can_come_from_ini():
    secrets = {"access_token", "client_secret", "private_key", "refresh_token"}
    options = documented.options(source_ips)
    assert not [name for name in secrets if "ini" in options[name]]
    assert not [name for name in ORG_OPTIONS if not (options[name]["env"] and options[name]["vars"])]


def test_unchecked_certificates_are_warned_of(org, warnings):
    of_acme("Acme", validate_certs=False)
    assert any("validate_certs=false" in text for text in warnings)


# -- one fetch for a run ----------------------------------------------------------------------------------------------


def test_lookups_of_a_run_fetch_once_for_each_identity(org):
    for options in ({}, {"format": "ranges"}, {"query": "name"}, {"on_missing": "skip"}):
        of_acme("Acme", **options)
    assert org.fetches == 1
    of_acme("Acme", access_token="another")
    assert org.fetches == 2
    _run_cache.forget()
    of_acme("Acme")
    assert org.fetches == 3


def test_without_the_cache_the_org_is_asked_each_time(org):
    of_acme("Acme")
    org.answer = [BETA]
    assert of_acme("Beta", cache=False) == ["10.10.10.0/31", "2001:db8::/127"]
    assert org.fetches == 2


def test_a_failed_fetch_is_tried_again(org):
    org.error = AuthError("The org refused the login")
    with pytest.raises(AnsibleLookupError):
        of_acme("Acme")
    org.error = None
    assert of_acme("Acme") == ["10.10.10.0/29"]
