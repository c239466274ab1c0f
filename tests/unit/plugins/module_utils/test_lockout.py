# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who would be shut out: the pure judgement, and what the org is asked."""

from __future__ import annotations

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils import _lockout as lockout
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError, Refusal
from ansible_collections.privatelink.salesforce.plugins.module_utils._lockout import Observation, Seen

IN, OUT = "10.0.0.2", "192.0.2.1"
ENTRIES = ({"startAddress": "10.0.0.0", "endAddress": "10.0.0.3"}, {"startAddress": "2001:db8::", "endAddress": "2001:db8::f"})


def seen(*addresses):
    return tuple(Seen(address, f"seen {number}") for number, address in enumerate(addresses))


def judged(own=(IN,), profile="P", admins=None, *, entries=ENTRIES, of="P", jwt=False):
    observation = Observation("u@acme.example", profile, seen(*own), {} if admins is None else {"P": seen(*admins)}, jwt)
    return lockout.objections(observation, {of: entries}, "this rule")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, []),
        ({"own": (IN, "10.0.0.0", "10.0.0.3", "2001:DB8::000f")}, []),
        ({"own": (OUT,)}, ["this rule of profile P would shut out u@acme.example, who comes from 192.0.2.1 (seen 0)"]),
        ({"own": (OUT, OUT)}, ["192.0.2.1 (seen 0 and seen 1)"]),
        ({"own": (IN, OUT)}, ["192.0.2.1 (seen 1)"]),
        ({"own": (OUT, "2001:db8::10")}, ["192.0.2.1 (seen 0)", "2001:db8::10 (seen 1)"]),
        ({"own": ("10.0.0.4",)}, ["10.0.0.4"]),
        ({"own": (OUT,), "jwt": True}, ["; JWT bearer logins always meet profile ranges"]),
        ({"own": ()}, ["the org does not say from where u@acme.example (profile P) comes, so this rule may shut out this run"]),
        ({"own": (OUT,), "of": "Q"}, []),
        ({"own": (OUT,), "entries": []}, []),
        ({"profile": "", "own": (IN,)}, ["the org does not say which profile u@acme.example has, so this rule of profile P may shut out this run"]),
        ({"admins": (IN, OUT)}, []),
        ({"admins": (OUT, "192.0.2.9", OUT)}, ["no admin of profile P could log in any more: in the last 30 days they came from 192.0.2.1, 192.0.2.9"]),
        ({"admins": ()}, ["no admin of profile P may be able to log in any more: the org shows no login of one in the last 30 days"]),
        ({"own": (OUT,), "admins": (OUT,)}, ["would shut out u@acme.example", "no admin of profile P"]),
        ({"admins": (OUT,), "entries": []}, []),
    ],
)
def test_objections(arguments, words):
    found = judged(**arguments)
    assert len(found) == len(words)
    for text, part in zip(found, words):
        assert part in text


