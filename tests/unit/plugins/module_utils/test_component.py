# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that are proven: with an org that keeps, resets, ignores, refuses, or loses the answer."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _component
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import NetworkError, OrgError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context

BEFORE = {
    "fullName": "A",
    "contactEmail": "a@acme.example",
    "label": "App A",
    "ipRanges": [{"description": "x", "end": "10.0.0.9", "start": "10.0.0.1"}],
    "oauthPolicy": {"ipRelaxation": "ENFORCE", "refreshTokenPolicy": "infinite", "singleLogoutUrl": "u"},
    "profileName": ["P", "Q"],
}
ENTRY = {"description": "y", "end": "10.1.0.9", "start": "10.1.0.1"}
DEFAULTS = {"contactEmail": "a@acme.example", "label": "App A", "oauthPolicy": {"ipRelaxation": "ENFORCE", "refreshTokenPolicy": "zero"}}


class Store:
    """In the place of the client: ``keeps`` what is not sent, or falls back to ``defaults``; ``script`` decides about single updates."""

    def __init__(self, *components, keeps=True, script=None):
        self.kept = {component["fullName"]: copy.deepcopy(component) for component in components or (BEFORE,)}
        self.keeps, self.script = keeps, script or (lambda number, component: None)
        self.sent = []
        self.org = self
        self.context = Context()

    def read(self, kind, names):
        return {name: copy.deepcopy(self.kept[name]) for name in names if name in self.kept}

    def update(self, kind, components):
        self.sent.append(copy.deepcopy(list(components)))
        after, lost = copy.deepcopy(self.kept), None
        for component in components:
            told = self.script(len(self.sent), component)
            if isinstance(told, OrgError):
                raise told
            if told == "cut":
                raise NetworkError("the connection broke", sent=True)
            if told != "ignore":
                base = after[component["fullName"]] if self.keeps else {"fullName": component["fullName"], **DEFAULTS}
                after[component["fullName"]] = _component.merged(base, component)
            if told == "lost":
                lost = NetworkError("the answer was lost", sent=True)
        self.kept = after
        if lost:
            raise lost


def refusal(code="FIELD_INTEGRITY_EXCEPTION"):
    return OrgError(f"Cannot update: {code}", status=200, error_code=code, org_message="no")


def change(store, changes=None, names=("A",)):
    _component.change(store, "ConnectedApp", {name: changes or {"ipRanges": [ENTRY]} for name in names})


def test_what_the_type_requires_goes_along():
    store = Store()
    change(store, {"oauthPolicy": {"ipRelaxation": "BYPASS"}})
    assert store.sent == [
        [
            {
                "fullName": "A",
                "contactEmail": "a@acme.example",
                "label": "App A",
                "oauthPolicy": {"ipRelaxation": "BYPASS", "refreshTokenPolicy": "infinite"},
            }
        ]
    ]
    assert store.kept["A"] == {**BEFORE, "oauthPolicy": {**BEFORE["oauthPolicy"], "ipRelaxation": "BYPASS"}}


def test_resets_are_sent_back_together_with_what_was_sent():
    store = Store(keeps=False)
    change(store)
    assert store.kept["A"] == {**BEFORE, "ipRanges": [ENTRY]}
    assert len(store.sent) == 2
    assert set(store.sent[1][0]) == {"fullName", "contactEmail", "label", "ipRanges", "oauthPolicy", "profileName"}
    (warning,) = store.context.warnings
    assert warning.startswith("After the update of ConnectedApp A members differed that were not sent: oauthPolicy, profileName.")


@pytest.mark.parametrize("kind", ["lost", "cut"])
def test_answers_that_do_not_come(kind):
    store = Store(script=lambda number, component: kind if number == 1 else None)
    change(store)
    assert store.kept["A"]["ipRanges"] == [ENTRY]
    assert len(store.sent) == (1 if kind == "lost" else 2)


def test_answers_that_never_come():
    store = Store(script=lambda number, component: "cut")
    with pytest.raises(
        PrivateConnectError, match=r"got no answer, and the org does not show its values \(A: ipRanges\): the connection broke\. Nothing was changed"
    ):
        change(store)
    assert store.kept["A"] == BEFORE


