# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module bodies in the controller's process, as ansible-playbook runs them: one playbook, whose results the tests look at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _action, _plain
from ansible_collections.privatelink.salesforce.tests.unit.plugins.module_utils.loopback import Loopback, Reply

COLLECTIONS = Path(_action.__file__).parents[5]
SECRET = "S3CR3T-of-the-app"
INFO = "privatelink.salesforce.inbound_connection_info"
SYNC = "privatelink.salesforce.inbound_connection_sync"
PATH = "/services/data/v67.0"

INVENTORY = """\
here ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"
far ansible_connection=elsewhere ansible_python_interpreter=/nowhere/python
"""
BECOME = """
DOCUMENTATION = "name: plainly\\nshort_description: becomes nobody else\\ndescription: []\\noptions: {}\\n"
from ansible.plugins.become import BecomeBase
class BecomeModule(BecomeBase):
    name = "plainly"
    def build_become_command(self, cmd, shell):
        return cmd
"""
CONNECTION = """
DOCUMENTATION = "name: elsewhere\\nshort_description: local by another name\\ndescription: []\\noptions: {}\\n"
from ansible.plugins.connection.local import Connection as Local
class Connection(Local):
    transport = "elsewhere"
"""


class Org:
    """Logs in with the secret; one connection, Ready after three Syncs. Its description holds the secret."""

    def __init__(self):
        self.syncs = 0
        self.label = "Acme"
        self.server = Loopback(self.answer)

    def answer(self, request):
        if request.path == "/services/oauth2/token":
            if request.form["client_secret"] != SECRET:
                return Reply(400, {"error": "invalid_client", "error_description": f"{request.form['client_secret']} is wrong"})
            return Reply(200, {"access_token": "t"})
        if "/connections/" in request.path:
            self.syncs += 1
            return Reply(200, {})
        if request.method == "PATCH":
            self.label = request.json()["Metadata"]["label"]
            return Reply(204)
        if "/sobjects/" in request.path:
            return Reply(200, {"Metadata": {"label": self.label, "inboundNetworkConnProperties": []}})
        if "ConnProperty" in request.query["q"]:
            return Reply(200, {"records": [], "done": True})
        status = "Ready" if self.syncs >= 3 else "PendingAcceptance"
        row = {"Id": "0kZ000000000001AAA", "DeveloperName": "Acme", "MasterLabel": self.label, "Description": f"made with {SECRET}", "isActive": True}
        return Reply(200, {"records": [{**row, "Status": status, "ConnectionType": "AwsPrivateLink"}], "done": True})


def task(name, module=INFO, arguments="{}", more=""):
    text = f"- name: {name}\n  {module}: {arguments}\n  register: {name}\n  ignore_errors: true\n"
    return text + textwrap.indent(textwrap.dedent(more).strip("\n"), "  ") + ("\n" if more else "")


def inventory(org, folder):
    wrapper = folder / "wrapped-python"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    vaulted = VaultLib([("default", VaultSecret(b"opens"))]).encrypt(SECRET).decode()
    return {
        "wrapper": str(wrapper),
        "url": org.server.url,
        "vaulted": "!vault |\n" + textwrap.indent(vaulted, "  "),
    }


