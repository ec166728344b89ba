# `make demo` and `make test` set themselves up; both need only Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-audit test fuzz check format docs eval bench attack lock clean

help:            ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "the venv module is missing (Debian: apt install python3-venv)" >&2; exit 2; }

$(VENV)/.core: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the locked core into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.core
	@echo "installing the locked development tools into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.core            ## the main job on real input, embedded SQLite
	@$(BIN)/underwriter demo --out demo-output

test: $(VENV)/.dev             ## all tests, or some: make test ARGS=tests/gate
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 $(ARGS)

fuzz: $(VENV)/.dev             ## laws and state machines with ever new examples: make fuzz SECONDS=60
	@$(BIN)/python -m tests.fuzzing $(or $(SECONDS),60) $(ARGS)

check: $(VENV)/.dev            ## ruff, mypy, import-linter, ontology and docs up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy tests/api/typed.py
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/underwriter taxonomy check
	@$(BIN)/python -m cli.reference --check docs
	@$(BIN)/python -m governance.api.writer --check docs

demo-audit:                    ## audit a small real model on this machine, to a signed certificate
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.12" >&2; exit 2; }
	@TORCH='$(TORCH)' $(PYTHON) bench/audit_environment.py $(VENV)-audit
	@rm -rf demo-output/audit && mkdir -p demo-output/audit
	@set -e; export OMP_WAIT_POLICY=passive UNDERWRITER_DATABASE_URL=demo-output/audit/underwriter.db UNDERWRITER_DATA_FOLDER=demo-output/audit; \
	  U=$(VENV)-audit/bin/underwriter; $$U init; $$U agent register demo-model; \
	  echo "auditing SmolLM2-135M-Instruct on the CPU, two or three minutes on two cores ..."; \
	  $$U agent audit demo-model --model gguf:demo --tier T1 --limit 4 --max-tokens 48 --out demo-output/audit/run; \
	  $$U audit show demo-output/audit/run --html demo-output/audit/run.html --json > demo-output/audit/run.json; \
	  $$U agent certificate show demo-model --out demo-output/audit/certificate.json; \
	  $$U agent certificate verify demo-output/audit/certificate.json

eval: $(VENV)/.dev             ## accuracy of the classifier on ../shared/data/incidents, where it is present
	@if [ -d ../shared/data/incidents ]; then $(BIN)/python -m governance.incidents.classification.evaluate --data ../shared/data/incidents; \
	  else echo "../shared/data/incidents is not here: nothing to evaluate on"; fi

bench: $(VENV)/.dev            ## side by side with peers; prints ratios
	@$(BIN)/python bench/risk_run.py $(ARGS)
	@$(BIN)/python -m bench.gate
	@$(BIN)/python -m bench.authorize
	@$(BIN)/python -m bench.batches
	@$(BIN)/python -m bench.simulation
	@$(BIN)/python -m bench.ontology
	@$(BIN)/python -m bench.classifier

attack: $(VENV)/.dev           ## long attacks on the authorisation, on SQLite and PostgreSQL; JSON=1 for JSON
	@$(BIN)/python -m bench.attack

format: $(VENV)/.dev           ## format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

docs: $(VENV)/.dev             ## write the references of commands, operations and methods, the methods, and the README's outputs anew
	@$(BIN)/python -m cli.reference docs
	@$(BIN)/python -m governance.api.writer docs
	@$(BIN)/python tests/docs/console.py README.md

lock: | $(VENV)/bin/python     ## resolve the lock files anew
	@$(PIP_INSTALL) uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra incidents --group build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra incidents --extra postgres --extra interop --extra prove --extra pdf --extra contracts --extra audit-inspect --extra png --extra ray --extra oidc --group build --group dev \
	  -c requirements.lock -o requirements-dev.lock

clean:                         ## remove what was built
	rm -rf $(VENV) $(VENV)-audit demo-output build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
