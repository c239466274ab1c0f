# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values are judged before anything is sent."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _validate as check


@pytest.mark.parametrize("name", ["Acme", "a", "Acme_Inbound_2", "acme__Inbound", "A" * 80])
def test_developer_names(name):
    assert check.developer_name(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "1Acme", "_Acme", "Acme_", "Acme Inbound", "Acme-Inbound", "Acmé", "a__b__c", "__a", "a__", "Acme___Inbound", "Acme\n", "x'; DROP", "A" * 81],
)
def test_no_developer_names(name):
    assert repr(name) in check.developer_name(name)


@pytest.mark.parametrize(("judge", "limit"), [(check.label, 80), (check.description, 255)])
def test_texts_have_a_limit(judge, limit):
    assert judge(None) is None
    assert judge("x" * limit) is None
    assert f"has {limit + 1} characters, Salesforce takes at most {limit}" in judge("x" * (limit + 1))
    assert "is empty" in judge("")
    assert "is empty" in judge(" \n")


@pytest.mark.parametrize("name", ["eu-central-1", "us-gov-west-1", "ap-southeast-4", None])
def test_regions(name):
    assert check.region(name) is None


@pytest.mark.parametrize("name", ["", "eu-central", "eu_central_1", "EU-CENTRAL-1", "eu-central-1a", "eu-central-1\n", "frankfurt"])
def test_no_regions(name):
    assert repr(name) in check.region(name)


@pytest.mark.parametrize("value", ["vpce-0123456789abcdef0", "vpce-01234567", None])
def test_endpoint_ids(value):
    assert check.aws_id("vpc_endpoint_id", value, "vpce") is None


@pytest.mark.parametrize(
    "value", ["", "vpce-", "vpce-0123456789abcdef", "vpce-svc-0123456789abcdef0", "vpce-0123456789ABCDEF0", "vpc-0123456789abcdef0", "vpce-01234567\n"]
)
def test_no_endpoint_ids(value):
    assert check.aws_id("vpc_endpoint_id", value, "vpce") == f"vpc_endpoint_id {value!r} is not an ID of the form vpce-0123456789abcdef0"


@pytest.mark.parametrize("host", ["acme.my.salesforce.com", "acme--uat.sandbox.my.salesforce.com", "ACME.my.salesforce.com", None])
def test_hosts(host):
    assert check.host_name("my_domain", host) is None


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("login.salesforce.com", "is a login host"),
        ("Test.Salesforce.com.", "is a login host"),
        ("acme", "is not a host name"),
        ("https://acme.my.salesforce.com", "is not a host name"),
        ("acme.my.salesforce.com/x", "is not a host name"),
        ("acme.my.salesforce.com\n", "is not a host name"),
        ("-acme.my.salesforce.com", "is not a host name"),
        ("a" * 64 + ".my.salesforce.com", "is not a host name"),
    ],
)
def test_no_hosts(host, words):
    assert words in check.host_name("my_domain", host)


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.my.salesforce.com",
        "https://acme.my.salesforce.com/",
        "HTTPS://Acme.my.salesforce.com:443",
        "https://acme--uat.sandbox.my.salesforce.com",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
        None,
    ],
)
def test_instance_urls(url):
    assert check.instance_url(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://acme.my.salesforce.com", "must begin with https://"),
        ("http://localhost.example.org", "must begin with https://"),
        ("acme.my.salesforce.com", "not a URL of the form"),
        ("ftp://acme.my.salesforce.com", "not a URL of the form"),
        ("https://", "not a URL of the form"),
        ("https://acme.my.salesforce.com:port", "is not a URL"),
        ("https://acme my.salesforce.com", "not a host name"),
        ("https://acme", "not a host name"),
        ("https://acme.my.salesforce.com/services/data", "has a path"),
        ("https://acme.my.salesforce.com?x=1", "has a path"),
        ("https://acme.my.salesforce.com#top", "has a path"),
        ("https://login.salesforce.com", "names the login host login.salesforce.com"),
        ("https://TEST.salesforce.com./", "names the login host"),
    ],
)
def test_no_instance_urls(url, words):
    assert words in check.instance_url(url)


@pytest.mark.parametrize(
    "url", ["https://admin:hunter2@acme.my.salesforce.com", "http://:hunter2@acme.my.salesforce.com/x", "ftp://a:hunter2@acme", "https://a:hunter2@acme:port"]
)
def test_a_password_in_the_url_is_not_repeated(url):
    problem = check.instance_url(url)
    assert "user name or password" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize("url", ["https://login.salesforce.com/services/oauth2/token", "http://127.0.0.1:8080/services/oauth2/token", None])
def test_token_urls(url):
    assert check.token_url(url) is None


@pytest.mark.parametrize("url", ["http://login.salesforce.com/services/oauth2/token", "login.salesforce.com", "https://", "https://a:b@login.salesforce.com/x"])
def test_no_token_urls(url):
    """It is where secrets are sent to."""
    problem = check.token_url(url)
    assert "token_url" in problem
    assert "a:b" not in problem


@pytest.mark.parametrize("version", ["58.0", "67.0", "100.0", None])
def test_api_versions(version):
    assert check.api_version(version) is None


@pytest.mark.parametrize("version", ["", "67", "v67.0", "57.0", "67.5", "67.0\n"])
def test_no_api_versions(version):
    assert repr(version) in check.api_version(version)


def test_at_least():
    assert check.at_least("wait_timeout", 1, 1) is None
    assert check.at_least("wait_timeout", None, 1) is None
    assert check.at_least("wait_timeout", 0, 1) == "wait_timeout is 0, it must be at least 1"


def test_problems_are_told_once_each():
    assert check.problems(None, "a", "b", "a", None) == ["a", "b"]
