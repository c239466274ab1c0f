# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  region:
    description:
      - The AWS region. Falls back to the environment variables E(AWS_REGION) and E(AWS_DEFAULT_REGION).
    type: str
  profile:
    description:
      - A named profile of the AWS configuration; O(access_key), O(secret_key) and O(session_token) are not looked at then.
      - Falls back to the environment variable E(AWS_PROFILE).
    type: str
  access_key:
    description:
      - The AWS access key ID. Without it boto3 looks for credentials where it always does.
      - Falls back to the environment variable E(AWS_ACCESS_KEY_ID).
    type: str
  secret_key:
    description:
      - The AWS secret access key.
      - Falls back to the environment variable E(AWS_SECRET_ACCESS_KEY).
    type: str
  session_token:
    description:
      - The AWS session token of temporary credentials.
      - Falls back to the environment variable E(AWS_SESSION_TOKEN).
    type: str
  endpoint_url:
    description:
      - Another URL to send the AWS calls to.
      - Falls back to the environment variables E(AWS_URL) and E(AWS_ENDPOINT_URL).
    type: str
  aws_ca_bundle:
    description:
      - A file with the CA certificates to trust for AWS calls. There is no option to leave certificates unchecked.
      - Falls back to the environment variable E(AWS_CA_BUNDLE).
    type: path
requirements:
  - boto3
  - botocore
"""
