# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins and sessions: what is asked, what is matched here, and the summary."""

from __future__ import annotations

import re

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _logins_info as logins
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Loopback, Reply

ADA, BOB = "005000000000001AAA", "005000000000002AAA"
USERS = [{"Id": ADA, "Username": "Ada@acme.example"}, {"Id": BOB, "Username": "bob@acme.example"}]
ROWS = [
    {"Id": "1", "UserId": ADA, "SourceIp": "10.0.0.1", "Status": "Success", "LoginTime": "2026-11-24T08:00:00Z"},
    {"Id": "2", "UserId": BOB, "SourceIp": "192.0.2.1", "Status": "Restricted IP", "LoginTime": "2026-11-24T07:00:00Z"},
    {"Id": "3", "UserId": BOB, "SourceIp": "Salesforce.com IP", "Status": "Success", "LoginTime": "2026-11-24T06:00:00Z"},
    {"Id": "4", "UserId": ADA, "SourceIp": "2001:db8::9", "Status": "Success", "LoginTime": "2026-11-24T05:00:00Z"},
]
DEFAULTS = {"users": [], "own": False, "since": None, "until": None, "source_ranges": [], "source": "any", "limit": 200}


class Fake:
    def __init__(self):
        self.asked = []
        self.server = Loopback(self.answer)

    def answer(self, request):
        if request.path == "/services/oauth2/userinfo":
            return Reply(200, {"user_id": ADA, "preferred_username": "Ada@acme.example"})
        soql = request.query["q"]
        self.asked.append(soql)
        kind = re.search(r" FROM (\w+)", soql)[1]
        rows = {"User": USERS, "LoginHistory": ROWS, "AuthSession": [{**row, "UsersId": row["UserId"], "IsCurrent": row["Id"] == "1"} for row in ROWS]}[kind]
        if kind == "User":
            rows = [row for row in rows if f"'{row['Id'][:15]}" in soql or f"'{row['Username'].lower()}'" in soql.lower()]
        return Reply(200, {"done": True, "records": rows})

    def run(self, body=logins.run_logins, **options):
        return body({**DEFAULTS, "instance_url": self.server.url, "access_token": "t", **options}, False, Context())


@pytest.fixture
def org():
    fake = Fake()
    yield fake
    fake.server.stop()


RANGES = ["10.0.0.0/30", "2001:db8::/64"]


@pytest.mark.parametrize(("body", "key"), [(logins.run_logins, "logins"), (logins.run_sessions, "sessions")])
@pytest.mark.parametrize(("source", "ids"), [("any", "1234"), ("inside", "14"), ("outside", "2")])
def test_source(org, body, key, source, ids):
    found = org.run(body, source_ranges=RANGES, source=source)
    assert "".join(item["id"] for item in found[key]) == ids
    assert found["changed"] is False
    assert found["summary"] == {
        "total": 4,
        "inside": 2,
        "outside": 1,
        "unknown": 1,
        "users_inside": ["Ada@acme.example"],
        "users_outside": ["bob@acme.example"],
        "addresses_outside": ["192.0.2.1"],
    }


def test_nothing_is_inside_or_outside_without_ranges(org):
    found = org.run()
    assert [item["inside"] for item in found["logins"]] == [None] * 4
    assert found["summary"]["unknown"] == 4
    assert found["logins"][0] == {
        "id": "1", "user_id": ADA, "login_time": "2026-11-24T08:00:00Z", "login_type": None, "login_sub_type": None, "status": "Success",
        "source_ip": "10.0.0.1", "application": None, "username": "Ada@acme.example", "inside": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({}, " FROM LoginHistory ORDER BY LoginTime DESC LIMIT 200"),
        ({"limit": 3}, "LIMIT 3"),
        ({"users": ["ada@acme.example"]}, f" WHERE UserId IN ('{ADA[:15]}') ORDER"),
        ({"own": True}, f" WHERE UserId IN ('{ADA[:15]}') ORDER"),
        ({"since": "2026-11-24T08:00:00Z"}, " WHERE LoginTime >= 2026-11-24T08:00:00Z ORDER"),
        ({"since": "2026-11-24T08:00:00+02:00", "until": "2026-11-24"}, " WHERE LoginTime >= 2026-11-24T06:00:00Z AND LoginTime <= 2026-11-24T00:00:00Z ORDER"),
        ({"users": ["ada@acme.example"], "since": "2026-11-24"}, f"UserId IN ('{ADA[:15]}') AND LoginTime >= 2026-11-24T00:00:00Z"),
    ],
)
def test_what_is_asked(org, options, where):
    org.run(**options)
    (soql,) = [soql for soql in org.asked if "LoginHistory" in soql]
    assert where in soql
    assert "SourceIp" not in soql.partition(" FROM ")[2]
    assert "Status" not in soql.partition(" FROM ")[2]


def test_sessions_are_asked_by_their_own_names(org):
    org.run(logins.run_sessions, own=True, since="2026-11-24")
    assert f"UsersId IN ('{ADA[:15]}') AND CreatedDate >= 2026-11-24T00:00:00Z ORDER BY CreatedDate DESC" in org.asked[-1]


def test_user_names_are_quoted(org):
    with pytest.raises(InputError, match="the org has no user o'neil"):
        org.run(users=["o'neil@acme.example"])
    assert "Username IN ('o\\'neil@acme.example')" in org.asked[0]


def test_every_problem_at_once(org):
    with pytest.raises(InputError) as caught:
        org.run(since="soon", until="2026-02-30", limit=2001, source_ranges=["10.0.0.1-10.0.0.0"], access_token=None)
    assert len(caught.value.problems) == 5
    with pytest.raises(InputError, match="source=outside needs source_ranges"):
        org.run(source="outside")
    assert org.asked == []
