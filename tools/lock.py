"""Pin the requirements anew, with hashes and for every platform, naming no index and no host; needs `uv`."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("requirements", "requirements-embedded", "requirements-dev")  # the last is held to the versions of the others
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes")
SILENT = ("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet")


def uv_command() -> list[str]:
    """Return how to run uv: the one on PATH, else the module of this environment, installed where it is missing."""
    if found := shutil.which("uv"):
        return [found]
    if subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True, check=False).returncode:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    return [sys.executable, "-m", "uv"]


def main() -> int:
    """Compile each .in file into its .txt file; `--upgrade` takes newer versions where they fit."""
    for name in NAMES:
        command = [*uv_command(), "pip", "compile", *OPTIONS, *SILENT, *sys.argv[1:], f"{name}.in", "-o", f"{name}.txt"]
        if status := subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
            return status
        print(f"{name}.txt is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
