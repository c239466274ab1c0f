# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of `make test`. A step takes a log and returns a note for the reader; it raises Failed or Skipped."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import tarfile
import typing as t
from pathlib import Path

import env
import reliability as rig
import tree
from execution_environment import execution_environment
from step import NAME, Failed, Log, Skipped, Step, fresh

CORES = ("2.19", "2.21")
# Integration targets run in parts, so that two workers end together.
PARTS = {"2.19": 2, "2.21": 5}
PYTEST_CLOSING = re.compile(r"^=+ .*\b(passed|failed|error|errors|no tests ran)\b.* =+$", re.MULTILINE)


def _need(profile: str) -> env.Env:
    if not env.available(profile):
        raise Skipped(f"no Python {' or '.join(env.PROFILES[profile].pythons)} here")
    return env.ensure(profile)


def _tarball(log: Log, at: env.Env, target: Path) -> Path:
    """Build the collection as it is released."""
    log.run(["ansible-galaxy", "collection", "build", "--force", "--output-path", target], tree.sync(at), at.environ())
    return next(target.glob("*.tar.gz"))


# --- build, import, execution environment ----------------------------------------------------------------------------


def _plugins_in(root: Path) -> dict[str, set[str]]:
    """Return the names, by type as ansible-doc calls it, of what the tree has: {module: {privatelink.salesforce.x}}."""
    found: dict[str, set[str]] = {}
    for kind, name in (("module", "modules"), ("lookup", "lookup"), ("filter", "filter"), ("inventory", "inventory")):
        found[kind] = {f"{NAME}.{p.stem}" for p in (root / "plugins" / name).glob("[!_]*.py")}
    found["role"] = {f"{NAME}.{p.name}" for p in (root / "roles").glob("*/") if (p / "meta/argument_specs.yml").is_file()}
    return found


def build(log: Log) -> str:
    """The tarball installs beside amazon.aws without a network, holds no leftovers, and every plugin is documented in it."""
    at, here = env.ensure("default"), fresh("build")
    tarball = _tarball(log, at, here)
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    leftovers = [n for n in names if re.search(r"(^|/)(\.cache|\.ci|\.github|\.ansible|\.git|__pycache__|output)(/|$)", n)]
    if leftovers:
        raise Failed(f"the tarball holds what does not belong there: {leftovers[:5]}")
    collections = here / "collections"
    shutil.copytree(at.collections / "ansible_collections/amazon", collections / "ansible_collections/amazon")
    environ = at.environ(ANSIBLE_COLLECTIONS_PATH=str(collections))
    log.run(["ansible-galaxy", "collection", "install", "--offline", "-p", collections, tarball], here, environ)
    installed = collections / "ansible_collections/privatelink/salesforce"
    missing = []
    for kind, wanted in _plugins_in(tree.sync(at)).items():
        listed = log.run(["ansible-doc", "-t", kind, "--list", "--json", NAME], here, environ)
        missing += sorted(wanted - set(json.loads(listed[listed.index("{") :])))
    if missing:
        raise Failed(f"ansible-doc does not list: {', '.join(missing)}")
    log.say(f"{tarball.name}: {len(names)} entries, {tarball.stat().st_size} bytes, installed in {installed}")
    return ""


def importer(log: Log) -> str:
    """What Galaxy runs on an upload."""
    at, here = env.ensure("lint"), fresh("importer")
    output = log.run([at.python, "-m", "galaxy_importer.main", _tarball(log, at, here)], here, at.environ())
    problems = [line for line in output.splitlines() if re.match(r"^(ERROR|CRITICAL)\b", line)]
    if problems or "Importer processing completed successfully" not in output:
        raise Failed("\n".join(problems) or "the importer did not complete")
    return ""


# --- ansible-test ----------------------------------------------------------------------------------------------------

GET_PIP = """\
# Stands in for get-pip.py, which ansible-test would download: pip comes from ensurepip, its version from the index.
import subprocess
import sys

subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"])
pins = [word for word in sys.argv[1:] if word.startswith("pip==")]
if pins:
    subprocess.check_call([sys.executable, "-m", "pip", "install", *pins])
"""


def _no_get_pip(at: env.Env) -> None:
    """Put the stand-in where ansible-test keeps the get-pip.py that it downloaded before."""
    code = "from ansible_test._internal import python_requirements as p; print(p.__file__)"
    path = subprocess.run([at.python, "-c", code], capture_output=True, text=True, check=True, env=at.environ()).stdout.strip()
    cache = at.home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([\d.]+)'", Path(path).read_text(encoding="utf-8")):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP, encoding="utf-8")


def _newest() -> str:
    """The newest core that is here runs what does not depend on the core."""
    return next(core for core in reversed(CORES) if env.available(f"core-{core}"))


def _pythons() -> str:
    """Return a directory with every usable Python under its name: shims on PATH may be there and not run."""
    folder = env.CACHE / "pythons"
    folder.mkdir(parents=True, exist_ok=True)
    for minor in range(9, 16):
        found, link = env.interpreter(f"3.{minor}"), folder / f"python3.{minor}"
        if found and not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(found[1])
    return str(folder)


def sanity(core: str, log: Log) -> str:
    at = _need(f"core-{core}")
    _no_get_pip(at)
    # pylint judges the same files by the same rules on each core, and takes a minute.
    words = [] if core == _newest() else ["--skip-test", "pylint"]
    log.run(["ansible-test", "sanity", "--color", "no", "--truncate", "0", *words], tree.sync(at), at.environ(PATH=_pythons()))
    return ""


# --- unit tests ------------------------------------------------------------------------------------------------------


