# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All orgs together: each on a port of its own, with one set of switches and one pool of source addresses."""

from __future__ import annotations

import itertools
import ssl
import threading
import typing as t

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..control import Control
from . import setup
from .org import Cloud, Org
from .seed import OrgSeed
from .server import OrgServer
from .switches import Switches

TlsFor = t.Callable[[t.Sequence[str]], ssl.SSLContext]


class Pool:
    """Source IP ranges, unique to a connection across all orgs: four aligned addresses, and five that no single CIDR covers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._numbers = itertools.count()

    def allocate(self) -> tuple[tuple[str, str], ...]:
        with self._lock:
            number = next(self._numbers)
        high, low = divmod(number, 16)
        first, second = f"10.{200 + high // 256}.{high % 256}", f"10.{220 + high // 256}.{high % 256}"
        return ((f"{first}.{low * 16}", f"{first}.{low * 16 + 3}"), (f"{second}.{low * 16 + 5}", f"{second}.{low * 16 + 9}"))


class SalesforceEmulator:
    """``cloud`` is the AWS emulator (or :class:`cloud.Endpoints`); ``tls`` makes an SSL context for a list of hosts."""

    def __init__(
        self,
        control: Control,
        cloud: Cloud,
        *,
        seeds: t.Sequence[OrgSeed] | None = None,
        switches: t.Mapping[str, t.Any] | None = None,
        tls: TlsFor | None = None,
        source_of: t.Callable[[int], str | None] | None = None,
    ) -> None:
        self.control = control
        self.cloud = cloud
        self.switches = Switches(**(switches or {}))
        self.servers: dict[str, OrgServer] = {}
        self.seeds: dict[str, OrgSeed] = {}
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private_key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        self._public_key = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        self.first = list(seeds) if seeds is not None else [OrgSeed("acme")]
        self._tls = tls
        self._source_of = source_of
        self._pool = Pool()

    def start(self, ports: t.Mapping[str, int] | None = None) -> None:
        """``ports``: org name -> port; 0 or absent for a free one."""
        for seed in self.first:
            self.add_org(seed, port=(ports or {}).get(seed.name, 0))

    def stop(self) -> None:
        while self.servers:
            self.servers.popitem()[1].stop()

    def add_org(self, seed: OrgSeed, *, port: int = 0) -> OrgServer:
        """Open one more org. Raises ValueError where its name or host is taken."""
        if seed.name in self.seeds or any(seed.host in server.org.hosts for server in self.servers.values()):
            raise ValueError(f"there is an org {seed.name} ({seed.host}) already")
        org = self._build(seed)
        tls = self._tls(sorted(org.hosts)) if self._tls else None
        server = OrgServer(org, self.control, tls=tls, source_of=self._source_of)
        server.start(port)
        self.seeds[seed.name] = seed
        self.servers[seed.name] = server
        return server

    def remove_org(self, name: str) -> None:
        del self.seeds[name]
        self.servers.pop(name).stop()

    def reset(self) -> None:
        """Back to the seed: the orgs of the start, with their ports, tokens and secrets; switches as given at the start."""
        for name in set(self.seeds) - {seed.name for seed in self.first}:
            self.remove_org(name)
        self.switches.reset()
        self._pool.reset()
        for name, seed in self.seeds.items():
            self.servers[name].org = self._build(seed)

    def org(self, name: str) -> Org:
        if name not in self.servers:
            raise LookupError(f"there is no org {name}; there are: {', '.join(self.servers)}")
        return self.servers[name].org

    def credentials(self, name: str) -> dict[str, t.Any]:
        """What the ready file says of an org."""
        seed, server = self.seeds[name], self.servers[name]
        admin = seed.users[0]
        found = {
            "instance_url": server.url,
            "host": seed.host,
            "port": server.port,
            "org_id": seed.org_id,
            "client_id": admin.client_id,
            "client_secret": admin.client_secret,
            "username": admin.username,
            "refresh_token": admin.refresh_token,
            "access_token": seed.access_token(admin),
        }
        for user in seed.users[1:2]:
            found |= {"reader_username": user.username, "reader_client_id": user.client_id, "reader_client_secret": user.client_secret}
            found["reader_access_token"] = seed.access_token(user)
        found["users"] = {
            user.username: {
                "client_id": user.client_id,
                "client_secret": user.client_secret,
                "refresh_token": user.refresh_token,
                "access_token": seed.access_token(user),
                "profile": user.profile,
            }
            for user in seed.users
        }
        return found

    def listing(self) -> dict[str, t.Any]:
        return {name: setup.listing(server.org) for name, server in self.servers.items()}

    def is_ready(self, name: str, endpoint_id: str) -> bool:
        """Whether a Ready connection of this org carries the endpoint's traffic. Takes no lock: the data plane holds its own."""
        return self.servers[name].org.connections.ready_with(endpoint_id) is not None

    def source_ip(self, name: str, endpoint_id: str) -> str:
        """The address that the org sees for the endpoint's traffic. Takes no lock."""
        ready = self.servers[name].org.connections.ready_with(endpoint_id)
        if ready is None or not ready.ranges:
            raise LookupError(f"org {name} has no Ready connection with {endpoint_id}")
        return ready.ranges[0][0]

    def _build(self, seed: OrgSeed) -> Org:
        return seed.build(switches=self.switches, cloud=self.cloud, allocate=self._pool.allocate, public_key=self._public_key)


def parse_seeds(document: t.Any) -> list[OrgSeed]:
    """Read ``{"orgs": [...]}``. Raises ValueError."""
    if not isinstance(document, dict) or set(document) != {"orgs"}:
        raise ValueError('a seed file is {"orgs": [...]}')
    return [OrgSeed.parse(item) for item in document["orgs"]]
