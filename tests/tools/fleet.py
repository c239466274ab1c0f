# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many environments on emulated services: an inventory with one host for each connection, over several orgs and regions."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import scene

ORGS = ("beta", "gamma", "delta")
REGIONS = ("us-east-1", "eu-central-1")
GROUP = "private_connections"


def inventory(stage: scene.Scene, size: int, name: str = "inventory.json") -> Path:
    """Open the orgs, make ``size`` VPCs, and write the inventory; returns its path. Secrets are in it, so only this user may read it."""
    orgs = {org: stage.client.add_org(org, licences=size) for org in ORGS}
    children: dict[str, t.Any] = {org: {"hosts": {}, "vars": _org_vars(found)} for org, found in orgs.items()}
    for number in range(size):
        org, region = ORGS[number % len(ORGS)], REGIONS[number % len(REGIONS)]
        vpc = stage.client.act_aws("add_vpc", region)
        host = {"private_connect_name": f"Fleet_{number:02}", "private_connect_region": region, "private_connect_vpc_id": vpc["vpc_id"]}
        children[org]["hosts"][f"{org}_{number:02}"] = host
    common = {
        "private_connect_settle": 0,
        "private_connect_poll_interval": 1,
        "private_connect_aws": {"endpoint_url": stage.ready["aws"]["url"], "access_key": "fleet", "secret_key": "fleet"},
    }
    file = stage.folder / name
    file.touch(mode=0o600)
    file.write_text(json.dumps({GROUP: {"children": children, "vars": common}}), encoding="utf-8")
    return file


def _org_vars(org: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    options = {name: org[name] for name in ("instance_url", "client_id", "client_secret")}
    return {"private_connect_my_domain": org["host"], "private_connect_salesforce": options}


def calls(stage: scene.Scene) -> dict[str, dict[str, int]]:
    """How many calls each org got since the run began, by action."""
    found: dict[str, dict[str, int]] = {}
    for call in stage.client.calls("salesforce"):
        counts = found.setdefault(call["org"], {})
        counts[call["action"]] = counts.get(call["action"], 0) + 1
    return found
