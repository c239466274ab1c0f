# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login IP ranges of profiles. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _lockout as lockout
from . import _range_list as ranges
from . import _range_options as options
from ._errors import InputError
from ._module import Context, Definition

PLACE = options.Place("Profile", ("loginIpRanges",), ranges.PROFILE)


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    if not params["profiles"]:
        raise InputError(["profiles is empty; name at least one profile, such as Admin"])
    org, metadata, given = options.prepare(params, context)
    components = options.existing(metadata, PLACE.kind, list(dict.fromkeys(params["profiles"])), "profile")
    before = {name: PLACE.entries(component) for name, component in components.items()}
    wanted = options.outcome(PLACE, components, given, params)
    narrowed = {name: entries for name, entries in wanted.items() if _narrows(before[name], entries)}
    if narrowed:
        seen = lockout.observe(org, metadata, lockout.admin_profiles({name: components[name] for name in narrowed}))
        lockout.refuse(lockout.objections(seen, narrowed, "this range list"), params["allow_lockout"], context.warnings)
    changed = options.write(metadata, PLACE, components, wanted, params["mode"], check_mode)
    if changed and narrowed and params["verify_login"] and not check_mode:
        lockout.prove_login(params, context, lambda: options.take_back(metadata, PLACE, components, wanted, changed))
    earlier, after = options.shown(PLACE, before), options.shown(PLACE, wanted)
    return {
        "changed": bool(changed),
        "profiles": [{"name": name, "ranges": entries, "previous": earlier[name], "changed": name in changed} for name, entries in sorted(after.items())],
        "diff": {"before": earlier, "after": after},
    }


def _narrows(before: t.Sequence[ranges.Entry], after: t.Sequence[ranges.Entry]) -> bool:
    """Whether an address that could log in no longer can. No ranges at all restrict nobody."""
    if not after:
        return False
    return not before or bool(ranges.lost(before, after, PLACE.ends))


DEFINITION = Definition(
    argument_spec=options.range_argument_spec(profiles={"type": "list", "elements": "str", "required": True}, **options.guarded()),
    run=run,
    in_turn=True,
)
