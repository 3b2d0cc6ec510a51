"""Keep SLMO running on one machine: the servers, the web server, the worker and beat, all ended together."""

import http.client
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from slmo.embedded.checks import address_wanted, folder_check, port_check
from slmo.embedded.install import var_folder
from slmo.embedded.portal import Portal, static_digest
from slmo.embedded.process import Crew, Program, log_tail
from slmo.embedded.refusal import Refusal
from slmo.embedded.servers import Servers

_PAUSE = 0.3  # seconds between two looks at the programs
_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before a program is started again, by failures in a row
_STEADY = 60.0  # seconds after which a program's failures are forgotten
_READY_WITHIN = 90.0  # seconds
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ONCE = "prepare"  # the name of programs that are run to their end


class Stopped(Exception):
    """The person at the terminal, or the system, has asked for the end."""


class Supervisor:
    """One run of SLMO: start all, watch, start again what dies, stop all."""

    def __init__(self) -> None:
        self._portal = Portal(*address_wanted(os.environ), var_folder())
        self._asked_to_stop = False
        self._failures: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._waiting: dict[str, tuple[float, Program]] = {}
        self._ended_once: list[int] = []  # the status of the program that was last run to its end
        self._parent = os.getppid() if "MAKELEVEL" in os.environ else 0
        self._parent_catches = bool(self._parent) and _catches_interrupt(self._parent)

    def run(self) -> int:
        """Run until asked to stop; return the exit status 0, or raise Refusal where a start is impossible."""
        port_check(self._portal.host, self._portal.port)
        folder_check(self._portal.var)
        for number in _STOP_SIGNALS:
            signal.signal(number, self._signalled)
        self._crew = Crew()
        try:
            self._start_all()
            while True:
                self._look()
                self._rest()
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            self._crew.stop()
        print("Stopped. Everything is kept for the next start.", flush=True)
        return 0

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True  # no lock here: a signal may come while the same thread holds it

    def _start_all(self) -> None:
        """Start the servers, bring everything up to date, open the portal, load the demo, set the worker going."""
        portal = self._portal
        print("Starting the database and the broker …", flush=True)
        portal.environment_set(Servers(self._crew, portal.var, portal.logs, lasting=True).start(os.environ))
        self._step("Compiling the translations …", "tools/messages.py", "compile")
        self._step("Bringing the database up to date …", "manage.py", "migrate", "--verbosity", "0")
        self._static_collect()
        self._start(portal.web())
        self._web_wait()
        if portal.demo:
            sentence = f"{portal.address}/ answers already. Loading the demo …"
            self._step(sentence, "manage.py", "demo_load", shown=True)
        self._start(portal.worker())
        self._start(portal.collector())
        self._start(portal.beat())
        self._welcome()

    def _static_collect(self) -> None:
        """Collect and compress the static files where any has changed since the last time: that takes seconds."""
        stamp, digest = self._portal.var / "static" / "collected", static_digest()
        if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
            return
        self._step("Collecting the static files …", "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        stamp.write_text(digest, encoding="ascii")

    def _step(self, sentence: str, *command: str, shown: bool = False) -> None:
        """Run one command to its end; raise Refusal with the last words of its log where it fails."""
        print(sentence, flush=True)
        program = self._portal.program(_ONCE, sys.executable, *command)
        if status := self._run_once(replace(program, log=None) if shown else program):
            words = "see above" if shown or program.log is None else f"{program.log} ends: {log_tail(program.log)}"
            raise Refusal(f"`{' '.join(command[:2])}` failed with status {status}; {words}")

    def _run_once(self, program: Program) -> int:
        """Return the exit status of a program that is run to its end, the others being looked after meanwhile."""
        self._ended_once.clear()
        self._crew.start(program)
        while not self._ended_once:
            self._rest()
            self._look()
        return self._ended_once[0]

    def _rest(self) -> None:
        """Wait a moment; raise Stopped where the end was asked for, of this process or of `make`."""
        time.sleep(_PAUSE)
        if self._asked_to_stop or (self._parent and self._make_ends()):
            raise Stopped

    def _make_ends(self) -> bool:
        """Return whether `make`, this process's parent, is gone or has been asked to end.

        Killed, it leaves nobody who could stop this process. Interrupted alone (Ctrl-C reaches both), it waits for
        this process without a word: then it no longer catches SIGINT. Started in the background of a script, it never
        caught it.
        """
        if os.getppid() != self._parent:
            return True
        return self._parent_catches and not _catches_interrupt(self._parent)

    def _start(self, program: Program) -> None:
        self._started[program.name] = time.monotonic()
        self._crew.start(program)

    def _web_wait(self) -> None:
        """Wait until the portal answers; raise Refusal where the web server does not start."""
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            self._look()
            if self._failures.get("web", 0) > 2 or time.monotonic() > deadline:
                log = self._portal.logs / "web.log"
                raise Refusal(f"The web server does not start; {log} ends: {log_tail(log)}")
            self._rest()

    def _answers(self) -> bool:
        """Return whether the web server answers a request, whatever it says."""
        connection = http.client.HTTPConnection(self._portal.shown_host, self._portal.port, timeout=10)
        try:
            connection.request("GET", "/health/")
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _welcome(self) -> None:
        """Print the address and the demo's log-ins."""
        logins = self._logins()
        print(f"\nSLMO is ready: {self._portal.address}/\n")
        if logins:
            print(f"{logins}\n")
        print(f"Logs are in {self._portal.logs}. Ctrl-C stops everything and keeps the data.", flush=True)

    def _logins(self) -> str:
        """Return what `manage.py demo_logins` prints, or nothing where the demo is not wanted."""
        if not self._portal.demo:
            return ""
        path = self._portal.logs / "demo_logins.log"
        path.unlink(missing_ok=True)
        program = self._portal.program(_ONCE, sys.executable, "manage.py", "demo_logins")
        status = self._run_once(replace(program, log=path))
        said = path.read_text(encoding="utf-8").strip("\n")
        return f"The demo's log-ins cannot be shown; see {path}" if status else said

    def _look(self) -> None:
        """Note the programs that have ended, and start again those whose pause is over."""
        self._crew.guardian_check()
        now = time.monotonic()
        for program, status in self._crew.reap():
            if program.name == _ONCE:
                self._ended_once.append(status)
            else:
                self._fell(program, status, now)
        for name, (due, program) in list(self._waiting.items()):
            if due <= now:
                del self._waiting[name]
                self._start(program)

    def _fell(self, program: Program, status: int, now: float) -> None:
        """Plan the next start of a program that has ended, later after each failure in a row."""
        steady = now - self._started.get(program.name, 0.0) > _STEADY
        failures = 1 if steady else self._failures.get(program.name, 0) + 1
        self._failures[program.name] = failures
        delay = _DELAYS[min(failures, len(_DELAYS)) - 1]
        self._waiting[program.name] = (now + delay, program)
        print(f"{program.name} ended ({_ending(status)}); next start in {delay:.0f} s. Log: {program.log}", flush=True)


def _ending(status: int) -> str:
    """Return in words how a process ended."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def _catches_interrupt(pid: int) -> bool:
    """Return whether a process catches SIGINT, as Linux tells in /proc; True where nothing tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return True
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "")
    return not caught or bool(int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1)
