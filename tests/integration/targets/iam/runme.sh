#!/usr/bin/env bash
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -o errexit -o nounset -o pipefail -o xtrace

../setup_private_connect/run.sh iam.py
