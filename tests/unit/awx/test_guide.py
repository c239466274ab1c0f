# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for AWX tells by hand the same objects that setup.yml loads of its own settings file."""

from __future__ import annotations

import pathlib
import re
import shlex
import subprocess
import textwrap

import pytest
import yaml

from ansible_collections.privatelink.salesforce.tests.awx_model import data, modules
from ansible_collections.privatelink.salesforce.tests.awx_model.loading import Loaded, load

GUIDE = (pathlib.Path(__file__).resolve().parents[3] / "docs/docsite/rst/awx_guide.rst").read_text(encoding="utf-8")
KINDS = {"text": "Text", "integer": "Integer", "multiplechoice": "Multiple Choice"}
PROMPTS = {"job_type": "Job Type", "limit": "Limit", "verbosity": "Verbosity", "job_slice_count": "Job Slicing"}


def flat(text: str) -> str:
    return " ".join(text.split())


def table(title: str) -> list[list[str]]:
    """The rows of a list-table but the first, each cell in one line."""
    body = re.split(r"\n(?=\S)", GUIDE.partition(f".. list-table:: {title}\n")[2])[0]
    rows = re.split(r"^   \* - ?", body, flags=re.MULTILINE)[2:]
    return [[flat(cell) for cell in re.split(r"^     - ?", row, flags=re.MULTILINE)] for row in rows]


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)\.\. code-block:: {language}\n\n((?:\1   .*\n|\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(text) for _indent, text in found]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """What the guide's settings lead to."""
    (text,) = [text for text in blocks("yaml") if text.startswith("# my_settings.yml")]
    settings = yaml.safe_load(text)
    assert set(settings) <= set(data.read())
    return load(tmp_path_factory.mktemp("guide"), settings)


def test_the_settings_load_and_name_the_credentials_of_the_table(loaded: Loaded) -> None:
    assert loaded.status == 0, loaded.output
    told = [row[0].split("``")[1] for row in table("The credentials")]
    (image,) = loaded.of("execution_environment").values()
    for template in loaded.of("job_template").values():
        assert [*template["credentials"], image["credential"]] == told
    (verified,) = [options["variables"]["private_connect_verify_host"] for options in loaded.of("host").values() if len(options["variables"]) > 1]
    assert verified in loaded.of("host")


def test_credential_types_ask_for_and_inject_what_the_table_says(loaded: Loaded) -> None:
    rows = table("What the types ask for, and inject")
    types = list(loaded.of("credential_type").values())
    assert [f"Salesforce org {row[0]}" for row in rows] == [item["name"] for item in types]
    for (_name, asks, injects), item in zip(rows, types, strict=True):
        labels = {field["label"].lower() for field in item["inputs"]["fields"] if field["id"] != "ca_certificate"}
        assert set(asks.lower().replace("perhaps ", "").split(", ")) == labels
        known = {"SALESFORCE_AUTH_METHOD", "SALESFORCE_CA_PATH"}
        assert set(re.findall(r":envvar:`(\w+)`", injects)) == set(item["injectors"]["env"]) - known


def test_objects_by_hand_have_the_names_and_variables_of_the_data(loaded: Loaded) -> None:
    by_hand = GUIDE.partition("By hand instead\n---")[2].partition("Run the workflow\n---")[0]
    bold = {flat(name) for name in re.findall(r"\*\*Name\*\* ``([^`]+)``", by_hand)}
    kinds = ("execution_environment", "project", "inventory", "notification_template", "schedule", "workflow_job_template")
    assert bold == {name for kind in kinds for name in loaded.of(kind)}
    (inventory,) = loaded.of("inventory").values()
    assert inventory["variables"] in [yaml.safe_load(text) for text in blocks("yaml")]
    (forks,) = {template["forks"] for template in loaded.of("job_template").values()}
    assert f"**Forks** ``{forks}``" in by_hand
    assert all(template["diff_mode"] is True for template in loaded.of("job_template").values())
    (schedule,) = loaded.of("schedule").values()
    assert schedule["unified_job_template"] == "Private Connect status"
    assert schedule["extra_data"] == {"private_connect_fail_on_drift": "true"}


def test_job_templates_are_those_of_the_data(loaded: Loaded) -> None:
    wanted = []
    for name, template in loaded.of("job_template").items():
        prompts = [label for field, label in PROMPTS.items() if template[f"ask_{field}_on_launch"]]
        wanted.append([name, template["job_type"].capitalize(), f"``{template['playbook']}``", ", ".join(prompts)])
        others = {option for option in template if option.startswith("ask_")} - {f"ask_{field}_on_launch" for field in PROMPTS}
        assert others == set()
    assert table("The job templates") == wanted


def test_questions_are_those_of_the_surveys(loaded: Loaded) -> None:
    templates = loaded.of("job_template")
    asked: dict[tuple[str, str, str], list[str]] = {}
    required = []
    for name, template in templates.items():
        for question in template["survey_spec"]["spec"]:
            of = ", ".join(f"``{choice}``" for choice in question["choices"]) if "choices" in question else f"{question['min']} to {question['max']}"
            answer = f"{KINDS[question['type']]}: {of}"
            asked.setdefault((question["question_name"], f"``{question['variable']}``", answer), []).append(name.removeprefix("Private Connect "))
            required += [(name, question["variable"])] if question["required"] else []
            assert "default" not in question
    wanted = [[name, "all" if len(by) == len(templates) else ", ".join(by), variable, answer] for (name, variable, answer), by in asked.items()]
    assert table("The questions of the surveys") == wanted
    assert required == [("Private Connect teardown", "private_connect_hosts")]


def test_nodes_are_those_of_the_workflow(loaded: Loaded) -> None:
    (workflow,) = loaded.of("workflow_job_template").values()
    assert [option for option in workflow if option.startswith("ask_") and workflow[option]] == ["ask_limit_on_launch"]
    assert workflow["survey_spec"] == loaded.of("job_template")["Private Connect setup"]["survey_spec"]
    wanted = []
    for node in workflow["workflow_nodes"]:
        job = node["unified_job_template"]
        if job["type"] == "workflow_approval":
            wanted.append([node["identifier"], "Approval", f"**Name** {job['name']}, **Timeout** {job['timeout'] // 60} min", ""])
        else:
            wanted.append([node["identifier"], "Job Template", job["name"], node.get("job_type", "").capitalize()])
    assert table("The nodes of the workflow") == wanted


def test_setup_works_with_the_other_collection_after_the_command_of_the_guide(tmp_path: pathlib.Path) -> None:
    (command,) = [line for text in blocks("shell") for line in text.splitlines() if line.startswith("sed ")]
    assert f"#   {command}\n" in (data.PATTERN / "setup.yml").read_text(encoding="utf-8")
    words = shlex.split(command.partition(" > ")[0])
    changed = tmp_path / "setup_controller.yml"
    changed.write_text(subprocess.run(words, cwd=data.PATTERN, capture_output=True, text=True, check=True).stdout, encoding="utf-8")
    run = load(tmp_path, {}, "--syntax-check", playbook=changed, collection="ansible.controller")
    assert run.status == 0, run.output
    used = {next(name for name in task if "." in name) for task in yaml.safe_load(changed.read_text(encoding="utf-8"))[0]["tasks"]}
    assert {name for name in used if not name.startswith("ansible.builtin.")} == {f"ansible.controller.{name}" for name in modules.SPECS}
