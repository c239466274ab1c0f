# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write down what each task of a run came to, one JSON object a line, for tests that ask what a run did."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Write results of tasks to a file
description:
  - Writes C({task, status, item, msg}) of each result, one JSON object a line, to the file that E(RECORD_FILE) names. With E(RECORD_RESULTS) the
    whole result, too.
requirements: []
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result: t.Any, status: str, *, item: bool = False) -> None:
        answer = result._result
        # A loop tells of itself once more when its items are done.
        if "results" in answer and not item:
            return
        line = {"task": result._task.get_name().rpartition(" : ")[2], "status": status, "item": answer.get("_ansible_item_label"), "msg": answer.get("msg")}
        if os.environ.get("RECORD_RESULTS"):
            line["result"] = answer
        with open(os.environ["RECORD_FILE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write(result, "failed")

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        self._write(result, "changed" if result._result.get("changed") else "ok", item=True)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        self._write(result, "failed", item=True)
