# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS: a session, calls that name what failed, and shapes in plain words. This module util is PRIVATE to the collection."""

from __future__ import annotations

import ipaddress
import os
import re
import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ._argspec import environment
from ._errors import InputError, PrivateConnectError

try:
    # botocore alone: boto3 imports its S3 transfer machinery, which costs half of a run that changes nothing.
    import botocore.config
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, NoRegionError, ProfileNotFound
    from botocore.exceptions import ConnectionError as NoConnection

    BOTO3_IMPORT_ERROR = None
except ImportError:
    BOTO3_IMPORT_ERROR = traceback.format_exc()

LIVE = ("pendingacceptance", "pending", "available")
GONE = "deleted"
TAG = "privatelink.salesforce/connection"
# On the endpoint of a connection that moves: the place, as region/VPC, that is still to be taken down.
MOVED_TAG = "privatelink.salesforce/moved-from"
# On a zone of ours: the further VPCs that the role associated, as region/VPC, separated by spaces.
VPCS_TAG = "privatelink.salesforce/associated-vpcs"
DENIED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")

AWS_ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "region": {"type": "str"},
    "profile": {"type": "str", "fallback": (environment, ["AWS_PROFILE"])},
    "access_key": {"type": "str", "no_log": False, "fallback": (environment, ["AWS_ACCESS_KEY_ID"])},
    "secret_key": {"type": "str", "no_log": True, "fallback": (environment, ["AWS_SECRET_ACCESS_KEY"])},
    "session_token": {"type": "str", "no_log": True, "fallback": (environment, ["AWS_SESSION_TOKEN"])},
    "endpoint_url": {"type": "str", "fallback": (environment, ["AWS_URL", "AWS_ENDPOINT_URL"])},
    "aws_ca_bundle": {"type": "path", "fallback": (environment, ["AWS_CA_BUNDLE"])},
}


class AwsError(PrivateConnectError):
    """AWS refused a call. ``code`` and ``aws_message`` are its own words; ``denied_action`` is what is to be allowed where IAM refused it."""

    def __init__(self, message: str, *, code: str, aws_message: str, action: str) -> None:
        super().__init__(message, error_code=code, aws_message=aws_message, action=action)
        self.code = code
        self.denied_action = denied_action(aws_message) or action


class Aws:
    """Calls of one account and region; made lazily, so that bad options are told before boto3 is asked for anything."""

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        if BOTO3_IMPORT_ERROR:
            raise PrivateConnectError(missing_required_lib("boto3 and botocore"), exception=BOTO3_IMPORT_ERROR)
        self.options = options
        region = options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region:
            raise InputError(["region is missing: the AWS region of the VPC, as an option or by AWS_REGION"])
        self.region: str = region
        self._clients: dict[tuple[str, str], t.Any] = {}
        self._session: t.Any = None

    def client(self, service: str, region: str | None = None) -> t.Any:
        """A client; made before threads share it."""
        key = (service, region or self.region)
        if key not in self._clients:
            try:
                self._session = self._session or self._new_session()
                self._clients[key] = self._session.create_client(
                    service,
                    region_name=key[1],
                    endpoint_url=self.options.get("endpoint_url"),
                    verify=self.options.get("aws_ca_bundle") or True,
                    config=botocore.config.Config(
                        retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=60, user_agent_extra="privatelink.salesforce"
                    ),
                )
            except (BotoCoreError, ValueError) as error:
                raise _translated(error, service, "connect", self.region) from error
        return self._clients[key]

    def _new_session(self) -> t.Any:
        """A profile's own credentials come before those of the options, which the environment may have filled in."""
        profile, access_key = self.options.get("profile"), self.options.get("access_key")
        session = botocore.session.Session(profile=profile)
        if access_key and not profile:
            session.set_credentials(access_key, self.options.get("secret_key"), self.options.get("session_token"))
        return session

    def call(self, service: str, operation: str, *, in_region: str | None = None, **params: t.Any) -> dict[str, t.Any]:
        """One call by its boto3 name; :class:`AwsError` with AWS's code and message."""
        client = self.client(service, in_region)
        try:
            return getattr(client, operation)(**params)
        except (ClientError, BotoCoreError) as error:
            raise _translated(error, service, operation, in_region or self.region) from error

    def pages(self, service: str, operation: str, key: str, *, in_region: str | None = None, **params: t.Any) -> list[dict[str, t.Any]]:
        """The items of every page."""
        client = self.client(service, in_region)
        if not client.can_paginate(operation):
            return self._by_token(service, operation, key, params)
        try:
            return [item for page in client.get_paginator(operation).paginate(**params) for item in page.get(key) or []]
        except (ClientError, BotoCoreError) as error:
            raise _translated(error, service, operation, in_region or self.region) from error

    def _by_token(self, service: str, operation: str, key: str, params: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        items, token = [], None
        while True:
            page = self.call(service, operation, **params, **({"NextToken": token} if token else {}))
            items += page.get(key) or []
            token = page.get("NextToken")
            if not token:
                return items


def _translated(error: Exception, service: str, operation: str, region: str) -> PrivateConnectError:
    action = f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}".replace("Vpcs", "VPCs" if service == "route53" else "Vpcs")
    if isinstance(error, ClientError):
        action = f"{service}:{error.operation_name}"
        code = error.response.get("Error", {}).get("Code", "Unknown")
        words = error.response.get("Error", {}).get("Message") or "no message"
        message = f"AWS refused {action} in {region}: {code}: {words}"
        if code in DENIED:
            message += f". Allow the action {denied_action(words) or action} to these credentials"
        return AwsError(message, code=code, aws_message=words, action=action)
    if isinstance(error, NoCredentialsError):
        return PrivateConnectError("No AWS credentials: give profile, or access_key and secret_key, or the AWS_* environment variables, or an instance role")
    if isinstance(error, (NoRegionError, ProfileNotFound)):
        return InputError([str(error)])
    came = "got no answer" if isinstance(error, (NoConnection, HTTPClientError)) else "could not be asked"
    return PrivateConnectError(f"{action} in {region} {came}: {error}", action=action)


