# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that the targets install or write goes to .cache/ in this directory.
PYTHON ?= python3
PROFILE ?= default
TOOLS := tests/tools

.DEFAULT_GOAL := help
.PHONY: help demo test test-cli test-long env build format lint sanity units integration reliability bench bench-fleet demo-fleet clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Set up, change nothing, summarise and take down a connection on emulated services
	@$(PYTHON) tests/demo/demo.py

demo-fleet: ## The same for nine connections over three orgs, one of which fails at first
	@$(PYTHON) tests/demo/demo_fleet.py

test: ## Run everything that CI runs (STEPS="units lint": only these steps)
	@$(PYTHON) $(TOOLS)/check.py $(STEPS)

test-cli: ## Run the tests against Salesforce's own CLI (needs npm)
	@$(PYTHON) $(TOOLS)/cli.py

env: ## Make the environment of PROFILE (default, core-2.19, core-2.21 ...) and print how to enter it
	@$(PYTHON) $(TOOLS)/env.py --shell $(PROFILE)

build: ## Build the collection's tarball and install it as a user would
	@$(PYTHON) $(TOOLS)/check.py build

format: ## Format the Python files and mend what ruff can mend by itself
	@eval "$$($(PYTHON) $(TOOLS)/env.py --shell lint)" && ruff check --no-cache --fix --exit-zero --quiet . && ruff format --no-cache .

lint: ## Run ruff, ansible-lint, yamllint, and the checks of documentation and licences
	@$(PYTHON) $(TOOLS)/check.py lint docs

sanity: ## Run ansible-test sanity on each core that an interpreter here runs
	@$(PYTHON) $(TOOLS)/check.py sanity

units: ## Run the unit tests on each core that an interpreter here runs
	@$(PYTHON) $(TOOLS)/check.py units

integration: ## Run integration targets on the emulators (TARGETS="name ...", PROFILE=core-2.19)
	@$(PYTHON) $(TOOLS)/integration.py --profile $(PROFILE) $(TARGETS)

reliability: ## Kill, cut and race runs of the role at every write, and write docs/reliability.md (ARGS="--resume": only what has not passed)
	@$(PYTHON) $(TOOLS)/reliability.py -- $(ARGS)

test-long: ## Run the integration targets that take too long for each change
	@$(PYTHON) $(TOOLS)/integration.py --profile $(PROFILE) --rare

bench: ## Measure the collection against a plain playbook
	@$(PYTHON) tests/benchmarks/bench.py

bench-fleet: ## Measure 50 connections against a plain playbook (some minutes)
	@$(PYTHON) tests/benchmarks/fleet.py

clean: ## Remove all that these targets made
	rm -rf .cache .ansible tests/output
