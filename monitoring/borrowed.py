"""The database in threads that ask other systems: a connection that was opened for one question is closed again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def connection_borrowed() -> Iterator[None]:
    """Leave a thread without a connection where it had none before; the main thread keeps its own."""
    kept = connection.connection is not None or threading.current_thread() is threading.main_thread()
    try:
        yield
    finally:
        if not kept:
            connection.close()
