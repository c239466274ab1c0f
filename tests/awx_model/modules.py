# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of awx.awx that the pattern calls: their options after the collection's documentation, release 24.6, and a stand-in that takes them.

The roles of infra.aap_configuration hand the same options on, of job templates all but those of IN_NO_MODEL.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

_STR: dict[str, t.Any] = {"type": "str"}
_BOOL: dict[str, t.Any] = {"type": "bool"}
_INT: dict[str, t.Any] = {"type": "int"}
_DICT: dict[str, t.Any] = {"type": "dict"}
_LIST: dict[str, t.Any] = {"type": "list", "elements": "str"}
_COMMON: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "new_name": _STR,
    "description": _STR,
    "state": {"type": "str", "choices": ["present", "absent", "exists"]},
}
_TOLD = {f"notification_templates_{when}": _LIST for when in ("started", "success", "error")}
_JOB_TYPE = {"type": "str", "choices": ["run", "check"]}
_VERBOSITY = {"type": "int", "choices": [0, 1, 2, 3, 4, 5]}


def _all(option: dict[str, t.Any], names: str) -> dict[str, dict[str, t.Any]]:
    return dict.fromkeys(names.split(), option)


def _asked(fields: str) -> dict[str, dict[str, t.Any]]:
    """The fields that can be asked for at the launch."""
    return {f"ask_{field}_on_launch": _BOOL for field in fields.split()}


SPECS: dict[str, dict[str, dict[str, t.Any]]] = {
    "credential_type": {
        **_COMMON,
        "kind": {"type": "str", "choices": ["ssh", "vault", "net", "scm", "cloud", "insights"]},
        **_all(_DICT, "inputs injectors"),
    },
    "execution_environment": {
        **_COMMON,
        **_all(_STR, "image organization credential"),
        "pull": {"type": "str", "choices": ["always", "missing", "never"]},
    },
    "project": {
        **_COMMON,
        **_TOLD,
        "scm_type": {"type": "str", "choices": ["manual", "git", "svn", "insights", "archive"]},
        **_all(_STR, "copy_from scm_url local_path scm_branch scm_refspec credential default_environment custom_virtualenv organization"),
        **_all(_STR, "signature_validation_credential"),
        **_all(_BOOL, "scm_clean scm_delete_on_update scm_track_submodules scm_update_on_launch allow_override wait update_project"),
        **_all(_INT, "scm_update_cache_timeout timeout"),
        "interval": {"type": "float"},
    },
    "inventory": {
        **_COMMON,
        "organization": {"type": "str", "required": True},
        "variables": _DICT,
        "kind": {"type": "str", "choices": ["", "smart", "constructed"]},
        **_all(_STR, "copy_from host_filter"),
        **_all(_LIST, "instance_groups input_inventories"),
        "prevent_instance_group_fallback": _BOOL,
    },
    "host": {**_COMMON, "inventory": {"type": "str", "required": True}, "enabled": _BOOL, "variables": _DICT},
    "group": {
        **_COMMON,
        "inventory": {"type": "str", "required": True},
        "variables": _DICT,
        **_all(_LIST, "hosts children"),
        **_all(_BOOL, "preserve_existing_hosts preserve_existing_children"),
    },
    "notification_template": {
        **_COMMON,
        **_all(_STR, "copy_from organization"),
        "notification_type": {
            "type": "str",
            "choices": ["awssns", "email", "grafana", "irc", "mattermost", "pagerduty", "rocketchat", "slack", "twilio", "webhook"],
        },
        **_all(_DICT, "notification_configuration messages"),
    },
    "job_template": {
        **_COMMON,
        **_TOLD,
        "job_type": _JOB_TYPE,
        "verbosity": _VERBOSITY,
        **_all(_STR, "copy_from organization inventory project playbook credential vault_credential execution_environment custom_virtualenv limit"),
        **_all(_STR, "job_tags skip_tags start_at_task host_config_key scm_branch webhook_credential"),
        "webhook_service": {"type": "str", "choices": ["github", "gitlab", ""]},
        **_all(_LIST, "credentials instance_groups labels"),
        **_all(_INT, "forks timeout job_slice_count"),
        **_all(_DICT, "extra_vars survey_spec"),
        **_all(_BOOL, "force_handlers use_fact_cache survey_enabled become_enabled diff_mode allow_simultaneous prevent_instance_group_fallback"),
        **_asked("diff_mode variables limit tags skip_tags job_type verbosity inventory credential execution_environment forks instance_groups"),
        **_asked("job_slice_count labels timeout scm_branch"),
    },
    "schedule": {
        **_COMMON,
        "job_type": _JOB_TYPE,
        "verbosity": _VERBOSITY,
        **_all(_STR, "rrule execution_environment inventory scm_branch job_tags skip_tags limit unified_job_template organization"),
        "extra_data": _DICT,
        **_all(_INT, "forks job_slice_count timeout"),
        **_all(_LIST, "instance_groups labels credentials"),
        **_all(_BOOL, "diff_mode enabled"),
    },
    "workflow_job_template": {
        **_COMMON,
        **_TOLD,
        "notification_templates_approvals": _LIST,
        **_all(_STR, "copy_from job_tags skip_tags organization inventory limit scm_branch webhook_credential"),
        "webhook_service": {"type": "str", "choices": ["github", "gitlab"]},
        **_all(_DICT, "extra_vars survey_spec"),
        **_all(_BOOL, "survey_enabled allow_simultaneous destroy_current_nodes"),
        **_asked("variables labels tags skip_tags inventory scm_branch limit"),
        "labels": _LIST,
        "workflow_nodes": {
            "type": "list",
            "elements": "dict",
            "options": {
                "identifier": {"type": "str", "required": True},
                "state": {"type": "str", "choices": ["present", "absent"]},
                "job_type": _JOB_TYPE,
                **_all(_STR, "scm_branch job_tags skip_tags limit verbosity"),
                **_all(_INT, "forks job_slice_count timeout"),
                **_all(_BOOL, "diff_mode all_parents_must_converge"),
                **_all(_DICT, "extra_data inventory execution_environment"),
                "unified_job_template": {
                    "type": "dict",
                    "options": {**_all(_STR, "name description type"), "timeout": _INT, **_all(_DICT, "organization inventory")},
                },
                "related": {
                    "type": "dict",
                    "options": {
                        **{
                            f"{when}_nodes": {"type": "list", "elements": "dict", "options": {"identifier": {"type": "str"}}}
                            for when in ("always", "success", "failure")
                        },
                        **_all({"type": "list", "elements": "dict"}, "credentials labels instance_groups"),
                    },
                },
            },
        },
    },
}
IN_NO_MODEL = {"job_template": {"credential", "vault_credential"}}

