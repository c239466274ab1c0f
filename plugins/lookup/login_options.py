# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: login_options
short_description: Options by which another machine logs in to an org
version_added: 1.0.0
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Returns the options for the org that a task needs which runs on another machine than the controller, such as one inside the VPC.
    That machine does not have the environment variables, key files and Salesforce CLI of the controller.
  - What is not given comes from the controller's environment variables, as for the modules of this collection.
  - A private key file is read. The session of the Salesforce CLI becomes an access token. All other ways to authenticate stay what they are,
    so that the other machine makes a login of its own.
  - The result holds secrets. Give it to C(module_defaults), where modules keep them out of logs; do not register or print it.
options:
  _terms:
    description:
      - A dictionary of options for the org, as the modules take them. It may be left out.
      - C(validate_certs), C(ca_path) and C(timeout) are handed on where they are given here. The environment says how the controller
        reaches the org, not how other machines do.
    type: list
    elements: dict
notes:
  - Runs on the controller each time that its expression is evaluated. The Salesforce CLI is asked once for each run.
seealso:
  - module: privatelink.salesforce.login_history_info
"""

EXAMPLES = r"""
- name: Read from inside the VPC with the credentials of the controller's environment
  module_defaults:
    group/privatelink.salesforce.org: "{{ lookup('privatelink.salesforce.login_options') }}"
  block:
    - name: See where the org sees the bastion's login come from
      privatelink.salesforce.login_history_info:
        own: true
        limit: 1
      delegate_to: bastion
"""

RETURN = r"""
_list:
  description: One dictionary of options, C(auth_method), C(instance_url) and C(api_version) always among them.
  type: list
  elements: dict
  contains:
    auth_method:
      description: How the other machine authenticates; C(access_token) for the Salesforce CLI.
      type: str
      sample: client_credentials
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase

from ansible_collections.privatelink.salesforce.plugins.module_utils._argspec import org_argument_spec
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError, PrivateConnectError
from ansible_collections.privatelink.salesforce.plugins.module_utils._module import Context
from ansible_collections.privatelink.salesforce.plugins.module_utils._org import connect
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._plain import plain
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._run_sessions import shared_session

_OF_THE_MACHINE = ("validate_certs", "ca_path", "timeout")


class LookupModule(LookupBase):
    def run(self, terms: t.Any, variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[dict[str, t.Any]]:
        try:
            return [_options(_given(terms, kwargs))]
        except PrivateConnectError as error:
            raise AnsibleLookupError(f"login_options: {error.message}") from error


def _given(terms: t.Sequence[t.Any], more: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    given = plain(list(terms) or [{}])
    if len(given) > 1 or not isinstance(given[0], dict) or more:
        raise InputError(["it takes one dictionary of options for the org, and nothing else"])
    return given[0]


def _options(given: dict[str, t.Any]) -> dict[str, t.Any]:
    checked = ArgumentSpecValidator(org_argument_spec()).validate(given)
    if checked.error_messages:
        raise InputError(checked.error_messages)
    # The same options as those of the run's other tasks, so that these share their session.
    org = connect(checked.validated_parameters, Context(sessions=shared_session))
    return {**{name: given[name] for name in _OF_THE_MACHINE if given.get(name) is not None}, **org.elsewhere()}
