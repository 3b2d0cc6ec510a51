"""Make `.venv` and install the pinned requirements into it, once. Standard library only."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from slmo.embedded.checks import address_wanted, folder_check, port_check
from slmo.embedded.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# The portal; the servers, without which those of the environment or of PATH must do; tests and checks.
PORTAL, SERVERS, DEVELOPMENT = "requirements.txt", "requirements-embedded.txt", "requirements-dev.txt"

# target → its requirements, its command within .venv
TARGETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "run": ((PORTAL, SERVERS), ("-m", "slmo.embedded")),
    "with": ((PORTAL, SERVERS), ("-m", "slmo.embedded", "with")),
    "test": ((PORTAL, SERVERS, DEVELOPMENT), ("-m", "pytest", "-n", "3", "--dist", "worksteal")),
    "test-wide": ((PORTAL, SERVERS, DEVELOPMENT), ("-m", "pytest", "-n", "3", "--dist", "worksteal", "-m", "wide")),
    "test-peers": ((PORTAL, SERVERS, DEVELOPMENT), ("-m", "pytest", "-m", "peers", "-n", "0", "tests/peers")),
    "check": ((PORTAL, SERVERS, DEVELOPMENT), ("tools/check.py",)),
    "bench": ((PORTAL, SERVERS), ("-m", "tools.bench")),
    "mutation": ((PORTAL, DEVELOPMENT), ("-m", "tools.mutation")),
    "messages": ((PORTAL,), ("tools/messages.py", "extract")),
    "compile": ((PORTAL,), ("tools/messages.py", "compile")),
    "lock": ((), ("tools/lock.py",)),
}


def target_run(target: str, arguments: Sequence[str]) -> int:
    """Install what `target` needs and become its command; return only by raising Refusal."""
    requirements, command = TARGETS[target]
    if target == "run":
        port_check(*address_wanted(os.environ))
        folder_check(var_folder())
    install(requirements)
    # What Python compiles lies in ignored folders; without it each process would compile all of Django anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    os.execve(PYTHON, [str(PYTHON), *command, *arguments], environment)


def var_folder() -> Path:
    """Return the folder for data and logs: SLMO_VAR, else `var` in the checkout."""
    return (ROOT / (os.environ.get("SLMO_VAR", "").strip() or "var")).resolve()


def install(requirements: Sequence[str]) -> None:
    """Make `.venv` hold the named requirements files; do nothing where its stamps say that it does.

    Raises Refusal where that cannot be. Only the servers may be missing: not every machine has wheels of them.
    """
    if _runs(PYTHON) and all(_stamped(name) for name in requirements):
        return
    folder_check(ROOT)
    with _alone():
        if not _runs(PYTHON):
            _venv_make()
        for name in requirements:
            if not _stamped(name):
                _requirements_install(name)


def _runs(python: Path) -> bool:
    """Return whether the environment's Python is there, new enough, and an environment's indeed."""
    question = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([python, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def _alone() -> Iterator[None]:
    """Keep a second `make` in this checkout waiting until the first has installed."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _venv_make() -> None:
    """Make `.venv` anew; raise Refusal where this Python cannot make one."""
    if VENV.exists():
        folder_check(VENV)
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", str(VENV)]
    elif uv := shutil.which("uv"):
        command = [uv, "venv", "--python", sys.executable, str(VENV)]
    else:
        raise Refusal(
            f"{sys.executable} cannot make virtual environments; install its venv module "
            "(Debian, Ubuntu: apt install python3-venv) and start again."
        )
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode or not _runs(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        raise Refusal(_venv_sentence(answer))


def _venv_sentence(answer: subprocess.CompletedProcess[str]) -> str:
    """Return the sentence for a virtual environment that could not be made."""
    said = (answer.stderr.strip() or answer.stdout.strip() or "it gave no reason").splitlines()
    return (
        f"{sys.executable} could not make a virtual environment in {VENV} ({said[-1]}); "
        "on Debian and Ubuntu `apt install python3-venv` often helps."
    )


def _stamp(name: str) -> Path:
    return VENV / f"installed-{Path(name).stem}"


def _digest(name: str) -> str:
    """Return a digest of what the requirements file `name` asks for and of where it was put."""
    return hashlib.sha256((ROOT / name).read_bytes() + str(VENV).encode()).hexdigest()


def _stamped(name: str) -> bool:
    """Return whether the requirements file `name`, as it is now, has been installed."""
    stamp = _stamp(name)
    return stamp.exists() and stamp.read_text(encoding="ascii") == _digest(name)


def _requirements_install(name: str) -> None:
    """Install one requirements file, with uv where it is on PATH and works, else with pip, and stamp it."""
    started = time.monotonic()
    print(f"Installing {name} … ", end="", flush=True)
    said = ""
    for command in _installers(name):
        answer = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if answer.returncode == 0:
            print(f"done in {time.monotonic() - started:.0f} s", flush=True)
            _stamp(name).write_text(_digest(name), encoding="ascii")
            return
        said = answer.stderr.strip() or answer.stdout.strip()
    print("failed", flush=True)
    log = Path(tempfile.gettempdir(), f"slmo-install-{os.getuid()}.log")
    log.write_text(said, encoding="utf-8")
    if name != SERVERS:
        raise Refusal(f"{name} could not be installed: {_reason(said)} (all of it in {log})")
    print("There is no PostgreSQL and Valkey to install here; those of this machine will be looked for.", flush=True)


def _installers(name: str) -> Iterator[list[str]]:
    """Yield the commands that install a requirements file, best first."""
    if uv := shutil.which("uv"):
        yield [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode", "--require-hashes", "-r", name]
    pip = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check", "--no-input"]
    yield [*pip, "--quiet", "-r", name]


def _reason(said: str) -> str:
    """Return the most telling line of an installer's output."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["the installer gave no reason"])[-1]
