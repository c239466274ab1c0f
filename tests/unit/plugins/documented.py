# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins made without ansible-core's loader, which needs an installed collection."""

from __future__ import annotations

import typing as t

import yaml
from ansible import constants as C  # noqa: N812

from ansible_collections.privatelink.salesforce.plugins.doc_fragments import auth


def options(module: t.Any, *fragments: t.Any) -> dict[str, dict[str, t.Any]]:
    """Those of a plugin's documentation, of fragment ``auth``, and of further fragments."""
    found = yaml.safe_load(module.DOCUMENTATION)["options"]
    for text in (auth.ModuleDocFragment.DOCUMENTATION, auth.ModuleDocFragment.PLUGINS, *(fragment.ModuleDocFragment.DOCUMENTATION for fragment in fragments)):
        for option, fields in yaml.safe_load(text)["options"].items():
            found[option] = {**found.get(option, {}), **fields}
    return found


def configured(kind: str, name: str, module: t.Any, plugin: t.Any, *fragments: t.Any) -> t.Any:
    """``plugin`` with the options that the loader would give it."""
    C.config.initialize_plugin_configuration_definitions(kind, name, options(module, *fragments))
    plugin._load_name = plugin.ansible_name = name
    plugin._redirected_names = [name]
    return plugin
