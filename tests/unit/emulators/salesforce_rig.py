# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures around emulated orgs without AWS, and short words for calling them over real sockets."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.privatelink.salesforce.tests.emulators.rig import Rig

ENDPOINT = "vpce-0123456789abcdef0"
REGION = "eu-central-1"
OBJECT = "InboundNetworkConnection"
PROPERTY = "InboundNetworkConnProperty"


@pytest.fixture(scope="module")
def orgs_running() -> t.Iterator[Rig]:
    with Rig(aws=False) as rig:
        yield rig


@pytest.fixture
def rig(orgs_running: Rig) -> Rig:
    """The emulators at their seed, with one endpoint that waits for acceptance."""
    orgs_running.reset()
    orgs_running.cloud.put(ENDPOINT, REGION)
    return orgs_running


class Caller:
    """Calls one org as one user. Answers are returned whatever their status is."""

    def __init__(self, rig: Rig, org: str = "acme", *, token: str | None = None, version: str = "67.0") -> None:
        self.rig = rig
        self.org = rig.ready["orgs"][org]
        self.base = f"/services/data/v{version}"
        self.http = requests.Session()
        self.http.trust_env = False  # else REQUESTS_CA_BUNDLE outranks the CA given to the session
        self.http.headers["Authorization"] = f"Bearer {token or self.org['access_token']}"

    def __call__(self, method: str, path: str, **arguments: t.Any) -> requests.Response:
        url = path if path.startswith(("/services/", "/id/")) else self.base + path
        return self.http.request(method, self.org["instance_url"] + url, timeout=10, **arguments)

    def rows(self, soql: str, surface: str = "/tooling") -> list[dict[str, t.Any]]:
        answer = self("GET", f"{surface}/query", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    def create(self, name: str = "Link", **members: t.Any) -> str:
        """Create a connection; returns its id."""
        answer = self("POST", f"/tooling/sobjects/{OBJECT}", json=body(name, **members))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def act(self, action: str, name: str = "Link") -> requests.Response:
        return self("POST", f"/network-connection/inbound/connections/{name}", params={"action": action})

    def status(self, name: str = "Link") -> str:
        (row,) = self.rows(f"SELECT Status FROM {OBJECT} WHERE DeveloperName = '{name}'")
        return row["Status"]

    def make_ready(self, name: str = "Link") -> str:
        record_id = self.create(name)
        for action in ("Provision", "Sync"):
            assert self.act(action, name).status_code == 200
        assert self.status(name) == "Ready"
        return record_id


@pytest.fixture
def call(rig: Rig) -> Caller:
    return Caller(rig)


@pytest.fixture
def reader(rig: Rig) -> Caller:
    """The user without the two permissions for writing."""
    return Caller(rig, token=rig.ready["orgs"]["acme"]["reader_access_token"])


def metadata(**members: t.Any) -> dict[str, t.Any]:
    """A whole Metadata value; members given as None are left out."""
    document = {
        "connectionType": "AwsPrivateLink",
        "description": "To the org",
        "label": "Link",
        "isActive": True,
        "status": "Unprovisioned",
        "inboundNetworkConnProperties": [
            {"propertyName": "Region", "propertyValue": REGION},
            {"propertyName": "AwsVpcEndpointId", "propertyValue": ENDPOINT},
        ],
        **members,
    }
    return {name: value for name, value in document.items() if value is not None}


def body(name: str, **members: t.Any) -> dict[str, t.Any]:
    return {"FullName": name, "Metadata": metadata(**members)}


def errors(answer: requests.Response, status: int) -> list[tuple[str, list[str] | None]]:
    """(errorCode, fields) of each entry of an error body."""
    assert answer.status_code == status, answer.text
    return [(entry["errorCode"], entry.get("fields")) for entry in answer.json()]
