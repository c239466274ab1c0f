# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job templates: the arguments that AWX, release 24, starts ansible-playbook with, which it hands to ansible-runner as env/cmdline."""

from __future__ import annotations

import typing as t

Json = t.Mapping[str, t.Any]


def arguments(template: Json, job_type: str | None = None) -> list[str]:
    """``job_type``: what a node of a workflow, or a launch, says instead of the template, which has to ask for it."""
    if job_type is not None and not template.get("ask_job_type_on_launch"):
        raise ValueError(f"{template['name']} does not ask for the job type, so AWX ignores {job_type}")
    words = ["--check"] if (job_type or template.get("job_type", "run")) == "check" else []
    # AWX always says a user: the one of the machine credential, else root.
    words += ["-u", "root"]
    words += ["--diff"] if template.get("diff_mode") else []
    return words + ([f"--forks={template['forks']}"] if template.get("forks") else [])
