# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check rules of the collection that no tool of the field checks. Run in the root of the tree; needs PyYAML."""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

import role_readme
import yaml

NEVER_IGNORED = (
    "doc-choices-do-not-match-spec",
    "doc-default-does-not-match-spec",
    "doc-missing-type",
    "doc-required-mismatch",
    "mutually_exclusive-unknown",
    "no-log-needed",
    "nonexistent-parameter-documented",
    "parameter-list-no-elements",
    "parameter-type-not-in-doc",
)
# REUSE-IgnoreStart
HEADER = [
    "# Copyright (c) 2026, privatelink.salesforce contributors",
    "# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]
# REUSE-IgnoreEnd


def _yaml(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def headers(root: Path) -> t.Iterator[str]:
    """Every Python file under plugins/ and tests/ says its licence and is typed lazily; private utils say that they are private."""
    for path in sorted([*root.glob("plugins/**/*.py"), *root.glob("tests/**/*.py")]):
        name, text = path.relative_to(root), path.read_text(encoding="utf-8")
        if str(name).startswith("tests/output"):
            continue
        lines = [line for line in text.splitlines()[:5] if not line.startswith(("#!", "# -*-"))]
        if lines[:3] != HEADER:
            yield f"{name}: does not begin with the three lines of the licence"
        if len(ast.parse(text).body) > 1 and "from __future__ import annotations" not in text:
            yield f"{name}: lacks 'from __future__ import annotations'"
        if name.parts[:2] in (("plugins", "module_utils"), ("plugins", "plugin_utils")):
            if not name.name.startswith("_"):
                yield f"{name}: the name of a private file begins with _"
            if "PRIVATE" not in text:
                yield f"{name}: does not say that it is PRIVATE to the collection"


def action_group(root: Path) -> t.Iterator[str]:
    """The group `org` holds exactly the modules that take the options of the org's connection."""
    group = set(_yaml(root / "meta/runtime.yml")["action_groups"]["org"])
    modules = {path.stem: path.read_text(encoding="utf-8") for path in root.glob("plugins/modules/*.py")}
    taking = {name for name, text in modules.items() if re.search(r"^\s*- privatelink\.salesforce\.auth$", text, re.MULTILINE)}
    for name in sorted(taking - group):
        yield f"meta/runtime.yml: {name} takes the options of the org but is not in the group org"
    for name in sorted(group - taking):
        yield f"meta/runtime.yml: {name} is in the group org but {'does not take its options' if name in modules else 'is no module'}"


def roles(root: Path) -> t.Iterator[str]:
    """Defaults of a role are in defaults/main.yml only, and each has a documented option of its type."""
    for role in sorted(root.glob("roles/*/")):
        entries = _yaml(role / "meta/argument_specs.yml").get("argument_specs", {}) if (role / "meta/argument_specs.yml").exists() else {}
        options = {name: spec for entry in entries.values() for name, spec in (entry.get("options") or {}).items()}
        defaults = _yaml(role / "defaults/main.yml") if (role / "defaults/main.yml").exists() else {}
        where = f"roles/{role.name}"
        if not options:
            yield f"{where}: has no argument specs"
        for name in sorted({*options, *defaults}):
            if not name.startswith(f"{role.name}_"):
                yield f"{where}: {name} does not begin with the name of the role"
        for name in sorted(set(defaults) - set(options)):
            yield f"{where}/defaults/main.yml: {name} is not in the argument specs"
        for name, spec in sorted(options.items()):
            # The specs may repeat a default for the documentation; then it has to be the same.
            if "default" in spec and spec["default"] != defaults.get(name):
                yield f"{where}: the default of {name} is {spec['default']!r} in the argument specs, {defaults.get(name)!r} in defaults/main.yml"


def role_readmes(root: Path) -> t.Iterator[str]:
    """The README of a role is what its argument specification makes it."""
    for spec in sorted(root.glob("roles/*/meta/argument_specs.yml")):
        role = spec.parents[1]
        page = role / "README.md"
        if not page.exists() or page.read_text(encoding="utf-8") != role_readme.readme(role):
            yield f"{page.relative_to(root)}: is not what meta/argument_specs.yml makes it; run python tests/tools/role_readme.py"


def sanity_ignores(root: Path) -> t.Iterator[str]:
    """What sanity tests ignore has a reason, and some of it is never ignored."""
    for path in sorted(root.glob("tests/sanity/ignore-*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and "#" not in line:
                yield f"tests/sanity/{path.name}:{number}: says no reason after a #"
            for code in NEVER_IGNORED:
                if code in line:
                    yield f"tests/sanity/{path.name}:{number}: {code} is never ignored"


def readme_links(root: Path) -> t.Iterator[str]:
    """Links in the README are full addresses: it is also shown where the files are not."""
    for number, line in enumerate((root / "README.md").read_text(encoding="utf-8").splitlines(), 1):
        for target in re.findall(r"\]\(([^)]*)\)", line):
            if not target.startswith(("https://", "#")):
                yield f"README.md:{number}: {target} is not a full address"


def requirements(root: Path) -> t.Iterator[str]:
    """Requirements of users have lower bounds only."""
    for number, line in enumerate((root / "requirements.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#") and not re.fullmatch(r"[\w.-]+(\[\w+\])?>=[\d.]+", line.strip()):
            yield f"requirements.txt:{number}: {line} is not a name with a lower bound"


def unit_requirements(root: Path) -> t.Iterator[str]:
    """`ansible-test units` reads one file of requirements; it names what the tests' own environments get."""

    def names(file: str) -> set[str]:
        return {re.split(r"[\[><=]", line)[0] for line in (root / file).read_text(encoding="utf-8").splitlines() if re.match(r"\w", line)}

    wanted = set().union(
        *map(names, ("requirements.txt", "tests/emulators/requirements.txt", "tests/emulators/aws/requirements.txt", "tests/requirements/test.txt"))
    )
    for name in sorted(wanted - names("tests/unit/requirements.txt") - {"pytest"}):
        yield f"tests/unit/requirements.txt: {name} is missing"


def samples(root: Path) -> t.Iterator[str]:
    """Each return value shows a sample, itself or by the value that it is in or by those in it."""

    def lacking(values: t.Mapping[str, t.Any] | None, where: str) -> t.Iterator[str]:
        for name, value in (values or {}).items():
            if "sample" in value:
                continue
            if value.get("contains"):
                yield from lacking(value["contains"], f"{where}{name}.")
            else:
                yield f"{where}{name}"

    for path in sorted(root.glob("plugins/*/*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RETURN" and isinstance(node.value, ast.Constant):
                for name in lacking(yaml.safe_load(str(node.value.value)), ""):
                    yield f"{path.relative_to(root)}: the return value {name} has no sample"


def main() -> int:
    root = Path.cwd()
    rules = (headers, action_group, roles, role_readmes, samples, sanity_ignores, readme_links, requirements, unit_requirements)
    problems = [problem for rule in rules for problem in rule(root)]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
