# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell around every module's run(params, check_mode). This module util is PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._errors import PrivateConnectError
from ._turns import turn

# Takes the options that tell who logs in, the login, and the session that the org no longer takes (None at first); returns a session.
Sessions = t.Callable[[t.Mapping[str, t.Any], t.Callable[[], t.Any], t.Any], t.Any]


@dataclasses.dataclass
class Context:
    """What a run may use of the world besides its options. ``sessions`` lets several runs share a login."""

    now: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep
    progress: t.Callable[[str], None] = lambda line: None
    warnings: list[str] = dataclasses.field(default_factory=list)
    sessions: Sessions | None = None


@dataclasses.dataclass(frozen=True)
class Definition:
    """A module, told once: its options and its body. The module file and the action plugin both use it.

    ``run(params, check_mode, context)`` returns the result; it raises :class:`PrivateConnectError`.
    ``constraints`` are keyword arguments of AnsibleModule such as ``required_if``. ``in_turn``: it reads lists of the org, changes them, and sends
    them back as a whole.
    """

    argument_spec: dict[str, t.Any]
    run: t.Callable[[dict[str, t.Any], bool, Context], dict[str, t.Any]]
    constraints: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    in_turn: bool = False


def execute(definition: Definition, params: dict[str, t.Any], *, check_mode: bool, diff_mode: bool, context: Context) -> dict[str, t.Any]:
    """Run it; failures become results with ``failed`` and ``msg``, diffs are given only in diff mode."""
    try:
        with turn(params, context) if definition.in_turn and not check_mode else contextlib.nullcontext():
            result = definition.run(params, check_mode, context)
    except PrivateConnectError as error:
        result = {**error.details, "failed": True, "msg": error.message}
    result.setdefault("changed", False)
    if not diff_mode:
        result.pop("diff", None)
    if context.warnings:
        result["warnings"] = list(dict.fromkeys(context.warnings))
    return result


def main(definition: Definition) -> None:
    module = AnsibleModule(argument_spec=definition.argument_spec, supports_check_mode=True, **definition.constraints)
    result = execute(definition, module.params, check_mode=module.check_mode, diff_mode=module._diff, context=Context())
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