def playbook(with_):
    label = '{name: Acme, state: present, label: "%s"}'
    module = "privatelink.salesforce.inbound_connection"
    tasks = [
        task("defaults"),
        task("vaulted", arguments='{client_secret: "{{ vaulted_secret }}"}'),
        task("set_later", arguments='{client_id: "{{ \'x\' ~ 1 }}", name: "{{ [\'Acme\'] }}", timeout: "{{ 7 }}"}'),
        task("wrong", arguments="{client_secret: WRONG-secret}"),
        task("unsupported", arguments="{nmae: Acme}"),
        task("bad_type", arguments="{timeout: soon}"),
        task("checked", module, label % "New", "check_mode: true\ndiff: true"),
        task("changed", module, label % "New", "diff: true"),
        task("again", module, label % "New", "diff: false"),
        task("quiet", SYNC, "{name: Acme, wait: false}"),
        task("waited", SYNC, "{name: Acme, poll_interval: 1}", "vars: {said: loudly}"),
        task("whispered", SYNC, "{name: Acme, settle: 1, settle_when: always}", "no_log: true"),
        task("in_secret", SYNC, "{name: Acme, settle: 1, settle_when: always, refresh_token: Acme, auth_method: client_credentials}"),
        task("unchecked", arguments="{validate_certs: false}"),
        task("async_task", more="async: 30\npoll: 1"),
        task("become_task", more="become: true\nbecome_method: plainly"),
        task("become_variable", more="vars: {ansible_become: true, ansible_become_method: plainly}"),
        task("other_connection", more="vars: {ansible_connection: elsewhere}"),
        task("other_interpreter", more=f"vars: {{ansible_python_interpreter: {with_['wrapper']}}}"),
        task("same_interpreter", more='vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}'),
        task("found_interpreter", more="vars: {ansible_python_interpreter: auto_silent}"),
    ]
    environment = [
        task("from_environment", more=f"environment: {{SALESFORCE_INSTANCE_URL: '{with_['url']}', SALESFORCE_CLIENT_SECRET: '{{{{ vaulted_secret }}}}'}}"),
        task("environment_is_over"),
    ]
    dump = '- ansible.builtin.copy: {content: "{{ [hostvars.far, hostvars.here] | to_json }}", dest: "{{ dump }}"}\n'

    def play(host, tasks, more):
        return f"- hosts: {host}\n  gather_facts: false\n" + textwrap.indent(more, "  ") + "  tasks:\n" + textwrap.indent("".join(tasks), "    ")

    defaults = f"module_defaults:\n  group/privatelink.salesforce.org:\n    instance_url: {with_['url']}\n    client_id: app\n    client_secret: {SECRET}\n"
    vaulted = "vars:\n  vaulted_secret: " + textwrap.indent(with_["vaulted"], "    ").lstrip() + "\n"
    return (
        "---\n"
        + play("here", tasks, defaults + vaulted)
        + play("here", environment, "environment: {SALESFORCE_CLIENT_ID: app}\n" + vaulted)
        + play("far", [task("delegated", more="delegate_to: here")], defaults)
        + play("here", [dump], "")
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played")
    org = Org()
    with_ = inventory(org, folder)
    (folder / "become").mkdir()
    (folder / "become" / "plainly.py").write_text(BECOME)
    (folder / "connection").mkdir()
    (folder / "connection" / "elsewhere.py").write_text(CONNECTION)
    (folder / "password").write_text("opens")
    (folder / "play.yml").write_text(playbook(with_))
    (folder / "inventory").write_text(INVENTORY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "SALESFORCE_", "SF_"))}
    environ = {
        **kept,
        "HOME": str(folder),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_BECOME_PLUGINS": str(folder / "become"),
        "ANSIBLE_CONNECTION_PLUGINS": str(folder / "connection"),
        "ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "password"),
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "LC_ALL": "C.UTF-8",
    }
    command = [sys.executable, "-m", "ansible.cli.playbook", "-i", "inventory", "-vvv", "play.yml", "-e", f"dump={folder / 'dump.json'}"]
    run = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)
    org.server.stop()
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    far, here = json.loads((folder / "dump.json").read_text())
    # What was registered, not the variables that hold the secret.
    results = {name: value for name, value in {**far, **here}.items() if isinstance(value, dict) and "changed" in value}
    return {"results": results, "output": run.stdout, "errors": run.stderr, "org": org}


@pytest.fixture
def result(played):
    return played["results"].__getitem__


def section(played, name):
    return played["output"].split(f"TASK [{name}]", 1)[1].split("TASK [", 1)[0]


def said(played, name):
    """What the task said while it ran."""
    return [line for line in section(played, name).splitlines() if line.startswith("[here] ")]


@pytest.mark.parametrize("name", ["defaults", "vaulted", "set_later", "from_environment", "same_interpreter", "found_interpreter", "delegated", "unchecked"])
def test_it_ran_in_the_controllers_process(played, result, name):
    assert result(name).get("msg") is None
    assert [one["name"] for one in result(name)["connections"]] == ["Acme"]
    assert "Using module file" not in section(played, name)


