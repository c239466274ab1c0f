# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the rig of tests/reliability in an environment: all of it, with its report, or the short part that every change must pass."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import env
import tree

REPORT = Path("docs/reliability.md")
RUN = Path("tests/integration/targets/setup_private_connect/run.sh")


def command(root: Path, words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The rig's command line in the tree at ``root``, and what it needs in the environment."""
    return [str(root / RUN), "-m", "reliability", *words], {"PYTHONPATH": str(root / "tests"), "PYTHONDONTWRITEBYTECODE": "1"}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--profile", default="default", help="the environment to run in, see env.py")
    parser.add_argument("words", nargs="*", help="words for the rig, after --")
    options = parser.parse_args()
    try:
        at = env.ensure(options.profile)
    except env.EnvError as error:
        env.say(f"error: {error}")
        return 1
    folder = env.CACHE / "reliability"
    words = ["--workers", "2", "--folder", str(folder), "--report", str(env.ROOT / REPORT), *options.words]
    line, more = command(tree.sync(at), words)
    return subprocess.run(line, cwd=at.home, env=at.environ(ANSIBLE_TEST_PYTHON_INTERPRETER=str(at.python), **more), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
