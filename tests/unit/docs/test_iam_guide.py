# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's table of IAM actions is what the policies of docs/iam say, and these are policies that IAM takes."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import jinja2
import pytest

from ansible_collections.privatelink.salesforce.tests.emulators.aws.iam import Policy

DOCS = pathlib.Path(__file__).resolve().parents[3] / "docs"
GUIDE = (DOCS / "docsite/rst/iam_guide.rst").read_text(encoding="utf-8")
NAMES = sorted(path.stem for path in (DOCS / "iam").glob("*.json"))
# The longest values that the places can hold in practice.
PLACES = {"region": "ap-southeast-1", "account": "123456789012", "vpc_id": "vpc-0123456789abcdef0", "my_domain": f"{'a' * 40}.sandbox.my.salesforce.com"}
MANAGED_POLICY_LIMIT = 6144  # characters, white space not counted


def filled(name: str) -> dict[str, t.Any]:
    text = (DOCS / "iam" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text).render(PLACES))


def actions(document: dict[str, t.Any]) -> set[str]:
    listed = [statement["Action"] for statement in document["Statement"]]
    return {action for item in listed for action in ([item] if isinstance(item, str) else item)}


def table() -> dict[str, set[str]]:
    rows = re.findall(r"^   \* - ``([a-z0-9]+:[A-Za-z0-9]+)``\n     - .+\n     - ([a-z, ]+)$", GUIDE, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "an action is twice in the table"
    return {action: set(policies.split(", ")) for action, policies in rows}


def test_the_table_is_what_the_policies_say() -> None:
    documents = {name: actions(filled(name)) for name in NAMES}
    assert table() == {action: {name for name in NAMES if action in documents[name]} for action in set().union(*documents.values())}


def test_each_policy_and_no_other_is_in_the_guide() -> None:
    assert re.findall(r"^   \* - ``([a-z]+)\.json``$", GUIDE, re.MULTILINE) == ["status", "preflight", "setup", "teardown", "replace"]
    assert sorted(["status", "preflight", "setup", "teardown", "replace"]) == NAMES


def test_every_place_is_explained() -> None:
    used = set(re.findall(r"\{\{ (\w+)", "".join((DOCS / "iam" / f"{name}.json").read_text(encoding="utf-8") for name in NAMES)))
    explained = re.search(r"   \* - Place\n.*?\n\n", GUIDE, re.DOTALL)
    assert explained
    assert used == set(re.findall(r"``(\w+)``", "".join(re.findall(r"^   \* - (``.*)$", explained[0], re.MULTILINE))))


@pytest.mark.parametrize("name", NAMES)
def test_iam_takes_the_policy(name: str) -> None:
    document = filled(name)
    Policy(document)  # raises on what is not understood
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)
    assert not [action for action in actions(document) if "*" in action]
    assert len(json.dumps(document, separators=(",", ":"))) <= MANAGED_POLICY_LIMIT


def test_replace_allows_what_setup_and_teardown_allow() -> None:
    assert actions(filled("replace")) == actions(filled("setup")) | actions(filled("teardown"))
    assert actions(filled("status")) < actions(filled("preflight")) < actions(filled("setup"))
