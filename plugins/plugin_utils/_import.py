# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that make the role manage a connection which exists already: pure. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import json
import typing as t

import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.privatelink.salesforce.plugins.module_utils._selection import RULE_MARK

_DEFAULT_TTL = 60


def variables(read: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Variables of the role private_connect, from what private_connect_info with state=absent returned.

    They describe what is there as far as variables can; a record of one of two addresses, for one, they cannot. DNS is managed only if the My Domain host
    has a record that leads to the endpoint.
    """
    connection, endpoint = read["connection"], read["endpoint"]
    if not connection or not endpoint:
        missing = f"its endpoint {connection['vpc_endpoint_id']} is not live in {read['vpc_id']}" if connection else "the org has no such connection"
        raise AnsibleFilterError(f"There is nothing to import: {missing}")
    return {
        "private_connect_name": connection["name"],
        "private_connect_label": connection["label"],
        "private_connect_description": connection["description"],
        "private_connect_region": read["region"],
        "private_connect_vpc_id": read["vpc_id"],
        "private_connect_my_domain": read["my_domain"],
        "private_connect_vpc_endpoint_id": endpoint["id"],
        "private_connect_subnet_ids": endpoint["subnet_ids"],
        **_groups(endpoint["security_group_ids"], read["security_group"]),
        **_dns(read),
    }


def text(variables: t.Mapping[str, t.Any]) -> str:
    """The YAML of a file of variables. What could be a template is `!unsafe`: others wrote it."""
    # By way of JSON plain types are left of Ansible's own.
    return "---\n" + yaml.dump(json.loads(json.dumps(variables)), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=160)


class _Dumper(yaml.SafeDumper):
    pass


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("!unsafe" if "{" in value else "tag:yaml.org,2002:str", value)


_Dumper.add_representer(str, _string)


def _groups(used: t.Sequence[str], own: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Groups that are given stay at a tear-down, so the role's own, which goes with the endpoint, is not."""
    if own is None or list(used) != [own["id"]]:
        return {"private_connect_security_group_ids": used}
    return {"private_connect_allowed_cidrs": [rule["source"] for rule in own["ingress"] if rule["description"] == RULE_MARK]}


def _dns(read: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    found = {item["record"]["name"]: item for item in read["dns_leftovers"]["records"]}
    main = found.get(read["my_domain"])
    if main is None:
        return {"private_connect_manage_dns": False}
    wide = sorted({item["zone_name"] for name, item in found.items() if item["zone_name"] != name}, key=len)
    record = main["record"]
    zone = next((entry["zone"] for entry in read["dns"] if entry["host"] == read["my_domain"] and entry["zone"]), None) or {"vpcs": []}
    others = [vpc for vpc in zone["vpcs"] if (vpc["id"], vpc["region"]) != (read["vpc_id"], read["region"])]
    return {
        "private_connect_manage_dns": True,
        "private_connect_dns_names": sorted(name for name in found if name != read["my_domain"]),
        "private_connect_dns_zone": wide[0] if wide else "",
        "private_connect_dns_record": "alias" if record["alias"] else "addresses",
        "private_connect_dns_ttl": record["ttl"] or _DEFAULT_TTL,
        "private_connect_dns_vpcs": others,
    }
