"""The database and the broker: those of DATABASE_URL and REDIS_URL where set, else servers of our own."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from slmo.embedded import places, postgres, urls, valkey
from slmo.embedded.binaries import postgres_programs, valkey_program
from slmo.embedded.checks import port_free, port_is_free
from slmo.embedded.process import Crew, log_tail
from slmo.embedded.refusal import Refusal

_TRIES = 5  # a free port may be taken between the look and the start, a dead server's memory may still be in use
_PAUSE = 0.5  # seconds


class Servers:
    """The servers' home, what is remembered of them (ports, passwords), and how they are started.

    `lasting` data are kept with full safety; others are for tests: fast, and thrown away with their home.
    """

    def __init__(self, crew: Crew, var: Path, logs: Path, *, lasting: bool) -> None:
        self._crew, self._logs, self._lasting = crew, logs, lasting
        self._account = places.account_for(var / "servers" / "postgres")
        self._home = places.home_lasting(var, self._account)
        self._memory = self._home / "servers.json"
        self._known: dict[str, dict[str, str]] = self._remembered()

    def start(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Start what `environment` does not name; return DATABASE_URL and REDIS_URL, both of which then answer."""
        self._crew.keep(_lock(self._home))
        database = environment.get("DATABASE_URL", "").strip()
        broker = environment.get("REDIS_URL", "").strip()
        if database:
            urls.database_check(database)
        if broker:
            urls.broker_check(broker)
        return {
            "DATABASE_URL": database or self._postgres_start(),
            "REDIS_URL": broker or self._valkey_start(),
        }

    def found(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the addresses of servers that another process has started from the same folder."""
        known = self._known
        return {
            "DATABASE_URL": environment.get("DATABASE_URL", "") or postgres.url(known["postgres"]),
            "REDIS_URL": environment.get("REDIS_URL", "") or valkey.url(known["valkey"]),
        }

    def _postgres_start(self) -> str:
        known = self._known["postgres"]
        programs = postgres_programs(postgres.major_of_data(self._home))
        probe = programs.folder / "postgres"
        programs = programs.within(
            places.tree_within_reach(self._account, programs.tree, programs.parts, self._home, probe)
        )
        data = postgres.data_make(programs, self._home, self._account, known["admin_password"], self._lasting)
        postgres.leftover_clear(data)
        log = self._logs / "postgres.log"
        for _try in range(_TRIES):
            port = self._port("postgres")
            process = self._crew.start(postgres.program(programs, data, self._account, port, log, self._lasting))
            try:
                postgres.ready_wait(process, port, known["admin_password"])
            except (ChildProcessError, TimeoutError):
                self._crew.reap()
                time.sleep(_PAUSE)
                continue
            postgres.database_ensure(port, known["admin_password"], known["password"])
            return postgres.url(known)
        raise Refusal(f"PostgreSQL does not start; {log} ends: {log_tail(log)}")

    def _valkey_start(self) -> str:
        known = self._known["valkey"]
        program = valkey_program()
        server = places.tree_within_reach(self._account, program.parent, (".",), self._home, program) / program.name
        log = self._logs / "valkey.log"
        for _try in range(_TRIES):
            port = self._port("valkey")
            process = self._crew.start(
                valkey.program(server, self._home, self._account, port, known["password"], log, self._lasting)
            )
            try:
                valkey.ready_wait(process, port, known["password"])
            except (ChildProcessError, TimeoutError):
                self._crew.reap()
                time.sleep(_PAUSE)
                continue
            return valkey.url(known)
        raise Refusal(f"Valkey does not start; {log} ends: {log_tail(log)}")

    def _port(self, name: str) -> int:
        """Return the port last used by the server `name` where it is free, else another, and remember it."""
        port = int(self._known[name].get("port", 0))
        if not port or not port_is_free(port):
            port = port_free()
        self._known[name]["port"] = str(port)
        self._remember()
        return port

    def _remembered(self) -> dict[str, dict[str, str]]:
        """Return what the last start wrote, or new passwords."""
        if self._memory.exists():
            known: dict[str, dict[str, str]] = json.loads(self._memory.read_text(encoding="ascii"))
            return known
        return {
            "postgres": {"password": secrets.token_hex(16), "admin_password": secrets.token_hex(16)},
            "valkey": {"password": secrets.token_hex(16)},
        }

    def _remember(self) -> None:
        """Write ports and passwords, readable by this user only, as a whole."""
        partial = self._memory.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(self._known, indent=1), encoding="ascii")
        os.replace(partial, self._memory)


class Running(Refusal):
    """Another process has already started the servers of this folder."""


def _lock(home: Path) -> IO[str]:
    """Hold `home` for this process until it ends; raise Running where another holds it."""
    lock = (home / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise Running(
            f"The portal already runs from this folder (process {lock.read().strip() or 'unknown'})."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
