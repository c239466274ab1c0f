# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: connection_hosts
short_description: The hosts that a playbook of this collection works on
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Returns a host pattern for the keyword C(hosts) of a play.
  - Fails where it matches no host of the inventory, or none within C(--limit). Ansible by itself skips such a play, and the run ends well.
  - Where C(private_connect_hosts) is not given, it is the group C(private_connections) if there is one, else all hosts;
    without an inventory it is C(localhost).
options:
  pattern:
    description: A host, a group, or any other host pattern of Ansible, or a list of them.
    type: raw
    vars:
      - name: private_connect_hosts
"""

EXAMPLES = r"""
- name: Read the status of private connections
  hosts: "{{ lookup('privatelink.salesforce.connection_hosts') }}"
  gather_facts: false
  tasks:
    - name: Read the status
      ansible.builtin.import_role:
        name: privatelink.salesforce.private_connect
        tasks_from: status
"""

RETURN = r"""
_list:
  description: The pattern, or patterns, as given.
  type: list
  elements: str
  sample: ["private_connections"]
"""

import typing as t

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._plain import plain

_GROUP = "private_connections"
_SHOWN = 10


class LookupModule(LookupBase):
    def run(self, terms: t.Any, variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        known = variables or {}
        self.set_options(var_options={"private_connect_hosts": self._templated(known.get("private_connect_hosts"))}, direct=kwargs)
        groups = known["groups"]
        given = self.get_option("pattern")
        if given is None:
            patterns = [_GROUP if _GROUP in groups else "all" if groups["all"] else "localhost"]
            said = f"The group {_GROUP} has no host"
        else:
            patterns = [str(item).strip() for item in (given if isinstance(given, (list, tuple)) else [given])]
            said = f"private_connect_hosts={','.join(patterns)} matches no host of the inventory"
        limit = self._templated(known.get("ansible_limit"))
        # An empty pattern means all hosts to the inventory, and nobody means that.
        if not all(patterns) or not self._matching(groups, patterns, limit):
            raise AnsibleLookupError(f"{said}{f' within --limit {limit}' if limit else ''}. {_cure(groups)}")
        return patterns

    def _templated(self, value: t.Any) -> t.Any:
        """ansible-core hands variables to plugins as they were written."""
        return plain(self._templar.template(value) if self._templar is not None else value)

    def _matching(self, groups: t.Mapping[str, t.Sequence[str]], patterns: list[str], limit: str | None) -> list[t.Any]:
        """By Ansible's own rules: implicit localhost, exclusions, files in the limit."""
        manager = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group=group)
        try:
            manager.subset(limit)
            return manager.get_hosts(patterns)
        except AnsibleError as error:
            # Where the configuration makes a pattern without hosts an error.
            raise AnsibleLookupError(f"{error}. {_cure(groups)}") from error


def _cure(groups: t.Mapping[str, t.Sequence[str]]) -> str:
    hosts = sorted(groups["all"])
    if not hosts:
        return "The inventory has no hosts; give an inventory by -i, or localhost for the connection of the extra variables"
    more = f" and {len(hosts) - _SHOWN} more" if len(hosts) > _SHOWN else ""
    names = sorted(set(groups) - {"all", "ungrouped"})[:_SHOWN]
    listed = f" and the groups {', '.join(names)}" if names else ""
    return f"The inventory has the hosts {', '.join(hosts[:_SHOWN])}{more}{listed}; give one of them"
