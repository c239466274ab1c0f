# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: source_ips
short_description: Source IP ranges of inbound connections
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Returns the addresses that Salesforce sees the traffic of its inbound connections (AWS PrivateLink) come from, in the form that the consumer needs.
  - Fails rather than return a list that lacks addresses. A connection that is missing, not Ready, or without source IP ranges is an error,
    unless O(on_missing) or O(on_not_ready) say otherwise.
  - Only reads. It never runs Sync, so it shows what the org knew last.
options:
  _terms:
    description:
      - Developer names of connections, V(ns__Name) for packaged ones. Without any, every connection of the org is meant.
      - The result holds what each connection gives, in the order of the names. A name given twice counts twice.
    type: list
    elements: str
  format:
    description:
      - The form of the result. Within a connection it is sorted, IPv4 before IPv6.
      - The filters of the same names, such as P(privatelink.salesforce.to_cidrs#filter), do the same with ranges at hand.
    type: str
    default: cidrs
    choices:
      cidrs: The fewest CIDRs that cover exactly the ranges.
      ranges: Dictionaries of C(start) and C(end).
      addresses: Every address by itself, at most O(max_addresses) for each connection.
      security_group_rules: Rules for M(amazon.aws.ec2_security_group), see O(ports).
      login_ip_ranges: Dictionaries of C(startAddress), C(endAddress) and C(description), as in a profile.
      network_access: Dictionaries of C(start), C(end) and C(description), as in an org's trusted IP ranges.
  query:
    description:
      - A JMESPath expression over each connection, a dictionary as M(privatelink.salesforce.inbound_connection_info) returns it, for a shape that
        no O(format) gives. Lists that it returns are joined. An expression that finds nothing in a connection is an error.
      - Needs the Python library C(jmespath). Mutually exclusive with O(format).
    type: str
  ports:
    description: The ports of O(format=security_group_rules), a number, V(first-last), or a list of these.
    type: raw
    default: [443]
  description:
    description:
      - The text of O(format=security_group_rules), O(format=login_ip_ranges) and O(format=network_access).
      - Without it, it is C(Salesforce Private Connect) and the name of the connection.
    type: str
  max_addresses:
    description: The most addresses that O(format=addresses) lists for a connection; more are an error.
    type: int
    default: 4096
  on_missing:
    description: What to do about a name that the org does not have, or about an org without any connection where no name is given.
    type: str
    default: error
    choices: &rules
      error: Fail.
      warn: Warn and leave it out.
      skip: Leave it out.
  on_not_ready:
    description: What to do about a connection whose status is not Ready, or that has no source IP ranges.
    type: str
    default: error
    choices: *rules
  cache:
    description:
      - Whether what an earlier task or host of the same run read from the org is used. All lookups with the same options for the org then cost
        one login and one fetch in all. The modules of this collection that write to an org drop what was read before.
      - V(false) asks the org again.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.salesforce.auth
  - privatelink.salesforce.auth.plugins
notes:
  - A lookup runs on the controller, in check mode too, each time that its expression is evaluated, and does not see the C(environment) of a task.
  - Options from variables (C(salesforce_instance_url) and so on) may be templates.
  - What was read is kept in the controller's temporary directory (C(DEFAULT_LOCAL_TMP)) until the run ends. It holds connections, no credentials.
seealso:
  - module: privatelink.salesforce.inbound_connection_info
  - module: privatelink.salesforce.inbound_connection_sync
  - plugin: privatelink.salesforce.to_cidrs
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the CIDRs of one connection
  ansible.builtin.debug:
    msg: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound') }}"

- name: Let Salesforce into a service
  amazon.aws.ec2_security_group:
    name: from-salesforce
    description: Traffic that comes from Salesforce through PrivateLink
    vpc_id: vpc-0123456789abcdef0
    rules: "{{ query('privatelink.salesforce.source_ips', 'Acme_Inbound', format='security_group_rules', ports=[443, 8443]) }}"

- name: Fix the ranges of all connections for the rest of the play
  ansible.builtin.set_fact:
    salesforce_source_cidrs: "{{ query('privatelink.salesforce.source_ips') }}"
  run_once: true

- name: Add the addresses of two connections to the trusted ones, those that are not ready yet at the next run
  ansible.builtin.debug:
    msg: >-
      {{ query('privatelink.salesforce.source_ips', 'Acme_Inbound', 'Beta_Inbound', format='network_access', on_not_ready='warn') }}

- name: Return a shape that no format gives
  ansible.builtin.debug:
    msg: "{{ query('privatelink.salesforce.source_ips', query='{endpoint: vpc_endpoint_id, cidrs: source_cidrs}') }}"
"""

RETURN = r"""
_list:
  description:
    - A flat list in O(format), or of what O(query) returns.
    - The lookup joins strings by commas where it is called as C(lookup) without C(wantlist=true); C(query) always gives a list.
  type: list
  elements: raw
  sample: ["10.10.10.0/30", "10.10.10.8/29"]
"""

import contextlib
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.privatelink.salesforce.plugins.module_utils._argspec import ORG_OPTIONS
from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import Connection, full_name
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._inbound_connection_info import compile_query, search
from ansible_collections.privatelink.salesforce.plugins.module_utils._ip_ranges import parse_ports
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.plugins.module_utils._org import Org, connect
from ansible_collections.privatelink.salesforce.plugins.plugin_utils import _source_ips
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._environment import drop_empty_environment
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._formats import convert
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._plain import plain
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._run_cache import fetch_once
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._run_sessions import shared_session


class LookupModule(LookupBase):
    def run(self, terms: t.Any, variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        try:
            self._check_option_names(kwargs)
            drop_empty_environment()
            self.set_options(var_options=self._variables(variables or {}, kwargs), direct=kwargs)
            return self._look_up(terms, kwargs)
        except PrivateConnectError as error:
            raise AnsibleLookupError(f"source_ips: {error.message}") from error

    def _look_up(self, terms: t.Any, given: t.Mapping[str, t.Any]) -> list[t.Any]:
        context = Context(sessions=shared_session)
        problems: list[str] = []
        names = _source_ips.read_names(terms, problems)
        org_options = {name: plain(self.get_option(name)) for name in ORG_OPTIONS}
        with _collecting(problems):
            parse_ports(self.get_option("ports"))
        if self.get_option("max_addresses") < 1:
            problems.append(f"max_addresses is {self.get_option('max_addresses')}, it must be at least 1")
        if self.get_option("query") and "format" in given:
            problems.append("format and query exclude each other; drop one of them")
        query, org = None, None
        with _collecting(problems):
            query = compile_query(plain(self.get_option("query"))) if self.get_option("query") else None
        with _collecting(problems):
            org = connect(org_options, context)
        if problems or org is None:
            raise InputError(problems)
        connections = self._connections(org, org_options)
        for warning in context.warnings:
            self._display.warning(warning)
        usable = self._usable(connections, names, org_options.get("instance_url") or org_options.get("target_org") or "the org")
        return [item for connection in usable for item in (self._queried(query, connection) if query else self._formatted(connection))]

    # -- options -----------------------------------------------------------------------------------------------------

    def _check_option_names(self, given: t.Mapping[str, t.Any]) -> None:
        known = sorted(set(self.option_definitions) - {"_terms"})
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise InputError([f"unknown options: {', '.join(unknown)}; known are {', '.join(known)}"])

    def _variables(self, variables: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The variables that give options, templated: ansible-core hands them to plugins as they were written."""
        names = [entry["name"] for option, definition in self.option_definitions.items() if option not in given for entry in definition.get("vars") or []]
        found = {name: variables[name] for name in names if name in variables}
        if self._templar is None:
            return found
        return {name: plain(self._templar.template(value)) for name, value in found.items()}

    # -- connections -------------------------------------------------------------------------------------------------

    def _connections(self, org: Org, org_options: t.Mapping[str, t.Any]) -> list[Connection]:
        if not self.get_option("cache"):
            return org.connections()
        return fetch_once({"what": "connections", **org_options}, org.connections)

    def _usable(self, connections: list[Connection], names: list[str], org: str) -> list[Connection]:
        """Those that are meant and may be used, in order; the problems of all others are told at once."""
        usable, missing, unready = [], [], []
        for name in names or [full_name(connection) for connection in connections]:
            connection, reason = _source_ips.find(connections, name, org)
            if connection is None:
                missing.append(reason)
                continue
            problem = _source_ips.why_unusable(connection)
            if problem:
                unready.append(problem)
            else:
                usable.append(connection)
        if not names and not connections:
            missing.append(f"{org} has no inbound connections")
        errors = self._left_out("on_missing", missing) + self._left_out("on_not_ready", unready)
        if errors:
            raise InputError(errors)
        return usable

    def _left_out(self, option: str, problems: list[str]) -> list[str]:
        """What the option makes of the problems: warnings, nothing, or the errors that are returned."""
        rule = self.get_option(option)
        if rule == "warn":
            for problem in problems:
                self._display.warning(f"source_ips leaves out addresses ({option}=warn): {problem}")
        return [f"{problem} (or set {option})" for problem in problems] if rule == "error" else []

    # -- results -----------------------------------------------------------------------------------------------------

    def _formatted(self, connection: Connection) -> list[t.Any]:
        return convert(
            self.get_option("format"),
            connection,
            ports=self.get_option("ports"),
            description=plain(self.get_option("description")),
            max_addresses=self.get_option("max_addresses"),
        )

    def _queried(self, query: t.Any, connection: Connection) -> list[t.Any]:
        found = search(query, connection)
        if found is None or found == []:
            raise InputError([f"query finds nothing in inbound connection {full_name(connection)}; its keys are {', '.join(sorted(connection))}"])
        return found if isinstance(found, list) else [found]


@contextlib.contextmanager
def _collecting(problems: list[str]) -> t.Iterator[None]:
    """Adds the problems of an InputError to the list instead of raising it, so that all of them are told at once."""
    try:
        yield
    except InputError as error:
        problems.extend(error.problems)