def test_updates_that_are_ignored():
    store = Store(script=lambda number, component: "ignore")
    with pytest.raises(PrivateConnectError, match=r"\(A: ipRanges\)\. Nothing was changed") as caught:
        change(store)
    assert len(store.sent) == 2
    assert caught.value.details["expected"] == {"A": {"ipRanges": [ENTRY]}}
    assert caught.value.details["found"] == {"A": {"ipRanges": BEFORE["ipRanges"]}}


@pytest.mark.parametrize("told", ["ignore", refusal("REQUIRED_FIELD_MISSING")])
def test_lists_that_cannot_be_emptied(told):
    store = Store(script=lambda number, component: told)
    with pytest.raises(PrivateConnectError, match=r"IP ranges of A was to become empty, which this org does not take.*Nothing was changed"):
        change(store, {"ipRanges": []})


def test_another_refusal_has_nothing_to_do_with_emptiness():
    store = Store(script=lambda number, component: refusal())
    with pytest.raises(OrgError) as caught:
        change(store, {"ipRanges": []})
    assert caught.value.message == "Cannot update: FIELD_INTEGRITY_EXCEPTION. Nothing was changed"
    assert caught.value.error_code == "FIELD_INTEGRITY_EXCEPTION"


def test_what_was_changed_before_a_refusal_is_put_back():
    names = [f"P{number}" for number in range(12)]
    store = Store(
        *({**BEFORE, "fullName": name} for name in names),
        script=lambda number, component: refusal() if number == 2 and component["fullName"] == "P11" else None,
    )
    with pytest.raises(OrgError, match=f"What was changed already was put back: {', '.join(names[:10])}"):
        change(store, names=names)
    assert store.kept == {name: {**BEFORE, "fullName": name} for name in names}
    assert [len(part) for part in store.sent] == [10, 2, 10]


def test_what_cannot_be_put_back_is_in_the_result():
    names = [f"P{number}" for number in range(11)]
    store = Store(*({**BEFORE, "fullName": name} for name in names), script=lambda number, component: refusal() if number > 1 else None)
    with pytest.raises(OrgError, match=r"could not be put back: Cannot update: FIELD_INTEGRITY_EXCEPTION\. Look at it in Setup") as caught:
        change(store, names=names)
    assert caught.value.details["before"] == {name: {"ipRanges": BEFORE["ipRanges"]} for name in names[:10]}


def test_a_reset_that_does_not_heal_is_put_back_as_far_as_it_goes():
    def script(number, component):
        component.pop("profileName", None)

    store = Store(keeps=False, script=script)
    with pytest.raises(PrivateConnectError, match=r"changed what was not sent \(A: profileName\).*could not be put back"):
        change(store)


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("x", None, "", True),
        ("x", False, "false", True),
        ("x", "", "false", True),
        ("x", True, "true", True),
        ("x", "a", "b", False),
        ("x", {"a": ""}, None, True),
        ("x", {"a": "1"}, {"a": "1", "b": {}}, True),
        ("x", {"a": "1"}, None, False),
        ("x", ["a", "b"], ["b", "a"], True),
        ("x", ["a"], "a", True),
        ("x", ["a", "a"], ["a"], False),
        ("x", [{"n": "a", "e": True}], {"e": "true", "n": "a"}, True),
        ("x", [{"n": "a"}, {"n": "b"}], [{"n": "b"}, {"n": "a"}], True),
        ("x", [{"n": "a"}, {"n": "b"}], [{"n": "b"}, {"n": "c"}], False),
        ("ipRanges", [ENTRY], [{**ENTRY, "description": "z"}], False),
        ("loginIpRanges", [{"startAddress": "::1", "endAddress": "0:0::1"}], [{"startAddress": "0::1", "endAddress": "::1", "description": ""}], True),
        ("trustedIpRanges", None, [], True),
    ],
)
def test_equal(name, one, other, same):
    assert _component.equal(name, one, other) is same
    assert _component.equal(name, other, one) is same
