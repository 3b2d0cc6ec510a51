"""Fork real Celery workers, so that each is up in a moment: `python -m tests.monitoring.nursery`.

Every line on standard input asks for one more; its process id is the answer. Each is a process of its own with its own
connections, in the solo pool: the process that is killed is the one that assesses.
"""

import os
import signal
import sys

import django

django.setup()

from django.db import connections  # noqa: E402  # after the settings

from slmo.celery import app  # noqa: E402

APPLICATION = os.environ["APPLICATION"]


def work() -> None:
    """Be a worker until killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # what a worker says at its start is no process id
    name = f"{APPLICATION}-{os.getpid()}"
    connections.settings["default"]["OPTIONS"]["application_name"] = name
    quiet = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True, "loglevel": "ERROR"}
    app.Worker(pool_cls="solo", hostname=f"{name}@test", optimization="default", **quiet).start()
    os._exit(1)


def main() -> None:
    """Fork a worker for each line."""
    app.loader.import_default_modules()
    app.finalize()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are not waited for
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work()
        print(pid, flush=True)


if __name__ == "__main__":
    main()
