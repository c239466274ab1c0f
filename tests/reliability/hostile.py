# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and texts that mean harm, met by whole runs. Single answers, byte by byte, are tried in the unit tests that report.py names."""

from __future__ import annotations

import contextlib
import functools
import json
import pathlib
import socket
import threading
import typing as t

from runs import NAME, Json

from .cases import SHOWN, Case, References, as_undisturbed, converges
from .lab import Lab
from .scenarios import REPLACE, SETUP, TEARDOWN, Reference

HTML = {"Content-Type": "text/html"}
# A billion laughs, and a file of this machine.
LAUGHS = "".join(f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{("&l" + str(n - 1) + ";") * 9 if n else ""}">' for n in range(12))
BOMB = f"<?xml version='1.0'?><!DOCTYPE x [{LAUGHS}]><x>&l11;</x>"
OUTSIDE = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///proc/self/environ'>]><DescribeVpcEndpointsResponse>&f;</DescribeVpcEndpointsResponse>"
ANSWERS: t.Mapping[str, Json] = {
    "a page of HTML": {"kind": "status", "status": 200, "headers": HTML, "body": "<html>Log in</html>"},
    "half an answer": {"kind": "truncate"},
    "17 MB": {"kind": "status", "status": 200, "body": json.dumps("x" * 17_000_000)},
    "100000 brackets": {"kind": "status", "status": 200, "body": "[" * 100_000},
    "a list in place of an object": {"kind": "status", "status": 200, "body": "[1, null]"},
    "rows that are none": {"kind": "status", "status": 200, "body": json.dumps({"done": True, "records": [None, 1, {"attributes": []}]})},
    "no body": {"kind": "status", "status": 200, "body": ""},
}
AWS_ANSWERS: t.Mapping[str, Json] = {
    "an XML bomb": {"kind": "status", "status": 200, "body": BOMB},
    "an external entity": {"kind": "status", "status": 200, "body": OUTSIDE},
    "half an answer": {"kind": "truncate"},
}
ORG_ACTIONS = ("tooling.query", "tooling.create", "connect.action.Provision", "connect.action.Sync", "oauth.token")
METACHARACTERS = "<&'\"\\{}%]]>; \u00fc --"


def cases(references: References) -> t.Iterator[Case]:
    setup = references[SETUP.name]
    for action in ORG_ACTIONS:
        for what, fields in ANSWERS.items():
            body = functools.partial(answered, setup=setup, service="salesforce", action=action, fields=fields)
            yield Case("hostile", SETUP.name, f"{action} is answered with {what}", body, quick=what == "100000 brackets" and action == "tooling.query")
    for action in ("ec2.DescribeVpcEndpoints", "ec2.CreateVpcEndpoint", "route53.ListResourceRecordSets"):
        for what, fields in AWS_ANSWERS.items():
            body = functools.partial(answered, setup=setup, service="aws", action=action, fields=fields)
            yield Case("hostile", SETUP.name, f"{action} is answered with {what}", body)
    for action in ORG_ACTIONS:
        yield Case(
            "hostile",
            SETUP.name,
            f"{action} redirects to another host",
            functools.partial(redirected, setup=setup, action=action),
            quick=action == "tooling.query",
        )
    yield Case("hostile", SETUP.name, "an error of the org holds Jinja", jinja_in_error)
    yield Case("hostile", REPLACE.name, "label, description and tags of others hold Jinja", functools.partial(jinja_in_texts, references=references))
    yield Case("hostile", SETUP.name, "every text option holds metacharacters", functools.partial(metacharacters, references=references))
    yield Case("hostile", TEARDOWN.name, "the org gives an ID that is a path", path_as_id)


def answered(lab: Lab, *, setup: Reference, service: str, action: str, fields: Json) -> None:
    """The run copes, or fails with words; the next one comes to the end."""
    variables = SETUP.begin(lab)
    lab.client.add_fault(**{"service": service, "action": action, "times": 2, **({"write": True} if action == "ec2.CreateVpcEndpoint" else {}), **fields})
    run = lab.go(**variables)
    lab.client.clear_faults()
    says_why(run.msg)
    assert "LD_LIBRARY_PATH" not in run.output or "PATH=" not in run.msg, "an external entity was read"
    converges(lab, SETUP, setup, variables)


def says_why(words: str) -> None:
    marks = ("Traceback", "MODULE FAILURE", "Error was", "RecursionError", "object has no attribute", "is not subscriptable", "unexpected keyword")
    found = [mark for mark in marks if mark in words]
    assert not found, f"the run does not say what is wrong: {words[:SHOWN]}"


def redirected(lab: Lab, *, setup: Reference, action: str) -> None:
    """Nobody connects to where the org points."""
    variables = SETUP.begin(lab)
    with _elsewhere() as (url, came):
        lab.client.add_fault("status", "salesforce", action, status=307, headers={"Location": url}, times=None)
        run = lab.go(**variables)
    assert run.failed, "the run did not fail"
    assert not came, "somebody followed the redirect"
    lab.client.clear_faults()
    converges(lab, SETUP, setup, variables)


@contextlib.contextmanager
def _elsewhere() -> t.Iterator[tuple[str, list[t.Any]]]:
    """A host that hangs up on all who come, and the list of them."""
    came: list[t.Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def hang_up() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, who = server.accept()
                    connection.close()
                    came.append(who)

        thread = threading.Thread(target=hang_up)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/", came
        finally:
            over.set()
            thread.join()


def _trap(lab: Lab) -> tuple[str, pathlib.Path]:
    """A template that leaves a file where it is templated, and that file."""
    mark = lab.folder / "templated"
    return "{{ lookup('ansible.builtin.pipe', 'touch " + str(mark) + "') }}{% raw %}", mark


def jinja_in_error(lab: Lab) -> None:
    variables = SETUP.begin(lab)
    template, mark = _trap(lab)
    lab.client.add_fault("status", "salesforce", "tooling.create", status=400, body=[{"errorCode": "FIELD_INTEGRITY_EXCEPTION", "message": template}])
    run = lab.go(**variables)
    lab.client.clear_faults()
    assert run.failed, "the run did not fail"
    assert template in run.msg, f"the org's words are not told as they are: {run.msg[:SHOWN]}"
    assert not mark.exists(), "an error of the org was templated"


def jinja_in_texts(lab: Lab, *, references: References) -> None:
    """What people wrote into the org and AWS is carried as it is, and goes into the result and the plan."""
    REPLACE.begin(lab)
    template, mark = _trap(lab)
    del lab.vars["private_connect_label"], lab.vars["private_connect_description"]
    try:
        lab.client.set_fields(NAME, label=template[:80], description=template)
        lab.tag(lab.client.connections()[NAME]["vpc_endpoint_id"], "note", template)
        lab.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=lab.zone_id, AddTags=[{"Key": "note", "Value": template}])
        run = lab.go(replace=True)
        assert not run.failed, f"the run failed: {run.msg[:SHOWN]}"
        lab.quiet(replace=True)
        kept = lab.client.connections()[NAME]
        assert (kept["label"], kept["description"]) == (template[:80], template), "texts of the org changed"
        assert not mark.exists(), "a text of the org was templated"
        lab.well(**TEARDOWN.variables)
        as_undisturbed(lab, TEARDOWN, references[TEARDOWN.name])
        assert not mark.exists(), "a text of the org was templated"
    finally:
        lab.vars |= {"private_connect_label": "Acme inbound", "private_connect_description": "Kept by automation"}


def metacharacters(lab: Lab, *, references: References) -> None:
    """Those that name something are refused before the first write; texts are kept to the letter."""
    SETUP.begin(lab)
    for option in ("name", "region", "vpc_id", "my_domain", "vpc_endpoint_id"):
        run = lab.go(**{option: f"Acme{METACHARACTERS}"})
        assert run.failed, f"{option} was taken"
        says_why(run.msg)
    for option in ("subnet_ids", "security_group_ids", "allowed_cidrs", "dns_names"):
        run = lab.go(**{option: [f"x{METACHARACTERS}"]})
        assert run.failed, f"{option} was taken"
        says_why(run.msg)
    assert lab.writes() == [], f"a run with bad options wrote: {lab.writes()}"
    texts = {"label": f"L {METACHARACTERS}"[:80], "description": f"D {METACHARACTERS}", "tags": {f"k {METACHARACTERS[:9]}": f"v {METACHARACTERS[:9]}"}}
    lab.well(**texts)
    kept = lab.client.connections()[NAME]
    assert (kept["label"], kept["description"]) == (texts["label"], texts["description"].strip()), f"kept as {kept['label']!r}, {kept['description']!r}"
    lab.quiet(**texts)
    lab.well(**texts, **TEARDOWN.variables)
    as_undisturbed(lab, TEARDOWN, references[TEARDOWN.name])


def path_as_id(lab: Lab) -> None:
    """It stays one segment of the path below the records."""
    variables = TEARDOWN.begin(lab)
    row = {"Id": "../../../../oauth2/revoke?token=x#", "DeveloperName": NAME, "ConnectionType": "AwsPrivateLink", "Status": "Unprovisioned", "IsActive": True}
    lab.client.add_fault("status", "salesforce", "tooling.query", status=200, body={"done": True, "records": [row]}, times=None)
    run = lab.go(**variables)
    assert run.failed, "the run did not fail"
    strange = [call["path"] for call in lab.client.calls("salesforce", "unknown")]
    assert all("/tooling/sobjects/InboundNetworkConnection/../" in path for path in strange), f"calls left the records: {strange}"
    assert not lab.client.calls("salesforce", "oauth.revoke"), "a call left the records"
