"""What each session asks of the database: to give up a client that was cut off, and not to think longer than to work.

Without the first a host whose network fails in the middle of a transaction keeps its locks for two hours. Without the
second PostgreSQL tries all orders of up to eight tables: planning then takes many times as long as a page's questions
themselves, whose joins are written in an order that is as good. What is prepared (monitoring/prepared.py) is planned
once: for facts, which lie in months, it would else plan each time anew, for longer than it then works.
"""

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

# Seconds until a silent client is asked whether it lives, between two such questions, and how many it may leave
# unanswered; milliseconds for which what was sent may stay unconfirmed.
LIFE = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
THOUGHT = {
    "join_collapse_limit": "4",  # of so many tables the best order is looked for
    "plan_cache_mode": "force_generic_plan",
}
_ASKED = {**LIFE, **THOUGHT}
_ASK = f"SELECT {', '.join(f'set_config({name!r}, {value!r}, false)' for name, value in _ASKED.items())}"


@receiver(connection_created, dispatch_uid="slmo.sessions")
def session_begin(connection: Any, **_told: Any) -> None:
    """Ask for it at the beginning of a session; behind a pooler of transactions the session is the pooler's own."""
    if connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        with connection.cursor() as cursor:
            cursor.execute(_ASK)
