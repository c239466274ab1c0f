# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of single values before anything is sent. This module util is PRIVATE to the collection.

Each function returns the problem in words, or None.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from urllib.parse import urlsplit

MAX_DESCRIPTION = 255
MAX_LABEL = 80
MIN_API_VERSION = 58.0

_LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")
_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$", re.IGNORECASE)
_REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d+$")


def problems(*found: str | None) -> list[str]:
    """Those of the checks that found something, each once."""
    return list(dict.fromkeys(problem for problem in found if problem))


def developer_name(name: str) -> str | None:
    """The rules printed for comparable Tooling types (IPAddressRange): letters, digits, underscores. ``ns__Name`` is a packaged connection."""
    prefix, separator, rest = name.partition("__")
    parts = [prefix, rest] if separator else [name]
    if all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", part) and "__" not in part and not part.endswith("_") for part in parts) and len(name) <= 80:
        return None
    return (
        f"name {name!r} is not a developer name: it starts with a letter, holds only letters, digits and single underscores, "
        "does not end in an underscore, and has at most 80 characters"
    )


def _too_long(option: str, text: str | None, limit: int) -> str | None:
    if text is not None and len(text) > limit:
        return f"{option} has {len(text)} characters, Salesforce takes at most {limit}"
    return None


def label(text: str | None) -> str | None:
    if text is not None and not text.strip():
        return "label is empty; leave it out to have it made from the name"
    return _too_long("label", text, MAX_LABEL)


def description(text: str | None) -> str | None:
    if text is not None and not text.strip():
        return "description is empty; Salesforce requires one"
    return _too_long("description", text, MAX_DESCRIPTION)


def region(name: str | None) -> str | None:
    if name is not None and not _REGION.fullmatch(name):
        return f"region {name!r} is not the name of an AWS region such as eu-central-1"
    return None


def aws_id(option: str, value: str | None, prefix: str) -> str | None:
    """``prefix`` without its dash: vpce, vpc, subnet, sg."""
    if value is not None and not re.fullmatch(prefix + r"-[0-9a-f]{8}([0-9a-f]{9})?", value):
        return f"{option} {value!r} is not an ID of the form {prefix}-0123456789abcdef0"
    return None


def host_name(option: str, host: str | None) -> str | None:
    if host is None:
        return None
    if host.lower().rstrip(".") in _LOGIN_HOSTS:
        return f"{option} {host} is a login host; private connections serve the org's own My Domain host, such as acme.my.salesforce.com"
    if "." not in host or not _HOST.fullmatch(host.rstrip(".")):
        return f"{option} {host!r} is not a host name; give the bare name, such as acme.my.salesforce.com"
    return None


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def instance_url(url: str | None) -> str | None:
    if not url:
        return None
    host, problem = _origin("instance_url", url)
    if problem:
        return problem
    parts = urlsplit(url)
    if host.rstrip(".") in _LOGIN_HOSTS:
        return f"instance_url names the login host {host}; give the org's My Domain URL, such as https://acme.my.salesforce.com"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return f"instance_url {url!r} has a path; give scheme and host only: {parts.scheme}://{parts.netloc}"
    return None


def token_url(url: str | None) -> str | None:
    """Secrets are sent there. A login host is as good as My Domain."""
    return _origin("token_url", url)[1] if url else None


def _origin(option: str, url: str) -> tuple[str, str | None]:
    """Host, and what is wrong with scheme or host. A password in the URL is never repeated."""
    if "@" in url:
        return "", f"{option} carries a user name or password; give them as options of their own"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        return "", f"{option} {url!r} is not a URL: {error}"
    if not host or parts.scheme not in ("http", "https"):
        return host, f"{option} {url!r} is not a URL of the form https://acme.my.salesforce.com"
    if is_loopback(host):
        return host, None
    if "." not in host or not _HOST.fullmatch(host.rstrip(".")):
        return host, f"{option} {url!r} is not a URL of the form https://acme.my.salesforce.com: {host!r} is not a host name"
    if parts.scheme == "http":
        return host, f"{option} {url!r} must begin with https://; http is taken for loopback addresses only"
    return host, None


def api_version(version: str | None) -> str | None:
    if version is not None and (not re.fullmatch(r"[0-9]{2,3}\.0", version) or float(version) < MIN_API_VERSION):
        return f"api_version {version!r} is not a version of the form 67.0, at least {MIN_API_VERSION:.1f}"
    return None


def at_least(option: str, value: t.Any, least: int) -> str | None:
    if value is not None and value < least:
        return f"{option} is {value}, it must be at least {least}"
    return None
