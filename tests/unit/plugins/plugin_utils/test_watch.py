# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json

import pytest

from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._watch import Seen, Watcher, changes, kept
from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

RANGES = [{"start_ip": "10.0.0.0", "end_ip": "10.0.0.3"}]
ONE = Seen(connection={"status": "Ready", "source_ip_ranges": RANGES}, drift=[])
ORG, KEY = ("acme", None), ("acme", "One")
DRIFT = [{"what": "record", "have": ["10.0.0.1"], "want": ["10.0.0.2"], "repair": "write it"}]
MORE = [*DRIFT, {"what": "connection", "have": None, "want": "Ready", "repair": "create it"}]
DRIFTING = dataclasses.replace(ONE, drift=DRIFT)
# Of an environment whose connection the org does not have.
GONE = Seen(drift=MORE)


def seen(**connection):
    return dataclasses.replace(ONE, connection={**ONE.connection, **connection})


def told(before, after):
    return [(event["change"], event["name"], event["before"], event["after"]) for event in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        ({KEY: ONE}, {KEY: ONE}, []),
        ({KEY: ONE}, {KEY: seen(status="DeletedRemotely")}, [("status", "One", "Ready", "DeletedRemotely")]),
        ({KEY: ONE}, {KEY: seen(source_ip_ranges=[])}, [("source_ip_ranges", "One", RANGES, [])]),
        ({KEY: ONE}, {KEY: DRIFTING}, [("drift", "One", [], DRIFT)]),
        ({KEY: DRIFTING}, {KEY: ONE}, [("repaired", "One", DRIFT, [])]),
        ({KEY: DRIFTING}, {KEY: DRIFTING}, []),
        ({KEY: DRIFTING}, {KEY: dataclasses.replace(ONE, drift=MORE)}, [("drift_changed", "One", DRIFT, MORE)]),
        ({}, {KEY: DRIFTING}, [("appeared", "One", None, "Ready"), ("drift", "One", None, DRIFT)]),
        ({}, {KEY: GONE}, [("drift", "One", None, MORE)]),
        ({KEY: ONE}, {KEY: GONE}, [("disappeared", "One", "Ready", None), ("drift", "One", [], MORE)]),
        ({KEY: DRIFTING}, {KEY: GONE}, [("disappeared", "One", "Ready", None), ("drift_changed", "One", DRIFT, MORE)]),
        ({KEY: GONE}, {KEY: ONE}, [("appeared", "One", None, "Ready"), ("repaired", "One", MORE, [])]),
        ({KEY: dataclasses.replace(ONE, drift=None)}, {KEY: dataclasses.replace(ONE, drift=None)}, []),
        ({}, {KEY: ONE}, [("appeared", "One", None, "Ready")]),
        ({KEY: ONE}, {}, [("disappeared", "One", "Ready", None)]),
        ({ORG: Seen()}, {ORG: Seen(error="no answer")}, [("error", None, None, "no answer")]),
        ({ORG: Seen(error="no answer")}, {ORG: Seen()}, [("recovered", None, "no answer", None)]),
        ({ORG: Seen(error="no answer")}, {ORG: Seen(error="no answer")}, []),
    ],
)
def test_an_event_for_each_difference(before, after, events):
    assert told(before, after) == events


def test_an_outage_is_told_once_and_nothing_else_is_taken_for_a_change():
    before = {ORG: Seen(), KEY: ONE, ("beta", None): Seen(), ("beta", "Two"): ONE}
    out = kept(before, {ORG: Seen(error="no answer"), ("beta", None): Seen(), ("beta", "Two"): ONE})
    assert told(before, out) == [("error", None, None, "no answer")]
    still = kept(out, {ORG: Seen(error="no answer"), ("beta", None): Seen()})
    assert told(out, still) == [("disappeared", "Two", "Ready", None)]
    back = kept(still, {ORG: Seen(), KEY: seen(status="RejectedRemotely"), ("beta", None): Seen()})
    assert told(still, back) == [("recovered", None, "no answer", None), ("status", "One", "Ready", "RejectedRemotely")]


