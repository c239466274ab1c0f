# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input, refusals of the org, and faults in the middle: clear words, and everything as it was."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig import CONNECTED, EXTERNAL, INTEGRATION, LINK, LINK_ENTRY, OFFICE, Security

pytest_plugins = ["ansible_collections.privatelink.salesforce.tests.unit.ip_security.security_rig"]

LISTS: dict[str, dict[str, t.Any]] = {
    "trusted_ip_ranges": {},
    "profile_login_ip_ranges": {"profiles": ["Standard"]},
    "connected_app_ip_policy": {"name": CONNECTED},
    "external_client_app_ip_policy": {"name": EXTERNAL},
}
BAD = {
    "10.0.0.9-10.0.0.1": "it is reversed: 10.0.0.9 lies after 10.0.0.1",
    "10.0.0.1-2001:db8::1": "it starts and ends in different address families",
    "10.0.0.1/24": "it has host bits set",
    "10.0.0": "'10.0.0' is not an IP address",
    "10.0.0.0/33": "the prefix length must be a number from 0 to 32",
    "fe80::1%eth0": "an address with a zone",
}


@pytest.mark.parametrize("module", list(LISTS))
def test_every_bad_range_is_named_at_once_before_any_call(security: Security, module: str) -> None:
    security.client.clear_calls()
    text = security.refused(module, ranges=[*BAD, {"start": "10.0.0.1", "colour": "red"}], description=" ", **LISTS[module])
    assert text.startswith(f"{len(BAD) + 2} problems: ")
    for item, words in BAD.items():
        assert f'IP range "{item}": {words}' in text
    assert "end is missing" in text
    assert "description is empty" in text
    assert security.client.count("salesforce") == 0


@pytest.mark.parametrize("module", list(LISTS))
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ranges": ["0.0.0.0/6"]}, "range 0.0.0.0-3.255.255.255 is larger than the /7 that Salesforce takes; split it"),
        ({"ranges": ["2001::/31"]}, "is larger than the /32 that Salesforce takes"),
        ({"ranges": [f"10.0.{number}.0/28" for number in range(129)], "mode": "replace"}, "the list would hold 129 entries, the most allowed are 128"),
        ({"ranges": [LINK], "description": "x" * 256}, "description has 256 characters, at most 255 are taken"),
        ({"ranges": [{"start": "10.0.0.1", "end": "10.0.0.1", "description": "x" * 256}]}, "the description of 10.0.0.1-10.0.0.1 has 256 characters"),
    ],
)
def test_limits_are_checked_before_the_first_write(security: Security, module: str, options: dict[str, t.Any], words: str) -> None:
    assert words in security.refused(module, **LISTS[module], **options)
    assert security.writes() == 0


def test_overlaps_and_doubles_are_settled(security: Security) -> None:
    ranges = ["10.1.0.0/24", "10.1.0.128-10.1.1.9", ["10.1.0.5", {"startIp": "10.1.0.0", "endIp": "10.1.0.1"}], "198.51.100.7"]
    security.well("trusted_ip_ranges", ranges=ranges, description="x")
    assert security.trusted() == [OFFICE, ["10.1.0.0", "10.1.1.9", "x"]]


