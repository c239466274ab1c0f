# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many environments on the emulators: an inventory with one host for each connection, over several orgs, regions and accounts."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .client import EmulatorClient

ORGS = ("beta", "gamma", "delta")
REGIONS = ("us-east-1", "eu-central-1")
GROUP = "private_connections"
AWS = {"access_key": "fleet", "secret_key": "fleet"}
Json = dict[str, t.Any]


def inventory(client: EmulatorClient, size: int, aws: t.Sequence[t.Mapping[str, t.Any]] = (AWS,)) -> Json:
    """Open the orgs and make ``size`` VPCs. ``aws``: the credentials of each account, ``account`` among them where it is not that of the emulators.

    Returns the inventory, secrets included. Connections take orgs, regions and accounts in turn.
    """
    orgs = {name: client.add_org(name, licences=size) for name in ORGS}
    children: Json = {name: {"hosts": {}, "vars": _org(found)} for name, found in orgs.items()}
    for number in range(size):
        org, region, account = ORGS[number % len(ORGS)], REGIONS[number % len(REGIONS)], dict(aws[number % len(aws)])
        owner = {"account": account.pop("account")} if "account" in account else {}
        children[org]["hosts"][f"{org}_{number:02}"] = {
            "private_connect_name": f"Fleet_{number:02}",
            "private_connect_region": region,
            "private_connect_vpc_id": client.act_aws("add_vpc", region, **owner)["vpc_id"],
            "private_connect_aws": {"endpoint_url": client.ready["aws"]["url"], **account},
        }
    quick = {"private_connect_settle": 0, "private_connect_poll_interval": 1}
    return {GROUP: {"children": children, "vars": quick}}


def _org(org: t.Mapping[str, t.Any]) -> Json:
    options = {name: org[name] for name in ("instance_url", "client_id", "client_secret")}
    return {"private_connect_my_domain": org["host"], "private_connect_salesforce": options}


def write(inventory_found: t.Mapping[str, t.Any], path: pathlib.Path) -> pathlib.Path:
    """Only this user may read it."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(inventory_found), encoding="utf-8")
    return path


def calls(client: EmulatorClient) -> dict[str, dict[str, int]]:
    """How many calls each org got, by action."""
    found: dict[str, dict[str, int]] = {}
    for call in client.calls("salesforce"):
        counts = found.setdefault(call["org"], {})
        counts[call["action"]] = counts.get(call["action"], 0) + 1
    return found
