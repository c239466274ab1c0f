# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything together: the orgs, AWS, DNS, the private path between them, and the control port.

In a fixture: ``with Rig() as rig: rig.ready["orgs"]["acme"]["instance_url"]``. Only one rig with AWS can run in a process.
"""

from __future__ import annotations

import functools
import json
import os
import pathlib
import tempfile
import typing as t

from .client import EmulatorClient
from .control import Control
from .control_server import ControlServer
from .salesforce import Endpoints, OrgSeed, SalesforceEmulator
from .tls import TestCa
from .witness import Witness

PORTS = ("control", "aws", "dns", "dataplane")


class Rig:
    """Starts on entering, stops on leaving.

    ``aws`` False: no AWS, DNS and data plane (a start takes 0.2 s instead of some seconds); endpoints are then
    arranged by tests (:class:`salesforce.cloud.Endpoints`). ``ports``: ``control``, ``aws``, ``dns``, ``dataplane`` and
    org names; 0 or absent for a free one. Files (CA, private key) go to ``directory``, by default a temporary one.
    """

    def __init__(
        self,
        *,
        tls: bool = False,
        aws: bool = True,
        directory: str | os.PathLike[str] | None = None,
        ports: t.Mapping[str, int] | None = None,
        switches: t.Mapping[str, t.Any] | None = None,
        seeds: t.Sequence[OrgSeed] | None = None,
        regions: t.Sequence[str] = ("us-east-1", "us-west-2", "eu-central-1"),
    ) -> None:
        self._ports = dict(ports or {})
        self._temporary = tempfile.TemporaryDirectory(prefix="emulators-") if directory is None else None
        self._directory = pathlib.Path(directory if self._temporary is None else self._temporary.name).absolute()
        self._ca = TestCa() if tls else None
        self.control = Control()
        self.aws: t.Any = None
        self.dns: t.Any = None
        self.dataplane: t.Any = None
        if aws:
            self._make_aws(regions)
        self.cloud: t.Any = self.aws if aws else Endpoints(regions)
        self.salesforce = SalesforceEmulator(
            self.control,
            self.cloud,
            seeds=seeds,
            switches=switches,
            tls=self._ca.context if self._ca else None,
            source_of=self.dataplane.source_of if aws else None,
        )
        self.witness = Witness(self.aws, self.salesforce) if aws else None
        if self.witness is not None:
            self.control.enders.append(self.witness.look)
        unknown = set(self._ports) - set(PORTS) - {seed.name for seed in self.salesforce.first}
        if unknown:
            raise ValueError(f"ports: unknown {', '.join(sorted(unknown))}; known: {', '.join(PORTS)} and names of orgs")
        self.control_server = ControlServer(self)
        self._key_file = ""
        self.ready: dict[str, t.Any] = {}

    def _make_aws(self, regions: t.Sequence[str]) -> None:
        from .aws import AwsEmulator  # moto takes a second to import, which a rig without AWS does not pay
        from .dataplane import DataPlane
        from .dns import DnsServer

        self.aws = AwsEmulator(self.control, regions=regions, tls=self._ca.context() if self._ca else None)
        self.dns = DnsServer(self.control, self.aws)
        self.dataplane = DataPlane(self.control, self.aws)

    def __enter__(self) -> t.Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        try:
            if self.aws is not None:
                self.aws.start(self._ports.get("aws", 0))
                self.dns.start(self._ports.get("dns", 0))
                self.dataplane.start(self._ports.get("dataplane", 0))
            self._key_file = self._write("jwt.key", self.salesforce.private_key)
            self.salesforce.start(self._ports)
            for name in self.salesforce.servers:
                self._route(name)
            self.control_server.start(self._ports.get("control", 0))
            self.ready = self._describe()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.control_server.stop()
        self.salesforce.stop()
        for part in (self.dataplane, self.dns, self.aws):
            if part is not None:
                part.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    @property
    def client(self) -> EmulatorClient:
        return EmulatorClient(self.ready)

    def add_org(self, seed: OrgSeed) -> dict[str, t.Any]:
        """Open one more org; returns its credentials, as the ready file has them."""
        self.salesforce.add_org(seed)
        self._route(seed.name)
        self.ready["orgs"] = self.credentials()
        return self.ready["orgs"][seed.name]

    def reset(self) -> None:
        """All as at the start: calls, faults, switches, AWS, orgs. Ports, ids of the seed and secrets stay."""
        self.control.clear()
        self.cloud.reset()
        self.salesforce.reset()
        self.clear_calls()
        if self.dns is not None:
            self.dns.vpc_id = self.aws.seed[self.aws.regions[0]]["vpc_id"]
            self.dns.public.clear()
            for name in self.salesforce.servers:
                self._route(name)
        self.ready["orgs"] = self.credentials()

    def clear_calls(self) -> None:
        self.control.clear(faults=False)
        if self.witness is not None:
            self.witness.clear()

    def credentials(self) -> dict[str, t.Any]:
        return {name: {**self.salesforce.credentials(name), "private_key_file": self._key_file} for name in self.salesforce.servers}

    def listing(self) -> dict[str, t.Any]:
        return {"orgs": self.salesforce.listing(), "aws": self.cloud.listing()}

    def act_dns(self, do: str, *args: t.Any, **arguments: t.Any) -> t.Any:
        if do == "use_vpc":
            self.dns.vpc_id = (args or (arguments["vpc_id"],))[0]
            return None
        return getattr(self.dns, do)(*args, **arguments)

    def _route(self, name: str) -> None:
        """Let the data plane carry traffic for the org's hosts, and public DNS know them."""
        if self.dataplane is None:
            return
        server = self.salesforce.servers[name]
        ready = functools.partial(self.salesforce.is_ready, name)
        source_ip = functools.partial(self.salesforce.source_ip, name)
        for host in server.org.hosts:
            self.dataplane.route(host, ("127.0.0.1", server.port), ready, source_ip)
            self.dns.publish(host, "203.0.113.10")  # documentation space stands for Salesforce's public address

    def _describe(self) -> dict[str, t.Any]:
        document: dict[str, t.Any] = {
            "control_url": self.control_server.url,
            "orgs": self.credentials(),
            "ca_path": self._write("ca.pem", self._ca.pem) if self._ca else None,
            "aws": {"url": None, "regions": {name: {"service_name": service} for name, service in self.cloud.services.items()}},
            "dns": None,
            "dataplane": None,
        }
        if self.aws is not None:
            document["aws"] = {"url": self.aws.url, "regions": self.aws.seed}
            document["dns"] = {"host": "127.0.0.1", "port": self.dns.port}
            document["dataplane"] = {"port": self.dataplane.port}
        return document

    def _write(self, name: str, text: str) -> str:
        """Write a file that only this user may read; returns its path."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return write_private(self._directory / name, text)


def write_private(path: pathlib.Path, text: str) -> str:
    """Write a file in one step, mode 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
    return str(path)


def write_ready(path: pathlib.Path, ready: t.Mapping[str, t.Any]) -> None:
    write_private(path.absolute(), json.dumps(ready, indent=2) + "\n")
