# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logged in from where: by user, time and ranges, with a summary."""

from __future__ import annotations

import datetime

from security import ADMIN, INTEGRATION, LOOKUP, OUTSIDE, Stage, by_itself, equal, run, task

MODULE = "login_history_info"


def filters(stage: Stage) -> None:
    client = stage.client
    client.add_login(INTEGRATION, stage.inside, minutes_ago=10)
    client.add_login(INTEGRATION, OUTSIDE, minutes_ago=20, status="Restricted IP")
    client.add_login(INTEGRATION, OUTSIDE, minutes_ago=100)
    since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    theirs = {"users": [INTEGRATION]}
    everything, inside, outside, recent, newest, own = stage.tasks(
        task(MODULE, {**theirs, "source_ranges": LOOKUP}),
        task(MODULE, {**theirs, "source_ranges": LOOKUP, "source": "inside"}, check_mode=True),
        task(MODULE, {**theirs, "source_ranges": LOOKUP, "source": "outside"}),
        task(MODULE, {**theirs, "since": since, "source_ranges": [OUTSIDE]}),
        task(MODULE, {**theirs, "limit": 1}),
        task(MODULE, {"own": True, "limit": 1}, **by_itself()),
    )
    equal("all", [item["source_ip"] for item in everything["logins"]], [stage.inside, OUTSIDE, OUTSIDE])
    equal("inside", [item["source_ip"] for item in inside["logins"]], [stage.inside])
    equal("outside", [(item["source_ip"], item["status"]) for item in outside["logins"]], [(OUTSIDE, "Restricted IP"), (OUTSIDE, "Success")])
    equal("recent", [item["inside"] for item in recent["logins"]], [False, True])
    equal("newest", [(item["source_ip"], item["inside"]) for item in newest["logins"]], [(stage.inside, None)])
    equal("own", [(item["username"], item["source_ip"]) for item in own["logins"]], [(ADMIN, "127.0.0.1")])
    summary = {
        "total": 3,
        "inside": 1,
        "outside": 2,
        "unknown": 0,
        "users_inside": [INTEGRATION],
        "users_outside": [INTEGRATION],
        "addresses_outside": [OUTSIDE],
    }
    equal("summary", everything["summary"], summary)
    equal("changed", {item["changed"] for item in (everything, inside, outside, recent, newest, own)}, {False})


def bad_input(stage: Stage) -> None:
    words = ("3 problems", "since 'yesterday' is no time", "limit is 0", "reversed")
    stage.all_refused(
        ("all at once", MODULE, {"since": "yesterday", "limit": 0, "source_ranges": ["10.0.0.2-10.0.0.1"]}, words),
        ("no ranges", MODULE, {"source": "inside"}, ("source=inside needs source_ranges",)),
        ("unknown user", MODULE, {"users": ["nobody@acme.example"]}, ("the org has no user nobody@acme.example",)),
    )
    # Without the right to see others, one's own rows are there.
    stage.client.add_login(ADMIN, OUTSIDE)
    stage.client.revoke(INTEGRATION, "MonitorLoginHistory")
    stage.login = stage.integration()
    found = stage.well(MODULE)
    equal("rows of others", {item["username"] for item in found["logins"]}, {INTEGRATION})


if __name__ == "__main__":
    run(filters, bad_input)
