# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait at most. At the deadline the task fails with the last status, both IDs, and what to do next.
    type: int
    default: 1800
  poll_interval:
    description:
      - Seconds between two looks.
    type: int
    default: 15
"""
