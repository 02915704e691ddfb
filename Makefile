# One errand a target. All of them need Python 3.11 with venv, and make; nothing else.
PYTHON ?= python3
BIN := .venv/bin
PROJECTS := $(wildcard shared/*/pyproject.toml services/*/pyproject.toml clients/*/pyproject.toml deploy/*/pyproject.toml)
MAKEFLAGS += --no-print-directory
WEB := services/web
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f) $(addprefix $(WEB)/,index.html package.json tsconfig.json vite.config.ts)
WITH_NODE = cd $(WEB) && PATH="$(abspath $(BIN)):$$PATH"

.PHONY: install web screens check check-web check-images test test-slow chaos soak demo demo-models up login bench clean

install: .venv/.installed

# A stamp newer than all its inputs: nothing to do. Without isolation each distribution is built by the pinned hatchling, not by the newest.
.venv/.installed: requirements-dev.txt constraints.txt $(PROJECTS)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip hatchling editables
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint constraints.txt --requirement requirements-dev.txt
	touch $@

# The web app, by the node and npm of .venv; the lock file says which versions.
web: $(WEB)/dist/index.html

$(WEB)/node_modules/.installed: .venv/.installed $(WEB)/package-lock.json
	$(WITH_NODE) npm ci --no-audit --no-fund --loglevel error
	touch $@

$(WEB)/dist/index.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	$(WITH_NODE) npm run --silent build -- --logLevel warn
	touch $@

check: install check-web
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy && $(BIN)/lint-imports
	.ci/audit

# Its types must be those of the interface as it is now; `npm run types` writes them anew.
check-web: $(WEB)/node_modules/.installed
	mkdir -p $(WEB)/build && $(BIN)/python -m tests.web_types > $(WEB)/build/openapi.json
	$(WITH_NODE) npm run --silent types -- --check
	$(WITH_NODE) npm run --silent check
	$(WITH_NODE) npm run --silent test

# Every screen of the web app, as the browser tests see it, into docs/screens.
screens: web
	$(BIN)/python -m pytest --numprocesses 0 tests/browser/test_screens.py && $(BIN)/python -m tests.browser.pictures

# What the everyday suite leaves out: the images with the science in them, installed as their Dockerfiles say.
check-images: install
	$(BIN)/python -m pytest -m slow tests/unit/test_deployment.py

# In two processes: most tests wait for one core or for a server. A folder's files stay in their order, the long ones come first.
# BLAS gets one thread in each and in what they start: more would wait for one another in turn.
test: export OPENBLAS_NUM_THREADS = 1
test: export OMP_NUM_THREADS = 1
test: install web
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# What takes too long for every day: several hosts, larger images, networks of more layers, every container's packages.
test-slow: install
	$(BIN)/python -m pytest -m slow

# Every row of docs/chaos.md but the last, an hour or so; then the table in it is written anew, also when a row has failed.
chaos: install
	mkdir -p chaos-output
	MASKERAID_TEST_EXAMPLES=10000 $(BIN)/python -m pytest -m "row and not soak" --junitxml=chaos-output/report.xml --basetemp=chaos-output/stacks; \
	outcome=$$?; $(BIN)/python -m tests.chaos.report chaos-output/report.xml $(wildcard chaos-output/soak.xml) && exit $$outcome

# Two hours of use with a fault each minute; SOAK_MINUTES=10 for less.
soak: install
	mkdir -p chaos-output
	$(BIN)/python -m pytest -m soak --junitxml=chaos-output/soak.xml --basetemp=chaos-output/soak

demo: install
	$(BIN)/maskeraid demo

# The models that ship with the service, anew, of drawn faces; some minutes. The same libraries and processor give the same weights.
demo-models: install
	$(BIN)/python -m maskeraid_local.demo_models

# ARGS="--port 8001 --data elsewhere" reaches the command.
up: install web
	$(BIN)/maskeraid up $(ARGS)

# Prints another link that signs a browser in to what `make up` runs; ARGS="--data elsewhere" as there.
login: install
	@$(BIN)/maskeraid login-link $(ARGS)

# ONLY=train.fused_ratio,up.ready_seconds runs these figures and no others.
bench: install
	$(BIN)/python tests/benchmarks/run.py $(if $(ONLY),--only $(ONLY))

clean:
	rm -rf .venv $(addprefix $(WEB)/,node_modules dist build) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-output bench-output chaos-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
