# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern for AWX, loaded by its own setup.yml into a stand-in for awx.awx, and held against the roles and playbooks."""

from __future__ import annotations

import functools
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.privatelink.salesforce.tests.awx_model import credentials, data, modules, surveys
from ansible_collections.privatelink.salesforce.tests.awx_model.loading import Loaded, load

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATTERN = data.PATTERN
CONNECTION = {
    "name": "acme",
    "variables": {"private_connect_name": "Acme_Inbound", "private_connect_region": "eu-central-1", "private_connect_vpc_id": "vpc-0123456789abcdef0"},
}
SETTINGS = {"pattern_name": "Acme", "pattern_connections": [CONNECTION], "pattern_machines": [{"name": "bastion", "variables": {"ansible_host": "10.0.0.5"}}]}
LISTS = {
    "credential_type": "controller_credential_types",
    "execution_environment": "controller_execution_environments",
    "project": "controller_projects",
    "inventory": "controller_inventories",
    "host": "controller_hosts",
    "group": "controller_groups",
    "notification_template": "controller_notifications",
    "job_template": "controller_templates",
    "schedule": "controller_schedules",
    "workflow_job_template": "controller_workflows",
}
Json = dict[str, t.Any]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(tmp_path_factory.mktemp("awx"), SETTINGS)


@functools.cache
def role_options(role: str, entry: str) -> dict[str, Json]:
    return yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"][entry]["options"]


def flat(tasks: list[Json]) -> t.Iterator[Json]:
    """Tasks, those of blocks in the place of the block."""
    for task in tasks:
        yield from flat(task["block"]) if "block" in task else [task]


def of_playbook(playbook: str) -> tuple[dict[str, Json], set[str]]:
    """The options of the role's entry point that a playbook is for, and the variables that the playbook itself names."""
    text = (ROOT / playbook).read_text(encoding="utf-8")
    imported = next(
        task["ansible.builtin.import_role"] for play in yaml.safe_load(text) for task in flat(play["tasks"]) if "ansible.builtin.import_role" in task
    )
    options = role_options(imported["name"].rpartition(".")[2], imported.get("tasks_from", "main"))
    return options, set(re.findall(r"\bprivate_connect_(?:hosts|report_dir|fail_on_drift)\b", text))


def test_setup_loads_everything_once_and_in_the_order_of_its_references(loaded: Loaded) -> None:
    assert loaded.status == 0, loaded.output
    assert "WARNING" not in loaded.output
    names = [(module, options["name"]) for module, options in loaded.calls]
    assert len(set(names)) == len(names)
    order = list(dict.fromkeys(module for module, _name in names))
    assert order == list(LISTS)
    assert len(loaded.of("job_template")) == 7


def test_every_field_of_the_data_reaches_its_module(loaded: Loaded) -> None:
    written = data.read()
    told = {module: list(loaded.of(module).values()) for module in modules.SPECS}
    for module, name in LISTS.items():
        items = written[name]
        assert isinstance(items, list) == (module != "host"), name
        for item, options in zip(items, told[module], strict=True) if isinstance(items, list) else ():
            assert set(item) <= set(options), f"{module} {item['name']}"


def test_every_name_that_something_refers_to_is_loaded(loaded: Loaded) -> None:
    for template in loaded.of("job_template").values():
        assert template["project"] in loaded.of("project")
        assert template["inventory"] in loaded.of("inventory")
        assert template["execution_environment"] in loaded.of("execution_environment")
        assert set(template["notification_templates_error"]) <= set(loaded.of("notification_template"))
    for group in loaded.of("group").values():
        assert group["hosts"] == ["acme"]
        assert group["inventory"] in loaded.of("inventory")
    assert set(loaded.of("host")) == {"acme", "bastion"}
    for schedule in loaded.of("schedule").values():
        assert schedule["unified_job_template"] in loaded.of("job_template")


def test_a_module_refuses_what_it_does_not_know(tmp_path: pathlib.Path) -> None:
    run = load(tmp_path, {**SETTINGS, "controller_projects": [{"name": "x", "scm_uri": "https://example.com"}]})
    assert run.status != 0
    assert "scm_uri" in run.output


def test_setup_stops_at_a_connection_that_lacks_something(tmp_path: pathlib.Path) -> None:
    run = load(tmp_path, {"pattern_connections": [{"name": "acme", "variables": {"private_connect_name": "Acme"}}]})
    assert "acme of pattern_connections lacks private_connect_region, private_connect_vpc_id" in run.output
    assert run.calls == []


def test_a_connection_that_is_dropped_leaves_the_group_and_machines_stay(tmp_path: pathlib.Path) -> None:
    other = {"name": "other", "variables": {**CONNECTION["variables"], "private_connect_name": "Other_Inbound"}}
    load(tmp_path, {**SETTINGS, "pattern_connections": [CONNECTION, other]})
    run = load(tmp_path, SETTINGS)
    assert run.status == 0, run.output
    assert modules.group_hosts(run.calls) == {"private_connections": {"acme"}}
    assert set(run.of("host")) == {"acme", "other", "bastion"}
    assert all(options.get("state", "present") == "present" for name, options in run.calls if name == "host")


def test_setup_stops_where_no_connection_is_left(tmp_path: pathlib.Path) -> None:
    load(tmp_path, SETTINGS)
    before = modules.StandIn(tmp_path).calls()
    run = load(tmp_path, {**SETTINGS, "pattern_connections": []})
    assert run.status != 0
    assert "pattern_connections is empty" in run.output
    assert run.calls == before