def test_an_environment_that_cannot_be_read_keeps_what_was_known():
    before = {KEY: ONE}
    out = kept(before, {KEY: Seen(error="ec2 refuses")})
    assert told(before, out) == [("error", "One", None, "ec2 refuses")]
    assert told(out, kept(out, {KEY: ONE})) == [("recovered", "One", "ec2 refuses", None)]


def test_what_is_told_of_a_connection_that_is_gone():
    (of_org,) = changes({KEY: dataclasses.replace(ONE, host="acme_One", instance_url="https://acme")}, {})
    gone, drift = changes({KEY: ONE}, {KEY: dataclasses.replace(GONE, host="payments", next_step="create it")})
    assert (of_org["connection"], of_org["host"], of_org["instance_url"]) == (ONE.connection, "acme_One", "https://acme")
    assert (gone["connection"], gone["host"]) == (ONE.connection, "payments")
    assert (drift["connection"], drift["host"], drift["next_step"], drift["drift"]) == (None, "payments", "create it", MORE)


@pytest.fixture(scope="module")
def running():
    with Rig(aws=False) as made:
        yield made


@pytest.fixture
def rig(running, monkeypatch):
    running.reset()
    running.cloud.put("vpce-0123456789abcdef0", "eu-central-1")
    running.client.create("One", region="eu-central-1", vpc_endpoint_id="vpce-0123456789abcdef0")
    running.client.clear_calls()
    for name in ("client_id", "client_secret"):
        monkeypatch.setenv(f"SALESFORCE_{name.upper()}", running.credentials()["acme"][name])
    return running


def args(rig, **more):
    return {"orgs": [{"name": "acme", "instance_url": rig.credentials()["acme"]["instance_url"]}], **more}


def test_rounds_of_an_org(rig):
    watcher = Watcher(args(rig))
    assert watcher.poll() == []
    rig.client.provision("One")
    (event,) = watcher.poll()
    assert (event["org"], event["name"], event["change"], event["after"]) == ("acme", "One", "status", "PendingAcceptance")
    assert event["host"] == "acme_One"
    assert event["instance_url"] == rig.credentials()["acme"]["instance_url"]
    rig.client.revoke_sessions()
    assert watcher.poll() == []
    # One login, and one more when the session was gone.
    assert rig.client.count("salesforce", "oauth.token") == 2
    assert not rig.client.calls("salesforce", "*", write=True)
    assert rig.credentials()["acme"]["client_secret"] not in json.dumps(event)


def test_the_first_round_tells_errors_and_on_request_what_is_there(rig):
    assert [event["change"] for event in Watcher(args(rig, initial=True)).poll()] == ["appeared"]
    rig.client.add_fault("status", "salesforce", "tooling.query", status=403, times=None)
    watcher = Watcher(args(rig))
    assert [event["change"] for event in watcher.poll()] == ["error"]
    assert watcher.failing
    assert watcher.poll() == []


def test_that_certificates_are_not_checked_is_told_once(rig):
    org = {"name": "acme", "instance_url": rig.credentials()["acme"]["instance_url"], "validate_certs": False}
    watcher = Watcher({"orgs": [org]})
    told = []
    for _round in range(2):
        watcher.poll()
        told += watcher.warnings()
    assert len(told) == 1
    assert "validate_certs=false" in told[0]


def test_every_problem_of_the_arguments_at_once():
    wrong = {"orgs": ["acme", {"instanceurl": "x"}], "environments": ["x", {"name": "One", "dns_ttl": "soon"}], "interval": True, "initial": "yes", "every": 5}
    with pytest.raises(InputError) as caught:
        Watcher(wrong)
    for word in (
        "unknown arguments every",
        "interval is True",
        "initial is 'yes'",
        "org 1 is 'acme'",
        "org 2 has unknown options instanceurl",
        "environment 1 is 'x'",
        "dns_ttl",
    ):
        assert word in str(caught.value)
