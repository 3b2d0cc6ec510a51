"""Fork real collectors, so that each is up in a moment: `python -m tests.monitoring.collectors`.

Every line on standard input asks for one more, on the host (namespace of the network) that it names, or on this one
where it is empty; its process id is the answer. Each is `manage.py collect` in a process of its own.
"""

import ctypes
import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  # after the settings

THREADS = 8
CLONE_NEWNET = 0x40000000  # linux/sched.h


def host_enter(name: str) -> None:
    """Move this process to a host, as `ip netns exec` does."""
    with open(f"/var/run/netns/{name}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {name}")


def work(host: str) -> None:
    """Be a collector until killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    if host:
        host_enter(host)
    call_command("collect", threads=THREADS)
    os._exit(0)


def main() -> None:
    """Fork a collector for each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are not waited for
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                work(line.strip())
            finally:
                os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
