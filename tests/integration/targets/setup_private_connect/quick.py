# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes runs cheap: all that they load and look up is loaded once, here, modules of amazon.aws run in processes forked from a run's, and waits do
not last."""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import json
import os
import sys
import tempfile
import typing as t

import boto3
import botocore.loaders
import botocore.session
import sitecustomize as clock  # by run.sh clock/ is in PYTHONPATH, as modules that Ansible starts need it as well
from ansible.module_utils.testing import patch_module_args
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, init_plugin_loader, test_loader

COLLECTION = "amazon.aws."
ACTIONS = ("inbound_connection", "inbound_connection_sync", "private_connect_info", "private_zone_vpcs", "security_group_rules", "vpc_endpoint")
MODULES = ("ec2_security_group", "ec2_tag", "route53", "route53_zone")
_execute_module = ActionBase._execute_module
on = False


def prepare() -> None:
    """Load what runs need, for all runs to come. The clock comes first."""
    global on
    on = True
    clock.install()
    # One for all sessions, which would list and read the descriptions of the services each time.
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    for service in ("ec2", "route53", "route53resolver", "sts"):
        boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1").client(service)
    init_plugin_loader()
    for name in ACTIONS:
        importlib.import_module(f"ansible_collections.privatelink.salesforce.plugins.action.{name}")
    for name in MODULES:
        importlib.import_module(f"ansible_collections.amazon.aws.plugins.modules.{name}")
    ActionBase._execute_module = _execute  # type: ignore[method-assign]
    filter_loader.get("default")
    test_loader.get("defined")
    inspect.stack()  # Ansible asks for it with each skipped task; where modules come from is kept
    # What stays is not looked at again by the collector of each forked process, so its pages stay shared.
    gc.collect()
    gc.freeze()


def _execute(self: t.Any, module_name: str | None = None, module_args: t.Any = None, task_vars: t.Any = None, **more: t.Any) -> dict[str, t.Any]:
    name = module_name or self._task.action
    if not name.startswith(COLLECTION):
        return _execute_module(self, module_name=module_name, module_args=module_args, task_vars=task_vars, **more)
    arguments = dict(self._task.args if module_args is None else module_args)
    self._update_module_args(name, arguments, task_vars or {})
    environment: dict[str, t.Any] = {}
    self._compute_environment_string(environment)
    with tempfile.TemporaryFile() as output:
        process = os.fork()
        if process == 0:
            _become_module(name, arguments, environment, output.fileno())
        os.waitpid(process, 0)
        output.seek(0)
        result: dict[str, t.Any] = json.loads(output.read().decode(errors="replace").strip().splitlines()[-1])
    # In the run they would be counted, and shown once each.
    for told in ("deprecations", "warnings"):
        result.pop(told, None)
    return result


def _become_module(name: str, arguments: dict[str, t.Any], environment: dict[str, t.Any], output: int) -> t.NoReturn:
    status = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update({key: str(value) for key, value in environment.items()})
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        with patch_module_args(arguments):
            importlib.import_module(f"ansible_collections.amazon.aws.plugins.modules.{name.removeprefix(COLLECTION)}").main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        os._exit(status)
