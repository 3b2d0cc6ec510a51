"""The portal for tests: what is made quick, and what tests must be able to do that the portal refuses."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from pytest_django.plugin import DjangoDbBlocker

from tests.support.servers import PASSING

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # made to be quick, unlike the portal's

# Each test client would look through all static files and ask for none; the site for browsers serves them by itself.
_none = tempfile.TemporaryDirectory(prefix="slmo-static-")  # goes when the tests end
settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = _none.name, False


# A key of its own, made when the first version is sealed.
_sealing = tempfile.TemporaryDirectory(prefix="slmo-seal-")
settings.SEAL_FILE_OWN = f"{_sealing.name}/own/seal.pem"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let the test databases of all processes be copies of one that was migrated once."""
    name = f"slmo_template_{_migrations_digest()}"
    with django_db_blocker.unblock():
        _template_ensure(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name
    if os.environ.get(PASSING):
        connection.creation.destroy_test_db = _left_to_the_server
    yield
    if not os.environ.get(PASSING):
        with django_db_blocker.unblock(), _alone() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")  # the copies stand by themselves


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the test runner empty the audit log after a test with real transactions; the portal itself never may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_keep_whole")


def _left_to_the_server(*_asked: object, **_more: object) -> None:
    """Leave a database to the end of its server, instead of waiting for it to be dropped."""
    connection.close()


def _migrations_digest() -> str:
    """Return what names the state of all migrations, so that no run takes a database of other ones."""
    folders = [Path(app.path, "migrations") for app in apps.get_app_configs()]
    files = sorted(path for folder in folders for path in folder.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _template_ensure(name: str) -> None:
    """Make the database that is copied, unless another process has."""
    with _alone() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is not None:
            return
        begun = f"{name}_begun"
        cursor.execute(f"DROP DATABASE IF EXISTS {begun}")  # of a run that was ended there
        cursor.execute(f"CREATE DATABASE {begun}")
        with _database(begun):
            call_command("migrate", verbosity=0, interactive=False)
        cursor.execute(f"ALTER DATABASE {begun} RENAME TO {name}")


@contextmanager
def _alone() -> Iterator[CursorWrapper]:
    """Keep the other processes waiting for the length of the block; yield a cursor beside all databases of tests."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7074)")
        yield cursor  # the lock goes with the connection


@contextmanager
def _database(name: str) -> Iterator[None]:
    """Work on another database for the length of the block."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
