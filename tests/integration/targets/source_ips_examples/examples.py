# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's examples of source IP ranges for others, from docs/examples/source_ips: each is run, twice, and what it leaves is looked at.

Where nginx, haproxy or nft are installed they read what was written for them.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess

from runs import COLLECTION as ROOT
from security import NAME, OFFICE, REGION, Json, Run, Stage, equal, run

EXAMPLES = ROOT / "docs/examples/source_ips"
TOKEN = {"endpoint_url": "", "access_key": "test", "secret_key": "test", "region": REGION}
NGINX = """\
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:1;
    include {folder}/salesforce.conf;
  }}
}}
"""
HAPROXY = """\
defaults
  mode http
  timeout client 1s
  timeout connect 1s
  timeout server 1s
frontend callbacks
  bind 127.0.0.1:1
  acl from_salesforce src -f {folder}/salesforce.acl
  http-request deny unless from_salesforce
"""


def example(stage: Stage, name: str, **variables: str | Json) -> None:
    """Run it, and run it again: the second time there is nothing to do."""
    aws = {**TOKEN, "endpoint_url": stage.client.ready["aws"]["url"]}
    groups = {"amazon.aws.aws": aws, "community.aws.aws": aws, "privatelink.salesforce.aws": aws, "privatelink.salesforce.org": stage.login}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {f"group/{name}": options for name, options in groups.items()},
        "vars": {**{f"salesforce_{key}": value for key, value in stage.login.items()}, **variables},
        "tasks": [{"ansible.builtin.include_tasks": str(EXAMPLES / f"{name}.yml")}],
    }
    runs: list[Run] = [stage.playbook([play]) for _turn in range(2)]
    equal(f"{name}: {runs[0].msg or runs[1].msg}", [(each.failed, len(each.changed)) for each in runs], [(False, 1), (False, 0)])


def cidrs(stage: Stage) -> list[str]:
    return list(stage.well("inbound_connection_info", name=[NAME])["connections"][0]["source_cidrs"])


def allowed(stage: Stage, group: str) -> list[tuple[int, str]]:
    (found,) = stage.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return sorted((rule["FromPort"], item["CidrIp"]) for rule in found["IpPermissions"] for item in rule["IpRanges"])


def security_groups(stage: Stage) -> None:
    ours = cidrs(stage)
    example(stage, "security_group", callback_vpc_id=stage.vpc)
    (made,) = stage.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["callbacks-from-salesforce"]}])["SecurityGroups"]
    equal("rules", allowed(stage, made["GroupId"]), sorted((8443, cidr) for cidr in ours))
    shared = stage.group("shared")
    # What another rule lets in already is not added again.
    stage.forbid(shared, "10.0.0.0/8", "theirs")
    stage.allow(shared, "192.0.2.0/24", "theirs")
    theirs = allowed(stage, shared)
    example(stage, "shared_security_group", shared_group_id=shared)
    equal("rules beside theirs", allowed(stage, shared), sorted([*theirs, *((443, cidr) for cidr in ours)]))


def waf_ip_set(stage: Stage) -> None:
    example(stage, "waf_ip_set")
    waf = stage.aws("wafv2")
    (found,) = waf.list_ip_sets(Scope="REGIONAL")["IPSets"]
    held = waf.get_ip_set(Name=found["Name"], Scope="REGIONAL", Id=found["Id"])["IPSet"]["Addresses"]
    equal("addresses", sorted(held), sorted(cidrs(stage)))


def files(stage: Stage) -> None:
    ours = cidrs(stage)
    folder = stage.folder
    example(stage, "nginx", nginx_directory=str(folder))
    equal("nginx", _lines(folder / "salesforce.conf"), [*(f"allow {cidr};" for cidr in ours), "deny all;"])
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder), encoding="utf-8")
    _checked("nginx", "-t", "-q", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    example(stage, "haproxy", haproxy_directory=str(folder))
    equal("haproxy", _lines(folder / "salesforce.acl"), ours)
    (folder / "haproxy.cfg").write_text(HAPROXY.format(folder=folder), encoding="utf-8")
    _checked("haproxy", "-c", "-q", "-f", str(folder / "haproxy.cfg"))
    example(stage, "nftables", nftables_directory=str(folder))
    table = (folder / "salesforce.nft").read_text(encoding="utf-8")
    assert f"elements = {{ {', '.join(ours)} }}" in table, table
    _checked("nft", "-c", "-f", str(folder / "salesforce.nft"))


def _lines(path: pathlib.Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _checked(*command: str) -> None:
    if not shutil.which(command[0]):
        print(f"not installed here: {command[0]}")
        return
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr:
        print(f"{command[0]} may not ask the kernel here")
        return
    equal(f"{' '.join(command)}: {done.stderr}", done.returncode, 0)
    print(f"{command[0]} takes it")


def second_org(stage: Stage) -> None:
    name = next(iter(name for name in stage.client.ready["orgs"] if name != "acme"), "")
    other = stage.client.ready["orgs"][name] if name else stage.client.add_org("second")
    name = name or "second"
    example(stage, "second_org", second_org={key: other[key] for key in ("instance_url", "client_id", "client_secret")})
    equal("trusted there", stage.client.security(name)["trusted_ip_ranges"], [OFFICE, *stage.entries])
    equal("trusted here", stage.trusted(), [OFFICE])


if __name__ == "__main__":
    run(security_groups, waf_ip_set, files, second_org)
