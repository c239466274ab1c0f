# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: inbound_connections
short_description: Inbound connections of Salesforce orgs as hosts
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Makes a host of each inbound connection (AWS PrivateLink) of the given orgs, with what the org knows of it.
  - Hosts are called C(<org>_<developer name>). They are in the groups C(private_connections), C(org_<org>), C(region_<region>) and C(status_<status>),
    such as C(status_ready) or C(status_pending_acceptance), so that the playbooks of this collection find them.
  - The configuration file must be called C(inbound_connections.yml) or C(.yaml), or end in one of these.
  - Only reads, by one login and two queries for each org. It never runs Sync, so it shows what the org knew last.
  - An org that cannot be read is an error that names all such orgs, since an inventory without them looks as if their connections were gone.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices:
      - privatelink.salesforce.inbound_connections
  orgs:
    description:
      - The orgs. Each has the options for the org that stand beside this one, and C(name), which hosts and groups are called by.
        Without C(name) it is the first part of the My Domain host, such as C(acme--uat).
      - What an org leaves out, it takes from the options beside this one. An org that gives any credentials takes none from there.
      - Values may be templates, such as C(lookup('ansible.builtin.env', ...)), so that no secret stands in the file.
      - Without it, there is one org, that of the options beside this one.
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.auth.plugins
  - constructed
  - inventory_cache
notes:
  - Credentials are not among the variables of the hosts. Give the role its O(privatelink.salesforce.private_connect#role:main:private_connect_salesforce) by
    C(group_vars) of C(org_<org>), or by the environment; without it the role uses the host's C(salesforce_instance_url).
  - ansible-core only warns of a file that no inventory plugin could read. Set E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true), so that a run ends there.
  - The cache, where it is switched on, holds connections, no credentials.
seealso:
  - module: privatelink.salesforce.inbound_connection_info
  - plugin: privatelink.salesforce.source_ips
    plugin_type: lookup
"""

EXAMPLES = r"""
# The org of the environment variables SALESFORCE_INSTANCE_URL and so on.
# file: inbound_connections.yml
plugin: privatelink.salesforce.inbound_connections

---
# Several orgs.
# file: prod.inbound_connections.yml
plugin: privatelink.salesforce.inbound_connections
orgs:
  - instance_url: https://acme.my.salesforce.com
    client_id: "{{ lookup('ansible.builtin.env', 'ACME_CLIENT_ID') }}"
    client_secret: "{{ lookup('ansible.builtin.env', 'ACME_CLIENT_SECRET') }}"
  - name: uat
    instance_url: https://acme--uat.sandbox.my.salesforce.com
    client_id: "{{ lookup('ansible.builtin.env', 'UAT_CLIENT_ID') }}"
    username: integration@acme.example.uat
    private_key_file: /run/secrets/uat.pem
# Connections that are not ready, and the VPC endpoint as a variable.
groups:
  needs_attention: salesforce_connection.status != 'Ready'
compose:
  private_connect_vpc_endpoint_id: salesforce_connection.vpc_endpoint_id
keyed_groups:
  - key: salesforce_connection.namespace_prefix
    prefix: package
    default_value: none
"""

import contextlib
import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.privatelink.salesforce.plugins.module_utils._argspec import ORG_OPTIONS
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _inventory
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._environment import drop_empty_environment
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._plain import plain

try:
    from ansible.template import trust_as_template  # noqa: F401  # pylint: disable=unused-import  # tells that only what is marked is templated

    def _inert(value: t.Any) -> t.Any:
        return value

except ImportError:  # ansible-core 2.18, where what is not wrapped is templated
    from ansible.utils.unsafe_proxy import wrap_var as _inert


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "privatelink.salesforce.inbound_connections"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("inbound_connections.yml", "inbound_connections.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        drop_empty_environment()
        self._read_config_data(path)
        try:
            for name, org in self._orgs(path, cache).items():
                for host in _inventory.hosts(name, org):
                    self._add(host)
        except PrivateConnectError as error:
            raise AnsibleParserError(f"inbound_connections: {error.message}") from error

    def _orgs(self, path: str, cache: bool) -> dict[str, dict[str, t.Any]]:
        """What the cache holds, else what the orgs say, which the cache gets."""
        self.load_cache_plugin()
        key, wanted = self.get_cache_key(path), self.get_option("cache")
        if wanted and cache:
            with contextlib.suppress(KeyError):  # not there, or too old
                return self._cache[key]
        context = Context()
        orgs = _inventory.read(_inventory.sources(self._templated(self.get_option("orgs")), self._common(), context))
        for warning in dict.fromkeys(context.warnings):
            self.display.warning(warning)
        if wanted:
            self._cache[key] = orgs
        return orgs

    def _common(self) -> dict[str, t.Any]:
        return {name: self._templated(self.get_option(name)) for name in ORG_OPTIONS}

    def _templated(self, value: t.Any) -> t.Any:
        return plain(self.templar.template(value))

    def _add(self, host: _inventory.Host) -> None:
        self.inventory.add_host(host.name)
        for group in host.groups:
            self.inventory.add_child(self.inventory.add_group(group), host.name)
        for name, value in host.variables.items():
            self.inventory.set_variable(host.name, name, _inert(value))
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), host.variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), host.variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), host.variables, host.name, strict=strict)
