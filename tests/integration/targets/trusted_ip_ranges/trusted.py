# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trusted ranges of the org: merged, replaced, removed; bad input; the guard."""

from __future__ import annotations

from security import ADMIN, DESCRIPTION, LOOKUP, OFFICE, Entries, Json, Stage, by_itself, equal, listed, run, task

MODULE = "trusted_ip_ranges"


def merge_replace_remove(stage: Stage) -> None:
    mixed = ["10.1.0.0/25", "10.1.0.100-10.1.0.140", {"start": "10.1.0.1", "end": "10.1.0.2"}, "2001:db8::7", "198.51.100.9"]
    own = [["10.1.0.0", "10.1.0.140", "Mine"], ["2001:db8::7", "2001:db8::7", "Mine"]]
    cases: list[tuple[str, Json, Entries]] = [
        ("merged", {"ranges": LOOKUP, "description": DESCRIPTION}, [OFFICE, *stage.entries]),
        # Overlaps and doubles are settled, and what others hold is not held twice.
        ("of every form", {"ranges": mixed, "description": "Mine"}, [OFFICE, *stage.entries, *own]),
        ("removed by ranges", {"ranges": ["10.1.0.0/24"], "mode": "remove"}, [OFFICE, *stage.entries, own[1]]),
        ("removed by description", {"description": DESCRIPTION, "mode": "remove"}, [OFFICE, own[1]]),
        (
            "replaced",
            {"ranges": ["198.51.100.0/24", "192.0.2.1"], "mode": "replace", "description": OFFICE[2]},
            [["192.0.2.1", "192.0.2.1", OFFICE[2]], OFFICE],
        ),
        ("cleared", {"ranges": [], "mode": "replace"}, []),
        ("merged into nothing", {"ranges": LOOKUP, "description": DESCRIPTION}, stage.entries),
    ]
    previous = [OFFICE]
    for (what, _options, wanted), done in zip(cases, stage.four_times(MODULE, *(options for _what, options, _wanted in cases)), strict=True):
        equal(f"{what}: before", sorted([item["start_ip"], item["end_ip"], item["description"]] for item in done["previous"]), sorted(previous))
        equal(what, sorted(listed(done)), sorted(wanted))
        previous = wanted
    equal("in the org", stage.trusted(), stage.entries)


def as_a_module(stage: Stage) -> None:
    """In a process of its own, and as one that is told everything by itself."""
    first, second = stage.tasks(task(MODULE, {"ranges": LOOKUP}, **by_itself()), task(MODULE, {"ranges": LOOKUP, **stage.login}, module_defaults={}))
    equal("both", (first["_status"], second["_status"]), ("changed", "ok"))


def bad_input(stage: Stage) -> None:
    longest: Json = {"ranges": ["10.0.0.1"], "description": "x" * 256}
    stage.client.clear_calls()
    stage.all_refused(
        (
            "reversed, mixed and foreign at once",
            MODULE,
            {"ranges": ["10.0.0.2-10.0.0.1", "10.0.0.1-::1", "::1/200", "x"]},
            ("4 problems", "reversed", "families"),
        ),
        ("oversized", MODULE, {"ranges": ["0.0.0.0/0"]}, ("larger than the /7", "split it")),
        ("too many", MODULE, {"ranges": [f"10.0.{number}.1" for number in range(129)]}, ("would hold 130 entries, the most allowed are 128",)),
        ("long description", MODULE, longest, ("256 characters, at most 255",)),
        ("nothing to merge", MODULE, {}, ("there is nothing to merge",)),
        ("no such option", MODULE, {"range": []}, ("Unsupported parameters", "range")),
        ("no such mode", MODULE, {"mode": "add"}, ("merge, replace, remove",)),
    )
    equal("writes", stage.soap_writes(), 0)
    stage.client.teardown("Acme_Inbound")
    stage.refused("a connection without ranges", MODULE, {"ranges": LOOKUP}, "Acme_Inbound", "not Ready")
    stage.login = {**stage.login, "client_id": stage.org["reader_client_id"], "client_secret": stage.org["reader_client_secret"]}
    stage.refused("missing permission", MODULE, {"ranges": ["10.0.0.1"]}, "INSUFFICIENT_ACCESS", "ModifyMetadata")
    stage.login = stage.admin
    stage.client.set_switches(access_tokens="jwt")
    stage.refused("token of the wrong kind", MODULE, {"ranges": ["10.0.0.1"]}, "JWT-based access token", "opaque")


def guard(stage: Stage) -> None:
    stage.well(MODULE, ranges=LOOKUP, description=DESCRIPTION)
    stage.client.source_address(stage.inside)
    stage.refused("the address of this run", MODULE, {"description": DESCRIPTION, "mode": "remove"}, f"{ADMIN} comes from {stage.inside}", "allow_lockout=true")
    forced, after = stage.tasks(
        task(MODULE, {"description": DESCRIPTION, "mode": "remove", "allow_lockout": True}), task(MODULE, {"ranges": LOOKUP, "description": DESCRIPTION})
    )
    equal("allowed for this task", (forced["_status"], after["_status"]), ("changed", "changed"))
    stage.refused("and for this task alone", MODULE, {"ranges": ["10.9.0.1"], "mode": "replace"}, f"comes from {stage.inside}")


if __name__ == "__main__":
    run(merge_replace_remove, as_a_module, bad_input, guard)
