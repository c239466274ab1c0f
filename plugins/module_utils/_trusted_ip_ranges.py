# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The org's trusted IP ranges (Setup > Network Access). This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _range_list as ranges
from . import _range_options as options
from ._module import Context, Definition

NAME = "Security"
PLACE = options.Place("SecuritySettings", ("networkAccess", "ipRanges"), ranges.SETTINGS)


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    _org, metadata, given = options.prepare(params, context)
    read = metadata.read(PLACE.kind, [NAME])
    components = {NAME: next(iter(read.values()), {})}
    wanted = options.outcome(PLACE, components, given, params)
    changed = options.write(metadata, PLACE, components, wanted, check_mode)
    before, after = PLACE.entries(components[NAME]), wanted[NAME]
    return {
        "changed": bool(changed),
        "ranges": ranges.shown(after, PLACE.ends),
        "previous": ranges.shown(before, PLACE.ends),
        "diff": {"before": {"ranges": ranges.shown(before, PLACE.ends)}, "after": {"ranges": ranges.shown(after, PLACE.ends)}},
    }


DEFINITION = Definition(argument_spec=options.range_argument_spec(), run=run)
