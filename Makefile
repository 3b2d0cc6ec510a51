# make run     start SLMO with all it needs; PORT=8123 make run for another port
# make test    run the tests, on a database and a broker of their own; ARGS="tests/core -k name" for some of them
# make test-wide   run those that walk through every row, page, kind and role, or kill whole programs
# make test-peers   compare with a real Prometheus, Alertmanager and Zabbix, which are installed (Debian) and started
# make check   style, types, import arrows, translations, migrations, pinned requirements
# make with ARGS="python manage.py audit_verify"   any command beside the running portal, or alone, with its database
# make messages | compile   collect the texts to be translated into locale/*.po | turn those into what the portal reads
# make bench   measure what the engine and its tables cost, a line of JSON each; ARGS="--scale 0.1" for a tenth of it
# make mutation   break the engine line by line; each break must be caught by its tests
# make lock    pin the requirements anew
# PYTHON=/path/to/python chooses the Python; else the first on PATH that is new enough.

.PHONY: run with test test-wide test-peers check bench mutation messages compile lock clean
.DEFAULT_GOAL := run

run with test test-wide test-peers check bench mutation messages compile lock:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	  if "$$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then exec "$$python" tools/bootstrap.py $@ $(ARGS); fi; \
	done; \
	for python in $(or $(PYTHON),python3 python); do \
	  if command -v "$$python" >/dev/null 2>&1; then exec "$$python" tools/bootstrap.py $@; fi; \
	done; \
	echo "SLMO needs Python 3.11 or newer, and there is none on PATH." >&2; exit 1

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
