"""A PostgreSQL of our own: made once, started on a loopback port, reached by password."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg2
from psycopg2 import sql

from slmo.embedded.binaries import PostgresPrograms
from slmo.embedded.places import Account, folder_for
from slmo.embedded.process import Program, account_arguments
from slmo.embedded.refusal import Refusal

NAME = "slmo"  # of the role and of the database
_ADMIN = "postgres"
_READY_WITHIN = 300.0  # seconds; replaying the log after a crash may take minutes
_MIB = 1024 * 1024


def major_of_data(home: Path) -> int | None:
    """Return the PostgreSQL version whose data lie in `home`, or None where there are none yet."""
    mark = home / "postgres" / "data" / "PG_VERSION"
    return int(mark.read_text(encoding="ascii")) if mark.exists() else None


def data_make(programs: PostgresPrograms, home: Path, account: Account | None, password: str, lasting: bool) -> Path:
    """Return the data folder in `home`, made by initdb where it is missing: whole, or not at all.

    `password` becomes the administrator's. Raises Refusal with initdb's last line where it fails.
    """
    folder = folder_for(account, home / "postgres")
    data, partial, secret = folder / "data", folder / f"data-partial-{os.getpid()}", folder / "password"
    if data.exists():
        return data
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="ascii")
    if account is not None:
        os.chown(secret, account.uid, account.gid)
    command: list[str | Path] = [
        programs.folder / "initdb",
        "-D",
        partial,
        "-U",
        _ADMIN,
        "--pwfile",
        secret,
        "--encoding",
        "UTF8",
    ]
    command += ["--auth", "scram-sha-256", *([] if lasting else ["--no-sync"])]
    try:
        for locale in _locales(programs):
            answer = subprocess.run(
                [*command, *locale],
                cwd=folder,
                env=_environment(folder),
                capture_output=True,
                text=True,
                check=False,
                **account_arguments(account),
            )
            if answer.returncode == 0:
                partial.rename(data)
                return data
    finally:
        secret.unlink()
    raise Refusal(f"PostgreSQL could not make its data folder {data}: {_last_line(answer.stderr or answer.stdout)}")


def _locales(programs: PostgresPrograms) -> tuple[tuple[str, ...], ...]:
    """Return initdb's locale arguments, best first: order by code point, upper and lower case of every script."""
    if programs.major >= 17:
        return (("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),)
    return (("--locale=C.UTF-8",), ("--locale=C",))


def _environment(folder: Path) -> dict[str, str]:
    """Return what the server's programs need from the environment, and nothing that could mislead them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


def program(
    programs: PostgresPrograms, data: Path, account: Account | None, port: int, log: Path, lasting: bool
) -> Program:
    """Return the server as a program to be kept running on `port` of the loopback interface."""
    settings = {**_settings(), **({} if lasting else _SETTINGS_PASSING), "port": str(port)}
    if programs.major >= 18:
        settings["io_method"] = "sync"  # no helper processes for so small a server
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=(str(programs.folder / "postgres"), "-D", str(data), *arguments),
        log=log,
        folder=data.parent,
        environment=_environment(data.parent),
        account=account,
        stop_signal=signal.SIGINT,  # "fast": disconnect clients, write a checkpoint
        rank=1,
        patience=60.0,
    )


def _settings() -> dict[str, str]:
    """Return the server's settings for one small machine, by its memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB
    return {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",  # none: their paths may be 107 characters long at most
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "shared_buffers": f"{max(32, min(512, memory // 8))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_parallel_workers_per_gather": "0",  # parallel plans need /dev/shm, which containers keep small
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "1000",
        "log_line_prefix": "%m [%p] ",
        "cluster_name": "slmo",
    }


_SETTINGS_PASSING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


def leftover_clear(data: Path) -> None:
    """Stop a server that still runs on `data`, or remove the lock that a crashed one left.

    The caller holds the lock of the servers' home, so that no other supervisor is using it.
    postmaster.pid holds the process number and the data folder in its first two lines. PostgreSQL refuses to start
    where that number belongs to any process of the same user, though it may have been given to another program since.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    lines = lock.read_text(encoding="utf-8", errors="replace").splitlines()
    pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
    ours = len(lines) > 1 and Path(lines[1]) == data
    if pid and ours and _is_postgres(pid):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 60
        while _is_postgres(pid):
            if time.monotonic() > deadline:
                raise Refusal(f"Another PostgreSQL (process {pid}) still uses {data} and does not stop.")
            time.sleep(0.1)
    lock.unlink(missing_ok=True)


def _is_postgres(pid: int) -> bool:
    """Return whether the process `pid` is a PostgreSQL server: asked of /proc, else of `ps`; a zombie is not."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            name, rest = status.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return "postgres" in name and rest.split()[0] != "Z"
    command = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split(maxsplit=1)
    return len(answer) == 2 and not answer[0].startswith("Z") and "postgres" in answer[1]


def ready_wait(process: subprocess.Popen[bytes], port: int, password: str) -> None:
    """Wait until the server answers on `port`; raise TimeoutError or ChildProcessError where it does not."""
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            psycopg2.connect(_target(port, password)).close()
            return
        except psycopg2.OperationalError as error:
            if process.poll() is not None:
                raise ChildProcessError("PostgreSQL ended while it started") from error
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not answer") from error
        time.sleep(0.05)


def _target(port: int, password: str) -> str:
    return f"host=127.0.0.1 port={port} user={_ADMIN} password={password} dbname=postgres connect_timeout=5"


def database_ensure(port: int, admin_password: str, password: str) -> None:
    """Make the portal's role and its database where they are missing; the role may make others too, for tests."""
    connection = psycopg2.connect(_target(port, admin_password))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            if not _exists(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s"):
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(NAME)))
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(NAME), sql.Literal(password)))
            if not _exists(cursor, "SELECT 1 FROM pg_database WHERE datname = %s"):
                cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(NAME)))
    finally:
        connection.close()


def _exists(cursor: psycopg2.extensions.cursor, query: str) -> bool:
    cursor.execute(query, [NAME])
    return cursor.fetchone() is not None


def url(known: Mapping[str, str]) -> str:
    """Return the address for DATABASE_URL, of what is remembered of the server: its port and password."""
    return f"postgresql://{NAME}:{known['password']}@127.0.0.1:{known['port']}/{NAME}"