def denied_action(words: str) -> str | None:
    """The action that IAM names; a call can need further ones, such as ec2:CreateTags, or ec2:DescribeVpcs for Route 53."""
    found = re.search(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)", words)
    return found[1] if found else None


# -- shapes: pure -------------------------------------------------------------------------------------------------


def tags(raw: t.Iterable[t.Mapping[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in raw or []}


def boto_tags(values: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": values[key]} for key in sorted(values)]


def given_tags(wanted: t.Mapping[str, str | None] | None) -> dict[str, str]:
    """Without those whose value is null: they are to be absent."""
    return {key: value for key, value in (wanted or {}).items() if value is not None}


def differing_tags(have: t.Mapping[str, str], wanted: t.Mapping[str, str | None] | None) -> dict[str, str | None]:
    """The wanted values of tags that differ; null for those to be removed."""
    return {key: value for key, value in (wanted or {}).items() if have.get(key) != value}


def is_live(endpoint: t.Mapping[str, t.Any]) -> bool:
    return str(endpoint["state"]).lower() in LIVE


def endpoint(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """id, vpc_id, service_name, type, state, last_error, subnet_ids, security_group_ids, network_interface_ids, private_dns_enabled, dns_entries, tags."""
    error = raw.get("LastError") or {}
    return {
        "id": raw["VpcEndpointId"],
        "vpc_id": raw.get("VpcId"),
        "service_name": raw.get("ServiceName"),
        "type": raw.get("VpcEndpointType"),
        "state": raw.get("State"),
        "last_error": ": ".join(filter(None, (error.get("Code"), error.get("Message")))) or raw.get("FailureReason"),
        "subnet_ids": sorted(raw.get("SubnetIds") or []),
        "security_group_ids": sorted(group["GroupId"] for group in raw.get("Groups") or []),
        "network_interface_ids": sorted(raw.get("NetworkInterfaceIds") or []),
        "private_dns_enabled": bool(raw.get("PrivateDnsEnabled")),
        "dns_entries": [
            {"dns_name": entry["DnsName"].lower().rstrip("."), "hosted_zone_id": entry.get("HostedZoneId")}
            for entry in sorted(raw.get("DnsEntries") or [], key=lambda entry: len(entry.get("DnsName") or ""))
            if entry.get("DnsName")
        ],
        "tags": tags(raw.get("Tags")),
    }


def interface(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "id": raw["NetworkInterfaceId"],
        "subnet_id": raw.get("SubnetId"),
        "zone": raw.get("AvailabilityZone"),
        "address": raw.get("PrivateIpAddress"),
        "ipv6_addresses": sorted(item["Ipv6Address"] for item in raw.get("Ipv6Addresses") or []),
        "security_group_ids": sorted(group["GroupId"] for group in raw.get("Groups") or []),
        "status": raw.get("Status"),
    }


def sorted_addresses(interfaces: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """The IPv4 addresses, in numeric order, so that records compare equal from run to run."""
    return sorted({item["address"] for item in interfaces if item["address"]}, key=ipaddress.ip_address)


def subnet(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "id": raw["SubnetId"],
        "zone": raw.get("AvailabilityZone"),
        "zone_id": raw.get("AvailabilityZoneId"),
        "cidr": raw.get("CidrBlock"),
        "free_addresses": raw.get("AvailableIpAddressCount"),
    }


def security_group(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Ingress is flat: one item for each source of each permission."""
    ingress = []
    for rule in raw.get("IpPermissions") or []:
        ports = {"protocol": rule.get("IpProtocol"), "from_port": rule.get("FromPort"), "to_port": rule.get("ToPort")}
        sources = [(item["CidrIp"], item) for item in rule.get("IpRanges") or []] + [(item["CidrIpv6"], item) for item in rule.get("Ipv6Ranges") or []]
        sources += [(item.get("GroupId"), item) for item in rule.get("UserIdGroupPairs") or []]
        sources += [(item.get("PrefixListId"), item) for item in rule.get("PrefixListIds") or []]
        ingress += [{**ports, "source": source, "description": item.get("Description")} for source, item in sources]
    return {
        "id": raw["GroupId"],
        "name": raw.get("GroupName"),
        "vpc_id": raw.get("VpcId"),
        "ingress": sorted(ingress, key=lambda rule: (str(rule["source"]), str(rule["from_port"]))),
        "tags": tags(raw.get("Tags")),
    }


def record(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """``{name, type, ttl, values, alias: {dns_name, hosted_zone_id} or null, set_identifier}``; names without their last dot."""
    alias = raw.get("AliasTarget")
    return {
        "name": raw["Name"].lower().rstrip(".").replace("\\052", "*"),
        "type": raw["Type"],
        "ttl": raw.get("TTL"),
        "values": sorted(item["Value"] for item in raw.get("ResourceRecords") or []),
        "alias": {"dns_name": alias["DNSName"].lower().rstrip("."), "hosted_zone_id": alias["HostedZoneId"]} if alias else None,
        "set_identifier": raw.get("SetIdentifier"),
    }
