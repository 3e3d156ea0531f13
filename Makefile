# `make` alone lists what there is. Every target does its own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
SOURCES := layers/core/python functions cli client local bench docs/site_build tests

.PHONY: help setup setup-agents hooks run up down logs status test soak lint lint-types lint-rest bench bench-masking bench-scopes lexicon checkov judge-tools cost docs docs-check picture lock clean bench-audit

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(READY) ## Create .venv with everything pinned, and .venv/bin/sallyport

$(READY): requirements-dev.txt cli/sallyport
	@command -v python3.13 >/dev/null && python3.13 -c '' 2>/dev/null || { echo "Python 3.13 is needed and python3.13 does not start: install it (pyenv install 3.13, or your system's python3.13 with venv)." >&2; exit 1; }
	@echo "set-up: creating $(VENV) (a minute or two, once)"
	@test -x $(PY) || python3.13 -m venv $(VENV)
	@# uv installs in seconds what takes pip minutes; where it cannot (an index that only pip is told of), pip does.
	@awk '/^[a-z]/ {wanted = /^uv==/} wanted' requirements-dev.txt > $(VENV)/uv.txt
	@$(PY) -m pip install --quiet --require-hashes -r $(VENV)/uv.txt
	@$(PY) -m uv pip install --quiet --python $(PY) --require-hashes -r requirements-dev.txt 2> $(VENV)/uv.log \
		|| $(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@install -m 755 cli/sallyport $(VENV)/bin/sallyport
	@touch $@

hooks: $(READY) ## Check style, policy and templates before every commit of this clone
	@$(VENV)/bin/pre-commit install

AGENTS := .venv-agents
AGENTS_READY := $(AGENTS)/.ready

setup-agents: $(AGENTS_READY) ## Create .venv-agents with the agent frameworks that tests run (seconds, once)

$(AGENTS_READY): tests/agents/requirements.txt | $(READY)
	@echo "set-up: creating $(AGENTS) (seconds, once)"
	@test -x $(AGENTS)/bin/python || python3.13 -m venv $(AGENTS)
	@$(PY) -m uv pip install --quiet --python $(AGENTS)/bin/python --require-hashes -r tests/agents/requirements.txt 2> $(AGENTS)/uv.log \
		|| $(AGENTS)/bin/python -m pip install --quiet --require-hashes -r tests/agents/requirements.txt
	@touch $@

run: $(READY) ## The whole main job, unattended, on the local stack
	@$(PY) -m local.stack up
	@$(PY) -m local.walkthrough

up: $(READY) ## Start the local stack: emulated AWS, Slack workspace, sample data
	@$(PY) -m local.stack up

down: $(READY) ## Stop what `make up` started
	@$(PY) -m local.stack down

logs: $(READY) ## Print all log groups of the local stack, in order of time
	@$(PY) -m local.stack logs

status: $(READY) ## Say what of the local stack is running
	@$(PY) -m local.stack status

# End-to-end tests on the live stack; these have a stack or a page of their own.
LIVE := $(filter-out %/test_policy_redeploy.py %/test_slack_page.py %/test_slack_flows.py %/test_operations_page.py %/test_auditor_pages.py,$(wildcard tests/e2e/test_*.py))

test: $(READY) $(AGENTS_READY) lint docs-check ## Lint, then every test: unit, moto, infrastructure, end to end, browser
	@# The tests on the live stack come one after the other, so they run beside the rest; their output follows.
	@# Files go out as they are sorted, the shortest tests last: by their number of tests the longest would be last.
	@out=$$(mktemp); $(PY) -m pytest -q $(LIVE) > $$out 2>&1 & end=$$!; \
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(LIVE:%=--ignore=%); rest=$$?; \
	wait $$end; end=$$?; cat $$out; rm -f $$out; exit $$((rest != 0 ? rest : end))

soak: $(READY) ## Break guard after guard and see a test fail for each; then GENERATED seconds of drawn mutants (an hour)
	@$(PY) -m tests.mutants
	@$(PY) -m tests.mutants --generated $(GENERATED) --seed $(SEED)

GENERATED ?= 600
SEED ?= 1

lint: $(READY) ## Style, types, import rule, template, policy
	@# The types take as long as all the rest.
	@$(MAKE) --no-print-directory -j 2 lint-types lint-rest

lint-types: $(READY)
	@$(PY) -m mypy layers/core/python/sallyport cli/sallyport_cli client/sallyport_agent functions local bench docs/site_build tests

lint-rest: $(READY)
	@$(PY) -m ruff check --quiet $(SOURCES)
	@$(PY) -m ruff format --check --quiet $(SOURCES)
	@PYTHONPATH=layers/core/python:layers/policy/python:cli:client:. $(VENV)/bin/lint-imports --no-cache >/dev/null || { PYTHONPATH=layers/core/python:layers/policy/python:cli:client:. $(VENV)/bin/lint-imports --no-cache; exit 1; }
	@cd local/slack && PYTHONPATH=. ../../$(VENV)/bin/lint-imports --no-cache --config pyproject.toml >/dev/null || { cd local/slack; PYTHONPATH=. ../../$(VENV)/bin/lint-imports --no-cache --config pyproject.toml; exit 1; }
	@$(VENV)/bin/sallyport policy validate
	@$(VENV)/bin/sallyport policy test
	@# What `sam validate --lint` runs, without its question to the index for a newer version of itself.
	@$(VENV)/bin/cfn-lint template.yaml audit/template.yaml

bench: $(READY) ## Imports, a first click and policy beside bare boto3 and cedarpy, into bench/results/
	@$(PY) -m bench.import_time
	@$(PY) -m bench.cold_path
	@PYTHONPATH=.:layers/core/python:layers/policy/python $(PY) -m bench.first_click
	@$(PY) -m bench.policy

cost: $(READY) ## Recompute docs/cost.md from the template, the handlers and the table of prices
	@# The handlers' log lines are no part of it.
	@PYTHONPATH=.:layers/core/python:layers/policy/python:cli $(PY) -W ignore -m bench.cost --write >/dev/null 2>&1

bench-masking: $(READY) ## Masking beside Presidio, Philter and scrubadub, into bench/results/ (needs CORPORA=folder, takes OPERATIONS=folder)
	@$(PY) -m bench.masking --corpora "$(CORPORA)" $(if $(OPERATIONS),--operations "$(OPERATIONS)")

lexicon: $(READY) ## Compile the word lists of masking into the file that it loads
	@$(PY) -m bench.masking_lexicon.compiled

bench-scopes: $(READY) ## What fires refuses and lets through, kind by kind, into bench/results/ (needs the network once)
	@$(PY) -m bench.scopes

CHECKOV := .checkov

checkov: $(READY) ## What checkov finds in the templates, held to docs/security-findings.md (needs an index once)
	@test -x $(CHECKOV)/bin/checkov || { python3.13 -m venv $(CHECKOV) && $(CHECKOV)/bin/python -m pip install --quiet --require-hashes -r bench/checkov/requirements.txt; }
	@$(PY) -m bench.checkov $(CHECKOV)/bin/checkov

TOOLS := .tools

judge-tools: $(READY) ## Whether OpenAI's strict mode takes the catalogue, by pydantic-ai's judge (needs an index once)
	@test -x $(TOOLS)/bin/python || { python3.13 -m venv $(TOOLS) && $(TOOLS)/bin/python -m pip install --quiet --require-hashes -r bench/tool_schemas/requirements.txt; }
	@PYTHONPATH=cli:layers/core/python:layers/policy/python $(PY) -m bench.tool_schemas $(TOOLS)/bin/python

bench-audit: $(READY) ## Verifying an export beside gunzip and SHA-256 over the same bytes, into bench/results/
	@PYTHONPATH=cli:layers/core/python:layers/policy/python $(PY) -m bench.audit

DOCS := .venv-docs
DOCS_READY := $(DOCS)/.ready
MERMAID := $(DOCS)/mermaid.min.js
# Of the theme's maker, about a successor to MkDocs; it would stand above every build.
export NO_MKDOCS_2_WARNING := 1

# With --quiet it would not count its warnings, and a dead link is one.
BUILD = said=$$($(DOCS)/bin/python -m mkdocs build$(1) 2>&1)

docs: $(DOCS_READY) $(MERMAID) ## The pages as a site with search and diagrams, into site/ (needs npm once)
	@$(call BUILD) || { echo "$$said"; exit 1; }
	@echo "site/ is ready; to read and search it: python3 -m http.server --bind 127.0.0.1 --directory site 8000"

docs-check: $(DOCS_READY) ## Whether the site builds: dead links, missing headings, pages in no menu (seconds)
	@out=$$(mktemp -d); $(call BUILD, --site-dir $$out); end=$$?; rm -rf $$out; [ $$end = 0 ] || echo "$$said" >&2; exit $$end

picture: $(READY) ## Draw the README's picture of a card again
	@PYTHONPATH=layers/core/python:layers/policy/python:cli:client:local/slack:. $(PY) -m tests.card_picture

$(DOCS_READY): docs/site_build/requirements.txt | $(READY)
	@echo "set-up: creating $(DOCS) (seconds, once)"
	@test -x $(DOCS)/bin/python || python3.13 -m venv $(DOCS)
	@$(PY) -m uv pip install --quiet --python $(DOCS)/bin/python --require-hashes -r docs/site_build/requirements.txt 2> $(DOCS)/uv.log \
		|| $(DOCS)/bin/python -m pip install --quiet --require-hashes -r docs/site_build/requirements.txt
	@touch $@

# The theme would load it from a CDN. No package on PyPI is only this file, so npm fetches it, and its digest is compared here.
$(MERMAID): docs/site_build/mermaid.sha512 | $(DOCS_READY)
	@command -v npm >/dev/null || { echo "npm is needed once, for the diagrams: install Node.js." >&2; exit 1; }
	@cd $(DOCS) && name=$$(awk '{print $$2}' ../$<) && version=$${name#mermaid-} \
		&& npm pack --silent mermaid@$${version%.tgz} >/dev/null && sha512sum --quiet --check ../$< \
		&& tar -xzOf $$name package/dist/mermaid.min.js > mermaid.min.js && rm $$name

lock: $(READY) ## Pin third-party code again, with hashes
	@$(PY) -m uv pip compile -q --python $(PY) --generate-hashes --no-header --no-annotate requirements-dev.in -o requirements-dev.txt
	@$(PY) -m uv pip compile -q --python $(PY) --generate-hashes --no-header --no-annotate -c requirements-dev.txt layers/deps/requirements.in -o layers/deps/requirements.txt
	@$(PY) -m uv pip compile -q --python $(PY) --generate-hashes --no-header --no-annotate tests/agents/requirements.in -o tests/agents/requirements.txt
	@$(PY) -m uv pip compile -q --python $(PY) --generate-hashes --no-header --no-annotate docs/site_build/requirements.in -o docs/site_build/requirements.txt

clean: ## Remove what builds leave behind (not .venv)
	rm -rf site .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
