# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both halves of a private connection joined, and what differs from what is wanted. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from . import _drift
from . import _normal as normal
from . import _places as places
from . import _preflight as preflight
from . import _selection as select
from . import _selection_dns as dns
from . import _validate as check
from ._argspec import org_argument_spec
from ._aws import AWS_ARGUMENT_SPEC, TAG, Aws, sorted_addresses
from ._errors import InputError, PrivateConnectError
from ._facts import Reader, endpoint_by_id
from ._gather import gather
from ._module import Context, Definition
from ._org import Org, connect
from ._selection import Blockers

_ENDPOINT_SHOWN = ("id", "service_name", "state", "last_error", "vpc_id", "subnet_ids", "security_group_ids", "private_dns_enabled", "dns_entries", "tags")


def run(params: dict[str, t.Any], check_mode: bool, context: Context) -> dict[str, t.Any]:
    params, problems = normalised(params)
    org, aws = _prepare(params, problems, context)
    silent: list[PrivateConnectError] = []
    try:
        return _judged(org, aws, params, silent, context)
    except PrivateConnectError as error:
        if not silent or error is silent[0]:
            raise
        silent[0].add(f"And of AWS: {error.message}")
        raise silent[0] from error


def _judged(org: Org, aws: Aws, params: dict[str, t.Any], silent: list[PrivateConnectError], context: Context) -> dict[str, t.Any]:
    """``silent`` gets the error for which the org cannot be asked; it is raised at the end, with all that is in the way in AWS."""
    params = _complete(params, org, aws, silent)
    blockers = Blockers()
    facts = gather(org, aws, params, blockers, silent)
    replacing = False
    if params["state"] == "present":
        drift = _drift.present(facts, params)
        replacing = _drift.replacing(drift, facts)
        if replacing and not params["replace"]:
            _drift.refuse_replacing(facts, blockers)
        context.warnings.extend(dns.shadowing(facts, params))
        if params["preflight"] and drift:
            preflight.check(Reader(org, aws, params), facts, drift, params, blockers, ask_org=not silent)
    else:
        drift, blockers = _drift.absent(facts, params), Blockers()
        places.check(facts, params, blockers)
        # What one place has to leave may be ours by what another one has.
        context.warnings.extend([] if facts["other_places"] else dns.staying(facts))
        if params["preflight"] and drift:
            preflight.check_absent(Reader(org, aws, params), facts, drift, blockers)
    _drift.check_packaged(facts, drift, blockers)
    if silent:
        raise _with_blockers(silent[0], blockers)
    return {
        "changed": False,
        "my_domain": params["my_domain"],
        "vpc_id": params["vpc_id"],
        "region": facts["region"],
        "tag": {TAG: facts["tag_value"]},
        "connection": facts["connection"],
        "service": facts["service"],
        "vpc": facts["vpc"],
        "endpoint": _shown(facts["endpoint"], facts["interfaces"]),
        "own_endpoint_ids": [item["id"] for item in facts["own_endpoints"]],
        "security_group": facts["own_group"],
        "wanted": {
            "service_name": facts["service_name"],
            "subnet_ids": facts["wanted_subnet_ids"],
            "dropped_subnets": facts["dropped_subnets"],
            "security_group_ids": facts["wanted_group_ids"],
            "tags": select.group_tags(facts, params),
            "endpoint_tags": select.endpoint_tags(facts, params),
            "security_group_name": facts["group_name"],
            "allowed_cidrs": facts["allowed_cidrs"],
            "security_group_rules": select.wanted_rules(facts["allowed_cidrs"]),
        },
        "moved_from": facts["moved_from"],
        "other_places": facts["other_places"],
        "resolver_rules": facts["resolver_rules"],
        "dns": facts["dns"],
        "dns_leftovers": facts["dns_leftovers"],
        "drift": drift,
        "blockers": blockers.items,
        "replacing": replacing,
        "names_first": replacing or dns.orphaned(facts),
        "next_step": _drift.next_step(drift, blockers.items),
    }


def _with_blockers(error: PrivateConnectError, blockers: Blockers) -> PrivateConnectError:
    if blockers.items:
        listed = " ".join(f"({number}) {item['problem']}. Cure: {item['cure']}." for number, item in enumerate(blockers.items, 1))
        error.add(f"{len(blockers.items)} more in the way: {listed}", blockers=blockers.items)
    return error


