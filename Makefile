# Everything one does with Masthead. What is installed already is not installed again.
.DEFAULT_GOAL := help
.PHONY: help install run test coverage check bench migrate openapi clean dev browser lint format types floors dependencies house

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

bin := .venv/bin
pytest := pytest -n auto --dist worksteal
pip := $(bin)/uv pip install --quiet --python $(bin)/python
stamp := .venv/.installed
# every run of the tests and every server that they start would read all of its code anew: 7 s of processor time, not 4
unexport PYTHONDONTWRITEBYTECODE
site := HOST=$(HOST) PORT=$(PORT) $(bin)/masthead

help: ## show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-9s %s\n", $$1, $$2 }'

install: $(stamp)-run ## put what the server needs into .venv

run: install ## serve on HOST (127.0.0.1) and PORT (8000), with a demonstration magazine when the database is empty
	@$(site) migrate
	@$(site) demo --if-empty
	@exec env $(site) serve

migrate: install ## bring the database to the newest schema
	$(bin)/masthead migrate

test: dev browser ## run all tests on SQLite and PostgreSQL
	$(bin)/$(pytest)

coverage: dev browser ## the same with branch coverage, which must reach the threshold in pyproject.toml
	$(bin)/coverage erase
	$(bin)/coverage run -m $(pytest)
	$(bin)/coverage combine --quiet
	$(bin)/coverage report

check: lint format types floors dependencies house ## style, types, architecture, dependencies, the rules of the house

bench: dev ## requests a second as a ratio to bare uvicorn; ARGS="--help" shows more
	$(bin)/python -m bench.run $(ARGS)

openapi: dev ## write the snapshots with which tests compare the contract
	@mkdir -p tests/openapi
	$(bin)/masthead openapi --tree public > tests/openapi/public.json
	$(bin)/masthead openapi --tree editor > tests/openapi/editor.json

clean: ## remove .venv and what the tools left; the database in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* dist *.egg-info

lint: dev
	$(bin)/ruff check .

format: dev
	$(bin)/ruff format --check .

types: dev
	$(bin)/mypy app migrations tests bench

floors: dev
	$(bin)/lint-imports

dependencies: dev
	$(bin)/deptry app

house: dev
	$(bin)/pytest -n auto tests/house

dev: $(stamp)-dev

# a browser for the test of the documentation pages; without one that test is skipped
browser:
	@command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null \
	|| if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; \
	then apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	else echo "No Chromium was found: the test in a real browser will be skipped."; fi

$(stamp)-uv: requirements-uv.lock
	$(PYTHON) -m venv .venv
	$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

$(stamp)-run: $(stamp)-uv requirements.lock pyproject.toml
	$(pip) --require-hashes -r requirements.lock
	$(pip) --no-deps --editable .
	@touch $@

$(stamp)-dev: $(stamp)-run requirements-dev.lock
	$(pip) --require-hashes -r requirements-dev.lock
	@touch $@
