# Two commands for a stranger: `make demo` and `make test`. Everything lands in .venv; delete it to start over.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The tests wait for processes and sockets more than they calculate: two for each core.
PYTEST = $(BIN)/python -m pytest -n $$((2 * $$(nproc 2>/dev/null || echo 2))) --dist worksteal
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: demo test install uninstall install-service test-diffusion check sbom fuzz format smoke-full clean help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /	/'

$(VENV)/base: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python3.11)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 2; }
	$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/dev: $(VENV)/base
	$(PIP_INSTALL) -e '.[dev,cluster]'
	@touch $@

$(VENV)/diffusion: $(VENV)/base
	$(PIP_INSTALL) -e '.[diffusion]'
	@touch $@

# The JavaScript clients that the HTTP tests run; without node and npm those tests are skipped and say so.
$(VENV)/node: $(VENV)/base
	@mkdir -p $@
	@command -v node >/dev/null && npm install --silent --no-save --no-package-lock --no-audit --no-fund \
		--prefix $@ @fal-ai/client@1.10.1 replicate@1.4.0 \
		|| echo "node or its packages cannot be had: the tests with JavaScript clients are skipped"
	@touch $@

# ENGINE=diffusion: the real engine on tiny random networks
demo: $(VENV)/$(if $(filter diffusion,$(ENGINE)),diffusion,base)  ## the whole road on this machine: emulator, bot, a conversation, the chat page
	ENGINE=$(or $(ENGINE),auto) $(BIN)/stickerface demo $(ARGS)

test: $(VENV)/dev $(VENV)/node  ## everything the tests need, then the tests (ARGS= goes to pytest)
	$(PYTEST) $(ARGS)

install:  ## `stickerface` on your PATH, in an environment of its own (PREFIX=, EXTRAS=matte; as root for everybody)
	@PREFIX='$(PREFIX)' EXTRAS='$(EXTRAS)' PYTHON='$(PYTHON)' deploy/install.sh install

uninstall:  ## remove what install and install-service made; data and settings stay
	@PREFIX='$(PREFIX)' deploy/install.sh uninstall

install-service:  ## as root: install, and a systemd service with a user of its own
	@PREFIX='$(PREFIX)' EXTRAS='$(EXTRAS)' PYTHON='$(PYTHON)' deploy/install.sh service

test-diffusion: $(VENV)/dev $(VENV)/diffusion  ## the tests of the networks: they need torch (gigabytes) and a C++ compiler
	$(BIN)/python -m pytest -n auto --dist worksteal tests/engine/diffusion tests/docs/test_diffusion_example.py \
		tests/test_dependencies.py $(ARGS)

check: $(VENV)/dev  ## ruff, mypy, import-linter, bandit; pip-audit where its database can be reached
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive .
	$(BIN)/python .ci/audit.py

fuzz: $(VENV)/dev  ## odd photos, archives, words, API calls and chats, for MINUTES=4 each; what is found lies in .fuzz/
	$(BIN)/python -m fuzz --minutes $(or $(MINUTES),4) $(ARGS)

# In an environment without the tools of tests and checks: the list is of what runs.
sbom: $(VENV)/dev  ## sbom.cdx.json (CycloneDX): every package that runs, with its licence (EXTRAS=matte,cluster)
	rm -rf $(VENV)/sbom
	$(PYTHON) -m venv --without-pip $(VENV)/sbom
	$(BIN)/python -m pip --python $(VENV)/sbom/bin/python install --quiet --disable-pip-version-check --no-compile \
		-c constraints.txt -e '.$(if $(EXTRAS),[$(EXTRAS)])'
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file sbom.cdx.json \
		$(VENV)/sbom/bin/python
	@echo "sbom.cdx.json: $$(grep -c '"purl":' sbom.cdx.json) packages"

format: $(VENV)/dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

smoke-full: $(VENV)/base  ## full-size diffusion networks once through on the CPU: 15 GB of memory, some minutes
	$(PIP_INSTALL) -e '.[diffusion]'
	$(BIN)/python -m benchmarks.smoke_full $(ARGS)

clean:  ## remove what the commands above made
	rm -rf $(VENV) demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .fuzz sbom.cdx.json
