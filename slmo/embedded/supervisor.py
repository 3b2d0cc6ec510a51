"""Keep SLMO running on one machine: the servers, the web server, the worker and beat, all ended together."""

import hashlib
import http.client
import os
import secrets
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from slmo.embedded.checks import address_wanted, folder_check, port_check
from slmo.embedded.install import ROOT, var_folder
from slmo.embedded.process import Crew, Program, log_tail
from slmo.embedded.refusal import Refusal
from slmo.embedded.servers import Servers

_PAUSE = 0.3  # seconds between two looks at the programs
_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before a program is started again, by failures in a row
_STEADY = 60.0  # seconds after which a program's failures are forgotten
_READY_WITHIN = 90.0  # seconds
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person at the terminal, or the system, has asked for the end."""


class Supervisor:
    """One run of SLMO: start all, watch, start again what dies, stop all."""

    def __init__(self) -> None:
        self._host, self._port = address_wanted(os.environ)
        self._var = var_folder()
        self._logs = self._var / "log"
        self._stop = threading.Event()
        self._failures: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._waiting: dict[str, tuple[float, Program]] = {}
        self._parent = os.getppid() if "MAKELEVEL" in os.environ else 0

    def run(self) -> int:
        """Run until asked to stop; return the exit status 0, or raise Refusal where a start is impossible."""
        port_check(self._host, self._port)
        folder_check(self._var)
        for number in _STOP_SIGNALS:
            signal.signal(number, self._signalled)
        self._crew = Crew()
        try:
            self._environment = self._environment_make()
            self._prepare()
            self._programs_start()
            self._welcome()
            self._watch()
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            self._crew.stop()
        print("Stopped. Everything is kept for the next start.", flush=True)
        return 0

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _environment_make(self) -> dict[str, str]:
        """Start the servers; return what every program of the portal gets as its environment."""
        print("Starting the database and the broker …", flush=True)
        urls = Servers(self._crew, self._var, self._logs, lasting=True).start(os.environ)
        defaults = {
            "SLMO_DEMO": "1",
            "SITE_URL": f"http://{self._shown_host()}:{self._port}",
            "ALLOWED_HOSTS": ",".join(["localhost", "127.0.0.1", "[::1]", *self._other_names()]),
            "SECRET_KEY": secret_key(self._var),
            "STATIC_COLLECTED": "1",
            "PYTHONUNBUFFERED": "1",
        }
        return {
            **defaults,
            **_set_ones(),
            **urls,
            "SLMO_VAR": str(self._var),
            "DJANGO_SETTINGS_MODULE": "slmo.settings",
        }

    def _shown_host(self) -> str:
        return "127.0.0.1" if self._host in {"0.0.0.0", "::", "localhost"} else self._host

    def _other_names(self) -> list[str]:
        """Return the names by which other machines may ask, where they are let in at all."""
        if self._host in {"127.0.0.1", "::1", "localhost"}:
            return []
        return [socket.gethostname(), socket.getfqdn(), *({self._host} - {"0.0.0.0", "::"})]

    def _prepare(self) -> None:
        """Bring translations, tables, static files and the demo up to date, each in its own process."""
        self._step("Compiling the translations …", "tools/messages.py", "compile")
        self._step("Bringing the database up to date …", "manage.py", "migrate", "--verbosity", "0")
        self._static_collect()
        if self._demo():
            self._step("Loading the demo …", "manage.py", "demo_load", shown=True)

    def _static_collect(self) -> None:
        """Collect and compress the static files where any has changed since the last time: that takes seconds."""
        stamp, digest = self._var / "static" / "collected", static_digest()
        if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
            return
        self._step("Collecting the static files …", "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        stamp.write_text(digest, encoding="ascii")

    def _demo(self) -> bool:
        return self._environment["SLMO_DEMO"].lower() in {"1", "yes", "true", "on"}

    def _step(self, sentence: str, *command: str, shown: bool = False) -> None:
        """Run one command to its end; raise Refusal with the last words of its log where it fails."""
        print(sentence, flush=True)
        program = self._program("prepare", sys.executable, *command)
        process = self._crew.start(replace(program, log=None) if shown else program)
        while process.poll() is None:
            self._rest()
        ended = {each.name: status for each, status in self._crew.reap()}
        if status := ended.pop("prepare", 0):
            words = "see above" if shown else f"{program.log} ends: {log_tail(self._logs / 'prepare.log')}"
            raise Refusal(f"`{' '.join(command[:2])}` failed with status {status}; {words}")
        if ended:
            raise Refusal(f"{' and '.join(ended)} ended unexpectedly; see the logs in {self._logs}")

    def _rest(self) -> None:
        """Wait a moment; raise Stopped where the end was asked for, of this process or of `make`."""
        if self._stop.wait(_PAUSE) or (self._parent and _make_ends(self._parent)):
            raise Stopped

    def _program(self, name: str, *command: str) -> Program:
        return Program(name, command, self._logs / f"{name}.log", ROOT, self._environment)

    def _programs_start(self) -> None:
        """Start the web server, the worker and beat."""
        bind = f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"
        celery = (sys.executable, "-m", "celery", "-A", "slmo.celery")
        (self._var / "beat").mkdir(exist_ok=True)
        schedule = ("--pidfile=", "--schedule", str(self._var / "beat" / "schedule"))
        self._start("web", sys.executable, "-m", "gunicorn", "slmo.wsgi", "--bind", bind, *self._web_options())
        self._start("worker", *celery, "worker", *self._worker_options())
        self._start("beat", *celery, "beat", "--loglevel", "INFO", *schedule)

    def _web_options(self) -> tuple[str, ...]:
        processes = self._environment.get("SLMO_WEB_PROCESSES", "2")
        size = ("--worker-class", "gthread", "--workers", processes, "--threads", "4")
        return (*size, "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket", "--access-logfile", "-")

    def _worker_options(self) -> tuple[str, ...]:
        processes = self._environment.get("SLMO_WORKER_PROCESSES", "2")
        return ("--concurrency", processes, "--loglevel", "INFO", "--without-gossip", "--without-mingle")

    def _start(self, name: str, *command: str) -> None:
        self._start_program(self._program(name, *command))

    def _start_program(self, program: Program) -> None:
        self._started[program.name] = time.monotonic()
        self._crew.start(program)

    def _welcome(self) -> None:
        """Wait until the portal answers, then print its address and the demo's log-ins."""
        logins = self._logins()
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            self._look()
            if self._failures.get("web", 0) > 2 or time.monotonic() > deadline:
                log = self._logs / "web.log"
                raise Refusal(f"The web server does not start; {log} ends: {log_tail(log)}")
            self._rest()
        print(f"\nSLMO is ready: {self._environment['SITE_URL']}/\n")
        if logins:
            print(f"{logins}\n")
        print(f"Logs are in {self._logs}. Ctrl-C stops everything and keeps the data.", flush=True)

    def _logins(self) -> str:
        """Return what `manage.py demo_logins` prints, or nothing where the demo is not wanted."""
        if not self._demo():
            return ""
        path = self._logs / "demo_logins.log"
        path.unlink(missing_ok=True)
        program = replace(self._program("demo_logins", sys.executable, "manage.py", "demo_logins"), log=path)
        process = self._crew.start(program)
        while process.poll() is None:
            self._rest()
        said = path.read_text(encoding="utf-8").strip()
        return said if process.returncode == 0 else f"The demo's log-ins cannot be shown; see {path}"

    def _answers(self) -> bool:
        """Return whether the web server answers a request, whatever it says."""
        connection = http.client.HTTPConnection(self._shown_host(), self._port, timeout=10)
        try:
            connection.request("GET", "/health/")
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        """Look after the programs until the end is asked for."""
        while True:
            self._rest()
            self._look()

    def _look(self) -> None:
        """Note the programs that have ended, and start again those whose pause is over."""
        self._crew.guardian_check()
        now = time.monotonic()
        for program, status in self._crew.reap():
            if program.name != "demo_logins":
                self._fell(program, status, now)
        for name, (due, program) in list(self._waiting.items()):
            if due <= now:
                del self._waiting[name]
                self._start_program(program)

    def _fell(self, program: Program, status: int, now: float) -> None:
        """Plan the next start of a program that has ended, later after each failure in a row."""
        steady = now - self._started.get(program.name, 0.0) > _STEADY
        failures = 1 if steady else self._failures.get(program.name, 0) + 1
        self._failures[program.name] = failures
        delay = _DELAYS[min(failures, len(_DELAYS)) - 1]
        self._waiting[program.name] = (now + delay, program)
        print(
            f"{program.name} ended ({_ending(status)}); it starts again in {delay:.0f} s. Log: {program.log}",
            flush=True,
        )


def _make_ends(pid: int) -> bool:
    """Return whether `make`, this process's parent, is gone or has been asked to end.

    Killed, it leaves nobody who could stop this process. Interrupted alone (Ctrl-C reaches both), it waits for this
    process without a word: then it no longer catches SIGINT, which Linux tells in /proc.
    """
    if os.getppid() != pid:
        return True
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "")
    return bool(caught) and not int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1


def static_digest() -> str:
    """Return a digest of the names, sizes and times of all static files, and of the packages that bring others."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    files = [path for pattern in ("static", "*/static", "slmo/*/static") for path in ROOT.glob(f"{pattern}/**/*")]
    for path in sorted(files):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def secret_key(var: Path) -> str:
    """Return this installation's key for signatures, made at the first start."""
    path = var / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _ending(status: int) -> str:
    """Return in words how a process ended."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def _set_ones() -> dict[str, str]:
    """Return the environment without variables that are set to nothing."""
    return {name: value for name, value in os.environ.items() if value}
