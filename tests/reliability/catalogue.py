# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All the cases."""

from __future__ import annotations

import typing as t

from . import behaviours, defects, disturbed, hostile, races, storms, walks
from .cases import Case, References

SECTIONS = (disturbed, storms, races, behaviours, walks, hostile, defects)


def cases(references: References) -> t.Iterator[Case]:
    for section in SECTIONS:
        yield from section.cases(references)
