# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: status_page
short_description: The status of connections as a web page
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Turns statuses into one HTML page that needs nothing else, with a drawing of each path in which differences are marked.
positional: _input
options:
  _input:
    description:
      - The facts C(private_connect_status) that the entry point C(status) of the role P(privatelink.salesforce.private_connect#role) leaves, in a list.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "{{ statuses | privatelink.salesforce.status_page }}"
"""

RETURN = r"""
_value:
  description: The page.
  type: str
  sample: "<!DOCTYPE html>..."
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._status_page import page


def status_page(value: t.Any) -> t.Any:
    return page(value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"status_page": status_page}
