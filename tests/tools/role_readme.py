# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the README of each role from its argument specification, or check that it is what would be written. Needs PyYAML.

`python role_readme.py` writes; `rules.py` checks.
"""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import yaml

COLLECTION = "privatelink.salesforce"
_MARKUP = re.compile(r"\b[CVMPOE]\(([^()]+)\)")
# The example is the role's own: the first fenced block of its README survives.
_EXAMPLE = re.compile(r"## Example\n\n```yaml\n.*?```\n", re.DOTALL)


def readme(role: Path) -> str:
    """The text for a role's folder."""
    specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    main, path = specs["main"], role / "README.md"
    example = _EXAMPLE.search(path.read_text(encoding="utf-8")) if path.exists() else None
    parts = [
        f"# Role {COLLECTION}.{role.name}",
        _plain(main["short_description"]) + ".",
        *(_plain(text) for text in main["description"]),
        example.group(0).rstrip() if example else "",
        "## Variables",
        _table(main["options"]),
        *_entry_points({name: spec for name, spec in specs.items() if name != "main"}),
        "This page is made from `meta/argument_specs.yml`; `ansible-doc -t role " + f"{COLLECTION}.{role.name}` shows the same.",
        "## Licence",
        "GPL-3.0-or-later",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(options: dict[str, t.Any]) -> str:
    rows = ["| variable | type | default | |", "|---|---|---|---|"]
    for name, option in options.items():
        default = "required" if option.get("required") else "" if option.get("default") in (None, "") else f"`{_shown(option['default'])}`"
        text = " ".join(_plain(line) for line in _lines(option["description"]))
        if option.get("choices"):
            text += f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
        rows.append(f"| `{name}` | {option['type']} | {default} | {text} |")
    return "\n".join(rows)


def _entry_points(specs: dict[str, t.Any]) -> list[str]:
    if not specs:
        return []
    lines = [f"- `{name}`: {_plain(spec['short_description'])}. {' '.join(_plain(line) for line in spec['description'])}" for name, spec in specs.items()]
    return ["## Other entry points", "\n".join(lines)]


def _shown(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lines(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


def _plain(text: str) -> str:
    return _MARKUP.sub(r"`\1`", " ".join(text.split())).replace("|", "\\|")


def main() -> int:
    for role in sorted(path.parents[1] for path in Path().glob("roles/*/meta/argument_specs.yml")):
        (role / "README.md").write_text(readme(role), encoding="utf-8")
        print(role / "README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