def test_challenges():
    here = Observation("u", "P", seen(IN, OUT))
    assert lockout.challenges(here, [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.3"}]) == [
        "u comes from 10.0.0.2 (seen 0), which would not be trusted any more: logins with a password from there meet a challenge"
    ]
    assert lockout.challenges(here, [{"start_ip": OUT, "end_ip": OUT}]) == []
    assert lockout.challenges(Observation("u", "P", ()), [{"start_ip": OUT, "end_ip": OUT}]) == []


def test_app_objections():
    there, nowhere = Observation("u", "P", seen(OUT)), Observation("u", "P", ())
    allowed = [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.3"}]
    assert lockout.app_objections(there, "App", allowed, "it") == ["it would shut out u, who logs in through app App and comes from 192.0.2.1 (seen 0)"]
    assert lockout.app_objections(there, "App", [], "it") == []
    (text,) = lockout.app_objections(nowhere, "App", allowed, "it")
    assert "the org does not say from where u comes" in text


@pytest.mark.parametrize(
    ("permissions", "counts"),
    [
        (None, False),
        ({"name": "ManageUsers", "enabled": "true"}, True),
        ([{"name": "ApiEnabled", "enabled": True}, {"name": "ManageIpAddresses", "enabled": True}], True),
        ([{"name": "ManageUsers", "enabled": "false"}], False),
    ],
)
def test_who_counts_as_admin(permissions, counts):
    found = lockout.admin_profiles({"Admin": {}, "P": {"userPermissions": permissions}})
    assert found == (["Admin", "P"] if counts else ["Admin"])


def test_refuse():
    warnings: list[str] = []
    lockout.refuse([], False, warnings)
    lockout.refuse(["a", "b"], True, warnings)
    assert warnings == ["allow_lockout: a", "allow_lockout: b"]
    with pytest.raises(Refusal, match=r"Nothing was changed, since this would lock out: a \| b\. ") as caught:
        lockout.refuse(["a", "b"], False, warnings)
    assert caught.value.details == {"objections": ["a", "b"]}


class Org:
    """Answers by the object that a query names."""

    grant = type("Grant", (), {"method": "jwt_bearer"})

    def __init__(self, **rows):
        self.rows, self.asked = rows, []

    def userinfo(self):
        return {"user_id": "005000000000001AAA"}

    def query(self, soql):
        self.asked.append(soql)
        named = "admins" if "IsActive" in soql else "admin_logins" if "UserId IN" in soql else soql.split(" FROM ")[1].split()[0]
        return self.rows.get(named, [])

    def list(self, kind):
        return self.rows["profiles"]


def login(address, status="Success", **more):
    return {"SourceIp": address, "Status": status, "LoginTime": "2026-11-24T08:00:00Z", **more}


def observed(of=(), profiles=({"fullName": "Admin", "id": "00e000000000001AAA"}, {"fullName": "P%3A", "id": "00e000000000002AAA"}), **rows):
    user = [{"Username": "u", "ProfileId": "00e000000000002", "Profile": {"Name": "P:"}}]
    org = Org(User=user, profiles=list(profiles), **rows)
    return lockout.observe(org, org, of), org


def test_newest_login_that_came_in_and_this_session():
    rows = [login(OUT, "Restricted IP"), login("Salesforce.com IP"), login(None), login(IN, "success", Application="App"), login(OUT)]
    sessions = [{"SourceIp": OUT, "IsCurrent": False}, {"SourceIp": "::1", "IsCurrent": True}, {"SourceIp": "Unknown", "IsCurrent": True}]
    found, org = observed(LoginHistory=rows, AuthSession=sessions)
    assert [(item.address, item.source) for item in found.own] == [(IN, "its newest login, 2026-11-24T08:00:00Z"), ("::1", "this session")]
    assert (found.username, found.profile, found.jwt, found.application, found.admins) == ("u", "P%3A", True, "App", {})
    assert not any("Status =" in soql or "SourceIp =" in soql for soql in org.asked)


@pytest.mark.parametrize(
    ("profiles", "name"),
    [
        ([{"fullName": "P%3A", "id": "00e000000000002"}], "P%3A"),
        ([{"fullName": "P%3A"}], "P%3A"),
        ([{"fullName": "P%3A", "id": ""}, {"fullName": "Else"}], "P%3A"),
        ([{"fullName": "Else", "id": "00e000000000009AAA"}], ""),
        ([], ""),
    ],
)
def test_the_profile_by_id_or_label_or_not_at_all(profiles, name):
    assert observed(profiles=profiles)[0].profile == name


def test_admins():
    users = [{"Id": "005000000000008AAA", "ProfileId": "00e000000000001AAA"}]
    rows = [login(OUT, UserId="005000000000008"), login(IN, "Failed", UserId="005000000000008AAA")]
    found, org = observed(["Admin"], admins=users, admin_logins=rows)
    assert {name: [item.address for item in items] for name, items in found.admins.items()} == {"Admin": [OUT]}
    assert "ProfileId IN ('00e000000000001')" in org.asked[-2]
    assert observed(["Admin"], admins=users)[0].admins == {"Admin": ()}
    # Nobody has the profile, so nobody of it can be locked out.
    assert observed(["Admin"])[0].admins == {}


@pytest.mark.parametrize(
    ("undone", "words"),
    [
        (None, "After the change a new login failed: Give credentials. The change was taken back"),
        ("gone", "The change could not be taken back: gone. Undo it in Setup now, from a session that is open"),
    ],
)
def test_prove_login(monkeypatch, undone, words):
    def fail(*_arguments, fresh):
        assert fresh, "a session that is there already would prove nothing"
        raise PrivateConnectError("Give credentials")

    def undo():
        if undone:
            raise PrivateConnectError(undone)

    monkeypatch.setattr(lockout, "connect", fail)
    with pytest.raises(PrivateConnectError) as caught:
        lockout.prove_login({}, None, undo)
    assert words in caught.value.message
    assert isinstance(caught.value, Refusal) is (undone is None)
