# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IP ranges and relaxation of connected apps: merged, replaced, removed; bad input; the guard."""

from __future__ import annotations

from security import ADMIN, CONNECTED, DESCRIPTION, LOOKUP, OFFICE, OUTSIDE, Json, Stage, equal, listed, run

MODULE = "connected_app_ip_policy"


def merge_replace_remove(stage: Stage) -> None:
    before = stage.client.component("ConnectedApp", CONNECTED)
    cases: list[Json] = [
        {"name": CONNECTED, "ranges": LOOKUP, "description": DESCRIPTION},
        {"name": CONNECTED, "ip_relaxation": "bypass_2factor"},
        {"name": CONNECTED, "ip_relaxation": "enforce_relaxrefresh", "ranges": ["10.1.0.0/24"], "mode": "replace", "description": "Mine"},
        {"name": CONNECTED, "ip_relaxation": "enforce", "ranges": [OFFICE[0] + "/24"], "mode": "replace", "description": OFFICE[2]},
        {"name": CONNECTED, "ranges": LOOKUP, "description": DESCRIPTION},
        {"name": CONNECTED, "mode": "remove", "description": DESCRIPTION},
    ]
    done = stage.four_times(MODULE, *cases)
    equal("relaxations", [item["ip_relaxation"] for item in done], ["enforce", "bypass_2factor", "enforce_relaxrefresh", *["enforce"] * 3])
    with_ours = 1 + len(stage.ranges)
    equal("entries", [len(item["ranges"]) for item in done], [with_ours, with_ours, 1, 1, with_ours, 1])
    equal("the last ranges", listed(done[-1]), [OFFICE])
    equal("all members at the end", stage.client.component("ConnectedApp", CONNECTED), before)


def bad_input(stage: Stage) -> None:
    stage.all_refused(
        ("reversed", MODULE, {"name": CONNECTED, "ranges": ["10.0.0.2-10.0.0.1"]}, ("it is reversed",)),
        ("no such relaxation", MODULE, {"name": CONNECTED, "ip_relaxation": "ENFORCE"}, ("ip_relaxation", "enforce, bypass")),
        ("unknown app", MODULE, {"name": "Automation_of_Ada", "ip_relaxation": "bypass"}, (f"no connected app Automation_of_Ada; there are {CONNECTED}",)),
        ("nothing to do", MODULE, {"name": CONNECTED}, ("there is nothing to merge",)),
    )


def guard(stage: Stage) -> None:
    stage.client.source_address(OUTSIDE)
    stage.client.set_app_policy(CONNECTED, relaxation="BYPASS")
    stage.client.set_login_ip_ranges("Admin", [[*ends, DESCRIPTION] for ends in stage.ranges])
    tighter = {"name": CONNECTED, "ip_relaxation": "enforce"}
    stage.refused("the profile's ranges would count", MODULE, tighter, f"would shut out {ADMIN}", CONNECTED, OUTSIDE, "profile Admin")
    forced: Json = {"name": CONNECTED, "ip_relaxation": "enforce", "allow_lockout": True}
    stage.refused("a login that fails after all", MODULE, forced, "ip restricted", "The change was taken back")
    stage.client.source_address(stage.inside)
    equal("from inside", stage.well(MODULE, name=CONNECTED, ip_relaxation="enforce")["_status"], "changed")


if __name__ == "__main__":
    run(merge_replace_remove, bad_input, guard)
