# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The org's trusted IP ranges (Setup > Network Access). This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _lockout as lockout
from . import _range_list as ranges
from . import _range_options as options
from ._module import Context, Definition

NAME = "Security"
PLACE = options.Place("SecuritySettings", ("networkAccess", "ipRanges"), ranges.SETTINGS)


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    org, metadata, given = options.prepare(params, context)
    components = metadata.settings(NAME)
    wanted = options.outcome(PLACE, components, given, params)
    before, after = PLACE.entries(components[NAME]), wanted[NAME]
    lost = ranges.lost(before, after, PLACE.ends)
    if lost:
        lockout.refuse(lockout.challenges(lockout.observe(org, metadata), lost), params["allow_lockout"], context.warnings)
    changed = options.write(metadata, PLACE, components, wanted, params["mode"], check_mode)
    return {
        "changed": bool(changed),
        "ranges": ranges.shown(after, PLACE.ends),
        "previous": ranges.shown(before, PLACE.ends),
        "diff": {"before": {"ranges": ranges.shown(before, PLACE.ends)}, "after": {"ranges": ranges.shown(after, PLACE.ends)}},
    }


DEFINITION = Definition(argument_spec=options.range_argument_spec(allow_lockout={"type": "bool", "default": False}), run=run, in_turn=True)
