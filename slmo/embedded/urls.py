"""Ask the servers that DATABASE_URL and REDIS_URL name whether they answer and fit."""

from urllib.parse import urlsplit

import psycopg2
import redis

from slmo.embedded.binaries import OLDEST_POSTGRES
from slmo.embedded.refusal import Refusal

_PATIENCE = 5  # seconds
_DATABASE_FORM = "postgresql://user:password@host:port/name"
_BROKER_FORM = "redis://:password@host:port/0"


def database_check(url: str) -> None:
    """Raise Refusal, without the password, unless `url` reaches a PostgreSQL that is new enough."""
    target = _target(url, ("postgres", "postgresql"), "DATABASE_URL", _DATABASE_FORM)
    try:
        connection = psycopg2.connect(url, connect_timeout=_PATIENCE)
    except (psycopg2.Error, UnicodeError) as error:
        raise Refusal(f"DATABASE_URL names {target}, which cannot be used: {_sentence(error)}") from None
    major = connection.server_version // 10000
    connection.close()
    if major < OLDEST_POSTGRES:
        raise Refusal(f"DATABASE_URL names {target}, a PostgreSQL {major}; SLMO needs {OLDEST_POSTGRES} or newer.")


def broker_check(url: str) -> None:
    """Raise Refusal, without the password, unless a server of the Redis protocol answers at `url`."""
    target = _target(url, ("redis", "rediss"), "REDIS_URL", _BROKER_FORM)
    try:
        with redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise Refusal(f"REDIS_URL names {target}, which cannot be used: {_sentence(error)}") from None


def _target(url: str, schemes: tuple[str, ...], name: str, form: str) -> str:
    """Return host, port and database of `url`, for sentences; raise Refusal where it is no such URL."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise Refusal(f"{name} cannot be read; expected {form}") from None
    if parts.scheme not in schemes or (name == "DATABASE_URL" and not parts.path.strip("/")):
        raise Refusal(f"{name} cannot be read; expected {form}")
    return f"{parts.hostname or 'the local server'}{port}{parts.path}"


def _sentence(error: Exception) -> str:
    """Return the first line of a driver's message, ended by a full stop."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.rstrip(".") + "."
