"""A PostgreSQL server of one's own, with a copy of the present database: stopped, crashed and started at will."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connection

from slmo.embedded import places, postgres
from slmo.embedded.binaries import postgres_programs
from slmo.embedded.checks import port_free
from slmo.embedded.process import Crew

_PASSWORD = "apart"  # of a server that lives for a test, and that only this machine reaches
_SETTINGS = ("-c", "synchronous_commit=on", "-c", "log_min_duration_statement=-1")  # a crash loses nothing committed


class Server:
    """One server; its port and its data stay the same whatever is done to it."""

    def __init__(self, crew: Crew, home: Path, address: str = "") -> None:
        """Make its data, and let hosts of the network of `address` (such as 10.1.2.3/24) in as well."""
        account = places.account_for(home)
        programs = postgres_programs()
        probe = programs.folder / "postgres"
        self.programs = programs.within(places.tree_within_reach(account, programs.tree, programs.parts, home, probe))
        self.port = port_free()
        data = postgres.data_make(self.programs, home, account, _PASSWORD, lasting=False)
        listen = "127.0.0.1"
        if address:
            listen = f"127.0.0.1,{address.split('/')[0]}"
            with (data / "pg_hba.conf").open("a", encoding="ascii") as file:
                file.write(f"host all all {address} scram-sha-256\n")
        program = postgres.program(self.programs, data, account, self.port, home / "log" / "apart.log", lasting=False)
        extra = (*_SETTINGS, "-c", f"listen_addresses={listen}")
        self._program = replace(program, command=(*program.command, *extra))
        self._crew = crew
        self.start()
        postgres.database_ensure(self.port, _PASSWORD, _PASSWORD)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._crew.start(self._program)
        postgres.ready_wait(self._process, self.port, _PASSWORD)

    def stop(self) -> None:
        """Stop it in good order: everybody is disconnected, what is not committed is rolled back."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Let it fall as if its processes had died; it recovers from its log when it is started again."""
        self._end(signal.SIGQUIT)

    def _end(self, number: int) -> None:
        self._process.send_signal(number)
        self._process.wait(60)
        self._crew.reap()

    def url(self, host: str = "127.0.0.1") -> str:
        """Return its database's address for DATABASE_URL, for a reader that reaches it by `host`."""
        return f"postgresql://{postgres.NAME}:{_PASSWORD}@{host}:{self.port}/{postgres.NAME}"

    def fill(self, url: str) -> None:
        """Copy the database of an address into its own, which is empty."""
        dump = [str(self.programs.folder / "pg_dump"), "--no-owner", "--no-privileges", "--dbname", url]
        restore = [str(self.programs.folder / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", self.url()]
        with subprocess.Popen(dump, stdout=subprocess.PIPE, env=os.environ | {"LC_ALL": "C"}) as source:
            subprocess.run(restore, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
        if source.returncode:
            raise ChildProcessError("pg_dump failed")


@contextmanager
def server_apart(url: str, address: str = "") -> Iterator[Server]:
    """Give a server with a copy of the database of `url`; nothing of it stays."""
    crew, home = Crew(), places.home_passing()
    crew.sweep(home)
    try:
        server = Server(crew, home, address)
        server.fill(url)
        yield server
    finally:
        crew.stop()


@contextmanager
def worked_on(server: Server) -> Iterator[None]:
    """Let this process, all its threads, work on the server's database for the length of the block."""
    own = {"HOST": "127.0.0.1", "PORT": str(server.port), "NAME": postgres.NAME, "USER": postgres.NAME}
    usual = {name: connection.settings_dict[name] for name in (*own, "PASSWORD")}
    connection.close()
    connection.settings_dict.update(own, PASSWORD=_PASSWORD)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(usual)