@pytest.mark.parametrize("module", ["trusted_ip_ranges", "profile_login_ip_ranges"])
def test_nothing_to_merge(security: Security, module: str) -> None:
    assert "ranges is empty: there is nothing to merge" in security.refused(module, **LISTS[module])


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("profile_login_ip_ranges", {"profiles": ["System Administrator"]}, "do you mean Admin, which is the full name of System Administrator?"),
        ("profile_login_ip_ranges", {"profiles": ["admin"]}, "do you mean Admin, which is the full name of System Administrator?"),
        ("profile_login_ip_ranges", {"profiles": ["Custom: Sales Operations"]}, "do you mean Custom%3A Sales Operations"),
        ("profile_login_ip_ranges", {"profiles": ["Integration Usr"]}, "there is no profile Integration Usr; there are Integration User"),
        ("profile_login_ip_ranges", {"profiles": ["Custom%3A Sale Operations"]}, "there are Custom%3A Sales Operations (Custom: Sales Operations)"),
        ("profile_login_ip_ranges", {"profiles": ["Zzz", "Admin"]}, "there is no profile Zzz; there are Admin (System Administrator), Custom%3A"),
        ("profile_login_ip_ranges", {"profiles": []}, "profiles is empty; name at least one profile, such as Admin"),
        ("connected_app_ip_policy", {"name": "Automation of Ada Admin"}, f"there is no connected app Automation of Ada Admin; there are {CONNECTED}"),
        ("external_client_app_ip_policy", {"name": "Automation of Private Link"}, f"do you mean {EXTERNAL}"),
        ("external_client_app_ip_policy", {"name": "Automation_of_Privat"}, f"there are {EXTERNAL}"),
    ],
)
@pytest.mark.parametrize("names", ["exact", "tolerant"])
def test_unknown_names(security: Security, names: str, module: str, options: dict[str, t.Any], words: str) -> None:
    security.client.set_switches(full_names=names)
    assert words in security.refused(module, ranges=[LINK], **options)
    assert security.writes() == 0


@pytest.mark.parametrize("module", list(LISTS))
def test_missing_permission(security: Security, module: str) -> None:
    reader = Security(security.rig)
    reader.login = {**security.login, "client_id": security.org["reader_client_id"], "client_secret": security.org["reader_client_secret"]}
    text = reader.refused(module, ranges=[LINK], **LISTS[module])
    assert "INSUFFICIENT_ACCESS" in text
    assert "'Modify Metadata Through Metadata API Functions' (ModifyMetadata)" in text


@pytest.mark.parametrize(
    ("right", "options", "words"),
    [
        ("ViewConsumerSecretsInMetadata", {"ranges": [LINK]}, "'View External Client Apps Consumer Secrets in Metadata'"),
        ("ManageExternalClientAppPolicies", {"ip_relaxation": "bypass"}, "'View all External Client Apps, view their settings, and edit their policies'"),
        # The ranges are written before the relaxation is refused.
        (
            "ManageExternalClientAppPolicies",
            {"ranges": [LINK], "ip_relaxation": "bypass"},
            f"The ranges of {EXTERNAL}_oauth, which were changed before, were put back",
        ),
    ],
)
def test_rights_that_an_external_client_app_takes(security: Security, right: str, options: dict[str, t.Any], words: str) -> None:
    security.client.revoke(security.org["username"], right)
    text = security.refused("external_client_app_ip_policy", name=EXTERNAL, **options)
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in text
    assert words in text


def test_one_profile_of_three(security: Security) -> None:
    """The org refuses one; none of them is changed, and it alone is named."""
    security.client.set_switches(range_list_max=3)
    security.client.set_login_ip_ranges("Custom%3A Sales Operations", [[f"192.0.2.{number}", f"192.0.2.{number}"] for number in (1, 3, 5)])
    text = security.refused(
        "profile_login_ip_ranges", profiles=["Standard", "Custom%3A Sales Operations", "Integration User"], ranges=[LINK], allow_lockout=True
    )
    assert "Custom%3A Sales Operations: LIMIT_EXCEEDED: You can specify at most 3 IP ranges; 4 were sent" in text
    assert "ROLLED_BACK" not in text
    assert text.endswith("Nothing was changed")


def test_the_second_ten_of_twelve_profiles_are_refused(security: Security) -> None:
    names = [security.client.act("add_profile", name=f"Team {number}")["full_name"] for number in range(12)]
    security.client.set_switches(range_list_max=3)
    security.client.set_login_ip_ranges(names[11], [[f"192.0.2.{number}", f"192.0.2.{number}"] for number in (1, 3, 5)])
    text = security.refused("profile_login_ip_ranges", profiles=names, ranges=[LINK])
    assert f"{names[11]}: LIMIT_EXCEEDED" in text
    assert f"What was changed already was put back: {', '.join(names[:10])}" in text


