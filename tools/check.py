"""Everything that must hold besides the tests: `make check` runs all of it and names what does not."""

import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from slmo.embedded.passing import servers_ensure  # noqa: E402
from slmo.embedded.refusal import Refusal  # noqa: E402

_PYTHON = (sys.executable, "-m")
_MANAGE = (sys.executable, "manage.py")

CHECKS: dict[str, tuple[str, ...]] = {
    "style": (*_PYTHON, "ruff", "check", "."),
    "format": (*_PYTHON, "ruff", "format", "--check", "."),
    "types": (*_PYTHON, "mypy"),
    "import arrows": (sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as c; c()"),
    "translations": (sys.executable, "tools/messages.py", "check"),
    "migrations": (*_MANAGE, "makemigrations", "--check", "--dry-run"),
    "Django's own checks": (*_MANAGE, "check", "--fail-level", "WARNING"),
    "requirements": (sys.executable, "tools/check.py", "requirements"),
}
_HOST = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|\s@\s")


def requirements_complaints() -> list[str]:
    """Return each line of a requirements file that names an index or a host."""
    return [
        f"{path.name}:{number}: names a host: {line.strip()}"
        for path in sorted(ROOT.glob("requirements*"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _HOST.search(line)
    ]


def check_run(name: str, command: tuple[str, ...]) -> bool:
    """Run one check, print its outcome, and all it said where it failed; return whether it passed."""
    started = time.monotonic()
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(f"{'ok    ' if answer.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - started:.0f} s)", flush=True)
    if answer.returncode:
        print(answer.stdout, flush=True)
    return answer.returncode == 0


def main() -> int:
    """Return 0 where every check passed, else 1."""
    if sys.argv[1:] == ["requirements"]:
        complaints = requirements_complaints()
        print("\n".join(complaints))
        return 1 if complaints else 0
    try:
        servers_ensure()  # for the checks that ask the database
    except Refusal as refusal:
        print(f"SLMO: {refusal}", file=sys.stderr)
        return 1
    failed = [name for name, command in CHECKS.items() if not check_run(name, command)]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
