"""The servers of our own: they answer, keep their data, and start again after a crash."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from django.core.cache import cache
from django.db import connection

from slmo.embedded import binaries, places, postgres
from slmo.embedded.process import Crew
from slmo.embedded.refusal import Refusal
from slmo.embedded.servers import Running, Servers


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a folder that the servers' user can enter."""
    folder = places.home_passing()
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Yield a crew that is ended after the test, whatever happened."""
    started = Crew()
    yield started
    started.stop()


def scalar(url: str, query: str) -> object:
    """Return the one value that a query gives on its own connection."""
    session = psycopg2.connect(url)
    try:
        with session, session.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        session.close()


@pytest.mark.django_db
def test_tests_run_on_a_real_postgresql_that_knows_cyrillic_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, upper('служба')")
        version, word = cursor.fetchone()
    assert version >= 150000
    assert word == "СЛУЖБА"


def test_tests_run_on_a_real_broker() -> None:
    cache.set("greeting", "hello")
    assert cache.get("greeting") == "hello"


def test_a_broker_on_path_is_started_by_the_name_it_was_found_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = tmp_path / "redis-check-rdb"  # Debian: one file, which looks at its name to know which program it is
    several.write_text("#!/bin/sh\n")
    several.chmod(0o755)
    (tmp_path / "redis-server").symlink_to(several)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SLMO_SERVERS", "path")
    assert binaries.valkey_program() == tmp_path / "redis-server"


@pytest.mark.wide
def test_data_port_and_passwords_survive_a_restart(home: Path, crew: Crew) -> None:
    first = Servers(crew, home, home / "log", lasting=True)
    urls = first.start({})
    scalar(urls["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS value")
    redis.Redis.from_url(urls["REDIS_URL"]).set("kept", "yes")
    crew.stop()

    second_crew = Crew()
    try:
        again = Servers(second_crew, home, home / "log", lasting=True).start({})
        assert again == urls
        assert scalar(again["DATABASE_URL"], "SELECT value FROM kept") == 42
        assert redis.Redis.from_url(again["REDIS_URL"]).get("kept") == b"yes"
    finally:
        second_crew.stop()


@pytest.mark.wide
def test_a_second_start_from_the_same_folder_is_refused_but_finds_the_addresses(home: Path, crew: Crew) -> None:
    first = Servers(crew, home, home / "log", lasting=False)
    urls = first.start({})
    second = Servers(crew, home, home / "log", lasting=False)
    with pytest.raises(Running, match="already runs"):
        second.start({})
    assert second.found({}) == urls


@pytest.mark.wide
def test_a_server_killed_outright_starts_again_although_its_lock_names_a_living_process(home: Path, crew: Crew) -> None:
    first = Servers(crew, home, home / "log", lasting=True)
    urls = first.start({})
    scalar(urls["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS value")
    lock = home / "servers" / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    crew.stop()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")  # the number has gone to another program

    second_crew = Crew()
    try:
        again = Servers(second_crew, home, home / "log", lasting=True).start({})
        assert scalar(again["DATABASE_URL"], "SELECT value FROM kept") == 42
    finally:
        second_crew.stop()


@pytest.mark.wide
def test_a_server_that_outlived_its_supervisor_is_stopped_before_the_next_start(home: Path, crew: Crew) -> None:
    servers = Servers(crew, home, home / "log", lasting=False)
    servers.start({})
    data = home / "servers" / "postgres" / "data"
    pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    postgres.leftover_clear(data)
    assert not (data / "postmaster.pid").exists()
    assert [program.name for program, _status in crew.reap()] == ["postgres"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.wide
def test_the_portal_is_no_superuser_and_the_servers_listen_on_loopback_only(home: Path, crew: Crew) -> None:
    urls = Servers(crew, home, home / "log", lasting=False).start({})
    assert scalar(urls["DATABASE_URL"], "SELECT usesuper FROM pg_user WHERE usename = current_user") is False
    assert scalar(urls["DATABASE_URL"], "SHOW listen_addresses") == "127.0.0.1"
    without_password = "redis://" + urls["REDIS_URL"].split("@")[1]
    with pytest.raises(redis.RedisError, match=r"(?i)authenticat"):
        redis.Redis.from_url(without_password).ping()


@pytest.mark.wide
def test_the_broker_never_evicts_a_message(home: Path, crew: Crew) -> None:
    urls = Servers(crew, home, home / "log", lasting=True).start({})
    client = redis.Redis.from_url(urls["REDIS_URL"])
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}


@pytest.mark.wide
def test_passwords_are_readable_by_their_owner_only(home: Path, crew: Crew) -> None:
    Servers(crew, home, home / "log", lasting=False).start({})
    memory = home / "servers" / "servers.json"
    assert memory.stat().st_mode & 0o077 == 0
    assert set(json.loads(memory.read_text())) == {"postgres", "valkey"}


def test_data_of_a_version_that_is_not_here_are_refused_with_both_numbers(home: Path, crew: Crew) -> None:
    servers = Servers(crew, home, home / "log", lasting=False)
    data = home / "servers" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(Refusal, match="are of PostgreSQL 12, but only version"):
        servers.start({})
