# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private path itself: TCP from an endpoint's addresses to the org, as long as both sides are ready."""

from __future__ import annotations

from .plane import DataPlane

__all__ = ["DataPlane"]
