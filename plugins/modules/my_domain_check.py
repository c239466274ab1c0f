#!/usr/bin/python
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: my_domain_check
short_description: Check that a host takes the private path to a Salesforce org
version_added: "1.0.0"
author:
  - privatelink.salesforce contributors (@privatelink)
description:
  - Checks, from the host that it runs on, the way to an org over Salesforce Private Connect in three steps.
  - C(resolve) - the My Domain name resolves to exactly the wanted addresses and to nothing else, A and AAAA records alike.
  - C(tls) - a TLS handshake succeeds at every one of these addresses, with the certificate verified for the My Domain name.
    Verification cannot be switched off.
  - C(http) - C(GET /services/data/) over that connection answers with the list of API versions, as an org does before any login.
  - All that failed is told at once, with what was seen, the usual cause and the cure.
  - It only reads. It needs no credentials and uses no proxy.
extends_documentation_fragment:
  - privatelink.salesforce.attributes
  - privatelink.salesforce.attributes.info
requirements:
  - dnspython >= 2.0 on the host that the module runs on, where O(nameservers) is given; otherwise nothing beyond Python 3.9
options:
  host:
    description:
      - The My Domain host of the org, such as V(acme.my.salesforce.com) or V(acme--uat.sandbox.my.salesforce.com).
      - A bare host name. URLs, addresses, login hosts (V(login.salesforce.com), V(test.salesforce.com)) and the VPC endpoint's
        own name are refused.
    type: str
    required: true
  addresses:
    description:
      - The addresses that the host must resolve to, all of them and no other - those of the VPC endpoint's network interfaces.
      - The steps C(tls) and C(http) are done at each of them, even where the name does not resolve to them (yet).
      - Without them any addresses will do. The steps are then done at the addresses that the host resolves to. Whether these lie
        on the private path is not compared, RV(private) is false, and a warning says so.
    type: list
    elements: str
  nameservers:
    description:
      - Ask these name servers in place of the system's resolver.
      - Each is an address with or without a port, such as V(10.0.0.2), V(10.0.0.2:5353), V(fd00::2) or V([fd00::2]:5353).
      - Every one is asked and must give the right answer, for clients may ask any of them.
      - Without them the system's resolver is asked, with its hosts file and caches, as every other program on the host does.
    type: list
    elements: str
  tls:
    description:
      - Do the steps C(tls) and C(http). With V(false) only the name is resolved.
    type: bool
    default: true
  port:
    description:
      - The port to connect to. Private Connect serves 443 only.
    type: int
    default: 443
  ca_path:
    description:
      - A file with CA certificates in PEM form, or a folder of them prepared by C(openssl rehash), on the host that the module runs on.
      - It takes the place of the system's CA certificates.
    type: path
  timeout:
    description:
      - Seconds that each step may take - for each name server, and at each address for connection, handshake and answer.
    type: int
    default: 10
  wait_timeout:
    description:
      - Seconds after which no further round of checks begins. The checks are repeated until all succeed.
      - A change of a record takes up to its TTL to be seen, and a connection some minutes after it becomes C(Ready).
      - With V(0) the checks are done once.
    type: int
    default: 0
  poll_interval:
    description:
      - Seconds between two rounds of checks.
    type: int
    default: 5
seealso:
  - module: privatelink.salesforce.inbound_connection_info
"""

EXAMPLES = r"""
- name: Check the private path from a host in the VPC
  privatelink.salesforce.my_domain_check:
    host: acme.my.salesforce.com
    addresses:
      - 10.0.1.5
      - 10.0.2.7
  delegate_to: app1.vpc.example.com

- name: Wait up to the TTL of the old record for a cut-over
  privatelink.salesforce.my_domain_check:
    host: acme.my.salesforce.com
    addresses: "{{ private_connect_result.endpoint.addresses }}"
    wait_timeout: 300
  delegate_to: app1.vpc.example.com

- name: Compare what the VPC's resolver and a forwarder on another port say, without connecting
  privatelink.salesforce.my_domain_check:
    host: acme--uat.sandbox.my.salesforce.com
    addresses:
      - 10.0.1.5
    nameservers:
      - 169.254.169.253
      - 10.0.0.53:5353
      - "[fd00::53]:53"
    tls: false
  delegate_to: app1.vpc.example.com

- name: Let only the name count, and keep the rest for later tasks
  privatelink.salesforce.my_domain_check:
    host: acme.my.salesforce.com
    addresses:
      - 10.0.1.5
  delegate_to: app1.vpc.example.com
  register: path
  failed_when: path.checks is not defined or path.checks | selectattr('check', 'eq', 'resolve') | rejectattr('ok') | length > 0
"""

RETURN = r"""
host:
  description: The host that was checked, in lower case. These values are returned on failure too, unless the options were refused.
  returned: always
  type: str
  sample: acme.my.salesforce.com
addresses:
  description: What the host resolved to, IPv4 first, sorted by number. With several name servers, what any of them answered.
  returned: always
  type: list
  elements: str
  sample:
    - 10.0.1.5
    - 10.0.2.7
wanted:
  description: What it should resolve to, in the same order. Empty where O(addresses) was not given.
  returned: always
  type: list
  elements: str
  sample:
    - 10.0.1.5
    - 10.0.2.7
private:
  description: Whether O(addresses) was given and the host resolved to exactly these, by every name server that was asked.
  returned: always
  type: bool
  sample: true
nameservers:
  description: The name servers that were asked, with their ports. Empty where the system's resolver was asked.
  returned: always
  type: list
  elements: str
  sample:
    - 10.0.0.2:53
checks:
  description:
    - The steps of the last round. First C(resolve), then C(tls) and C(http) by address.
    - A step that could not be tried is not listed, such as C(http) at an address where C(tls) failed.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: C(resolve), C(tls) or C(http).
      returned: always
      type: str
      sample: tls
    address:
      description: The address that was connected to, or the name server that was asked. Null where the system's resolver was asked.
      returned: always
      type: str
      sample: 10.0.1.5
    ok:
      description: Whether all was well.
      returned: always
      type: bool
      sample: false
    seen:
      description: What was seen.
      returned: always
      type: str
      sample: no connection to port 443 within 10 s from 10.0.9.20
    cause:
      description: The usual cause. Null where all was well.
      returned: always
      type: str
      sample: the endpoint's security group does not let this host in on port 443, or the connection is not Ready yet
    cure:
      description: What to do about it. Null where all was well.
      returned: always
      type: str
      sample: Allow TCP 443 from this host's address in the security group of the endpoint and in network ACLs.
  sample:
    - check: resolve
      address: null
      ok: true
      seen: 10.0.1.5
      cause: null
      cure: null
    - check: tls
      address: 10.0.1.5
      ok: true
      seen: TLSv1.3, certificate for acme.my.salesforce.com valid until Mar  3 23:59:59 2027 GMT
      cause: null
      cure: null
    - check: http
      address: 10.0.1.5
      ok: true
      seen: HTTP 200, 37 API versions, the last is 67.0
      cause: null
      cure: null
seconds:
  description: How long the checks took, waiting included.
  returned: always
  type: float
  sample: 0.214
"""

from ansible_collections.privatelink.salesforce.plugins.module_utils._module import main
from ansible_collections.privatelink.salesforce.plugins.module_utils._my_domain_check import DEFINITION

if __name__ == "__main__":
    main(DEFINITION)
