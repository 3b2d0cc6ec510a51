"""The engine stands alone: a counterparty can recompute figures without the portal."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import pkgutil, importlib, sys
import slmo.assess, slmo.core
for module in pkgutil.walk_packages(slmo.core.__path__, "slmo.core."):
    importlib.import_module(module.name)
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("django", "rest_framework", "celery", "redis")))
"""


def test_importing_the_engine_and_its_command_loads_no_django():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_package_itself_is_empty():
    assert (ROOT / "slmo" / "__init__.py").read_bytes() == b""
