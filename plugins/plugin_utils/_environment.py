# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The org's environment variables as controller plugins see them. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import os

from ..module_utils._argspec import ORG_ENVIRONMENT


def drop_empty_environment() -> None:
    """Take empty variables out of this process: ansible-core would read them as values, and AWX sets those of inputs that were left blank."""
    for name in ORG_ENVIRONMENT:
        if os.environ.get(name) == "":
            del os.environ[name]
