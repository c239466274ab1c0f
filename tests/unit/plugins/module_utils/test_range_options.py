# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of modules that keep a list of ranges: all problems at once, names, and where a list lies."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _range_list as ranges
from ansible_collections.privatelink.salesforce.plugins.module_utils import _range_options as options
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, OrgError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context

GOOD = {"ranges": ["10.0.0.0/30"], "description": "ours", "mode": "merge", "instance_url": "https://acme.my.salesforce.com", "access_token": "t"}
TRUSTED = options.Place("SecuritySettings", ("networkAccess", "ipRanges"), ranges.SETTINGS)
PROFILE = options.Place("Profile", ("loginIpRanges",), ranges.PROFILE)


def prepared(**more):
    return options.prepare({**GOOD, **more}, Context())


def test_ranges_of_any_form():
    _org, _metadata, given = prepared(ranges=[["10.0.0.0/31", {"start": "10.0.0.2", "end": "10.0.0.9"}], "10.0.0.5", "::1"])
    assert given == [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.9"}, {"start_ip": "::1", "end_ip": "::1"}]


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ({"ranges": ["x", "10.0.0.2-10.0.0.1"], "description": " ", "access_token": None}, ["'x' is not", "reversed", "description is empty", "credentials"]),
        ({"ranges": []}, ["ranges is empty: there is nothing to merge"]),
        ({"description": "x" * 256}, ["description has 256 characters, at most 255 are taken"]),
        ({"ranges": ["0.0.0.0/6", "2001::/31", "10.0.0.1"]}, ["range 0.0.0.0-3.255.255.255 is larger than the /7", "larger than the /32"]),
        ({"ranges": [[["10.0.0.1"]]]}, ["neither text nor a mapping"]),
        ({"ranges": [7, None]}, ["neither text nor a mapping", "neither text nor a mapping"]),
    ],
)
def test_every_problem_at_once(more, problems):
    with pytest.raises(InputError) as caught:
        prepared(**more)
    assert len(caught.value.problems) == len(problems)
    for problem, words in zip(caught.value.problems, problems):
        assert words in problem


@pytest.mark.parametrize("mode", ["replace", "remove"])
def test_no_ranges_mean_something_in_other_modes(mode):
    assert prepared(ranges=[], mode=mode)[2] == []


def test_where_a_list_lies():
    item = {"end": "10.0.0.1", "start": "10.0.0.1"}
    assert TRUSTED.members([item]) == {"networkAccess": {"ipRanges": [item]}}
    assert TRUSTED.members([]) == {"networkAccess": {"ipRanges": []}}
    assert PROFILE.members([]) == {"loginIpRanges": []}
    assert TRUSTED.entries({"networkAccess": {"ipRanges": [item]}}) == [item]
    for empty in ({}, {"networkAccess": ""}, {"networkAccess": {}}, {"networkAccess": {"ipRanges": []}}):
        assert TRUSTED.entries(empty) == []


LABELS = {"Admin": "System Administrator", "Standard": "Standard User", "Sales": "Sales", "Custom%3A Sales": "Custom: Sales"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("System Administrator", "do you mean Admin, which is the full name of System Administrator?"),
        ("system administrator", "do you mean Admin"),
        ("ADMIN", "do you mean Admin"),
        ("Custom: Sales", "do you mean Custom%3A Sales, which is the full name of Custom: Sales?"),
        ("custom%3a sales", "do you mean Custom%3A Sales"),
        ("Custm: Sales", "there is no profile Custm: Sales; there are Custom%3A Sales (Custom: Sales)"),
        ("Salez", "there is no profile Salez; there are Sales"),
        ("Standard Usr", "there are Standard (Standard User)"),
        ("qqq", "there are Admin (System Administrator), Custom%3A Sales (Custom: Sales), Sales, Standard (Standard User)"),
    ],
)
def test_unknown_names(name, words):
    assert words in options.unknown("profile", name, LABELS)


def test_nothing_there_to_name():
    assert options.unknown("connected app", "x", {}) == "there is no connected app x; there are none"


class Names:
    """An org with two profiles that may tell no labels."""

    def __init__(self, told):
        self.told, self.org = told, self

    def read(self, kind, names):
        return {name: {"fullName": name, "custom": "true"} for name in names if name in ("Admin", "Custom%3A Sales")}

    def list(self, kind):
        return [{"fullName": "Admin", "id": "00e000000000001AAA"}, {"fullName": "Custom%3A Sales", "id": "00e000000000002AAA"}]

    def query(self, soql):
        if not self.told:
            raise OrgError("no", status=400, error_code="INVALID_TYPE", org_message="no")
        return [{"Id": "00e000000000001", "Name": "System Administrator"}, {"Id": "00e000000000002", "Name": "Custom: Sales"}]


@pytest.mark.parametrize("told", [True, False])
def test_existing(told):
    names = Names(told)
    assert list(options.existing(names, "Profile", ["Admin", "Custom%3A Sales"], "profile")) == ["Admin", "Custom%3A Sales"]
    with pytest.raises(InputError) as caught:
        options.existing(names, "Profile", ["Admin", "Custom: Sales", "System Administrator"], "profile")
    first, second = caught.value.problems
    assert "do you mean Custom%3A Sales" in first
    assert ("do you mean Admin" in second) is told
    assert "Admin" in second


def test_outcome_names_the_component():
    components = {"A": {}, "B": {"loginIpRanges": [{"startAddress": "10.1.0.0", "endAddress": "10.1.0.1"}]}}
    params = {"mode": "merge", "description": "ours"}
    after = options.outcome(PROFILE, components, [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.3"}], params)
    assert [len(after[name]) for name in ("A", "B")] == [1, 2]
    many = [{"start_ip": f"10.0.{number}.0", "end_ip": f"10.0.{number}.9"} for number in range(129)]
    with pytest.raises(InputError, match=r"2 problems: A: the list would hold 129 entries.*B: the list would hold 129 entries"):
        options.outcome(PROFILE, components, many, {**params, "mode": "replace"})
