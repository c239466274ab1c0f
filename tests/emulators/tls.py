# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of a test CA, made anew for each rig."""

from __future__ import annotations

import ssl
import typing as t

import trustme


class TestCa:
    """One CA; ``context`` makes a server's SSL context for some host names, always good for loopback too."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> str:
        return self._ca.cert_pem.bytes().decode()

    def context(self, hosts: t.Sequence[str] = ()) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*hosts, "localhost", "127.0.0.1").configure_cert(context)
        return context
