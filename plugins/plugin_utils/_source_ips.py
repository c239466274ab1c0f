# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections a lookup means, and which of them may be used. Pure. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import READY, UNPROVISIONED, Connection, full_name


def read_names(terms: t.Iterable[t.Any], problems: list[str]) -> list[str]:
    """The terms as names, in order. A term may be a list of names, but not an empty one: that must not come to mean every connection."""
    names = []
    for term in terms:
        if isinstance(term, (list, tuple)) and not term:
            problems.append("an empty list of names is given; leave the term out to mean every connection")
        for name in term if isinstance(term, (list, tuple)) else [term]:
            if isinstance(name, str) and name.strip():
                names.append(str(name).strip())
            else:
                problems.append(f"{name!r} is not the name of a connection")
    return names


def find(connections: t.Sequence[Connection], name: str, org: str) -> tuple[Connection | None, str]:
    """The connection, or None and why there is none. A packaged one is ``ns__Name``, or plain ``Name`` where that is the only one."""
    for connection in connections:
        if full_name(connection) == name:
            return connection, ""
    alike = [connection for connection in connections if connection["name"] == name]
    if len(alike) == 1:
        return alike[0], ""
    if alike:
        return None, f"inbound connection {name} of {org} may be any of {_listed(alike)}; say which"
    return None, f"inbound connection {name} is not in {org}, which has {_listed(connections) or 'none'}; names are developer names"


def why_unusable(connection: Connection) -> str | None:
    """Why the ranges of the connection must not be relied on, and the cure; None where they may be."""
    status, name = connection["status"], full_name(connection)
    if status == READY:
        if connection["source_ip_ranges"]:
            return None
        return f"inbound connection {name} is Ready but the org shows no source IP ranges for it; run privatelink.salesforce.inbound_connection_sync"
    if status == UNPROVISIONED:
        cure = "provision it with privatelink.salesforce.inbound_connection, then bring it to Ready with"
    else:
        cure = "bring it to Ready with"
    return f"inbound connection {name} is {status or 'without a status'}, not Ready; {cure} privatelink.salesforce.inbound_connection_sync"


def _listed(connections: t.Iterable[Connection]) -> str:
    return ", ".join(full_name(connection) for connection in connections)
