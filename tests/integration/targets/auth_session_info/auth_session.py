# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged in from where: by user, time and ranges, with a summary."""

from __future__ import annotations

from security import ADMIN, INTEGRATION, LOOKUP, OUTSIDE, Stage, equal, run, task

MODULE = "auth_session_info"


def filters(stage: Stage) -> None:
    stage.client.revoke_sessions()
    for address in (stage.inside, OUTSIDE):
        stage.client.source_address(address, INTEGRATION)
        stage.login = stage.integration()
        stage.well("login_history_info", own=True)
    stage.login = stage.admin
    everything, inside, outside, future = stage.tasks(
        task(MODULE, {"source_ranges": LOOKUP}),
        task(MODULE, {"users": [INTEGRATION], "source_ranges": LOOKUP, "source": "inside"}),
        task(MODULE, {"users": [INTEGRATION], "source_ranges": LOOKUP, "source": "outside"}, check_mode=True),
        task(MODULE, {"since": "2999-01-01T00:00:00Z"}),
    )
    equal("inside", [(item["username"], item["source_ip"], item["is_current"]) for item in inside["sessions"]], [(INTEGRATION, stage.inside, False)])
    equal("outside", [(item["username"], item["source_ip"]) for item in outside["sessions"]], [(INTEGRATION, OUTSIDE)])
    equal("future", (future["sessions"], future["summary"]["total"]), ([], 0))
    summary = everything["summary"]
    equal("inside and outside", (summary["inside"], summary["users_inside"], summary["users_outside"]), (1, [INTEGRATION], sorted([ADMIN, INTEGRATION])))
    equal("this session", [item["username"] for item in everything["sessions"] if item["is_current"]], [ADMIN])


def bad_input(stage: Stage) -> None:
    stage.all_refused(
        ("all at once", MODULE, {"until": "soon", "limit": 2001}, ("2 problems", "until 'soon' is no time", "limit is 2001")),
        ("unknown user", MODULE, {"users": ["nobody@acme.example"]}, ("the org has no user nobody@acme.example",)),
    )


if __name__ == "__main__":
    run(filters, bad_input)
