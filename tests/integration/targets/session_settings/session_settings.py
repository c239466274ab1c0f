# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session settings that concern addresses, and their guard."""

from __future__ import annotations

from security import ADMIN, CONNECTED, DESCRIPTION, OUTSIDE, Json, Stage, equal, run, task

MODULE = "session_settings"
EVERY, LOCK = "enforce_ip_ranges_every_request", "lock_sessions_to_ip"


def each_and_both(stage: Stage) -> None:
    before = stage.client.component("SecuritySettings", "Security")
    cases: list[Json] = [{EVERY: True}, {LOCK: True}, {EVERY: False, LOCK: False}, {EVERY: True, LOCK: True}]
    done = stage.four_times(MODULE, *cases)
    equal("settings", [(item["settings"][EVERY], item["settings"][LOCK]) for item in done], [(True, False), (True, True), (False, False), (True, True)])
    after = stage.client.component("SecuritySettings", "Security")
    settings = {**before["sessionSettings"], "enforceIpRangesEveryRequest": True, "lockSessionsToIp": True}
    equal("all other members", after, {**before, "sessionSettings": settings})


def bad_input(stage: Stage) -> None:
    stage.client.set_switches(every_request_ranges="five")
    stage.client.set_login_ip_ranges("Standard", [[f"192.0.2.{number}"] * 2 for number in range(0, 12, 2)])
    stage.all_refused(
        ("nothing to set", MODULE, {}, ("one of the following is required", EVERY, LOCK)),
        ("no boolean", MODULE, {EVERY: "perhaps"}, ("perhaps",)),
        ("more than five ranges", MODULE, {EVERY: True}, ("CANNOT_ENABLE_IP_RESTRICT_REQUESTS", "Standard", "Join neighbouring ranges", "Nothing was changed")),
    )


def guard(stage: Stage) -> None:
    stage.client.source_address(OUTSIDE)
    stage.client.set_app_policy(CONNECTED, relaxation="BYPASS")
    stage.client.set_login_ip_ranges("Admin", [[*ends, DESCRIPTION] for ends in stage.ranges])
    words = (f"enforcing the login IP ranges on every request of profile Admin would shut out {ADMIN}, who comes from {OUTSIDE}", "allow_lockout=true")
    stage.refused("every request of this run", MODULE, {EVERY: True}, *words)
    forced, back = stage.tasks(task(MODULE, {EVERY: True, "allow_lockout": True}), task(MODULE, {EVERY: False}))
    equal("allowed; the app is relaxed, so it works", (forced["_status"], back["_status"]), ("changed", "changed"))
    # Where a relaxed app is not exempt the login succeeds and the next call does not; by then no session of this run can undo it.
    stage.client.set_switches(relaxed_every_request="checked")
    (result,) = stage.tasks(task(MODULE, {EVERY: True, "allow_lockout": True}))
    equal("without a way back", result["_status"], "failed")
    assert "Look at it in Setup" in result["msg"], result["msg"]
    stage.client.set_session_settings(enforceIpRangesEveryRequest=False)
    stage.client.source_address(stage.inside)
    equal("from inside", stage.well(MODULE, **{EVERY: True})["_status"], "changed")


if __name__ == "__main__":
    run(each_and_both, bad_input, guard)
