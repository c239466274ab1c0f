# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module's body in the controller's own process. This plugin util is PRIVATE to the collection.

Starting a module costs ten times what its body does. On a local connection the body runs here instead, on the same options, with the same
check mode, diff mode, no_log, module defaults and ``environment``; and a wait can say how it is going. Otherwise the module runs as usual.
"""

from __future__ import annotations

import contextlib
import os
import sys
import typing as t

from ansible import constants as C  # noqa: N812
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values, sanitize_keys
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._http import REQUESTS_IMPORT_ERROR
from ..module_utils._module import Context, Definition, execute
from . import _plain
from ._run_cache import forget
from ._run_sessions import shared_session

_CONSTRAINTS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")

display = Display()


class LocalActionBase(ActionBase):
    """``definition`` is the module's; ``module_name`` its FQCN; ``writes`` says that it can change the org."""

    definition: Definition
    module_name: str
    writes = False
    import_errors: tuple[str | None, ...] = (REQUESTS_IMPORT_ERROR,)
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        try:
            if self._must_be_a_module(task_vars):
                return self._execute_module(
                    module_name=self.module_name, module_args=self._task.args, task_vars=task_vars, wrap_async=bool(self._task.async_val)
                )
            return self._run_here()
        finally:
            if self.writes:
                forget()

    def _must_be_a_module(self, task_vars: dict[str, t.Any]) -> bool:
        return bool(
            self._connection.transport != "local"
            or self._task.async_val
            # Set by the task, the play, the command line, or the variable ansible_become.
            or self._connection.become is not None
            or any(self.import_errors)
            or not _same_interpreter(self._interpreter(task_vars))
        )

    def _interpreter(self, task_vars: dict[str, t.Any]) -> str:
        """As the module would be given it: by the host that the task is delegated to, or by the configuration."""
        delegated = (task_vars.get("ansible_delegated_vars") or {}).get(self._task.delegate_to)
        interpreter = (task_vars if delegated is None else delegated).get("ansible_python_interpreter")
        return str(self._templar.template(interpreter) or C.config.get_config_value("INTERPRETER_PYTHON"))

    def _run_here(self) -> dict[str, t.Any]:
        with self._environment():
            constraints = {name: self.definition.constraints.get(name) for name in _CONSTRAINTS}
            validated = ModuleArgumentSpecValidator(self.definition.argument_spec, **constraints).validate(_plain.plain(self._task.args))
            secrets = {str(value) for value in validated._no_log_values}
            if validated.error_messages:
                problems = [self._problem(error) for error in validated.errors]
                result: dict[str, t.Any] = {"failed": True, "changed": False, "msg": "; ".join(problems)}
            else:
                context = Context(sessions=shared_session)
                if not self._task.no_log:
                    context.progress = lambda line: display.display(self._line(line, secrets))
                result = execute(
                    self.definition,
                    {key: value for key, value in validated.validated_parameters.items() if not key.startswith("_")},
                    check_mode=bool(self._task.check_mode),
                    diff_mode=bool(self._task.diff),
                    context=context,
                )
        for warning in result.pop("warnings", []):
            display.warning(remove_values(warning, secrets))
        return sanitize_keys(remove_values(result, secrets), secrets)

    def _problem(self, error: AnsibleValidationError) -> str:
        """In the words of AnsibleModule."""
        return f"Unsupported parameters for ({self.module_name}) module: {error.msg}" if isinstance(error, UnsupportedError) else error.msg

    def _line(self, line: str, secrets: set[str]) -> str:
        return f"[{self._task_host()}] {remove_values(line, secrets)}"

    def _task_host(self) -> str:
        return str(self._task.delegate_to or getattr(self._play_context, "remote_addr", None) or "localhost")

    @contextlib.contextmanager
    def _environment(self) -> t.Iterator[None]:
        """The task's ``environment`` for as long as the body runs. Tasks have a process of their own, so nobody else sees it."""
        wanted: dict[str, t.Any] = {}
        self._compute_environment_string(wanted)
        before = dict(os.environ)
        os.environ.update({key: str(value) for key, value in wanted.items()})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _same_interpreter(interpreter: str) -> bool:
    """Whether a module would run on the controller's Python anyway, or on whichever is found."""
    return interpreter.startswith("auto") or _place(interpreter) == _place(sys.executable)


def _place(interpreter: str) -> tuple[str, str]:
    """Names in one directory may mean one Python; another directory may be another virtual environment of it, with other libraries."""
    return os.path.realpath(os.path.dirname(os.path.abspath(interpreter))), os.path.realpath(interpreter)
