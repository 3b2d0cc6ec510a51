"""A Valkey (or Redis) of our own: started on a loopback port, reached by password."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import redis

from slmo.embedded.places import Account, folder_for
from slmo.embedded.process import Program

_READY_WITHIN = 60.0  # seconds
_DATABASES = 64  # one for each process of a parallel test run


def program(
    server: Path, home: Path, account: Account | None, port: int, password: str, log: Path, lasting: bool
) -> Program:
    """Write the server's configuration into `home` and return the server as a program to be kept running."""
    folder = folder_for(account, home / "valkey")
    configuration = folder / "valkey.conf"
    configuration.write_text(_configuration(folder, port, password, lasting), encoding="utf-8")
    configuration.chmod(0o600)
    if account is not None:
        os.chown(configuration, account.uid, account.gid)
    return Program(
        name="valkey",
        command=(str(server), str(configuration)),
        log=log,
        folder=folder,
        environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(folder)},
        account=account,
        rank=1,
    )


def _configuration(folder: Path, port: int, password: str, lasting: bool) -> str:
    """Return the configuration: loopback only, no message evicted, every second on disk where it is to last."""
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        "protected-mode yes",
        f"requirepass {password}",
        f'dir "{folder}"',
        "daemonize no",
        "maxmemory-policy noeviction",
        f"databases {_DATABASES}",
        'save ""',
        f"appendonly {'yes' if lasting else 'no'}",
        "appendfsync everysec",
    ]
    return "\n".join(lines) + "\n"


def ready_wait(process: subprocess.Popen[bytes], port: int, password: str) -> None:
    """Wait until the server answers on `port`; raise TimeoutError or ChildProcessError where it does not."""
    deadline = time.monotonic() + _READY_WITHIN
    with redis.Redis(port=port, password=password, socket_timeout=5) as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError as error:  # refused, or still loading its file
                if process.poll() is not None:
                    raise ChildProcessError("Valkey ended while it started") from error
                if time.monotonic() > deadline:
                    raise TimeoutError("Valkey did not answer") from error
            time.sleep(0.02)


def url(known: Mapping[str, str]) -> str:
    """Return the address for REDIS_URL, of what is remembered of the server: its port and password."""
    return f"redis://:{known['password']}@127.0.0.1:{known['port']}/0"
