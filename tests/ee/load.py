# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load every plugin of the collection, and say which of their requirements are not there. Run with the collections' path on PYTHONPATH."""

from __future__ import annotations

import importlib
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2] / "plugins"
PACKAGE = "ansible_collections.privatelink.salesforce.plugins"
# dnspython belongs on the host that my_domain_check runs on, and only if its option nameservers is used.
NOT_REQUIRED = {"DNSPYTHON_IMPORT_ERROR"}


def main() -> int:
    """0 if all of them load and lack nothing."""
    lacking: set[str] = set()
    paths = [path for path in sorted(ROOT.glob("*/*.py")) if path.stem != "__init__"]
    for path in paths:
        module = importlib.import_module(f"{PACKAGE}.{path.parent.name}.{path.stem}")
        errors = {name for name in vars(module) if name.endswith("_IMPORT_ERROR") and getattr(module, name) is not None}
        lacking |= {f"{path.parent.name}/{path.name}: {getattr(module, name).strip().splitlines()[-1]}" for name in errors - NOT_REQUIRED}
    for text in sorted(lacking):
        print(text)
    print(f"{len(paths)} files loaded")
    return 1 if lacking or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
