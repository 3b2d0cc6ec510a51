"""Servers first, then Django: every test that asks for the database or the broker gets real ones.

The first pytest process starts throw-away servers (tests/support/servers.py) and says where they are by environment;
the parallel processes inherit that, and each has a test database and a broker database of its own.
"""

import os

from tests.support import servers

servers.ensure()

import django  # noqa: E402  # settings read the environment that the line above has made

os.environ["DJANGO_SETTINGS_MODULE"] = "slmo.settings"
django.setup()
# A parallel process would otherwise load the settings before it has chosen its broker database.
del os.environ["DJANGO_SETTINGS_MODULE"]

# A browser and its page; a test database that may be emptied; the search for garbage; the order of long tests; the rule
# on skipped tests; how much is run; what many tests begin with.
pytest_plugins = [
    "tests.support.browser",
    "tests.support.database",
    "tests.support.language",
    "tests.support.memory",
    "tests.support.order",
    "tests.support.peers",
    "tests.support.skips",
    "tests.support.width",
    "tests.support.worlds",
    "tests.agreements.hall",
]
