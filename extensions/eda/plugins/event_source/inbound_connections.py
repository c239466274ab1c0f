# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import logging
import pathlib
import sys
import typing as t

DOCUMENTATION = r"""
---
short_description: Changes of inbound connections of Salesforce orgs
description:
  - Reads the inbound connections of orgs again and again, and gives an event for each change of a connection's status, source IP ranges or drift.
  - Only reads. It never runs Sync, so a change is seen once the org knows it; let a rule run the playbook C(privatelink.salesforce.resync) where that matters.
  - One login for each org, renewed when the org ends the session. Each round costs two queries for an org, and for each of O(environments)
    two queries and a round of reads in AWS.
  - What cannot be read is an event C(error), once, and C(recovered) when it can be read again. Rounds that fail come at longer and longer
    intervals, up to ten minutes. An outage is never taken for a change.
  - Needs ansible-core and what the collection's C(requirements.txt) names where ansible-rulebook runs.
  - A connection that begins to drift gives C(drift), once. While it drifts, other drift gives C(drift_changed), and the end of it C(repaired).
  - Events hold C(change) (C(status), C(source_ip_ranges), C(drift), C(drift_changed), C(repaired), C(appeared), C(disappeared), C(error), C(recovered)),
    C(org), C(instance_url), C(name), C(host), C(before), C(after), C(connection), C(drift), C(next_step) and C(message). No credentials.
options:
  orgs:
    description:
      - The orgs whose connections are watched, as in the inventory plugin P(privatelink.salesforce.inbound_connections#inventory).
      - Left out, it is the org of the options beside this one or of the environment, unless O(environments) are given.
    type: list
    elements: dict
  environments:
    description:
      - Connections that are watched with their AWS half. Each has the options of M(privatelink.salesforce.private_connect_info), C(org), the org's
        name in events, and C(host), the connection's host in your inventory. Without C(host) it is C(<org>_<name>), as the inventory plugin calls it.
      - For one that gives no C(instance_url), the options of the org beside this one hold.
    type: list
    elements: dict
  interval:
    description: Seconds between two rounds.
    type: float
    default: 60
  initial:
    description: Whether the first round gives an event C(appeared) for each connection that is there, and C(drift) for each that drifts.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Watch two orgs
  hosts: all
  sources:
    - privatelink.salesforce.inbound_connections:
        interval: 300
        orgs:
          - instance_url: https://acme.my.salesforce.com
            client_id: "{{ acme_client_id }}"
            client_secret: "{{ acme_client_secret }}"
  rules:
    - name: Tell of a connection that is no longer ready
      condition: event.change == "status" and event.before == "Ready"
      action:
        debug:
          msg: "{{ event.org }} {{ event.name }} is {{ event.after }}"
"""

# ansible-rulebook runs this file by its path, so the collection is found from there.
sys.path.insert(0, str(pathlib.Path(__file__).absolute().parents[7]))

from ansible_collections.privatelink.salesforce.plugins.plugin_utils._watch import Watcher  # noqa: E402

LONGEST = 600.0
log = logging.getLogger(__name__)


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    watcher = Watcher(args)
    pause = watcher.interval
    while True:
        events = await asyncio.to_thread(watcher.poll)
        for warning in watcher.warnings():
            log.warning("inbound_connections: %s", warning)
        for event in events:
            if event["change"] == "error":
                log.warning("inbound_connections: %s: %s", event["org"], event["message"])
            await queue.put(event)
        pause = min(pause * 2, max(LONGEST, watcher.interval)) if watcher.failing else watcher.interval
        await asyncio.sleep(pause)