def test_more_than_five_ranges_and_every_request(security: Security) -> None:
    security.client.set_switches(every_request_ranges="five")
    security.client.set_login_ip_ranges("Standard", [[f"192.0.2.{number}", f"192.0.2.{number}"] for number in (1, 3, 5, 7, 9, 11)])
    text = security.refused("session_settings", enforce_ip_ranges_every_request=True)
    assert "CANNOT_ENABLE_IP_RESTRICT_REQUESTS: Exceeded the limit of five IP ranges specified in a profile: Standard" in text
    assert "only while no profile has more than 5 of them. Join neighbouring ranges" in text
    assert "Nothing was changed" in text


@pytest.mark.parametrize("module", list(LISTS))
def test_a_lost_answer_is_settled_by_reading(security: Security, module: str) -> None:
    security.client.add_fault("lost_answer", "salesforce", "soap.updateMetadata")
    security.well(module, ranges=[LINK], **LISTS[module])
    assert security.writes() == 1


def test_a_write_that_never_arrived_is_sent_again(security: Security) -> None:
    security.client.add_fault("reset", "salesforce", "soap.updateMetadata")
    security.well("trusted_ip_ranges", ranges=[LINK])
    assert (security.writes(), security.trusted()) == (2, [OFFICE, LINK_ENTRY])


def test_the_session_ends_between_two_calls(security: Security) -> None:
    security.client.add_fault("expire_token", "salesforce", "soap.updateMetadata")
    security.well("trusted_ip_ranges", ranges=[LINK])
    assert security.trusted() == [OFFICE, LINK_ENTRY]


@pytest.mark.parametrize("body", ["<a>&lol;</a>", '<!DOCTYPE a [<!ENTITY lol "x">]><a>&lol;</a>', "no XML", ""])
def test_answers_that_cannot_be_trusted(security: Security, body: str) -> None:
    security.client.add_fault("status", "salesforce", "soap.readMetadata", status=200, body=body, times=9)
    text = security.refused("trusted_ip_ranges", ranges=[LINK])
    assert "the org's answer (HTTP 200) is no XML that can be trusted" in text


def test_settings_that_are_not_given_are_not_taken_for_empty_ones(security: Security) -> None:
    """Else the merge would drop every entry that is there."""
    namespace = "http://soap.sforce.com/2006/04/metadata"
    nil = '<records xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
    inner = f'<readMetadataResponse xmlns="{namespace}"><result>{nil}</result></readMetadataResponse>'
    body = f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{inner}</e:Body></e:Envelope>'
    security.client.add_fault("status", "salesforce", "soap.readMetadata", status=200, body=body)
    assert "the org gave none" in security.refused("trusted_ip_ranges", ranges=[LINK])


def test_old_api_version(security: Security) -> None:
    text = security.refused("external_client_app_ip_policy", name=EXTERNAL, ranges=[LINK], api_version="58.0")
    assert "INVALID_TYPE" in text
    assert "external client apps need 59.0 or later" in text


@pytest.mark.parametrize("module", ["login_history_info", "auth_session_info"])
def test_bad_filters(security: Security, module: str) -> None:
    text = security.refused(module, since="yesterday", until="2026-13-01", limit=0, source_ranges=["10.0.0.9-10.0.0.1"])
    for words in ("since 'yesterday' is no time of the form", "until '2026-13-01'", "limit is 0, it must be from 1 to 2000", "it is reversed"):
        assert words in text
    assert "source=inside needs source_ranges" in security.refused(module, source="inside")
    assert "the org has no user nobody@acme.example" in security.refused(module, users=["nobody@acme.example", INTEGRATION])
