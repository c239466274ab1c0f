# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern, loaded by its setup.yml into a stand-in for the collection of AWX's modules."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

from . import data, modules

Json = dict[str, t.Any]


class Loaded(t.NamedTuple):
    status: int
    output: str
    calls: list[tuple[str, Json]]

    def of(self, module: str) -> dict[str, Json]:
        """What each object was given last, by name."""
        return {options["name"]: options for name, options in self.calls if name == module}


def load(folder: pathlib.Path, settings: Json, *words: str, playbook: pathlib.Path = data.PATTERN / "setup.yml", collection: str = "awx.awx") -> Loaded:
    """Run it with these settings and further arguments. A folder is a controller: its calls are those of all loads."""
    stand_in = modules.StandIn(folder, collection)
    settings_file = folder / "settings.json"
    settings_file.write_text(json.dumps(settings), encoding="utf-8")
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false"}
    command = ["ansible-playbook", str(playbook), "-i", "localhost,", "-e", f"@{settings_file}", *words]
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
    return Loaded(done.returncode, done.stdout, stand_in.calls())