def test_credential_types_can_be_loaded_alone(tmp_path: pathlib.Path) -> None:
    run = load(tmp_path, {}, "--tags", "credential_types")
    assert run.status == 0, run.output
    assert {module for module, _options in run.calls} == {"credential_type"}


def test_credential_types_are_what_awx_takes(loaded: Loaded) -> None:
    for credential_type in loaded.of("credential_type").values():
        assert credentials.problems(credential_type) == []


def test_templates_run_playbooks_of_the_collection_and_never_twice_at_once(loaded: Loaded) -> None:
    for template in loaded.of("job_template").values():
        assert (ROOT / template["playbook"]).is_file()
        assert template["allow_simultaneous"] is False
        # The lists of an org are shared by its connections, so two slices would write one list at once.
        assert template["ask_job_slice_count_on_launch"] is (template["playbook"] != "playbooks/restrict_access.yml")
    assert all(workflow["allow_simultaneous"] is False for workflow in loaded.of("workflow_job_template").values())


def test_surveys_are_what_awx_takes(loaded: Loaded) -> None:
    for template in [*loaded.of("job_template").values(), *loaded.of("workflow_job_template").values()]:
        assert template["survey_enabled"] is True
        assert surveys.problems(template["survey_spec"]) == []


def test_surveys_ask_for_nothing_that_the_role_does_not_know_and_miss_nothing_that_it_needs(loaded: Loaded) -> None:
    (inventory,) = loaded.of("inventory").values()
    given = {*inventory["variables"], *CONNECTION["variables"]}
    for template in loaded.of("job_template").values():
        options, own = of_playbook(template["playbook"])
        asked = {question["variable"] for question in template["survey_spec"]["spec"]}
        assert asked - set(options) - own == set(), template["name"]
        needed = {name for name, option in options.items() if option.get("required")}
        assert needed - asked - given == set(), template["name"]


def test_answers_are_of_the_type_of_the_option(loaded: Loaded) -> None:
    fitting = {"integer": {"int"}, "text": {"str"}, "multiplechoice": {"str", "bool"}}
    for template in loaded.of("job_template").values():
        options, _own = of_playbook(template["playbook"])
        for question in template["survey_spec"]["spec"]:
            option = options.get(question["variable"])
            if option is None:
                continue
            assert option["type"] in fitting[question["type"]], question["variable"]
            if "choices" in option:
                assert set(question["choices"]) <= set(option["choices"])
            elif question["type"] == "multiplechoice":
                assert question["choices"] == ["true", "false"]


def test_what_nobody_answers_leaves_the_inventory_alone(loaded: Loaded) -> None:
    for template in loaded.of("job_template").values():
        needed = {question["variable"]: "acme" for question in template["survey_spec"]["spec"] if question["required"]}
        assert surveys.extra_vars(template["survey_spec"], needed) == needed, template["name"]


def test_nothing_is_torn_down_by_an_empty_launch(loaded: Loaded) -> None:
    with pytest.raises(ValueError, match="private_connect_hosts is required"):
        surveys.extra_vars(loaded.of("job_template")["Acme teardown"]["survey_spec"], {})


def test_what_a_schedule_or_a_workflow_says_its_templates_ask_for(loaded: Loaded) -> None:
    templates = loaded.of("job_template")
    for schedule in loaded.of("schedule").values():
        survey = templates[schedule["unified_job_template"]]["survey_spec"]
        assert surveys.extra_vars(survey, schedule["extra_data"]) == schedule["extra_data"]
    for workflow in loaded.of("workflow_job_template").values():
        for node in workflow["workflow_nodes"]:
            if "job_type" in node:
                assert templates[node["unified_job_template"]["name"]]["ask_job_type_on_launch"] is True


def test_workflow_goes_from_preflight_to_verification_and_nothing_is_beside_the_way(loaded: Loaded) -> None:
    (workflow,) = loaded.of("workflow_job_template").values()
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    assert len(nodes) == len(workflow["workflow_nodes"])
    followers = {name: [link["identifier"] for links in node.get("related", {}).values() for link in links] for name, node in nodes.items()}
    assert all(set(names) <= set(nodes) for names in followers.values())
    assert set(nodes) - {name for names in followers.values() for name in names} == {"preflight"}
    way, name = ["preflight"], "preflight"
    while followers[name]:
        (name,) = followers[name]
        assert name not in way
        way.append(name)
    assert way == ["preflight", "check", "approve", "setup", "verify"]
    assert all(set(node.get("related", {})) <= {"success_nodes"} for node in nodes.values())
    for name, node in nodes.items():
        job = node["unified_job_template"]
        assert job["type"] == ("workflow_approval" if name == "approve" else "job_template")
        assert name == "approve" or job["name"] in loaded.of("job_template")
    assert (nodes["check"]["job_type"], nodes["setup"]["job_type"]) == ("check", "run")
    assert nodes["approve"]["unified_job_template"]["timeout"] == 86400
    assert workflow["notification_templates_approvals"] == ["Acme operators"]


def test_no_option_is_used_that_the_model_of_infra_aap_configuration_leaves_out(loaded: Loaded) -> None:
    for module, options in loaded.calls:
        assert set(options) & modules.IN_NO_MODEL.get(module, set()) == set()


def test_the_image_holds_the_collection_of_the_version_that_the_project_checks_out() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    variables = yaml.safe_load((PATTERN / "data/variables.yml").read_text(encoding="utf-8"))
    needed = yaml.safe_load((PATTERN / "execution_environment/requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert {item["name"]: item["version"] for item in needed}["privatelink.salesforce"] == version
    assert variables["pattern_project_branch"] == version
    assert variables["pattern_image"].endswith(f":{version}")
