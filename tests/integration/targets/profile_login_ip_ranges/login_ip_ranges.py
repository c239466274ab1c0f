# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login IP ranges of profiles: merged, replaced, removed; bad input; partial failure; every way to lock out."""

from __future__ import annotations

from security import (
    ADMIN,
    DESCRIPTION,
    EXTERNAL,
    INTEGRATION,
    INTEGRATION_PROFILE,
    LOOKUP,
    OUTSIDE,
    Json,
    Stage,
    equal,
    run,
    task,
)

MODULE = "profile_login_ip_ranges"
SALES = "Custom%3A Sales Operations"
OURS: Json = {"ranges": LOOKUP, "description": DESCRIPTION}


def merge_replace_remove(stage: Stage) -> None:
    both = ["Standard", SALES]
    cases: list[Json] = [
        {"profiles": both, **OURS},
        {"profiles": ["Standard"], "ranges": ["192.0.2.0/28", "2001:db8::/64"], "description": "Mine"},
        {"profiles": both, "description": DESCRIPTION, "mode": "remove"},
        {"profiles": both, "ranges": ["198.51.100.0-198.51.100.9"], "mode": "replace", "description": "Office"},
        {"profiles": [SALES], "ranges": [], "mode": "replace"},
    ]
    done = stage.four_times(MODULE, *cases)
    told = [{item["name"]: (item["changed"], len(item["previous"]), len(item["ranges"])) for item in result["profiles"]} for result in done]
    ours = len(stage.ranges)
    equal(
        "changed, entries before, entries after",
        [{name: list(counts) for name, counts in item.items()} for item in told],
        [
            {"Standard": [True, 0, ours], SALES: [True, 0, ours]},
            {"Standard": [True, ours, ours + 2]},
            {"Standard": [True, ours + 2, 2], SALES: [True, ours, 0]},
            {"Standard": [True, 2, 1], SALES: [True, 0, 1]},
            {SALES: [True, 1, 0]},
        ],
    )
    equal("in the org", (stage.profile("Standard"), stage.profile(SALES)), ([["198.51.100.0", "198.51.100.9", "Office"]], []))


def bad_input(stage: Stage) -> None:
    stage.client.clear_calls()
    stage.all_refused(
        ("reversed", MODULE, {"profiles": ["Standard"], "ranges": ["10.0.0.2-10.0.0.1"]}, ("it is reversed",)),
        ("oversized", MODULE, {"profiles": ["Standard"], "ranges": ["0.0.0.0/0"]}, ("larger than the /7",)),
        ("no profile", MODULE, {"profiles": [], **OURS}, ("profiles is empty",)),
        (
            "unknown profile",
            MODULE,
            {"profiles": ["Standrad", "Integration"], **OURS},
            ("2 problems", "no profile Standrad; there are Standard", "Integration User"),
        ),
        ("a label", MODULE, {"profiles": ["System Administrator"], **OURS}, ("do you mean Admin, which is the full name of System Administrator?",)),
        ("a decoded name", MODULE, {"profiles": ["Custom: Sales Operations"], **OURS}, (f"do you mean {SALES}",)),
        ("no ranges", MODULE, {"profiles": ["Standard"]}, ("there is nothing to merge",)),
    )
    equal("writes", stage.soap_writes(), 0)
    stage.client.set_switches(range_list_max=2)
    stage.client.set_login_ip_ranges(SALES, [["192.0.2.1", "192.0.2.1"]])
    three = ["Standard", SALES, INTEGRATION_PROFILE]
    words = (f"{SALES}: LIMIT_EXCEEDED", "Nothing was changed")
    stage.refused("one profile of three", MODULE, {"profiles": three, **OURS, "allow_lockout": True}, *words)
    stage.client.set_switches(range_list_max=1000, empty_list_element="ignored")
    stage.refused(
        "a list that cannot be emptied", MODULE, {"profiles": [SALES], "ranges": [], "mode": "replace"}, SALES, "by hand in Setup", "Nothing was changed"
    )


def guard(stage: Stage) -> None:
    """The running user, by each grant; the admins; and what is allowed for one task."""
    stage.client.source_address(OUTSIDE)
    own: Json = {"profiles": [INTEGRATION_PROFILE], **OURS}
    rule = f"this range list of profile {INTEGRATION_PROFILE} would shut out {INTEGRATION}, who comes from {OUTSIDE}"
    for grant, words in (("client_credentials", ()), ("jwt_bearer", ("JWT bearer logins always meet profile ranges",))):
        stage.login = stage.integration(grant)
        stage.client.set_app_policy(EXTERNAL, relaxation="Bypass" if grant == "jwt_bearer" else "Enforce")
        stage.refused(f"the address of this run, {grant}", MODULE, own, rule, *words)
    stage.client.set_app_policy(EXTERNAL, relaxation="Enforce")
    stage.login = stage.integration()
    stage.refused("logins of admins are not to be seen", MODULE, {"profiles": ["Admin"], **OURS}, "no admin of profile Admin may be able to log in any more")
    stage.client.grant(INTEGRATION, "ManageUsers")
    stage.client.add_login(ADMIN, "198.51.100.7", minutes_ago=5)
    stage.refused("no admin left", MODULE, {"profiles": ["Admin"], **OURS}, "no admin of profile Admin could log in any more", "198.51.100.7")
    stage.refused("a login that fails after all", MODULE, {**own, "allow_lockout": True}, "ip restricted", "The change was taken back")
    forced, after = stage.tasks(task(MODULE, {**own, "allow_lockout": True, "verify_login": False}), task(MODULE, {"profiles": ["Admin"], **OURS}))
    equal("allowed for one task alone", (forced["_status"], after["_status"]), ("changed", "failed"))
    equal("in the org", (stage.profile(INTEGRATION_PROFILE), stage.profile("Admin")), (stage.entries, []))
    stage.client.source_address(stage.inside)
    stage.client.add_login(ADMIN, stage.inside, minutes_ago=5)
    stage.well(MODULE, profiles=["Admin", INTEGRATION_PROFILE], **OURS)


if __name__ == "__main__":
    run(merge_replace_remove, bad_input, guard)
