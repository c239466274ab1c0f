# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  instance_url:
    description:
      - The org's My Domain URL, such as V(https://acme.my.salesforce.com). Scheme and host only.
      - The scheme V(http) is taken for loopback addresses alone.
      - Not needed with O(auth_method=cli), where the Salesforce CLI knows it.
      - For modules, falls back to the environment variables E(SALESFORCE_INSTANCE_URL) and E(SF_ORG_INSTANCE_URL).
    type: str
  auth_method:
    description:
      - How to log in. Told by which credentials are given if it is left out; credentials of several ways are an error then.
      - For modules, falls back to the environment variable E(SALESFORCE_AUTH_METHOD).
    type: str
    choices:
      client_credentials: OAuth client credentials flow; needs O(client_id) and O(client_secret), and a run-as user on the app.
      jwt_bearer: OAuth JWT bearer flow; needs O(client_id), O(username), and O(private_key) or O(private_key_file).
      refresh_token: OAuth refresh token flow; needs O(client_id) and O(refresh_token), O(client_secret) where the app asks for it.
      access_token: A session that exists already; needs O(access_token). It cannot be renewed when it expires.
      cli: The session of O(target_org) in Salesforce's own CLI on the host that the task runs on.
  access_token:
    description:
      - An access token (session ID) of the org.
      - For modules, falls back to the environment variables E(SALESFORCE_ACCESS_TOKEN) and E(SF_ACCESS_TOKEN).
    type: str
  client_id:
    description:
      - The consumer key of the connected app or external client app.
      - For modules, falls back to the environment variable E(SALESFORCE_CLIENT_ID).
    type: str
  client_secret:
    description:
      - The consumer secret of the app.
      - For modules, falls back to the environment variable E(SALESFORCE_CLIENT_SECRET).
    type: str
  username:
    description:
      - The user to log in as, for O(auth_method=jwt_bearer).
      - For modules, falls back to the environment variable E(SALESFORCE_USERNAME).
    type: str
  private_key:
    description:
      - The RSA private key in PEM form whose certificate the app holds, unencrypted.
      - Mutually exclusive with O(private_key_file).
      - For modules, falls back to the environment variable E(SALESFORCE_PRIVATE_KEY).
    type: str
  private_key_file:
    description:
      - A file with the RSA private key in PEM form.
      - For modules, falls back to the environment variable E(SALESFORCE_PRIVATE_KEY_FILE).
    type: path
  audience:
    description:
      - The audience of the JWT. Left out, it is V(https://test.salesforce.com) for hosts that end in V(.sandbox.my.salesforce.com),
        else V(https://login.salesforce.com).
      - For modules, falls back to the environment variable E(SALESFORCE_AUDIENCE).
    type: str
  refresh_token:
    description:
      - A refresh token.
      - For modules, falls back to the environment variable E(SALESFORCE_REFRESH_TOKEN).
    type: str
  target_org:
    description:
      - Alias or user name of an org that the Salesforce CLI is logged in to.
      - For modules, falls back to the environment variables E(SALESFORCE_TARGET_ORG) and E(SF_TARGET_ORG).
    type: str
  token_url:
    description:
      - The token endpoint. Left out, it is C(/services/oauth2/token) on O(instance_url).
      - For modules, falls back to the environment variable E(SALESFORCE_TOKEN_URL).
    type: str
  api_version:
    description:
      - The version of the Salesforce API, at least V(58.0).
      - For modules, falls back to the environment variable E(SALESFORCE_API_VERSION).
    type: str
    default: '67.0'
  validate_certs:
    description:
      - Whether the org's TLS certificate is checked. V(false) gives a warning in every task.
      - For modules, falls back to the environment variable E(SALESFORCE_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - A file with the CA certificates to trust instead of the system's.
      - For modules, falls back to the environment variable E(SALESFORCE_CA_PATH).
    type: path
  timeout:
    description:
      - Seconds that one call to the org may take to connect, and to give each part of its answer.
      - For modules, falls back to the environment variable E(SALESFORCE_TIMEOUT).
    type: int
    default: 30
requirements:
  - requests
  - PyJWT[crypto] (for O(auth_method=jwt_bearer))
  - Salesforce CLI (for O(auth_method=cli))
notes:
  - The user needs the permissions 'Allow user to modify Private Connections' (C(ManageExternalConnections)) and
    'Modify Metadata Through Metadata API Functions' (C(ModifyMetadata)).
"""

    # For controller plugins: where else the options come from. Secrets have no ini setting.
    PLUGINS = r"""
options:
  instance_url:
    env:
      - name: SALESFORCE_INSTANCE_URL
      - name: SF_ORG_INSTANCE_URL
    vars:
      - name: salesforce_instance_url
    ini:
      - section: privatelink_salesforce
        key: instance_url
  auth_method:
    env:
      - name: SALESFORCE_AUTH_METHOD
    vars:
      - name: salesforce_auth_method
    ini:
      - section: privatelink_salesforce
        key: auth_method
  access_token:
    env:
      - name: SALESFORCE_ACCESS_TOKEN
      - name: SF_ACCESS_TOKEN
    vars:
      - name: salesforce_access_token
  client_id:
    env:
      - name: SALESFORCE_CLIENT_ID
    vars:
      - name: salesforce_client_id
    ini:
      - section: privatelink_salesforce
        key: client_id
  client_secret:
    env:
      - name: SALESFORCE_CLIENT_SECRET
    vars:
      - name: salesforce_client_secret
  username:
    env:
      - name: SALESFORCE_USERNAME
    vars:
      - name: salesforce_username
    ini:
      - section: privatelink_salesforce
        key: username
  private_key:
    env:
      - name: SALESFORCE_PRIVATE_KEY
    vars:
      - name: salesforce_private_key
  private_key_file:
    env:
      - name: SALESFORCE_PRIVATE_KEY_FILE
    vars:
      - name: salesforce_private_key_file
    ini:
      - section: privatelink_salesforce
        key: private_key_file
  audience:
    env:
      - name: SALESFORCE_AUDIENCE
    vars:
      - name: salesforce_audience
    ini:
      - section: privatelink_salesforce
        key: audience
  refresh_token:
    env:
      - name: SALESFORCE_REFRESH_TOKEN
    vars:
      - name: salesforce_refresh_token
  target_org:
    env:
      - name: SALESFORCE_TARGET_ORG
      - name: SF_TARGET_ORG
    vars:
      - name: salesforce_target_org
    ini:
      - section: privatelink_salesforce
        key: target_org
  token_url:
    env:
      - name: SALESFORCE_TOKEN_URL
    vars:
      - name: salesforce_token_url
    ini:
      - section: privatelink_salesforce
        key: token_url
  api_version:
    env:
      - name: SALESFORCE_API_VERSION
    vars:
      - name: salesforce_api_version
    ini:
      - section: privatelink_salesforce
        key: api_version
  validate_certs:
    env:
      - name: SALESFORCE_VALIDATE_CERTS
    vars:
      - name: salesforce_validate_certs
    ini:
      - section: privatelink_salesforce
        key: validate_certs
  ca_path:
    env:
      - name: SALESFORCE_CA_PATH
    vars:
      - name: salesforce_ca_path
    ini:
      - section: privatelink_salesforce
        key: ca_path
  timeout:
    env:
      - name: SALESFORCE_TIMEOUT
    vars:
      - name: salesforce_timeout
    ini:
      - section: privatelink_salesforce
        key: timeout
"""
