# AutonomOS. `make help` prints every verb. Everything lives in .venv and .tools; nothing is installed on the machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
SEMGREP := .tools/semgrep/bin/semgrep scan --metrics off --disable-version-check --quiet
export UV_PROJECT_ENVIRONMENT := .venv
# Programs start by the hundred: where the machine lets Python keep no bytecode, each would compile what it loads.
unexport PYTHONDONTWRITEBYTECODE
PACKAGES := identity aod aam dcl aoa nlp_gateway aos_common aos_access aos_embeddings aos aos_local aos_gateway
# Members of the workspace, installed in place.
MEMBERS := proto libs/common libs/access libs/embeddings libs/sdk libs/local deploy/gateway $(wildcard services/*)

JUDGES := libs/local/tests/salesforce/clients
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --silent --no-update-notifier --prefix

.PHONY: help setup proto openapi demo up down for-tests test lint types contracts accept-contract check lock bench chart images boot-images clean

help:  ## Print this list.
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv

# Apart: it wants other versions of protobuf and OpenTelemetry than the platform.
.tools/semgrep/.installed: .tools/bin/uv rules/requirements.lock
	@test -x .tools/semgrep/bin/python || $(UV) venv --quiet --python $(PYTHON) .tools/semgrep
	@$(UV) pip sync --quiet --python .tools/semgrep/bin/python --require-hashes rules/requirements.lock
	@touch $@

# Apart too: clients that judge the Salesforce emulator in tests; one of them may not be shipped.
.tools/clients/.installed: .venv/.installed $(JUDGES)/requirements.lock $(JUDGES)/package-lock.json
	@test -x .tools/clients/bin/python || $(UV) venv --quiet --python $(PYTHON) .tools/clients
	@$(UV) pip sync --quiet --python .tools/clients/bin/python --require-hashes $(JUDGES)/requirements.lock
	@cp $(JUDGES)/package.json $(JUDGES)/package-lock.json .tools/clients
	@$(NPM) .tools/clients ci --ignore-scripts
	@touch $@

# And apart: what judges the chart and the images.
.tools/charts/.installed: .tools/bin/uv charts/requirements.lock
	@test -x .tools/charts/bin/python || $(UV) venv --quiet --python $(PYTHON) .tools/charts
	@$(UV) pip sync --quiet --python .tools/charts/bin/python --require-hashes charts/requirements.lock
	@touch $@

.venv/.installed: .tools/bin/uv requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@echo "Installing packages (first time: about a minute)"
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps $(addprefix -e ,$(MEMBERS))
	@touch $@

proto/gen/.made: .venv/.installed proto/generate.py $(shell find proto/src -name '*.proto')
	@$(BIN)/python proto/generate.py && touch $@

console/node_modules/.installed: .venv/.installed console/package.json console/package-lock.json
	@echo "Installing the console's packages (first time: half a minute)"
	@$(NPM) console ci --ignore-scripts && touch $@

console/dist/.made: console/node_modules/.installed $(wildcard console/*.*) $(shell find console/src console/public console/openapi console/scripts -type f -not -path '*/generated/*') docs/guide.md docs/help.md GLOSSARY.md
	@$(NPM) console run build >/dev/null && touch $@

# A browser comes with the packages: nothing is downloaded when the tests run.
console/e2e/node_modules/.installed: .venv/.installed console/e2e/package.json console/e2e/package-lock.json
	@$(NPM) console/e2e ci --ignore-scripts && touch $@

# Compiled once: the platform is many processes, and where Python may write no bytecode each would compile for itself.
setup: proto/gen/.made console/dist/.made  ## Install every package at its locked version, generate code, build the console.
	@$(BIN)/python -m compileall -q proto/gen $(wildcard libs/*/src services/*/src deploy/gateway/src)

proto: proto/gen/.made  ## Generate Python from the contract in proto/src.

openapi: setup  ## Take the services' OpenAPI documents from the running platform; the console's types come from them.
	@$(BIN)/python console/openapi/take.py

demo: setup  ## Start everything and walk an example company from its sources to the agents' findings.
	@$(BIN)/aos demo $(ARGS)

up: setup  ## Start the platform on this machine (Ctrl-C ends it).
	@$(BIN)/aos up $(ARGS)

down:  ## End every process that was started here.
	@$(BIN)/aos down

for-tests: setup .tools/clients/.installed .tools/charts/.installed console/e2e/node_modules/.installed

test: for-tests  ## Run every test: unit, adapter and integration, on the real parts.
	@$(NPM) console test
	@# Images and pods first: alone, since building takes all processors. Parts often wait for servers and time-outs, so
	@# one more of them runs than there are processors. Each worker's journeys share one platform, and those of a file
	@# stay together. Status 5: ARGS chose none.
	@$(BIN)/python -m pytest -rs tests/deploy/boot $(ARGS); boots=$$?; \
	$(BIN)/python -m pytest -n $${AOS_PART_WORKERS:-3} libs services deploy $(ARGS); parts=$$?; \
	$(BIN)/python -m pytest -n $${AOS_JOURNEY_WORKERS:-2} --dist loadfile tests --ignore tests/deploy/boot $(ARGS); whole=$$?; \
	for status in $$boots $$parts $$whole; do test $$status -eq 0 -o $$status -eq 5 || exit $$status; done

# What takes longest of tests/deploy/boot; nothing where podman or root is missing.
boot-images: setup
	@$(BIN)/python -m tests.deploy.boot.build

chart: setup  ## Put the gateway's configuration into the Helm chart again, after a change to the table of doors.
	@$(BIN)/python -m aos_gateway.chart -o charts/autonomos/files/envoy.yaml

images: setup  ## Build every container image with podman or docker; ARGS="--registry … --tag …".
	@$(BIN)/python deploy/images/build.py $(ARGS)

lint: setup .tools/semgrep/.installed  ## Check style, the walls between layers and services, and insecure calls.
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo
	@$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive services libs deploy
	@$(SEMGREP) --test --config rules rules/examples
	@$(SEMGREP) --error --config rules services libs deploy
	@$(NPM) console run lint

types: setup  ## Check types, strictly.
	@$(BIN)/mypy $(addprefix -p ,$(PACKAGES) benchmarks)
	@$(NPM) console run types

contracts: setup  ## Check the contract's style, and that it breaks no caller of the last release.
	@$(BIN)/buf lint proto
	@$(BIN)/buf breaking proto --against proto/released.binpb

accept-contract: setup  ## Make today's contract the one that `contracts` compares with (a deliberate change).
	@$(BIN)/buf build proto -o proto/released.binpb

check: lint types contracts  ## Run lint, types and contracts.

lock: .tools/bin/uv  ## Resolve dependencies again and write requirements.lock (names, versions, hashes).
	@$(UV) lock --quiet --upgrade && $(UV) export --quiet --all-packages --group dev --no-emit-workspace --no-annotate --no-header --format requirements-txt -o requirements.lock
	@$(UV) export --quiet --only-group bench --no-emit-workspace --no-annotate --no-header --format requirements-txt -o benchmarks/requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header rules/requirements.in -o rules/requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $(JUDGES)/requirements.in -o $(JUDGES)/requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header charts/requirements.in -o charts/requirements.lock

bench: setup console/e2e/node_modules/.installed  ## Measure ours against the references, in one run each (installs dlt and valentine).
	@$(UV) pip install --quiet --python $(BIN)/python --target .tools/bench --require-hashes -r benchmarks/requirements.lock
	@for one in p1 cdc p2 announcing p4 p5 telemetry p8 r5 clients connectors p9 u2 q7 p6 q8 q9 q10; do $(BIN)/python -m benchmarks.$$one || exit 1; done
	@PYTHONPATH=.tools/bench $(BIN)/python -m benchmarks.q1

clean: down  ## End the platform and delete its data, environments and generated code.
	@rm -rf .aos .venv .tools proto/gen console/node_modules console/e2e/node_modules console/dist console/src/api/generated
