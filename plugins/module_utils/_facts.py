# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading both halves of a private connection, side by side. This module util is PRIVATE to the collection.

Nothing is decided here. The shape is what :mod:`._selection` and :mod:`._drift` compare.
"""

from __future__ import annotations

import concurrent.futures
import typing as t

from . import _aws
from ._aws import DENIED, Aws, AwsError
from ._errors import PrivateConnectError
from ._org import Org

WORKERS = 8
_MISSING_VPC = ("InvalidVpcID.NotFound", "InvalidVpcID.Malformed")


def endpoint_by_id(aws: Aws, endpoint_id: str, region: str | None = None) -> dict[str, t.Any] | None:
    """An endpoint of any VPC of the account; None where AWS does not know it."""
    try:
        found = aws.call("ec2", "describe_vpc_endpoints", in_region=region, VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
    except AwsError as error:
        if error.code.startswith("InvalidVpcEndpoint"):
            return None
        raise
    return _aws.endpoint(found[0]) if found else None


def _failures(asked: t.Mapping[str, concurrent.futures.Future[t.Any]]) -> list[PrivateConnectError]:
    """Those that are told; what nobody foresaw is raised where the result is taken."""
    errors = [future.exception() for future in asked.values()]
    return [error for error in errors if isinstance(error, PrivateConnectError)]


class Reader:
    """Reads in two rounds: what the options name, then what the first answers name."""

    def __init__(self, org: Org, aws: Aws, params: t.Mapping[str, t.Any]) -> None:
        self.org = org
        self.aws = aws
        self.params = params
        self._pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
        for service in ("ec2", *(("route53", "route53resolver") if params["manage_dns"] else ())):
            aws.client(service)

    def together(self, **reads: t.Callable[[], t.Any]) -> dict[str, t.Any]:
        """All at once. The first failure in the order given is raised; of several actions that IAM denies, all are told."""
        futures = self._start(reads)
        self._raise_for([error for error in (future.exception() for future in futures.values()) if error])
        return {name: future.result() for name, future in futures.items()}

    def _start(self, reads: t.Mapping[str, t.Callable[[], t.Any]]) -> dict[str, concurrent.futures.Future[t.Any]]:
        return {name: self._pool.submit(read) for name, read in reads.items()}

    @staticmethod
    def _raise_for(errors: t.Sequence[BaseException]) -> None:
        denied = {error.denied_action: error for error in errors if isinstance(error, AwsError) and error.code in DENIED}
        if len(denied) > 1:
            raise PrivateConnectError(
                f"IAM denies {len(denied)} actions to these credentials: {', '.join(denied)}. Allow them. AWS says: "
                + " | ".join(error.message for error in denied.values())
            )
        if errors:
            raise errors[0]

    # -- the first round ---------------------------------------------------------------------------------------------

    def first(self, silent: list[PrivateConnectError]) -> dict[str, t.Any]:
        """An org that cannot be asked keeps nobody from asking AWS: why it cannot is added to ``silent``, and the connection is None.

        Where the reason is there already, no second try is made.
        """
        asked = {} if silent else self._start({"connection": lambda: self.org.connection(self.params["name"])})
        try:
            facts = self._first_of_aws(self.params["vpc_id"])
        finally:
            silent += _failures(asked)
        return {**facts, "connection": None if silent else asked["connection"].result()}

    def _first_of_aws(self, vpc_id: str) -> dict[str, t.Any]:
        return self.together(
            endpoints=lambda: self.endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]),
            vpc=lambda: self._vpc(vpc_id),
            subnets=lambda: self._vpc_items("describe_subnets", "Subnets", _aws.subnet),
            security_groups=lambda: self._vpc_items("describe_security_groups", "SecurityGroups", _aws.security_group),
            # That the VPC is not there is told by the read of the VPC.
            zones=lambda: (self.zones_of_vpc(vpc_id) or []) if self.params["manage_dns"] else [],
            resolver_rules=lambda: self._resolver_rules(vpc_id) if self.params["manage_dns"] and self.params["state"] == "present" else [],
        )

    def endpoints(self, in_region: str | None = None, **query: t.Any) -> list[dict[str, t.Any]]:
        return [_aws.endpoint(raw) for raw in self.aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", in_region=in_region, **query)]

    def _vpc(self, vpc_id: str) -> dict[str, t.Any] | None:
        try:
            found = self.aws.call("ec2", "describe_vpcs", VpcIds=[vpc_id])["Vpcs"]
        except AwsError as error:
            if error.code in _MISSING_VPC:
                return None
            raise
        raw = found[0]
        blocks = [item["CidrBlock"] for item in raw.get("CidrBlockAssociationSet") or [] if item.get("CidrBlockState", {}).get("State") == "associated"]
        flags = {
            key: self.aws.call("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute=attribute)[answer]["Value"]
            for key, attribute, answer in (
                ("dns_support", "enableDnsSupport", "EnableDnsSupport"),
                ("dns_hostnames", "enableDnsHostnames", "EnableDnsHostnames"),
            )
        }
        return {"id": vpc_id, "cidrs": sorted(set(blocks or [raw["CidrBlock"]])), **flags}

    def _vpc_items(self, operation: str, key: str, shape: t.Callable[[t.Any], dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        query = [{"Name": "vpc-id", "Values": [self.params["vpc_id"]]}]
        return sorted((shape(raw) for raw in self.aws.pages("ec2", operation, key, Filters=query)), key=lambda item: item["id"])

    def _resolver_rules(self, vpc_id: str) -> list[dict[str, t.Any]]:
        """``[{id, name, domain, type}]`` of the rules that the VPC is associated with."""
        query = [{"Name": "VPCId", "Values": [vpc_id]}]
        associated = self.aws.pages("route53resolver", "list_resolver_rule_associations", "ResolverRuleAssociations", Filters=query)
        ids = {item["ResolverRuleId"] for item in associated}
        rules = self.aws.pages("route53resolver", "list_resolver_rules", "ResolverRules") if ids else []
        found = [
            {"id": rule["Id"], "name": rule.get("Name"), "domain": (rule.get("DomainName") or "").lower().rstrip("."), "type": rule.get("RuleType")}
            for rule in rules
            if rule["Id"] in ids
        ]
        return sorted(found, key=lambda rule: (rule["domain"], rule["id"]))

    def zones_of_vpc(self, vpc_id: str, region: str | None = None) -> list[dict[str, t.Any]] | None:
        """``[{id, name}]`` of the private zones that a VPC is associated with; None where Route 53 does not know the VPC for one of this account."""
        try:
            summaries = self.aws.pages("route53", "list_hosted_zones_by_vpc", "HostedZoneSummaries", VPCId=vpc_id, VPCRegion=region or self.aws.region)
        except AwsError as error:
            if error.code in ("InvalidVPCId", "InvalidInput"):
                return None
            raise
        return [{"id": item["HostedZoneId"].rsplit("/", 1)[-1], "name": item["Name"].lower().rstrip(".")} for item in summaries]

    def private_zones(self, names: t.Collection[str]) -> list[dict[str, t.Any]]:
        """``[{id, name}]`` of the account's private zones of these names, whichever VPCs they are associated with.

        Route 53 lists by name only on a page that begins there, and needs another permission for it; this one a creation needs anyway.
        """
        if not names:
            return []
        listed = self.aws.pages("route53", "list_hosted_zones", "HostedZones")
        found = [{"id": item["Id"].rsplit("/", 1)[-1], "name": item["Name"].lower().rstrip(".")} for item in listed if item["Config"].get("PrivateZone")]
        return [item for item in found if item["name"] in names]

    # -- the second round --------------------------------------------------------------------------------------------

    def service(self, name: str) -> dict[str, t.Any] | None:
        """The endpoint service as this account sees it; None where it does not."""
        try:
            answer = self.aws.call("ec2", "describe_vpc_endpoint_services", ServiceNames=[name])
        except AwsError as error:
            if error.code == "InvalidServiceName":
                return None
            raise
        for raw in answer.get("ServiceDetails") or []:
            return {
                "name": raw["ServiceName"],
                "zones": sorted(raw.get("AvailabilityZones") or []),
                "zone_ids": sorted(raw.get("AvailabilityZoneIds") or []),
                "acceptance_required": bool(raw.get("AcceptanceRequired")),
                "private_dns_names": sorted(item["PrivateDnsName"] for item in raw.get("PrivateDnsNames") or []),
                "address_types": sorted(raw.get("SupportedIpAddressTypes") or []),
            }
        return None

    def marked(self, region: str, value: str, group_name: str) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]]]:
        """Endpoints of a region that carry the tag of a connection, and the groups that the role made for it, in whichever VPC."""
        by_tag, by_name = {"Name": f"tag:{_aws.TAG}", "Values": [value]}, {"Name": "group-name", "Values": [group_name]}
        groups = self.aws.pages("ec2", "describe_security_groups", "SecurityGroups", in_region=region, Filters=[by_name])
        return self.endpoints(region, Filters=[by_tag]), [_aws.security_group(raw) for raw in groups]

    def interfaces(self, ids: t.Sequence[str]) -> list[dict[str, t.Any]]:
        """Interfaces that are there; an endpoint may name one for a moment after it has gone."""
        if not ids:
            return []
        query = [{"Name": "network-interface-id", "Values": list(ids)}]
        raws = self.aws.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=query)
        return sorted((_aws.interface(raw) for raw in raws), key=lambda item: (str(item["zone"]), str(item["subnet_id"]), item["id"]))

    def used_addresses(self, addresses: t.Sequence[str]) -> set[str]:
        """Those of the addresses that an interface of the VPC has, as its first or a further one."""
        if not addresses:
            return set()
        query = [{"Name": "vpc-id", "Values": [self.params["vpc_id"]]}, {"Name": "addresses.private-ip-address", "Values": list(addresses)}]
        raws = self.aws.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=query)
        return {item["PrivateIpAddress"] for raw in raws for item in [raw, *(raw.get("PrivateIpAddresses") or [])]}

    def zones(self, summaries: t.Sequence[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
        """``[{id, name, comment, vpcs: [{id, region}], records, tags}]`` of zones by ID and name."""
        reads: dict[str, t.Callable[[], t.Any]] = {}
        for summary in summaries:
            zone_id = summary["id"]
            reads[f"zone {zone_id}"] = lambda zone_id=zone_id: self.aws.call("route53", "get_hosted_zone", Id=zone_id)
            reads[f"records {zone_id}"] = lambda zone_id=zone_id: self.aws.pages(
                "route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone_id
            )
            reads[f"tags {zone_id}"] = lambda zone_id=zone_id: self.aws.call("route53", "list_tags_for_resource", ResourceType="hostedzone", ResourceId=zone_id)
        read = self.together(**reads)
        return [_zone(summary, read[f"zone {summary['id']}"], read[f"records {summary['id']}"], read[f"tags {summary['id']}"]) for summary in summaries]


def _zone(summary: t.Mapping[str, t.Any], zone: t.Mapping[str, t.Any], records: list[t.Any], tags: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    vpcs = [{"id": vpc["VPCId"], "region": vpc["VPCRegion"]} for vpc in zone.get("VPCs") or []]
    return {
        **summary,
        "comment": zone["HostedZone"].get("Config", {}).get("Comment") or "",
        "vpcs": sorted(vpcs, key=lambda vpc: (vpc["region"], vpc["id"])),
        "records": sorted((_aws.record(raw) for raw in records), key=lambda record: (record["name"], record["type"])),
        "tags": _aws.tags(tags["ResourceTagSet"].get("Tags")),
    }
