# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the orgs' names lead to paths that carry traffic, looked at after every call."""

from __future__ import annotations

import threading
import typing as t

from .control import Call
from .dns.resolver import View

if t.TYPE_CHECKING:
    from .aws import AwsEmulator
    from .salesforce import SalesforceEmulator

Lead = tuple[str, str, str]  # VPC, host, address


class Witness:
    """``misled``: the calls after which a name led to an address that carries no traffic, though it did not before the call.

    What people do past the API (:meth:`look` without a call) is nobody's fault here, nor what it leads to until that is mended.
    """

    def __init__(self, aws: AwsEmulator, salesforce: SalesforceEmulator) -> None:
        self.misled: list[dict[str, t.Any]] = []
        self._aws = aws
        self._salesforce = salesforce
        self._lock = threading.Lock()
        self._dead: set[Lead] = set()

    def clear(self) -> None:
        self.misled.clear()
        self.look()

    def look(self, call: Call | None = None) -> None:
        with self._lock:
            dead = self._dead_leads()
            if call is not None:
                self.misled += [
                    {"number": call.number, "action": f"{call.service} {call.action}", "vpc": vpc, "host": host, "address": address}
                    for vpc, host, address in sorted(dead - self._dead)
                ]
            self._dead = dead

    def _dead_leads(self) -> set[Lead]:
        leads = self._leads()
        if not leads:
            return leads
        carrying = {item["address"]: item["endpoint_id"] for item in self._aws.interfaces() if item["state"] == "available"}
        ready = {host: name for name, server in self._salesforce.servers.items() for host in server.org.hosts}
        return {lead for lead in leads if lead[2] not in carrying or not self._salesforce.is_ready(ready[lead[1]], carrying[lead[2]])}

    def _leads(self) -> set[Lead]:
        """Where private zones lead the orgs' names."""
        hosts = {f"{host}." for server in self._salesforce.servers.values() for host in server.org.hosts}
        zones = [zone for zone in self._aws.private_zones() if any(host.endswith(f".{zone['name']}") or host == zone["name"] for host in hosts)]
        names = self._aws.endpoint_names() if zones else {}
        found: set[Lead] = set()
        for vpc_id in {vpc["id"] for zone in zones for vpc in zone["vpcs"]}:
            view = View([zone for zone in zones if any(vpc["id"] == vpc_id for vpc in zone["vpcs"])], names, {})
            found |= {(vpc_id, host.rstrip("."), record[3]) for host in hosts for record in view.resolve(host, "A").records if record[1] == "A"}
        return found
