# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual cause and cure of what my_domain_check sees. This module util is PRIVATE to the collection.

Templates take ``host`` and ``port``.
"""

from __future__ import annotations

_ZONE_UNSEEN = (
    "Associate the private hosted zone that holds {host} with the VPC of this host; remove or override (rule type SYSTEM) a Resolver FORWARD rule "
    "for the name or a parent of it; right after a change wait up to the TTL of the public record, for which wait_timeout is there"
)
_NOT_READY = (
    "Read the connection's status in Salesforce (inbound_connection_info): it must be Ready, and be so for some minutes; the endpoint's state in AWS "
    "must be available. wait_timeout waits for both"
)

HINTS: dict[str, tuple[str, str]] = {
    # resolve
    "public_addresses": ("these are public addresses: this host does not see the private zone, or its resolver still holds the public answer", _ZONE_UNSEEN),
    "other_addresses": (
        "the record points at something else, such as an endpoint that was replaced, or the hosts file of this host has the name",
        "Set the record of {host} to the addresses of the endpoint's interfaces and wait up to the old record's TTL; look into the hosts file",
    ),
    "extra_addresses": (
        "a stale record: an address of a former interface or subnet is still in it, or an AAAA record exists besides",
        "Remove every address from the record of {host} that is not one of the endpoint's interfaces and wait up to the old record's TTL",
    ),
    "missing_addresses": (
        "the record does not hold all interfaces of the endpoint, so the name has fewer zones to fail over to than the endpoint has",
        "Set the record of {host} to all addresses of the endpoint's interfaces, one for each subnet, and wait up to the old record's TTL",
    ),
    "nxdomain": (
        "the record is missing in the zone that answers; a private zone of a parent such as my.salesforce.com hides the public name",
        "Add the record of {host} to the private zone, or use a zone named exactly {host} with the record at its apex",
    ),
    "nodata": (
        "the zone is there and has no A record at this name, as a new zone named like the host has none at its apex",
        "Add an A record for {host} at the apex of the zone with the addresses of the endpoint's interfaces",
    ),
    "dns_timeout": (
        (
            "the name server is dead or not reachable from here; the VPC's resolver (169.254.169.253, or the VPC's network address plus two) "
            "answers inside the VPC only"
        ),
        "Check the name server's address and port, UDP and TCP 53 in security groups and network ACLs, and that the VPC has enableDnsSupport",
    ),
    "dns_failure": (
        "the name server does not serve this host or cannot reach the servers that it forwards to",
        "Check whom the name server answers and where its forwarders or Resolver FORWARD rules for {host} point to",
    ),
    # tls
    "connect_timeout": (
        (
            "the endpoint's security group does not let this host in on port {port}, or the connection is not Ready yet or in its first minutes, "
            "or the address lies in a zone that the service does not serve"
        ),
        "Allow TCP {port} from this host's address in the security group of the endpoint and in network ACLs. " + _NOT_READY,
    ),
    "connect_refused": (
        (
            "nothing serves the port at this address: the endpoint is rejected, deleted or not available yet, the address is not the endpoint's (any more), "
            "or the port is not 443, the only one that private connections serve"
        ),
        "Compare the address with the endpoint's interfaces, and port with 443. " + _NOT_READY,
    ),
    "unreachable": (
        "this host has no route to the address: it is outside the VPC and its peers, or has no address of that family",
        "Run the check on a host in the VPC (delegate_to), or add the route or peering",
    ),
    "handshake_timeout": ("the connection is not Ready yet or in its first minutes", _NOT_READY),
    "handshake_cut": ("the connection is not Ready yet or in its first minutes, or a firewall on the way cuts TLS for this name", _NOT_READY),
    "no_tls": ("another service listens there, or a proxy answers in plain text", "Compare the address with the endpoint's interfaces, and port with 443"),
    "tls_alert": (
        "the other side and this host agree on no TLS version or cipher, or what answers is not Salesforce",
        "Check that this host's OpenSSL offers TLS 1.2 or newer with its usual ciphers, and that the address is one of the endpoint's interfaces",
    ),
    "unknown_ca": (
        "this host does not trust the CA that signed the certificate: its CA store is old or empty, ca_path names another CA, or a firewall opens up TLS",
        "Update the CA certificates of this host, or give the right CA by ca_path; exempt {host} from TLS inspection",
    ),
    "wrong_name": (
        "host is not the name that the other side has a certificate for: misspelt, renamed My Domain, or an address that is not the endpoint's",
        "Give the org's current My Domain host (Setup, My Domain), never the endpoint's own name, and compare the address with the endpoint's interfaces",
    ),
    "wrong_dates": ("the clock of this host is wrong, or the certificate has expired", "Set the clock of this host (NTP); else report the certificate"),
    "bad_certificate": ("the certificate is not fit for TLS servers by this host's rules", "Compare it with the certificate that the public address shows"),
    # http
    "no_route": (
        "the edge of Salesforce has no routing for this host: it is no My Domain host, or the endpoint's region does not serve it",
        "Give the org's current My Domain host (Setup, My Domain), and ask Salesforce whether the host is served over Private Connect",
    ),
    "no_instance": (
        (
            "the edge of Salesforce cannot reach the org's instance over this path: the host is not routed by the endpoint, or the connection is in its "
            "first minutes, or the instance is down"
        ),
        _NOT_READY + "; look at status.salesforce.com for the instance",
    ),
    "unavailable": ("the instance is in maintenance or overloaded", "Look at status.salesforce.com for the instance and try again later"),
    "redirect": (
        "the My Domain was renamed, or a proxy or portal answers in place of Salesforce",
        "Give the host that the redirect names if it is the org's, in host and in the zone; else find what stands between this host and the endpoint",
    ),
    "html": (
        "a page in place of the API: a maintenance page, a site's host, or a proxy or portal that answers in place of Salesforce",
        "Give the org's My Domain host rather than that of a site or of the user interface; else find what stands between this host and the endpoint",
    ),
    "no_org": (
        "something else than an org answers under this name",
        "Give the org's My Domain host, and compare the address with the endpoint's interfaces",
    ),
    "other_status": (
        "the list of API versions needs no login, so an org answers 200; something on the way refuses or fails",
        "Compare with the answer over the public address; check proxies on the way and status.salesforce.com",
    ),
    "http_timeout": ("the path is up and slow, or packets of full size are lost on the way (MTU)", "Raise timeout; check path MTU discovery (ICMP) on the way"),
    "http_cut": ("the connection is in its first minutes, or a firewall on the way cut it", _NOT_READY),
}


def explain(kind: str, *, host: str, port: int) -> tuple[str, str]:
    """(usual cause, cure) of a kind of failure."""
    cause, cure = HINTS[kind]
    return cause.format(host=host, port=port), cure.format(host=host, port=port)
