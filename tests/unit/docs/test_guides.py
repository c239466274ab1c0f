# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what the code says: error texts, switches of the emulated org, environment variables, playbooks, variables."""

from __future__ import annotations

import functools
import pathlib
import re

import pytest
import yaml

from ansible_collections.privatelink.salesforce.plugins.module_utils import _argspec
from ansible_collections.privatelink.salesforce.tests.emulators.salesforce import switches

ROOT = pathlib.Path(__file__).resolve().parents[3]
GUIDES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs/docsite/rst").glob("*_guide.rst")}
# What others say.
NOT_OURS = {"UnauthorizedOperation", "AccessDenied"}
LITERAL_GOES_ON = re.compile(r"""["'][ \t]*\n[ \t]*(?:\+ )?f?["']""")


@functools.cache
def sources() -> str:
    """All texts of the code, literals that go on in the next line joined: once as they are, once with ``...`` for the places of values."""
    paths = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "roles").rglob("*.yml")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    joined = LITERAL_GOES_ON.sub("", text)
    return " ".join((joined + re.sub(r"\{[^{}]*\}", "...", joined)).split())


def error_texts() -> list[str]:
    """What stands under 'It says' in the troubleshooting guide."""
    tables = GUIDES["troubleshooting_guide"].split("* - It says")[1:]
    rows = [row.split("\n     - ")[0] for table in tables for row in table.split("\n\n")[0].split("\n   * - ")[1:]]
    return [text for row in rows for text in re.findall(r"``(.+?)``", row)]


def test_there_are_error_texts() -> None:
    assert len(error_texts()) > 70


@pytest.mark.parametrize("text", error_texts())
def test_error_text_is_one_of_the_code(text: str) -> None:
    for part in filter(None, (part.strip(" :") for part in text.split("..."))):
        # Not as one comparison: pytest would print the code.
        found = part in sources() or part in NOT_OURS
        assert found, f"{part!r} is no text of the code"


def test_every_switch_of_the_emulated_org_is_explained_and_none_beside() -> None:
    named = set(re.findall(r"``([a-z][a-z_0-9]+)``", GUIDES["not_seen_live_guide"].partition("Hosts and network\n---")[0]))
    known = {switch.name for switch in switches.ALL}
    assert known <= named
    assert named - known <= {"replace", "available", "audience", "api_version"}


def test_every_environment_variable_is_in_the_table() -> None:
    for option, names in _argspec._ENVIRONMENT.items():
        cell = ", ".join(f":envvar:`{name}`" for name in names)
        assert f"* - ``{option}``\n     - {cell}\n" in GUIDES["authentication_guide"]


@pytest.mark.parametrize("guide", sorted(GUIDES))
def test_playbooks_and_variables_that_a_guide_names_are_there(guide: str) -> None:
    specs = yaml.safe_load((ROOT / "roles/private_connect/meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    facts = {"private_connect_result", "private_connect_status", "private_connect_variables", "private_connect_info"}
    of_playbooks = {"private_connect_hosts", "private_connect_import_file", "private_connect_report_dir", "private_connect_fail_on_drift"}
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert set(re.findall(r"ansible-playbook privatelink\.salesforce\.(\w+)", GUIDES[guide])) <= playbooks
    named = {name for name in re.findall(r"\bprivate_connect_\w+", GUIDES[guide]) if not name.endswith("_guide")}
    rulebooks = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "extensions/eda/rulebooks").glob("*.yml"))
    of_rulebooks = set(re.findall(r"\{\{ (private_connect_\w+) \}\}", rulebooks))
    assert named <= {*specs["main"]["options"], *facts, *of_playbooks, *of_rulebooks}
