"""Break the engine one line at a time and see that its tests notice: `make mutation`.

Each mutation of table.py is applied to a copy of the engine and its tests, which then run until the first failure.
Prints one line a mutation, caught or survived; exit status 1 if any survived or no longer applies.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .table import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parent.parent.parent
COPIED = ("slmo/core", "tests/core", "docs")
FILES = ("slmo/__init__.py", "slmo/assess.py", "pyproject.toml")
TESTS = (  # the quickest first; the properties only run where no sentence failed
    "test_judging.py", "test_kinds.py", "test_kind_tasks.py", "test_workload.py", "test_terms.py", "test_time.py",
    "test_slices_grid.py", "test_partition_properties.py", "test_kind_properties.py", "test_ledger_properties.py",
)  # fmt: skip


def copy_make(folder: Path) -> None:
    """Copy what the engine's own tests need."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "vectors"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)


def tests_pass(folder: Path) -> bool:
    """Tell whether the engine's tests pass in a copy."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:django"]
    command += ["--confcutdir=tests/core", *(f"tests/core/{name}" for name in TESTS)]
    surroundings = os.environ | {"HYPOTHESIS_PROFILE": "quick", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):  # 2: the broken engine could not even be imported
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 0


def mutation_run(folder: Path, mutation: Mutation) -> bool:
    """Apply a mutation, run the tests, take it back; return whether they noticed."""
    path = folder / mutation.file
    source = path.read_text(encoding="utf-8")
    path.write_text(mutation.applied(source), encoding="utf-8")
    try:
        return not tests_pass(folder)
    finally:
        path.write_text(source, encoding="utf-8")


def main(wanted: Sequence[str]) -> int:
    """Run all mutations, or those whose names are given; return the exit status."""
    chosen = [one for one in MUTATIONS if not wanted or one.name in wanted]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_make(folder)
        if not tests_pass(folder):
            print("The engine's tests fail before anything is broken.", file=sys.stderr)
            return 1
        survivors = 0
        for mutation in chosen:
            started = time.monotonic()
            caught = mutation_run(folder, mutation)
            survivors += not caught
            took = f"{time.monotonic() - started:.0f} s"
            print(f"{'caught  ' if caught else 'SURVIVED'} {mutation.name} ({mutation.file}, {took})", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
