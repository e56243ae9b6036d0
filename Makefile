# Everything there is to do here. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The build tool is among the locked packages too, so that nothing unlocked is ever fetched.
SELF := $(PIP) install --no-deps --no-build-isolation --editable .
TESTS ?= tests

# Two stamps tell what is installed: as long as neither lock nor pyproject.toml is newer,
# nothing is looked at again, and a second start costs milliseconds.
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check fix mutants bench lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 8

run: $(RUNTIME) ## Set everything up, then serve: one process, one SQLite file under var/
	@exec $(BIN)/lead-router serve

test: $(DEVELOPMENT) ## Set everything up, then run all tests, PostgreSQL and Redis included (TESTS=path for some)
	@.ci/packages servers
	@exec $(BIN)/python -m pytest -n 3 --dist worksteal $(TESTS)

check: $(DEVELOPMENT) ## Format, lint, types, and who may import whom
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(DEVELOPMENT) ## Format, and repair what the linter can repair by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

mutants: $(DEVELOPMENT) ## Take each defence out of a copy of the code, and see which test notices
	@.ci/packages servers
	@exec $(BIN)/python -m tests.mutants.run

bench: $(DEVELOPMENT) ## Measure
	@.ci/packages servers
	@exec $(BIN)/python -m bench

# Two packages are named beside pyproject.toml. `async-timeout` is what redis needs before Python
# 3.11.3, which Debian 12 has; a newer Python compiling the lock would leave it out. And setuptools
# builds the package itself.
UPGRADE ?=
COMPILE = printf '%s\n' async-timeout 'setuptools>=77' | CUSTOM_COMPILE_COMMAND='make lock' \
	$(BIN)/pip-compile --quiet $(UPGRADE) --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links
lock: $(DEVELOPMENT) ## Lock what pyproject.toml asks for (UPGRADE=--upgrade for the newest of everything)
	@$(PIP) install pip-tools==7.6.2
	@$(COMPILE) --output-file=requirements.lock pyproject.toml -
	@$(COMPILE) --extra=dev --constraint=requirements.lock --output-file=requirements-dev.lock pyproject.toml -

clean: ## Forget everything that can be made again; the data under var/ stays
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find app migrations tests -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@python=$$(.ci/packages python) && echo "Setting up $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing what the service needs'
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(SELF)
	@touch $@

# The development lock holds all of the runtime lock, so both stamps are earned.
$(DEVELOPMENT): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing what the service and its tests need'
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(SELF)
	@touch $(RUNTIME) $@
