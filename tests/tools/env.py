# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the environments that the tests, the checks and the demonstration run in.

Each profile is one directory under .cache/ in the checkout: a virtual environment, amazon.aws, a HOME of its own. It is
made on first use, and made anew when what it is made from changes. Nothing outside the checkout is written.

As a command: `env.py [PROFILE...]` makes profiles, `env.py --shell PROFILE` prints what a shell evaluates to enter one.
Standard library only, and Python 3.9 syntax, since it runs before anything else is there and chooses the Python to use.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import time
import typing as t
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
# Change this when an environment is put together otherwise than before, so that those that are there are made anew.
RECIPE = "2"


class EnvError(Exception):
    """An environment cannot be made; the text names the cause and the cure."""


@dataclass(frozen=True)
class Profile:
    """What one environment is made from. `pythons`: usable versions, the preferred one first.

    `core` is a requirement for ansible-core; `bundle` the release of the PyPI package `ansible` that carries amazon.aws, so
    that Galaxy is not needed. Either may be empty.
    `requirements` are files, relative to the checkout.
    """

    core: str
    bundle: str
    pythons: tuple[str, ...]
    requirements: tuple[str, ...]


TEST = ("requirements.txt", "tests/emulators/requirements.txt", "tests/requirements/test.txt")
# The tools get an environment of their own: what they require must not decide what the tests run with.
LINT = ("requirements.txt", "tests/requirements/lint.txt")
OLDER, NEWER = ("3.11", "3.12", "3.13"), ("3.13", "3.12", "3.14")
PROFILES = {
    "core-2.18": Profile("ansible-core~=2.18.0", "12.3.0", OLDER, TEST),
    "core-2.19": Profile("ansible-core~=2.19.0", "12.3.0", OLDER, TEST),
    "core-2.20": Profile("ansible-core~=2.20.0", "14.5.0", NEWER, TEST),
    "core-2.21": Profile("ansible-core~=2.21.0", "14.5.0", NEWER, TEST),
    "lint-2.19": Profile("ansible-core~=2.19.0", "12.3.0", OLDER, LINT),
    "lint-2.21": Profile("ansible-core~=2.21.0", "14.5.0", NEWER, LINT),
    # An execution environment: what the collection asks for, and nothing else.
    "ee": Profile("ansible-core~=2.21.0", "14.5.0", NEWER, ("requirements.txt",)),
    "eda": Profile("ansible-core~=2.21.0", "14.5.0", NEWER[:2], (*TEST, "tests/requirements/eda.txt")),
    # A managed node: no ansible-core, no collections.
    "py39": Profile("", "", ("3.9",), ("requirements.txt", "tests/requirements/py39.txt")),
}
# Names that stand for the first of some profiles that an interpreter here runs.
ALIASES = {"default": ("core-2.21", "core-2.19"), "lint": ("lint-2.21", "lint-2.19")}


@dataclass(frozen=True)
class Env:
    """One environment that is there: `bin` of its virtual environment, `collections` for ANSIBLE_COLLECTIONS_PATH."""

    profile: str
    python: Path
    bin: Path
    home: Path
    collections: Path
    python_version: str

    def environ(self, **extra: str) -> dict[str, str]:
        """Return environment variables for a command: this HOME, no credentials and no settings of the caller.

        Where `extra` has a PATH it comes before the rest of the path, but after the environment's own commands.
        """
        foreign = ("ANSIBLE_", "AWS_", "EC2_", "SALESFORCE_", "SF_", "SFDX_", "PYTEST_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYENV_VERSION"):
            kept.pop(name, None)
        kept.update(
            HOME=str(self.home),
            VIRTUAL_ENV=str(self.bin.parent),
            PATH=os.pathsep.join([str(self.bin), *filter(None, [extra.pop("PATH", "")]), kept.get("PATH", os.defpath)]),
            XDG_CACHE_HOME=str(self.home / ".cache"),
            PIP_CACHE_DIR=str(CACHE / "pip"),
            UV_CACHE_DIR=str(CACHE / "uv"),
            PIP_DISABLE_PIP_VERSION_CHECK="1",
            ANSIBLE_HOME=str(self.home / ".ansible"),
            ANSIBLE_LOCAL_TEMP=str(self.home / ".ansible" / "tmp"),
            ANSIBLE_REMOTE_TMP=str(self.home / ".ansible" / "tmp"),
            ANSIBLE_COLLECTIONS_PATH=str(self.collections),
            AWS_EC2_METADATA_DISABLED="true",
            NO_PROXY=",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), "127.0.0.1,localhost,::1"])),
            LC_ALL="C.UTF-8",
        )
        kept.update(extra)
        return kept


