# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""However an option is written, it compares equal to what the org and AWS give back; what they would not take is named."""

from __future__ import annotations

import ipaddress
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.privatelink.salesforce.plugins.module_utils import _drift as drift
from ansible_collections.privatelink.salesforce.plugins.module_utils import _normal as normal
from ansible_collections.privatelink.salesforce.plugins.module_utils import _rules as rules
from ansible_collections.privatelink.salesforce.plugins.module_utils import _selection as select
from ansible_collections.privatelink.salesforce.plugins.module_utils._aws import TAG
from ansible_collections.privatelink.salesforce.plugins.module_utils._private_connect_info import normalised
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.test_drift import OURS, connection, endpoint, facts, group
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.test_drift import params as options


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["10.0.0.1"], ["10.0.0.1/32"]),
        ([" 10.0.0.0/255.0.0.0\n", "10.0.0.0/8"], ["10.0.0.0/8"]),
        (["2001:DB8:0:0::/48", "::1"], ["2001:db8::/48", "::1/128"]),
    ],
)
def test_blocks_as_aws_spells_them(given: list[str], found: list[str]) -> None:
    problems: list[str] = []
    assert (normal.cidrs("allowed_cidrs", given, problems), problems) == (found, [])


@pytest.mark.parametrize("bad", ["10.0.0.1/8", "10.0.0.0/33", "anywhere", "", "fe80::1%eth0"])
def test_no_block_is_named(bad: str) -> None:
    problems: list[str] = []
    assert normal.cidrs("allowed_cidrs", ["10.0.0.0/8", bad], problems) == ["10.0.0.0/8"]
    assert problems[0].startswith(f"allowed_cidrs {bad!r} is not a CIDR block: ")


def test_tags_are_text_and_null_stays() -> None:
    problems: list[str] = []
    given = {"CostCentre": 4711, "Encrypted": True, "share": 0.5, "note": "two words\n", "gone": None, 7: ""}
    found = {"CostCentre": "4711", "Encrypted": "True", "share": "0.5", "note": "two words", "gone": None, "7": ""}
    assert (normal.tags("tags", given, problems), problems) == (found, [])


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("a", ["x"], "holds a list; a tag holds text"),
        ("a", {"b": 1}, "holds a dict"),
        ("a", "x" * 257, "at most 256"),
        ("a", "x\ny", "printable"),
        ("", "x", "1 to 128"),
        ("k" * 129, None, "1 to 128"),
        ("aws:name", "x", "AWS keeps for itself"),
        (TAG, "x", "what is its own"),
    ],
)
def test_tags_that_aws_would_not_take_are_named(key: str, value: t.Any, words: str) -> None:
    problems: list[str] = []
    assert normal.tags("tags", {key: value}, problems) == {}
    assert [words in problem for problem in problems] == [True], problems


def test_the_collections_own_tags_are_taken_from_the_role() -> None:
    assert normal.tags("tags", {TAG: OURS}, [], ours=True) == {TAG: OURS}


# -- the second run --------------------------------------------------------------------------------------------------

ADDRESSES = st.ip_addresses()
BLOCKS = st.one_of(
    ADDRESSES.map(str),
    st.tuples(ADDRESSES, st.integers(8, 32)).map(lambda pair: str(ipaddress.ip_network(f"{pair[0]}/{pair[1]}", strict=False))),
    st.tuples(st.ip_addresses(v=4), st.integers(8, 32)).map(lambda pair: ipaddress.ip_network(f"{pair[0]}/{pair[1]}", strict=False).with_netmask),
    st.ip_addresses(v=6).map(lambda address: address.exploded.upper()),
)
WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
TEXTS = st.tuples(st.sampled_from(["", " ", "\n"]), WORDS, st.sampled_from(["", " ", "\n", "\r\n"])).map("".join)
TAGS = st.dictionaries(WORDS, st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS), max_size=5)


@settings(deadline=None, max_examples=200)
@given(cidrs=st.lists(BLOCKS, min_size=1, max_size=5), label=TEXTS, description=TEXTS, tags=TAGS, ids=st.lists(st.sampled_from(["sg-1", "sg-2"])))
def test_the_run_after_a_run_finds_no_difference(cidrs: list[str], label: str, description: str, tags: dict[str, t.Any], ids: list[str]) -> None:
    """What the modules write, as the org and AWS keep it, against the options as they were given."""
    raw = options(label=label, description=description, tags=tags, allowed_cidrs=cidrs, subnet_ids=["subnet-1", "subnet-1"], security_group_ids=ids)
    params, problems = normalised(raw)
    assert problems == []
    kept = {**{key: value for key, value in normal.tags("tags", tags, []).items() if value is not None}, TAG: OURS}
    add, _remove = rules.plan([], select.wanted_rules(params["allowed_cidrs"]), select.RULE_MARK)
    # AWS has no two rules of the same source.
    stored = [{**rule, "source": str(ipaddress.ip_network(rule["source"]))} for rule in add]
    assert len({rule["source"] for rule in stored}) == len(stored)
    wearing = sorted(set(ids)) or ["sg-1"]
    found = facts(
        own_group=group(ingress=stored, tags=kept), endpoint=endpoint(tags=kept, security_group_ids=wearing),
        connection=connection(label=label.strip(), description=description.strip()), allowed_cidrs=sorted(params["allowed_cidrs"]),
        wanted_subnet_ids=sorted(params["subnet_ids"]), wanted_group_ids=sorted(params["security_group_ids"]) or ["sg-1"], dns=[],
    )  # fmt: skip
    assert drift.present(found, params) == []