def _pytest(log: Log, at: env.Env, where: Path, paths: list[str], python_path: list[Path]) -> str:
    environ = at.environ(
        PYTHONPATH=":".join(str(path) for path in python_path),
        PYTHONDONTWRITEBYTECODE="1",
        HYPOTHESIS_STORAGE_DIRECTORY=str(at.home / ".hypothesis"),
    )
    try:
        log.run([at.python, "-m", "pytest", "--color=no", "--durations=5", *paths], where, environ)
    except Failed as error:
        raise Failed("\n".join([str(error), *_closing(log)])) from None
    return "\n".join(_closing(log))


def _closing(log: Log) -> list[str]:
    return [match.group(0) for match in PYTEST_CLOSING.finditer(log.text())]


def units(core: str, log: Log) -> str:
    at = _need(f"core-{core}")
    root = tree.sync(at)
    words = [] if core == _newest() else ["--ignore", "tests/unit/emulators"]
    return _pytest(log, at, root, ["tests/unit", *words], [at.collections, root / "tests"])


def units_py39(log: Log) -> str:
    """What runs on a managed node, with no more of ansible-core than is sent there, under the oldest Python supported."""
    at, core = _need("py39"), env.ensure("default")
    root = tree.sync(at)
    package = next((core.bin.parent / "lib").glob("python3.*/site-packages/ansible"))
    target = fresh("units-py39") / "ansible"
    shutil.copytree(package / "module_utils", target / "module_utils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(package / "release.py", target / "release.py")
    (target / "__init__.py").write_text("", encoding="utf-8")
    paths = [f"tests/unit/plugins/{kind}" for kind in ("module_utils", "modules") if (root / "tests/unit/plugins" / kind).is_dir()]
    return _pytest(log, at, root, paths, [at.collections, root / "tests", target.parent])


def eda(log: Log) -> str:
    """The rules run in a JVM."""
    if shutil.which("java") is None:
        raise Skipped("no java here; ansible-rulebook needs a JDK 17")
    at = _need("eda")
    root = tree.sync(at)
    return _pytest(log, at, root, ["tests/eda"], [at.collections, root / "tests"])


# --- style, documentation, licences ----------------------------------------------------------------------------------


def lint(log: Log) -> str:
    at = env.ensure("lint")
    root = tree.sync(at)
    return _each(
        log,
        at,
        root,
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "--diff", "."],
        ["yamllint", "--strict", "."],
        ["ansible-lint", "--profile", "production", "--offline", "--strict", "--nocolor"],
    )


def docs(log: Log) -> str:
    at = env.ensure("lint")
    root = tree.sync(at)
    return _each(
        log,
        at,
        root,
        ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "dependent", "--check-extra-docs-refs", "."],
        ["antsibull-changelog", "lint"],
        ["reuse", "lint"],
        [at.python, "tests/tools/rules.py"],
    )


def _each(log: Log, at: env.Env, root: Path, *commands: list[t.Any]) -> str:
    """Run all the commands, and fail for those that failed together."""
    failures = []
    for command in commands:
        try:
            log.run(command, root, at.environ())
        except Failed as error:
            failures.append(f"{error} ({' '.join(str(word) for word in command[:2])})")
    if failures:
        raise Failed("; ".join(failures))
    return ""


# --- integration -----------------------------------------------------------------------------------------------------


def integration(core: str, part: str, log: Log) -> str:
    at = _need(f"core-{core}")
    # Long targets walk what does not depend on the core.
    words = ["--part", part, *([] if core == _newest() else ["--quick"])]
    output = log.run([at.python, env.ROOT / "tests/tools/integration.py", "--profile", at.profile, *words], env.ROOT, at.environ())
    return output.strip().splitlines()[-1]


def reliability(log: Log) -> str:
    """The short part of the rig, and whether its report, if there is one, is of the cases that there are."""
    at = env.ensure("default")
    root = tree.sync(at)
    page = root / rig.REPORT
    # Before the first full run there is none.
    words, more = rig.command(root, ["--quick", *(["--check", str(page)] if page.exists() else [])])
    output = log.run(words, at.home, at.environ(ANSIBLE_TEST_PYTHON_INTERPRETER=str(at.python), **more))
    return output.strip().splitlines()[-1]


def all_steps() -> list[Step]:
    """Return every step, the long ones first so that two workers end together."""
    newer_first = tuple(reversed(CORES))
    return [
        *(Step(f"sanity-{c}", f"ansible-test sanity on ansible-core {c}", functools.partial(sanity, c)) for c in newer_first),
        *(
            Step(
                f"integration-{c}-{number}",
                f"targets on the emulators, ansible-core {c}, part {number} of {PARTS[c]}",
                functools.partial(integration, c, f"{number}/{PARTS[c]}"),
            )
            for c in newer_first
            for number in range(1, PARTS[c] + 1)
        ),
        Step("reliability", "a part of the rig that kills, cuts and races runs of the role", reliability),
        *(Step(f"units-{c}", f"unit tests on ansible-core {c}", functools.partial(units, c)) for c in newer_first),
        Step("units-py39", "unit tests of modules and module_utils under Python 3.9", units_py39),
        Step("eda", "the event source and the rulebooks, by ansible-rulebook", eda),
        Step("lint", "ruff, yamllint, ansible-lint --profile production", lint),
        Step("docs", "antsibull-docs, antsibull-changelog, reuse, rules of the collection", docs),
        Step("importer", "galaxy-importer on the tarball", importer),
        Step("build", "build, install beside amazon.aws, list every plugin", build),
        Step("ee", "ansible-builder introspect and create; the collection with its requirements alone", execution_environment),
    ]
