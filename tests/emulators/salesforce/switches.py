# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no public page settles: one switch for each open point, so that a client can be tried with every answer.

A default is a guess, or what a neighbouring page suggests; none of them is a statement about Salesforce.
"""

from __future__ import annotations

import dataclasses
import typing as t

STATUSES = (
    "Unprovisioned",
    "Allocating",
    "PendingAcceptance",
    "PendingActivation",
    "RejectedRemotely",
    "DeletedRemotely",
    "TeardownInProgress",
    "Ready",
)


@dataclasses.dataclass(frozen=True)
class Switch:
    """``choices`` are all the allowed values; where it is empty, any number from 0 up is allowed and ``samples`` are worth a try."""

    name: str
    default: t.Any
    choices: tuple[t.Any, ...]
    about: str
    samples: tuple[t.Any, ...] = ()

    def check(self, value: t.Any) -> None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
        if (self.choices and not any(value == choice and type(value) is type(choice) for choice in self.choices)) or (not self.choices and not number):
            allowed = ", ".join(map(repr, self.choices)) or "a number from 0 up"
            raise ValueError(f"switch {self.name}: {value!r} is not allowed; allowed: {allowed}")


_NO_YES = (False, True)

ALL = (
    # Connect: topologies
    Switch(
        "topologies_shape",
        "topologies",
        ("list", "topologies", "inboundNetworkConnectionTopologies", "connectionTopologies", "nested"),
        "a list at the top, a list under this key, or (nested) a list two keys deep",
    ),
    Switch("topology_region_key", "region", ("region", "Region", "name", "awsRegion"), "how an item names its region"),
    Switch(
        "topology_service_key",
        "serviceName",
        ("serviceName", "vpcEndpointServiceName", "awsVpcEndpointServiceName", "endpointTarget"),
        "how an item names its service",
    ),
    Switch("topology_status", "Available", ("Available", "AVAILABLE", "Ready", "Active", None), "an item's status; None: no such member"),
    Switch("unknown_region_filter", "omit", ("omit", "refuse"), "topologies?regions= names a region that is not offered"),
    # Connect: actions
    Switch("action_in_body", False, _NO_YES, "action is also taken from a JSON or form body"),
    Switch("action_case", "exact", ("exact", "any"), "whether 'provision' is as good as 'Provision'"),
    Switch("action_answer", "200", ("200", "201", "202", "200_empty", "202_empty", "204"), "status of an action's answer, with or without a body"),
    Switch(
        "action_properties",
        "metadata_names",
        ("metadata_names", "capitals", "pairs", "vpc_endpoint_id", "absent"),
        "the members of connectionProperties in an action's answer",
    ),
    Switch("illegal_action_error", 400, (400, 409, 422), "HTTP status where the status does not allow the action"),
    Switch("packaged_name", "prefixed", ("prefixed", "plain"), "whether a packaged connection is addressed as ns__Name or as Name"),
    # How statuses move
    Switch("status_moves", "on_sync", ("on_sync", "by_time"), "statuses move on Sync only, or by themselves every status_seconds"),
    Switch("status_seconds", 1.0, (), "seconds for each step where statuses move by time; 0: at the next read", (0.05,)),
    Switch(
        "status_path",
        "PendingAcceptance",
        (
            "PendingAcceptance",
            "PendingAcceptance,PendingActivation",
            "Allocating",
            "Allocating,PendingAcceptance",
            "Allocating,PendingAcceptance,PendingActivation",
        ),
        "the statuses between Provision and Ready, in order",
    ),
    Switch("syncs_to_ready", 1, (), "Syncs from Provision to Ready, at least one for each status on the path; 0: Ready at once", (0, 3)),
    Switch("syncs_to_unprovisioned", 1, (), "Syncs from TearDown to Unprovisioned", (3,)),
    Switch("teardown_immediate", False, _NO_YES, "TearDown leads to Unprovisioned without TeardownInProgress"),
    Switch("provision_accepts", "provision", ("provision", "first_sync"), "when the org accepts the endpoint in AWS"),
    Switch("teardown_rejects", True, _NO_YES, "TearDown makes the org reject the endpoint in AWS"),
    Switch("unknown_endpoint", "refuse", ("refuse", "deleted_at_sync", "stays_pending"), "Provision of an endpoint that AWS or the service does not know"),
    Switch("remote_failures_recover", False, _NO_YES, "Sync leads out of RejectedRemotely and DeletedRemotely once the endpoint is well again"),
    Switch("teardown_from", "provisioned", ("provisioned", "settled", "all"), "statuses that allow TearDown; settled: Ready and the two failures"),
    Switch("sync_in", "not_unprovisioned", ("not_unprovisioned", "all", "living"), "statuses that allow Sync; living: neither Unprovisioned nor failed"),
    Switch("inactive_provision", "allow", ("allow", "refuse"), "Provision of a connection that is not active"),
    # Source IP ranges
    Switch("ranges_appear", "ready", ("provision", "ready"), "when the source IP ranges are allocated"),
    Switch("ranges_kept_after_teardown", False, _NO_YES, "an unprovisioned connection keeps its ranges, and gets them again"),
    Switch("ranges_when_empty", "no_row", ("no_row", "null", "[]"), "the SourceIpRanges property while there are none"),
    # Writing the record
    Switch("patch_status", "ignore", ("ignore", "refuse", "apply"), "a PATCH whose status is not the stored one"),
    Switch("create_status", "ignore", ("ignore", "refuse"), "a create whose status is not Unprovisioned"),
    Switch("patch_while_provisioned", "allow", ("allow", "refuse"), "label, description or isActive changed while not Unprovisioned"),
    Switch("sent_source_ranges", "ignore", ("ignore", "refuse"), "SourceIpRanges sent with a value that is not the stored one"),
    Switch("child_writes", "allow", ("allow", "unprovisioned", "refuse"), "direct writes of InboundNetworkConnProperty"),
    Switch("create_answer", "tooling", ("tooling", "sobject", "id15", "bare"), "body of a create's answer"),
    Switch("delete_refused_code", "DELETE_FAILED", ("DELETE_FAILED", "FIELD_INTEGRITY_EXCEPTION", "DEPENDENCY_EXISTS"), "errorCode where delete is refused"),
    Switch("licence_at", "provision", ("save", "provision"), "when a licence is taken"),
    # Reading the record
    Switch("unknown_properties", False, _NO_YES, "connections carry a LinkId property, which is not among the documented names"),
    Switch("stale_reads", 0, (), "reads right after a write that still show the old state", (2,)),
    Switch("is_active_key", "isActive", ("isActive", "IsActive"), "spelling of the Tooling field"),
    Switch("metadata_urls", False, _NO_YES, "Metadata carries a member urls: null"),
    Switch("connection_prefix", "0kZ", ("0kZ", "1Nc"), "key prefix of InboundNetworkConnection ids (takes effect for new records)"),
    # Metadata API: reading
    Switch("absent_component", "nil", ("nil", "full_name", "empty"), "the record that readMetadata gives for a component that is not there"),
    Switch(
        "security_full_name",
        "any",
        ("any", "Security", "Security_SecuritySettings"),
        "the full names that mean the one SecuritySettings; any: also none, and any word",
    ),
    Switch("security_answer_name", "Security", ("Security", "SecuritySettings", "as_asked", "absent"), "the fullName in its record"),
    Switch("full_names", "exact", ("exact", "tolerant"), "tolerant: full names in any case, and profiles also by their label"),
    Switch("range_order", "as_sent", ("as_sent", "sorted"), "the order of IP ranges in answers"),
    Switch("range_spelling", "as_sent", ("as_sent", "canonical", "expanded"), "how addresses (IPv6) are spelt in answers"),
    # Metadata API: writing
    Switch(
        "partial_update",
        "keeps",
        ("keeps", "resets_nested", "resets"),
        "members that an update does not name stay, go to their defaults inside a complex member that it does name, or go to their defaults",
    ),
    Switch("empty_list_element", "clears", ("clears", "refused", "ignored"), "a list sent as one empty element, such as <loginIpRanges/>"),
    Switch("required_members", "enforced", ("enforced", "lenient"), "an update without members that the type requires; documented: all must be supplied"),
    Switch("range_size_limit", "all", ("all", "network_access", "none"), "where a range larger than a /7 (IPv6: /32) is refused"),
    Switch("range_list_max", 1000, (), "the most IP ranges in one list; external client apps take 128 in any case", (128,)),
    Switch("range_description_max", 255, (), "the longest description of an IP range", (80,)),
    Switch("duplicate_ranges", "allow", ("allow", "refuse"), "the same range twice in a list"),
    Switch("every_request_ranges", "any", ("any", "five"), "five: checking every request can't be switched on while a profile has more than five ranges"),
    # Addresses at login and after it
    Switch("bypass_2factor", "web_server", ("web_server", "enforce"), "what a refresh token counts as where an app relaxes for activated devices"),
    Switch("relaxed_every_request", "exempt", ("exempt", "checked"), "checks of every request spare sessions whose app relaxed the ranges at login"),
    Switch("access_tokens", "opaque", ("opaque", "jwt"), "form of new access tokens; those in the form of a JWT do not work with SOAP"),
    Switch("login_history_filters", "usage", ("usage", "all"), "whether SOQL can filter LoginHistory by SourceIp and Status; usage: it can't"),
    Switch("login_time", "milliseconds", ("milliseconds", "seconds"), "resolution of LoginTime"),
    # Sessions, permissions, versions, transport
    Switch("feature", "on", ("on", "off"), "off: the org has no Private Connect; objects and resources are unknown"),
    Switch("describe_rights", "object", ("object", "user"), "whether createable, updateable and deletable in a describe are the user's rights or the object's"),
    Switch("no_permission_as", "INSUFFICIENT_ACCESS", ("INSUFFICIENT_ACCESS", "INVALID_TYPE"), "a write without ManageExternalConnections or ModifyMetadata"),
    Switch(
        "rest_refuses",
        "none",
        ("none", "not_valid_for_rest", "not_attached_to_agent"),
        "every REST call meets a 401 that is no expiry and that a new login does not cure",
    ),
    Switch("session_seconds", 7200, (), "lifetime of a session after its last use", (0.2,)),
    Switch("jwt_exp", "any", ("any", "within_180"), "how far in the future exp may lie: pages say 3 minutes, Salesforce's own CLI sends milliseconds"),
    Switch("jwt_aud_my_domain", "accept", ("accept", "refuse"), "the My Domain URL as aud"),
    Switch("instance_url", "as_called", ("as_called", "my_domain"), "instance_url of a token answer: the host that was called, or https://<My Domain>"),
    Switch("version_floor", 31, (), "oldest API version that is served"),
    Switch("version_ceiling", 67, (), "newest API version that is served", (66, 68)),
    Switch("query_batch", 2000, (), "rows in one page of a query", (1,)),
    Switch("error_shape", "list", ("list", "dict"), "an error body as a list, or as a bare object"),
)


class Switches:
    """The settings in force. ``switches["stale_reads"]`` reads; ``update`` checks every name and value before it changes any."""

    def __init__(self, **values: t.Any) -> None:
        self._known = {switch.name: switch for switch in ALL}
        self._start = {switch.name: switch.default for switch in ALL}
        self._values = dict(self._start)
        self.update(values)
        self._start = dict(self._values)

    def __getitem__(self, name: str) -> t.Any:
        return self._values[name]

    def update(self, values: t.Mapping[str, t.Any]) -> None:
        unknown = sorted(set(values) - set(self._known))
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}; known: {', '.join(sorted(self._known))}")
        for name, value in values.items():
            self._known[name].check(value)
        self._values = {**self._values, **values}

    def reset(self) -> None:
        """Back to the settings given at the start."""
        self._values = dict(self._start)

    def as_dict(self) -> dict[str, t.Any]:
        return dict(self._values)


def variations() -> list[tuple[str, t.Any]]:
    """Every (switch, value) that departs from the default by one setting: what a client must be tried with."""
    return [(switch.name, value) for switch in ALL for value in (switch.choices or switch.samples) if value != switch.default]


def documentation() -> str:
    """The switches as text, one a line: for --help."""
    return "\n".join(f"  {s.name}={s.default}  [{', '.join(map(str, s.choices)) or 'number'}]  {s.about}" for s in ALL)
