# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats that the lookup and the filters write. This plugin util is PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.privatelink.salesforce.plugins.module_utils import _ip_ranges as ip
from ansible_collections.privatelink.salesforce.plugins.module_utils._connection import full_name
from ansible_collections.privatelink.salesforce.plugins.module_utils._errors import InputError

FORMATS = ("cidrs", "ranges", "addresses", "security_group_rules", "login_ip_ranges", "network_access")


def convert(
    format: str,
    value: t.Any,
    *,
    ports: t.Any = None,
    description: str | None = None,
    max_addresses: int | None = None,
) -> list[t.Any]:
    """``value`` (ranges of any form that ``_ip_ranges`` reads, connections, or one of these) in one of :data:`FORMATS`.

    Raises :class:`InputError` for what cannot be read, and for a connection that has no ranges: it must not become a list that lets nobody in.
    """
    ranges = _ranges(value, description)
    text = description or ip.DEFAULT_DESCRIPTION
    writers: dict[str, t.Callable[[], list[t.Any]]] = {
        "cidrs": lambda: ip.to_cidrs(ranges),
        "ranges": lambda: ip.to_ranges(ranges),
        "addresses": lambda: ip.to_addresses(ranges, ip.DEFAULT_MAX_ADDRESSES if max_addresses is None else max_addresses),
        "security_group_rules": lambda: ip.to_security_group_rules(ranges, ip.DEFAULT_PORTS if ports is None else ports, text),
        "login_ip_ranges": lambda: ip.to_login_ip_ranges(ranges, text),
        "network_access": lambda: ip.to_network_access(ranges, text),
    }
    return writers[format]()


def filtered(format: str, value: t.Any, **options: t.Any) -> list[t.Any]:
    """:func:`convert` for filters."""
    try:
        return convert(format, value, **options)
    except InputError as error:
        raise AnsibleFilterError(f"to_{format}: {error.message}") from error


def _ranges(value: t.Any, description: str | None) -> t.Any:
    if _is_connection(value):
        return _ranges_of_connection(value, description)
    if not isinstance(value, (list, tuple)):
        return value
    ranges: list[t.Any] = []
    for item in value:
        ranges.extend(_ranges_of_connection(item, description) if _is_connection(item) else [item])
    return ranges


def _is_connection(value: t.Any) -> bool:
    return isinstance(value, t.Mapping) and "source_ip_ranges" in value


def _ranges_of_connection(connection: t.Mapping[str, t.Any], description: str | None) -> list[t.Any]:
    """Its ranges, described by its name where nothing else is asked for, so that a list made from several connections tells them apart."""
    name = full_name({"name": connection.get("name") or "without a name", "namespace_prefix": connection.get("namespace_prefix")})
    ranges = connection["source_ip_ranges"]
    if not ranges:
        raise InputError([f"connection {name} has no source IP ranges ({connection.get('status') or 'status unknown'}); they come with Provision and Sync"])
    text = description or f"{ip.DEFAULT_DESCRIPTION} {name}"
    try:
        return [{"description": text, **item} for item in ip.parse_ranges(ranges)]
    except InputError as error:
        raise InputError([f"connection {name}: {problem}" for problem in error.problems]) from error