# --- interpreters ----------------------------------------------------------------------------------------------------


def _home() -> Path:
    """Return the caller's HOME, also where the caller entered an environment, which has a HOME of its own."""
    home = Path.home()
    return Path(pwd.getpwuid(os.getuid()).pw_dir) if CACHE in home.parents else home


def _candidates(version: str) -> t.Iterator[str]:
    """Yield names and paths under which a Python of the version (X.Y) may be found."""
    yield f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or _home() / ".pyenv") / "versions"
    yield from (str(path) for path in sorted(pyenv.glob(f"{version}.*/bin/python")))
    yield from ("python3", sys.executable)


@functools.cache
def _probe(candidate: str) -> tuple[str, str] | None:
    """Return (version as X.Y, path) of a Python that really runs and can make a virtual environment, else None.

    Of a virtual environment (perhaps one of ours, entered by a shell) the Python that it was made with is returned.
    """
    base = "os.path.realpath(getattr(sys, '_base_executable', sys.executable))"
    code = f"import os, sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2]); print({base})"
    try:
        run = subprocess.run([candidate, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = run.stdout.splitlines()
    return (lines[0], lines[1]) if len(lines) == 2 else None


def interpreter(*versions: str) -> tuple[str, str] | None:
    """Return (version, path) of the first of the versions that a usable Python here has, else None."""
    for version in versions:
        for candidate in _candidates(version):
            probed = _probe(candidate)
            if probed and probed[0] == version:
                return probed
    return None


def available(name: str) -> bool:
    """Tell whether an interpreter for the profile is here."""
    return interpreter(*PROFILES[name].pythons) is not None


def resolve(name: str) -> str:
    """Return the profile that a name stands for, or raise EnvError if there is none or no interpreter for it."""
    choices = ALIASES.get(name, (name,))
    for profile in choices:
        if profile not in PROFILES:
            raise EnvError(f"There is no profile {name!r}. There are: {', '.join([*ALIASES, *PROFILES])}.")
        if available(profile):
            return profile
    wanted = PROFILES[choices[-1]].pythons
    raise EnvError(
        f"Profile {name!r} needs a Python {' or '.join(wanted)} that runs and has the modules venv and ensurepip; none was found "
        f"on PATH or under pyenv. Install one (on Debian the packages python{wanted[0]} and python{wanted[0]}-venv)."
    )


# --- making ----------------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(name: str) -> t.Iterator[None]:
    """Hold a lock among processes, so that two calls at once do not make the same thing."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f".{name}.lock", "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a session of its own, and all that it left running."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left of it
    finally:
        process.wait()


def _run(command: list[str]) -> None:
    # The caller's HOME: an index or a proxy may be set in its pip configuration. Caches go into the checkout.
    environ = dict(os.environ, HOME=str(_home()), PIP_CACHE_DIR=str(CACHE / "pip"), UV_CACHE_DIR=str(CACHE / "uv"), PIP_DISABLE_PIP_VERSION_CHECK="1")
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        environ.pop(name, None)
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ, check=False)
    if run.returncode:
        raise EnvError(f"{shlex.join(command)} ended with {run.returncode}:\n{run.stdout}")


def make_venv(venv: Path, python: str, packages: list[str]) -> Path:
    """Make a virtual environment with the packages (pip's command line words) and return its python.

    uv installs them; where it cannot (an index that only pip's configuration names), pip does.
    """
    shutil.rmtree(venv, ignore_errors=True)
    _run([python, "-m", "venv", str(venv)])
    inside = venv / "bin" / "python"
    try:
        _run([str(inside), "-m", "pip", "install", "-q", "uv"])
        _run([str(inside), "-m", "uv", "pip", "install", "-q", "--python", str(inside), *packages])
    except EnvError as error:
        say(f"uv could not install ({str(error).strip().splitlines()[-1]}); trying pip")
        _run([str(inside), "-m", "pip", "install", "-q", *packages])
    return inside


def _amazon_aws(python: Path, bundle: str, version: str, collections: Path) -> None:
    """Unpack amazon.aws, and community.aws for an example of the guides, from the bundle's wheel; the wheel is kept for the next profile."""
    wheels = CACHE / "wheels"
    with locked("wheels"):
        if not list(wheels.glob(f"ansible-{bundle}-*.whl")):
            # Without --python-version pip refuses a wheel that is for a newer Python than its own.
            only = ["--only-binary=:all:", "--python-version", version]
            _run([str(python), "-m", "pip", "download", "-q", "--no-deps", *only, "-d", str(wheels), f"ansible=={bundle}"])
        wheel = next(iter(wheels.glob(f"ansible-{bundle}-*.whl")))
        with zipfile.ZipFile(wheel) as archive:
            members = [name for name in archive.namelist() if name.startswith(("ansible_collections/amazon/aws/", "ansible_collections/community/aws/"))]
            archive.extractall(collections, members)


def _requirements(file: Path) -> str:
    """Return the text of a requirements file and of those that it names."""
    text = file.read_text(encoding="utf-8")
    return text + "".join(_requirements(file.parent / line[3:].strip()) for line in text.splitlines() if line.startswith("-r "))


def _digest(name: str, python: str) -> str:
    profile = PROFILES[name]
    texts = [_requirements(ROOT / file) for file in profile.requirements]
    made_from = [RECIPE, str(ROOT), python, repr(profile), *texts]
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()


def ensure(name: str = "default") -> Env:
    """Return the profile's environment, made first if it is not there or is out of date. Raises EnvError."""
    name = resolve(name)
    version, python = t.cast("tuple[str, str]", interpreter(*PROFILES[name].pythons))
    base = CACHE / name
    env = Env(name, base / "venv/bin/python", base / "venv/bin", base / "home", base / "collections", version)
    stamp, digest = base / "made.json", _digest(name, python)
    with locked(name):
        if stamp.exists() and json.loads(stamp.read_text(encoding="utf-8"))["digest"] == digest and env.python.exists():
            return env
        say(f"making .cache/{name} (Python {version}{', ' if PROFILES[name].core else ''}{PROFILES[name].core}) ...")
        started = time.monotonic()
        shutil.rmtree(base, ignore_errors=True)
        (env.home / ".ansible" / "tmp").mkdir(parents=True)
        pip_settings = _home() / ".config" / "pip"
        if pip_settings.is_dir():
            (env.home / ".config").mkdir()
            (env.home / ".config" / "pip").symlink_to(pip_settings)
        files = [word for file in PROFILES[name].requirements for word in ("-r", str(ROOT / file))]
        make_venv(base / "venv", python, [*filter(None, [PROFILES[name].core]), *files])
        if PROFILES[name].bundle:
            _amazon_aws(env.python, PROFILES[name].bundle, version, env.collections)
        seconds = round(time.monotonic() - started, 1)
        stamp.write_text(json.dumps({"digest": digest, "python": python, "seconds": seconds}) + "\n", encoding="utf-8")
        say(f"made .cache/{name} in {seconds} s")
    return env


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the environments of the tests under .cache/.")
    parser.add_argument("profiles", nargs="*", default=["default"], help=f"of: {', '.join([*ALIASES, *PROFILES])}")
    parser.add_argument("--shell", action="store_true", help="print export lines of the (first) profile for a shell to evaluate")
    parser.add_argument("--path", action="store_true", help="print the directory of the (first) profile")
    options = parser.parse_args()
    try:
        made = [ensure(name) for name in options.profiles]
    except EnvError as error:
        say(f"error: {error}")
        return 1
    if options.path:
        print(made[0].home.parent)
    if options.shell:
        environ = made[0].environ()
        for name in ("HOME", "VIRTUAL_ENV", "PATH", "XDG_CACHE_HOME", *sorted(k for k in environ if k.startswith("ANSIBLE_"))):
            print(f"export {name}={shlex.quote(environ[name])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
