"""The portal's own programs as `make run` starts them: their environment and their command lines."""

import base64
import hashlib
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slmo.embedded.install import ROOT
from slmo.embedded.process import Program

_ANY = {"0.0.0.0", "::"}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_CELERY = (sys.executable, "-m", "celery", "-A", "slmo.celery")


@dataclass
class Portal:
    """Where the portal listens, where it writes, and what its programs get as their environment."""

    host: str
    port: int
    var: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        """Return the folder of the logs."""
        return self.var / "log"

    @property
    def shown_host(self) -> str:
        """Return the host by which this machine reaches the portal, as part of an address."""
        host = "127.0.0.1" if self.host in {*_ANY, "localhost"} else self.host
        return f"[{host}]" if ":" in host else host

    @property
    def address(self) -> str:
        """Return the address that people are told."""
        return self.environment["SITE_URL"]

    @property
    def demo(self) -> bool:
        """Return whether the demo is wanted."""
        return self.environment["SLMO_DEMO"].lower() in {"1", "yes", "true", "on"}

    def environment_set(self, urls: Mapping[str, str]) -> None:
        """Compose the environment: what must be, then what is set outside, then defaults for a first look."""
        defaults = {
            "SLMO_DEMO": "1",
            "SITE_URL": f"http://{self.shown_host}:{self.port}",
            "ALLOWED_HOSTS": ",".join(["localhost", "127.0.0.1", "[::1]", *self._other_names()]),
            "SECRET_KEY": secret_key(self.var),
            "SECRETS_KEYS_FILE": str(secrets_keys(self.var)),
            "STATIC_COLLECTED": "1",
            "PYTHONUNBUFFERED": "1",
        }
        outside = {name: value for name, value in os.environ.items() if value}
        fixed = {"SLMO_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "slmo.settings"}
        self.environment = {**defaults, **outside, **urls, **fixed}

    def _other_names(self) -> list[str]:
        """Return the names by which other machines may ask, where they are let in at all."""
        if self.host in _LOOPBACK:
            return []
        return [socket.gethostname(), socket.getfqdn(), *({self.host} - _ANY)]

    def program(self, name: str, *command: str) -> Program:
        """Return a command of the portal as a program with a log of its own."""
        return Program(name, command, self.logs / f"{name}.log", ROOT, self.environment)

    def web(self) -> Program:
        """Return the web server."""
        bind = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        processes = self.environment.get("SLMO_WEB_PROCESSES", "2")
        size = ("--worker-class", "gthread", "--workers", processes, "--threads", "4")
        habits = ("--timeout", "120", "--graceful-timeout", "5", "--no-control-socket", "--access-logfile", "-")
        return self.program("web", sys.executable, "-m", "gunicorn", "slmo.wsgi", "--bind", bind, *size, *habits)

    def worker(self) -> Program:
        """Return the worker."""
        processes = self.environment.get("SLMO_WORKER_PROCESSES", "2")
        habits = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
        return self.program("worker", *_CELERY, "worker", "--concurrency", processes, *habits)

    def collector(self) -> Program:
        """Return the collector, which asks sources for facts."""
        return self.program("collector", sys.executable, "manage.py", "collect")

    def beat(self) -> Program:
        """Return beat, which sends the tasks of the timetable."""
        folder = self.var / "beat"
        folder.mkdir(exist_ok=True)
        habits = ("--loglevel", "INFO", "--pidfile=", "--schedule", str(folder / "schedule"))
        return self.program("beat", *_CELERY, "beat", *habits)


def secret_key(var: Path) -> str:
    """Return this installation's key for signatures, made at the first start."""
    path = var / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def secrets_keys(var: Path) -> Path:
    """Return the file with the keys of secrets, with one key made at the first start."""
    path = var / "secrets.keys"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii") + "\n", encoding="ascii")
    return path


def static_digest() -> str:
    """Return a digest of the names, sizes and times of all static files, and of the packages that bring others."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    files = [path for pattern in ("static", "*/static", "slmo/*/static") for path in ROOT.glob(f"{pattern}/**/*")]
    for path in sorted(set(files)):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
