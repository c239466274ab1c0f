# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to source IP security shows the files of docs/examples/source_ips to the letter, and all of them; the target source_ips_examples runs them."""

from __future__ import annotations

import pathlib
import re
import textwrap

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "docs/examples/source_ips").iterdir())
GUIDE = (ROOT / "docs/docsite/rst/source_ip_security_guide.rst").read_text(encoding="utf-8")
HEADER = re.compile(r"\A(---\n)?(\{?# (Copyright|GNU General|SPDX).*\n){3}\n?")


def test_there_are_examples() -> None:
    assert len(FILES) > 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_guide_shows_the_file(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert HEADER.search(text)
    shown = textwrap.indent(HEADER.sub("", text), "   ")
    assert f"``{path.name}``" in GUIDE
    assert f"\n\n{shown}\n" in f"{GUIDE}\n", f"the guide does not show {path.name} as it is"


def test_every_target_of_the_table_is_there_and_run_by_default() -> None:
    table = GUIDE.split("What covers which bullet\n---")[1].split("\nAll of it in one go")[0]
    targets = [name for cell in re.findall(r"^     - (?:Targets?|Target:) (.*)$", table, re.MULTILINE) for name in re.findall(r"``(\w+)``", cell)]
    assert len(set(targets)) > 7
    for name in targets:
        aliases = (ROOT / "tests/integration/targets" / name / "aliases").read_text(encoding="utf-8")
        assert "hidden" not in aliases
        assert "disabled" not in aliases


def test_the_table_has_every_bullet_of_the_help_page() -> None:
    table = GUIDE.split("What covers which bullet\n---")[1].split("\nAll of it in one go")[0]
    bullets = (
        "Define a list of IP addresses that users can log in from without receiving a login challenge.",
        "Restrict the IP addresses that users can access Salesforce from to only certain ranges.",
        "Let Salesforce Authenticator automatically verify identities based on trusted IP addresses only.",
        "Monitor and view the user session information about Private Connect users, including their source IP address.",
        "View the login history of Private Connect users, including their source IP address.",
        "Control login access at the user level by specifying a range of allowed IP addresses on a user's profile.",
        "Restrict access to trusted IP address when using the OAuth web server flow.",
    )
    for bullet in bullets:
        assert f"   * - {bullet}\n" in table
    assert table.count("   * - ") == len(bullets) + 1
