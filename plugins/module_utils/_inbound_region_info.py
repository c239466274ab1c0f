# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regions that Private Connect offers, with their endpoint services. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from . import _validate as check
from ._argspec import org_argument_spec
from ._module import Context, Definition
from ._org import connect


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    wanted = params["regions"] or []
    problems = check.problems(*(check.region(region) for region in wanted))
    # All are asked for: an org may refuse a call that names a region which it does not offer.
    regions = connect(params, context, problems).topologies()
    return {"changed": False, "regions": [region for region in regions if not wanted or region["region"] in wanted]}


DEFINITION = Definition(argument_spec=org_argument_spec(regions={"type": "list", "elements": "str"}), run=run)
