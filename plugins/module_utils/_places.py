# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where else a connection has something, beside the VPC that is asked for. This module util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._aws import GONE, MOVED_TAG
from ._facts import Reader
from ._selection import Blockers, Facts, Params


def other_places(reader: Reader, facts: Facts, params: Params) -> list[dict[str, str]]:
    """``[{region, vpc_id}]`` of what a tear-down takes down beside the VPC that is asked for.

    That is where the registered endpoint lies, and where there are endpoints or groups of ours, in the regions of the VPC, of the connection, and of the place
    that a move was leaving.
    """
    registered, places = facts["moved_from"], set()
    if registered and registered["endpoint_id"] and not _gone(registered):
        places.add((registered["region"], registered["vpc_id"]))
    for region in _regions(facts):
        endpoints, groups = reader.marked(region, facts["tag_value"], facts["group_name"])
        ours = {item["id"] for item in endpoints}
        places |= {(region, item["vpc_id"]) for item in endpoints if not _gone(item)}
        for group in groups:
            if (region, group["vpc_id"]) not in {*places, (facts["region"], params["vpc_id"])} and not _worn(reader, region, group, ours):
                places.add((region, group["vpc_id"]))
    return [{"region": region, "vpc_id": vpc_id} for region, vpc_id in sorted(places - {(facts["region"], params["vpc_id"])})]


def check(facts: Facts, params: Params, blockers: Blockers) -> None:
    """A tear-down in a VPC that is not there, of an endpoint that is nowhere to be seen, may be meant for another account."""
    registered = (facts["connection"] or {}).get("vpc_endpoint_id")
    if facts["vpc"] is None and registered and not facts["other_places"]:
        blockers.add(
            "vpc",
            f"{params['vpc_id']} does not exist in {facts['region']}, or these credentials do not see it, nor VPC endpoint {registered} of the connection",
            "check vpc_id, region and AWS account; if that VPC is gone for good, give another one of the account, of which nothing is changed",
        )


def _regions(facts: Facts) -> list[str]:
    moved = [item["tags"].get(MOVED_TAG, "").partition("/")[0] for item in facts["own_endpoints"]]
    found = [facts["region"], (facts["connection"] or {}).get("region"), (facts["moved_from"] or {}).get("region"), *moved]
    return sorted({region for region in found if region})


def _worn(reader: Reader, region: str, group: t.Mapping[str, t.Any], ours: set[str]) -> bool:
    """Whether endpoints of others wear the group, so that it stays."""
    there = reader.endpoints(region, Filters=[{"Name": "vpc-id", "Values": [group["vpc_id"]]}])
    return any(group["id"] in item["security_group_ids"] and item["id"] not in ours and not _gone(item) for item in there)


def _gone(endpoint: t.Mapping[str, t.Any]) -> bool:
    return str(endpoint["state"]).lower() == GONE
