#!/usr/bin/env bash
# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run a Python test of a target in its directory, with Ansible set up for setup_private_connect/runs.py.

set -o errexit -o nounset -o pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_DEPRECATION_WARNINGS=false
export ANSIBLE_CALLBACKS_ENABLED=record ANSIBLE_CALLBACK_PLUGINS="${here}/callback_plugins"
# The emulators, runs.py, the clock of quick.py, and the collections as plain packages.
export PYTHONPATH="${here}/../../..:${here}:${here}/clock:${ANSIBLE_COLLECTIONS_PATH:-}${PYTHONPATH:+:${PYTHONPATH}}"

exec "${ANSIBLE_TEST_PYTHON_INTERPRETER:-python}" "$@"
