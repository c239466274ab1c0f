# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IP ranges and relaxation of external client apps: two components; bad input; rights; the guard."""

from __future__ import annotations

from security import ADMIN, DESCRIPTION, EXTERNAL, INTEGRATION, INTEGRATION_PROFILE, LOOKUP, OFFICE, OUTSIDE, Json, Stage, equal, listed, run

MODULE = "external_client_app_ip_policy"


def merge_replace_remove(stage: Stage) -> None:
    before = stage.security()
    cases: list[Json] = [
        {"name": EXTERNAL, "ranges": LOOKUP, "description": DESCRIPTION},
        {"name": EXTERNAL, "ip_relaxation": "bypass_2factor"},
        {"name": EXTERNAL, "ranges": ["10.1.0.0/24"], "mode": "replace", "description": "Mine"},
        {"name": EXTERNAL, "ranges": [OFFICE[0] + "/24"], "mode": "replace", "description": OFFICE[2]},
        {"name": EXTERNAL, "ip_relaxation": "enforce"},
        {"name": EXTERNAL, "ranges": LOOKUP, "description": DESCRIPTION},
        {"name": EXTERNAL, "mode": "remove", "description": DESCRIPTION},
    ]
    done = stage.four_times(MODULE, *cases)
    equal("relaxations", [item["ip_relaxation"] for item in done], ["enforce", *["bypass_2factor"] * 3, *["enforce"] * 3])
    equal("the last ranges", listed(done[-1]), [OFFICE])
    equal("all components at the end", stage.security(), before)
    both = stage.well(MODULE, name=EXTERNAL, ranges=LOOKUP, ip_relaxation="enforce_relaxrefresh")
    equal("both in one task", (both["_status"], stage.app(EXTERNAL)[0]), ("changed", "ENFORCE_RELAXREFRESH"))


def bad_input(stage: Stage) -> None:
    stage.all_refused(
        ("foreign family", MODULE, {"name": EXTERNAL, "ranges": ["10.0.0.2-::1"]}, ("different address families",)),
        ("unknown app", MODULE, {"name": "Automation_of_Link", "ranges": LOOKUP}, (f"no external client app Automation_of_Link; there are {EXTERNAL}",)),
        ("a label", MODULE, {"name": "Automation of Private Link", "ranges": LOOKUP}, (f"do you mean {EXTERNAL}",)),
        ("too many", MODULE, {"name": EXTERNAL, "ranges": [f"10.0.{number}.1" for number in range(128)]}, ("would hold 129 entries",)),
    )
    # The second of the two components is refused, so the first is put back.
    stage.client.revoke(ADMIN, "ManageExternalClientAppPolicies")
    words = ("INSUFFICIENT_ACCESS", "edit their policies", "which were changed before, were put back")
    stage.refused("policies may not be edited", MODULE, {"name": EXTERNAL, "ranges": LOOKUP, "ip_relaxation": "bypass"}, *words)
    stage.client.act("set_consumer_secret_access", allowed=False)
    stage.refused("secrets are closed", MODULE, {"name": EXTERNAL, "ranges": LOOKUP}, "Allow Access to OAuth Consumer Secrets via Metadata API")


def guard(stage: Stage) -> None:
    stage.login = stage.integration()
    stage.client.source_address(OUTSIDE)
    stage.client.set_app_policy(EXTERNAL, relaxation="Bypass")
    stage.client.set_login_ip_ranges(INTEGRATION_PROFILE, [[*ends, DESCRIPTION] for ends in stage.ranges])
    words = (f"would shut out {INTEGRATION}, who logs in through app {EXTERNAL}", OUTSIDE, f"profile {INTEGRATION_PROFILE}")
    stage.refused("the profile's ranges would count", MODULE, {"name": EXTERNAL, "ip_relaxation": "enforce"}, *words)
    forced: Json = {"name": EXTERNAL, "ip_relaxation": "enforce", "ranges": LOOKUP, "allow_lockout": True}
    stage.refused("a login that fails after all takes both back", MODULE, forced, "ip restricted", "The change was taken back")
    stage.client.source_address(stage.inside)
    equal("from inside", stage.well(MODULE, name=EXTERNAL, ip_relaxation="enforce")["_status"], "changed")


if __name__ == "__main__":
    run(merge_replace_remove, bad_input, guard)
