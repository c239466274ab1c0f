# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that sees whether an execution environment can be made, and whether it would hold all that the collection needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import env
import integration
import tree
from step import NAME, Failed, Log, fresh


def execution_environment(log: Log) -> str:
    """The pattern's execution environment: its definition holds, and the requirements that the collection tells are all that it needs."""
    at = env.ensure("lint")
    tree.sync(at)
    output = log.run(["ansible-builder", "introspect", "--sanitize", at.collections], env.ROOT, at.environ())
    wanted = [line.split(">")[0].split("[")[0] for line in (env.ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    missing = [name for name in wanted if not re.search(rf"^\s*- '?{name}\b.*from collection .*{NAME}", output, re.MULTILINE | re.IGNORECASE)]
    if missing or not wanted:
        raise Failed(f"ansible-builder finds no requirement for {', '.join(missing)}")
    here = fresh("ee")
    definition = env.ROOT / "extensions/patterns/private_connect/execution_environment/execution-environment.yml"
    log.run(["ansible-builder", "create", "--file", definition, "--context", here / "context", "--output-filename", "Containerfile"], here, at.environ())
    return _with_requirements_alone(log, here)


def _with_requirements_alone(log: Log, here: Path) -> str:
    """Every plugin loads and a playbook that uses each requirement passes where nothing else is installed."""
    if not env.available("ee"):
        return f"not run with the requirements alone: no Python {' or '.join(env.PROFILES['ee'].pythons)} here"
    at = env.ensure("ee")
    root = tree.sync(at)
    log.run([at.python, root / "tests/ee/load.py"], here, at.environ(PYTHONPATH=str(at.collections), PYTHONDONTWRITEBYTECODE="1"))
    emulators = integration.Emulators(env.ensure("default"), env.ROOT, here)
    try:
        org, aws = emulators.ready["orgs"]["acme"], emulators.ready["aws"]
        region = "us-east-1"
        variables = {
            "private_connect_name": "Acme_Smoke",
            "private_connect_vpc_id": aws["regions"][region]["vpc_id"],
            "private_connect_settle": 0,
            "private_connect_poll_interval": 1,
            "smoke_username": org["username"],
            "smoke_private_key_file": org["private_key_file"],
        }
        (here / "vars.json").write_text(json.dumps(variables), encoding="utf-8")
        environ = at.environ(
            AWS_ACCESS_KEY_ID="smoke",
            AWS_SECRET_ACCESS_KEY="smoke",
            AWS_ENDPOINT_URL=aws["url"],
            AWS_REGION=region,
            **{f"SALESFORCE_{name.upper()}": org[name] for name in ("instance_url", "client_id", "client_secret")},
        )
        log.run(["ansible-playbook", root / "tests/ee/smoke.yml", "-e", f"@{here / 'vars.json'}"], here, environ)
    finally:
        emulators.stop()
    return ""