def _complete(params: dict[str, t.Any], org: Org, aws: Aws, silent: list[PrivateConnectError]) -> dict[str, t.Any]:
    """Options that follow from the org where they are left out: the host, and the VPC of the endpoint that is registered.

    The host of the URL stands for that of an org that cannot be asked, if AWS can be asked with it.
    """
    host = params["my_domain"]
    try:
        host = host or org.host
    except PrivateConnectError as error:
        host = urlsplit(params["instance_url"] or "").hostname
        if not host or not params["vpc_id"]:
            raise
        silent.append(error)
    params = {**params, "my_domain": host.lower().rstrip(".")}
    problem = check.host_name("my_domain", params["my_domain"])
    if problem and not silent:
        raise InputError([problem])
    if params["vpc_id"]:
        return params
    registered = (org.connection(params["name"]) or {}).get("vpc_endpoint_id")
    endpoint = endpoint_by_id(aws, registered) if registered else None
    if endpoint is None:
        reason = f"its endpoint {registered} is not in {aws.region}" if registered else f"the org has no inbound connection {params['name']} to learn it from"
        raise InputError([f"vpc_id is missing, and {reason}"])
    return {**params, "vpc_id": endpoint["vpc_id"]}


def normalised(params: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The options in the one form in which they are compared and handed on, and what is wrong with those that have none."""
    problems: list[str] = []
    forms = {
        **{key: normal.text(params[key]) for key in ("label", "description")},
        **{key: normal.each(params[key]) for key in ("subnet_ids", "security_group_ids")},
        "allowed_cidrs": normal.cidrs("allowed_cidrs", params["allowed_cidrs"], problems),
        "tags": normal.tags("tags", params["tags"], problems),
    }
    return {**params, **forms}, problems


def _prepare(params: t.Mapping[str, t.Any], problems: t.Sequence[str], context: Context) -> tuple[Org, Aws]:
    found = check.problems(
        check.developer_name(params["name"]),
        check.label(params["label"]),
        check.description(params["description"]),
        check.region(params["region"]),
        check.aws_id("vpc_id", params["vpc_id"], "vpc"),
        check.aws_id("vpc_endpoint_id", params["vpc_endpoint_id"], "vpce"),
        check.host_name("my_domain", params["my_domain"]),
        check.host_name("dns_zone", params["dns_zone"]),
        check.at_least("dns_ttl", params["dns_ttl"], 1),
        *(check.host_name("dns_names", name) for name in params["dns_names"]),
        *(check.aws_id("subnet_ids", item, "subnet") for item in params["subnet_ids"]),
        *(check.aws_id("security_group_ids", item, "sg") for item in params["security_group_ids"]),
        *(check.aws_id("dns_vpcs", item["id"], "vpc") for item in params["dns_vpcs"]),
        *problems,
    )
    made: list[t.Any] = []
    for make in (lambda: connect(params, context), lambda: Aws(params)):
        try:
            made.append(make())
        except InputError as error:
            found += error.problems
    if found:
        raise InputError(found)
    return made[0], made[1]


def _shown(endpoint: t.Mapping[str, t.Any] | None, interfaces: list[dict[str, t.Any]]) -> dict[str, t.Any] | None:
    if endpoint is None:
        return None
    own = [item for item in interfaces if item["id"] in endpoint["network_interface_ids"]]
    return {**{key: endpoint[key] for key in _ENDPOINT_SHOWN}, "interfaces": own, "addresses": sorted_addresses(own)}


DEFINITION = Definition(
    argument_spec=org_argument_spec(
        **AWS_ARGUMENT_SPEC,
        name={"type": "str", "required": True},
        vpc_id={"type": "str"},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        label={"type": "str"},
        description={"type": "str"},
        my_domain={"type": "str"},
        vpc_endpoint_id={"type": "str"},
        subnet_ids={"type": "list", "elements": "str", "default": []},
        security_group_ids={"type": "list", "elements": "str", "default": []},
        allowed_cidrs={"type": "list", "elements": "str", "default": []},
        tags={"type": "dict", "default": {}},
        replace={"type": "bool", "default": False},
        preflight={"type": "bool", "default": False},
        manage_dns={"type": "bool", "default": True},
        dns_names={"type": "list", "elements": "str", "default": []},
        dns_zone={"type": "str"},
        dns_record={"type": "str", "choices": ["addresses", "alias"], "default": "addresses"},
        dns_ttl={"type": "int", "default": 60},
        dns_vpcs={"type": "list", "elements": "dict", "default": [], "options": {"id": {"type": "str", "required": True}, "region": {"type": "str"}}},
    ),
    run=run,
)
