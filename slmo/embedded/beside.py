"""Run one command with the portal's database and broker: beside `make run`, or with servers started for it alone."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from slmo.embedded.binaries import postgres_programs
from slmo.embedded.checks import folder_check
from slmo.embedded.install import var_folder
from slmo.embedded.portal import secret_key, secrets_keys
from slmo.embedded.process import Crew
from slmo.embedded.refusal import Refusal
from slmo.embedded.servers import Running, Servers


def command_run(command: Sequence[str]) -> int:
    """Return the exit status of `command`, which finds the portal's Python and PostgreSQL's tools first on its PATH.

    DATABASE_URL and REDIS_URL are set, and for `psql`, `pg_dump` and `pg_restore` the variables PGHOST to PGDATABASE.
    """
    if not command:
        raise Refusal('Nothing to run; for example: make with ARGS="python manage.py audit_verify"')
    var = var_folder()
    folder_check(var)
    crew = Crew()
    try:
        return _run(command, _urls(crew, var), var)
    finally:
        crew.stop()


def _urls(crew: Crew, var: Path) -> dict[str, str]:
    """Return the addresses of the running servers, started here where none run."""
    servers = Servers(crew, var, var / "log", lasting=True)
    try:
        return servers.start(os.environ)
    except Running:
        return servers.found(os.environ)


def _run(command: Sequence[str], urls: dict[str, str], var: Path) -> int:
    keys = {"SECRET_KEY": secret_key(var), "SECRETS_KEYS_FILE": str(secrets_keys(var))}
    environment = {**keys, **os.environ, **urls, "SLMO_VAR": str(var)}
    environment |= {"PATH": os.pathsep.join([*_folders(), os.environ.get("PATH", os.defpath)])}
    environment |= _libpq(urls["DATABASE_URL"])
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except OSError as error:
        raise Refusal(f"{command[0]} cannot be run: {error.strerror}.") from None


def _folders() -> list[str]:
    """Return where the portal's Python and PostgreSQL's tools lie."""
    folders = [str(Path(sys.executable).parent)]
    try:
        return [*folders, str(postgres_programs().folder)]
    except Refusal:  # the database is another machine's: this one may have none of its tools
        return folders


def _libpq(url: str) -> dict[str, str]:
    """Return the address as PostgreSQL's own tools read it from the environment."""
    parts = urlsplit(url)
    found = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or ""),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.path.lstrip("/"),
    }
    return {name: value for name, value in found.items() if value}
