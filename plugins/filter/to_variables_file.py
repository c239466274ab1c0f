# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_variables_file
short_description: Variables as the text of a file of variables, in which nothing is a template
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Texts that hold a brace, as a label that somebody wrote in Setup may, get the tag C(!unsafe). Else Ansible would run them as templates
    when the file is used.
positional: _input
options:
  _input:
    description:
      - The variables by name, such as P(privatelink.salesforce.connection_variables#filter) gives.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Keep the variables
  ansible.builtin.copy:
    dest: /srv/inventory/host_vars/acme_payments.yml
    content: "{{ acme | privatelink.salesforce.connection_variables | privatelink.salesforce.to_variables_file }}"
    mode: "0644"
"""

RETURN = r"""
_value:
  description: YAML.
  type: str
  sample: |
    ---
    private_connect_name: Acme_Inbound
    private_connect_label: !unsafe '{{ not a template }}'
"""

import typing as t

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._import import text


def to_variables_file(value: t.Any) -> str:
    return text(value)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_variables_file": to_variables_file}
