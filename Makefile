# Needs beforehand: Python 3.11 or newer, make, git. Everything else comes from requirements/*.txt, by hash.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The import roots, as in pyproject.toml (tests/architecture compares them).
ROOTS := . layers/domain/python layers/adapters/python layers/integrations/python layers/http/python infrastructure
EMPTY :=
export PYTHONPATH := $(subst $(EMPTY) $(EMPTY),:,$(addprefix $(CURDIR)/,$(ROOTS)))
# SAM CLI and botocore ask for a region even when they only read files.
export AWS_DEFAULT_REGION ?= eu-central-1
export SAM_CLI_TELEMETRY := 0

BIN := .venv/bin
PY := $(BIN)/python
SAM := .venv-sam/bin/sam
VENV := .venv/.complete
VENV_SAM := .venv-sam/.complete
CONFIG_ENV ?= dev

# The first interpreter that is new enough and can make environments; looked for only when one is to be made.
USABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON = $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python,\
	$(shell $(name) -c '$(USABLE)' 2>/dev/null && echo $(name))))
NO_PYTHON = Umlauf needs Python 3.11 or newer with venv and ensurepip (Debian: python3-venv); none is on PATH.

.PHONY: help run test explore fuzz demo check fix bench build openapi schemas lock deploy audit clean
.PHONY: format lint types rooms template drift dependencies

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV) ## start the whole platform on this machine, play the demo month, serve until Ctrl-C
	@$(PY) -m demo run $(DEMO_ARGS)

test: $(VENV) ## everything that needs no AWS account
	@$(BIN)/pytest $(PYTEST_ARGS)

explore: $(VENV) ## the laws on examples never tried before, again and again: EXPLORE_ROUNDS=N
	@for round in $$(seq $${EXPLORE_ROUNDS:-5}); do \
		$(BIN)/pytest -q --hypothesis-profile=explore tests/unit || exit 1; done

fuzz: $(VENV) ## generated requests to every API operation: FUZZ_EXAMPLES=N for each
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-50} $(BIN)/pytest -m fuzz tests/fuzz

demo: $(VENV) ## the demo month without serving: DEMO_ARGS="--bikes N --json FILE"
	@$(PY) -m demo play $(DEMO_ARGS)

check: format lint types rooms template drift dependencies ## what CI checks besides the tests
	@echo "check: all clean"

fix: $(VENV) ## format and repair what a machine can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(VENV) ## the measurements of docs/benchmarks.md: BENCH_BIKES=N BENCH_JSON=FOLDER
	@set -e; for file in tests/benchmarks/bench_*.py; do $(PY) "$$file" \
		$(if $(BENCH_JSON),--json "$(BENCH_JSON)/$$(basename $$file .py).json"); done

build: $(VENV) $(VENV_SAM) ## functions and layers as Lambda gets them, weighed
	@$(SAM) build
	@$(PY) -m artifacts.sizes .aws-sam/build

openapi: $(VENV) ## docs/openapi.json and the deployed API body, from the routes
	@$(PY) -m umlauf_http.openapi

schemas: $(VENV) ## events/schemas, from the events' dataclasses
	@$(PY) -m umlauf_adapters.kernel.event_schemas

deploy: build ## sam deploy; CONFIG_ENV=dev|staging|prod
	@$(SAM) deploy --config-env $(CONFIG_ENV)

audit: $(VENV) ## known vulnerabilities in what is installed and what is deployed (asks the internet)
	@$(BIN)/pip-audit --disable-pip --require-hashes -r requirements/dev.txt
	@$(BIN)/pip-audit --disable-pip --require-hashes -r layers/dependencies/requirements.txt
	@$(BIN)/pip-audit --disable-pip --require-hashes -r layers/typesetting/requirements.txt

clean: ## remove what was built, cached or recorded; the environments stay
	@rm -rf .aws-sam .umlauf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

# --- What `check` consists of -----------------------------------------------------------------------

format: $(VENV)
	@$(BIN)/ruff format --check --quiet .

lint: $(VENV)
	@$(BIN)/ruff check --quiet .

# Each function alone, as Lambda sees it: its folder is the code root, so its `app` and siblings are top-level modules.
types: $(VENV)
	@failed=0; $(BIN)/mypy layers infrastructure tests || failed=1; \
		for function in functions/*/; do \
			MYPYPATH="$$function" $(BIN)/mypy --no-error-summary "$$function" || failed=1; \
		done; exit $$failed

rooms: $(VENV)
	@$(BIN)/lint-imports --no-logo

template: $(VENV) $(VENV_SAM)
	@$(BIN)/cfn-lint template.yaml
	@$(SAM) validate --lint

# What is generated from code and committed must be what the code says now.
drift: $(VENV)
	@$(PY) -m umlauf_http.openapi --check
	@$(PY) -m umlauf_adapters.kernel.event_schemas --check

# Deployed code may import only what the layers of wheels hold (requests serves Stripe's library, tzdata zoneinfo); the
# rest only what requirements/dev.in names (DEP002: much of it is commands that nothing imports). pydantic_core comes with
# pydantic, in the very version that it needs: its errors are typed there.
LAYER_IN := layers/dependencies/requirements.in,layers/dependencies/chalice.in,layers/typesetting/requirements.in
dependencies: $(VENV)
	@$(BIN)/deptry layers $(wildcard functions/*/) --requirements-files $(LAYER_IN) --per-rule-ignores "DEP002=requests|tzdata,DEP003=pydantic_core"
	@$(BIN)/deptry infrastructure --requirements-files requirements/dev.in --ignore DEP002

# --- Environments and locks -------------------------------------------------------------------------

$(VENV): requirements/dev.txt requirements/bootstrap.txt
	@python="$(PYTHON)"; test -n "$$python" || { echo "$(NO_PYTHON)" >&2; exit 1; }; \
		test -x $(PY) || "$$python" -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(PY) --require-hashes requirements/dev.txt
	@ln -sf ../../bin/umlauf $(BIN)/umlauf
	@touch $@

$(VENV_SAM): requirements/sam.txt $(VENV)
	@test -x .venv-sam/bin/python || $(PY) -m venv --without-pip .venv-sam
	@$(BIN)/uv pip sync --quiet --python .venv-sam/bin/python --require-hashes requirements/sam.txt
	@touch $@

# Versions stay unless an .in file asks for another: UPGRADE="--upgrade" or "--upgrade-package NAME" moves them.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url \
	--no-annotate $(UPGRADE)
HERE = --universal --python-version 3.11
LAMBDA = --python-platform aarch64-manylinux_2_28 --python-version 3.13 --only-binary :all: -c requirements/dev.txt

lock: $(VENV) ## compile every requirements file anew; UPGRADE="--upgrade" moves versions
	@$(COMPILE) $(HERE) requirements/dev.in -o requirements/dev.txt
	@$(COMPILE) $(HERE) requirements/sam.in -o requirements/sam.txt
	@$(COMPILE) $(HERE) -c requirements/dev.txt requirements/bootstrap.in -o requirements/bootstrap.txt
	@$(COMPILE) $(LAMBDA) layers/dependencies/requirements.in -o layers/dependencies/requirements.txt
	@$(COMPILE) $(LAMBDA) --no-deps layers/dependencies/chalice.in -o layers/dependencies/chalice.txt
	@$(COMPILE) $(LAMBDA) layers/typesetting/requirements.in -o layers/typesetting/requirements.txt
