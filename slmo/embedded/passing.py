"""Servers that live as long as this process and leave nothing: for tests and checks."""

import atexit
import os

from slmo.embedded import places
from slmo.embedded.process import Crew
from slmo.embedded.servers import Servers


def servers_ensure() -> None:
    """Make DATABASE_URL and REDIS_URL name servers that answer, those of the environment or fresh ones.

    Raises Refusal where that cannot be.
    """
    home = places.home_passing()
    crew = Crew()
    crew.sweep(home)
    atexit.register(crew.stop)
    os.environ.update(Servers(crew, home, home / "log", lasting=False).start(os.environ))
