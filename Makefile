# make book     the book as HTML, in book/_build/html
# make test     all tests, the notebooks included
# make install  only the environment that both need
#
# Everything happens in .venv; the first call installs it, later ones see that it is there.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# The first interpreter of a version that all requirements support; PYTHON=... names another.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python; do \
	"$$p" -c '$(SUPPORTED)' >/dev/null 2>&1 && echo "$$p" && break; done)

.PHONY: book test install
.DELETE_ON_ERROR:

book: install
	$(BIN)/jupyter-book build book/

# A process a core, up to eight (each imports torch); the tests of one file, and the cells of one notebook, stay together.
test: install
	$(BIN)/python -m pytest --nbval --numprocesses auto --maxprocesses 8 --dist loadfile

install: $(INSTALLED)

# pyrfr and fanova come as sources: they are built with the swig of this environment, hence no build isolation.
$(INSTALLED): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or 3.12 found; install one or call make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c '$(SUPPORTED)' || { echo "make: $(PYTHON) is not Python 3.11 or 3.12" >&2; exit 1; }
	@command -v c++ >/dev/null || { echo "make: no C++ compiler found (c++); fanova's forests are built from source" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet $$(grep -oE '^(swig|setuptools|wheel)==[^ ]+' requirements.txt)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --no-build-isolation -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@
