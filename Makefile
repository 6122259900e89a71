# `make` alone lists the targets. STACK=current|compatible chooses the stack, ARGS goes to the command.
SHELL := /bin/sh
STACK ?=
ARGS ?=
IMAGE_ARGS ?=
export STACK
VENV := .venv/bin

# The tools run on any Python from 3.8 on; a name on the PATH may be a shim of a version that is not active, so each is tried.
FIND_PYTHON = for python in python3 python /usr/bin/python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.*/bin/python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && exec "$$python" -m $(1); \
	done; echo "setup: it runs on a Python from 3.8 on. Received: none on the PATH or under pyenv." >&2; \
	echo "Bring one with: apt-get install python3 python3-venv" >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-fast test-kubeflow lint bench image lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r target text; do \
		printf '  make %-13s %s\n' "$$target" "$$text"; done

setup: ## make .venv with the newest stack this machine loads (STACK=compatible|current to choose)
	@$(call FIND_PYTHON,tools.setup)

demo: setup ## draw memes, pack them and run the pipeline on them
	@$(VENV)/fusegate demo $(ARGS)

test: setup ## run the tests
	@$(VENV)/python -m pytest -q -m "not slow and not kubeflow" $(ARGS)

test-slow: setup ## run the tests that take long and are left out of `make test`
	@$(VENV)/python -m pytest -q -m "slow and not kubeflow" $(ARGS)

test-fast: setup ## run the tests that run no whole pipeline
	@$(VENV)/python -m pytest -q -m "not pipeline and not slow and not kubeflow" $(ARGS)

test-kubeflow: setup image ## build the image and run the tests that need it or a compiled pipeline
	@$(VENV)/python -m pytest -q -m kubeflow $(ARGS)

lint: setup ## check style, types and the arrows between modules
	@$(VENV)/ruff check
	@$(VENV)/ruff format --check
	@$(VENV)/mypy
	@$(VENV)/lint-imports

bench: setup ## measure: each benchmark prints ratios taken side by side in one run
	@set -e; for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(VENV)/python "$$file" $(ARGS); done

image: ## build the image of Kubeflow's tasks (IMAGE_ARGS=--fresh for one with Debian's updates)
	@$(call FIND_PYTHON,tools.image $(IMAGE_ARGS))

lock: ## resolve both stacks anew into requirements.lock
	@$(call FIND_PYTHON,tools.setup lock)

clean: ## remove .venv, setup's own uv and all caches of tools
	@rm -rf .venv .uv build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