@pytest.mark.parametrize("name", ["async_task", "become_task", "become_variable", "other_connection", "other_interpreter"])
def test_it_ran_as_a_module(played, result, name):
    assert result(name).get("msg") is None
    assert [one["name"] for one in result(name)["connections"]] == ["Acme"]
    assert "Using module file" in section(played, name)


def test_the_tasks_environment_ends_with_the_task(result):
    assert "no credentials" in result("environment_is_over")["msg"]


def test_check_mode_changes_nothing_and_tells_the_same(result):
    told, done, again = result("checked"), result("changed"), result("again")
    assert (told["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert told["actions"] == done["actions"] == ["update"]
    assert told["diff"] == done["diff"]
    assert (done["diff"]["before"]["label"], done["diff"]["after"]["label"]) == ("Acme", "New")
    assert "diff" not in again


def test_one_write_was_sent(played):
    assert [request.method for request in played["org"].server.requests].count("PATCH") == 1


def test_secrets_are_censored_in_results(result):
    for name in ("defaults", "vaulted", "from_environment", "async_task", "changed"):
        told = result(name).get("connection") or result(name)["connections"][0]
        assert told["description"] == "made with ********"
    assert "invalid_client: ******** is wrong" in result("wrong")["msg"]


def test_secrets_are_nowhere_in_the_output(played):
    for text in (played["output"], played["errors"], json.dumps(played["results"])):
        assert SECRET not in text
        assert "WRONG-secret" not in text


def test_bad_options_are_told_in_ansibles_words(result):
    unsupported = result("unsupported")
    assert unsupported["failed"]
    assert unsupported["msg"].startswith(f"Unsupported parameters for ({INFO}) module: nmae. Supported parameters include: access_token")
    assert "timeout" in result("bad_type")["msg"]
    assert "unable to convert to int" in result("bad_type")["msg"]


def test_a_wait_speaks_while_it_lasts(played):
    assert played["results"]["waited"]["connection"]["status"] == "Ready"
    assert said(played, "waited") == [
        "[here] Inbound connection Acme: PendingAcceptance, 0 s so far, deadline 1800 s",
        "[here] Inbound connection Acme: Ready, 1 s so far, deadline 1800 s",
    ]


def test_nothing_is_said_where_nothing_is_waited_for(played):
    assert said(played, "quiet") == []


def test_nothing_is_said_of_a_task_without_log(played):
    assert said(played, "whispered") == []


def test_what_is_said_is_censored(played):
    assert said(played, "in_secret")[0] == "[here] Inbound connection ********: Ready, settling before it is used, 0 s so far, deadline 1 s"


def test_warnings_are_ansibles_own(played):
    told = played["output"] + played["errors"]
    assert "TLS certificates of the org are not checked" in " ".join(told.split())
    assert "InsecureRequestWarning" not in told


# -- pieces ----------------------------------------------------------------------------------------------------------------


class Text(str):
    """As ansible-core tags its strings."""


def test_plain_values():
    given = {Text("a"): [Text("b"), (1, None), True], "c": b"d", "e": {"f": 1.5}}
    made = _plain.plain(given)
    assert made == {"a": ["b", [1, None], True], "c": "d", "e": {"f": 1.5}}
    assert {type(key) for key in made} == {str}
    assert [type(value) for value in made["a"]] == [str, list, bool]
    assert made["a"] is not given["a"]


def test_same_interpreter(tmp_path):
    same = _action._same_interpreter
    assert same(sys.executable)
    assert same("auto")
    assert same("auto_silent")
    twin = Path(sys.executable).with_name("python3")
    if twin.exists() and twin.resolve() == Path(sys.executable).resolve():
        assert same(str(twin))
    other = tmp_path / "python"
    other.symlink_to(Path(sys.executable).resolve())
    # The same program in another place may be another virtual environment.
    assert not same(str(other))
    assert not same("/nowhere/python3")
    assert not same("python3")
