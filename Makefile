# What the project can do: `make` lists it. `make up` is the way to start.

STACK ?= local
PYTHON ?= python3
ARGS ?=
SEED ?=
SEEDS ?= 50
API ?=

# Runs a command with the project's programs on PATH and Pulumi's state and passphrase in place.
RUN := .venv/bin/python tools/environment.py --stack $(STACK) --
# `organization/stack`, as Pulumi Cloud has it, goes by the stack's own name here.
CONFIG := stacks/Pulumi.$(notdir $(STACK)).yaml
STACKS = $(patsubst stacks/Pulumi.%.yaml,%,$(wildcard stacks/Pulumi.*.yaml))
OUT := out/$(notdir $(STACK))
# Tests that run the library in their own process.
IN_PROCESS := tests/unit tests/integration
CHECKED := aiware_resources aiware_local tests benchmarks tools/docs configuration.py

.DEFAULT_GOAL := help
.PHONY: help up preview destroy env test faults lint lock bench docs setup local-stop clean venv python stack published programs

help: ## List these targets
	@echo 'Usage: make TARGET [STACK=local] [ARGS="more arguments for the command"]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: stack ## Set up what is missing, then reconcile aiWARE with the program (pulumi up)
	@mkdir -p $(OUT)
	@$(RUN) pulumi up --stack $(STACK) --yes $(ARGS); code=$$?; \
		test $$code != 0 || $(RUN) pulumi stack output --stack $(STACK) --json | .venv/bin/python tools/files.py; \
		$(RUN) aiware report --stack $(STACK) --output $(OUT)/run.html; exit $$code

preview: stack ## Show what `make up` would change, value by value (pulumi preview --diff)
	@$(RUN) pulumi preview --stack $(STACK) --diff $(ARGS)

destroy: stack ## Delete or clean up what the stack holds in aiWARE (pulumi destroy)
	@$(RUN) pulumi destroy --stack $(STACK) --yes --skip-preview $(ARGS)

env: stack ## Print shell code for: eval "$(make -s env)"; then plain pulumi and aiware work
	@.venv/bin/python tools/environment.py --stack $(STACK)

# Coverage is told by the tests that run the library in their own process. Many of the others wait for what is late on
# purpose, so that there are more of them at a time than cores.
test: setup published programs ## Run the whole test suite, end to end included
	@$(RUN) pytest -n 3 --dist worksteal -p no:schemathesis --cov --cov-report=term --cov-fail-under=90 $(IN_PROCESS) $(ARGS)
	@$(RUN) pytest -n 4 --dist worksteal $(addprefix --ignore=,$(IN_PROCESS)) $(ARGS)

faults: setup ## Kill and break what can be, seed by seed, and see that all ends well (SEED=7 for one, API=edge)
	@SEED='$(SEED)' FAULT_SEEDS='$(SEEDS)' FAULT_API='$(API)' $(RUN) pytest -n 2 tests/faults -m faults $(ARGS)

lint: venv ## Check style, formatting, types, the direction of imports, unused code and spelling
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy --strict --explicit-package-bases $(wildcard $(CHECKED))
	@$(RUN) mypy --strict tools/*.py tools/pulumi-cli/*.py
	@$(RUN) lint-imports --no-cache
	@$(RUN) python tools/unused.py
	@$(RUN) python tools/lock.py --check
	@git ls-files -z --cached --others --exclude-standard | xargs -0 $(RUN) codespell

lock: venv ## Choose exact versions from the ranges in pyproject.toml (ARGS=--upgrade: the newest)
	@$(RUN) python tools/lock.py $(ARGS)

bench: setup ## Run the benchmarks
	@$(RUN) python -m benchmarks $(ARGS)

docs: venv ## Bring the reference up to date, and build the documentation site into build/site
	@$(RUN) python -m tools.docs
	@NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build
	@echo 'Documentation: build/site/index.html'

setup: python ## Set up the virtual environment, its packages and the Pulumi CLI
	@$(PYTHON) tools/setup.py

local-stop: venv ## Stop the local aiWARE; the next `make up` starts it again, with all its objects
	@$(RUN) aiware local stop

clean: python ## Remove what was made here, but for .passphrase; objects in a real aiWARE stay (FORCE=1: in any case)
	@$(PYTHON) tools/clean.py $(if $(FORCE),--force)

venv: python
	@$(PYTHON) tools/setup.py --without-pulumi

# What Veritone publishes, for the tests; what cannot be had is told, and not tried.
published: python
	@$(PYTHON) tools/published.py

# Says what the tests leave out, for lack of a program.
programs: python
	@$(PYTHON) tools/browser.py
	@$(PYTHON) tools/programs.py

# The state is made by the first command that needs it; the stack itself is described by its file in stacks/.
stack: setup
	@test '$(STACK)' = local || test -f '$(CONFIG)' || { \
		echo "There is no stack '$(STACK)': $(CONFIG) is missing. There are: $(STACKS)" >&2; exit 1; }
	@$(RUN) pulumi stack select --create $(STACK) >&2

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not that. Name yours: make setup PYTHON=/path/to/python3.12" >&2; \
		exit 1; }
