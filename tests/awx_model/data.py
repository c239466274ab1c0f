# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the pattern, read as it is written."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

PATTERN = pathlib.Path(__file__).resolve().parents[2] / "extensions/patterns/private_connect"


class _Loader(yaml.SafeLoader):
    """Takes templates for texts."""


_Loader.add_constructor("!unsafe", yaml.SafeLoader.construct_yaml_str)


def read() -> dict[str, t.Any]:
    """All variables of data/ together."""
    data: dict[str, t.Any] = {}
    for path in sorted((PATTERN / "data").glob("*.yml")):
        data.update(yaml.load(path.read_text(encoding="utf-8"), _Loader))
    return data