_STAND_IN = '''\
"""Stands in for a module of awx.awx: refuses what it would refuse, and writes down what it was given."""

from __future__ import annotations

import json
import pathlib

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

HERE = pathlib.Path(__file__).resolve()


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        spec = json.loads((HERE.parents[2] / "specs.json").read_text())[HERE.stem]
        given = json.loads(json.dumps(self._task.args))
        validated = ArgumentSpecValidator(spec).validate(given)
        with open(HERE.parents[2] / "calls.jsonl", "a") as calls:
            calls.write(json.dumps([HERE.stem, given]) + "\\n")
        if validated.error_messages:
            return {"failed": True, "msg": "; ".join(validated.error_messages)}
        return {"changed": True}
'''


class StandIn:
    """The collection awx.awx, or one with the same modules, in a folder that goes on ANSIBLE_COLLECTIONS_PATH."""

    def __init__(self, folder: pathlib.Path, name: str = "awx.awx") -> None:
        self._root = folder / "ansible_collections" / name.replace(".", "/")
        (self._root / "plugins/action").mkdir(parents=True, exist_ok=True)
        (self._root / "specs.json").write_text(json.dumps(SPECS), encoding="utf-8")
        for name in SPECS:
            (self._root / f"plugins/action/{name}.py").write_text(_STAND_IN, encoding="utf-8")

    def calls(self) -> list[tuple[str, dict[str, t.Any]]]:
        """``(module, options)``, in order."""
        path = self._root / "calls.jsonl"
        return [tuple(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def group_hosts(calls: t.Iterable[tuple[str, dict[str, t.Any]]]) -> dict[str, set[str]]:
    """Which hosts each group has after the calls. The module leaves a group as it is where it is given no hosts, or an empty list."""
    groups: dict[str, set[str]] = {}
    for module, options in calls:
        if module == "group":
            before = groups.setdefault(options["name"], set())
            if options.get("hosts"):
                groups[options["name"]] = {*options["hosts"], *(before if options.get("preserve_existing_hosts") else ())}
    return groups
