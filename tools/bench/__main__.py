"""`make bench`: start the servers, fill a database of its own, print one line of JSON a measurement.

ARGS="--scale 0.1" takes a tenth of the data; what is slower than its target makes the exit status 1 only with
`--strict`, because a busy machine measures itself. `--only arrival` takes one part.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from slmo.embedded.passing import servers_ensure
from slmo.embedded.refusal import Refusal

if TYPE_CHECKING:
    from .measure import Measurement

PARTS = ("engine", "intake", "arrival", "hosts", "growth")


def main() -> int:
    """Run all measurements and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what the engine and its tables cost.")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the specified amount of data")
    parser.add_argument("--only", action="append", choices=PARTS, help="one part of the measurements, or several")
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    asked = parser.parse_args()
    os.environ.setdefault("SECRET_KEY", "for the benchmark only")
    os.environ["DJANGO_SETTINGS_MODULE"] = "slmo.settings"
    try:
        servers_ensure()
    except Refusal as refusal:
        print(f"SLMO: {refusal}", file=sys.stderr)
        return 1
    return in_own_databases(asked)


def in_own_databases(asked: argparse.Namespace) -> int:
    """Measure each part in a database that is made for it and dropped afterwards; return the exit status."""
    import django

    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    migrated = connection.settings_dict["NAME"]
    missed = 0
    try:
        for part in asked.only or PARTS:
            with copied(migrated):
                for measurement in measurements_of(part, asked.scale):
                    print(measurement.line(), flush=True)
                    missed += not measurement.ok
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return int(asked.strict and missed > 0)


@contextmanager
def copied(migrated: str) -> Iterator[None]:
    """Work in a copy of the migrated database, so that no part measures what another one has left."""
    from django.db import connection

    name = f"{migrated}_part"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated}"')
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = migrated
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def measurements_of(part: str, scale: float) -> Iterator["Measurement"]:
    """Return the measurements of one part; its models ask for settings, so that it is imported here."""
    from . import arrival, growth, hosts, intake, runs

    table = {
        "engine": runs.measurements,
        "intake": intake.measured,
        "arrival": arrival.measured,
        "hosts": hosts.measured,
        "growth": growth.measured,
    }
    return table[part](scale)


if __name__ == "__main__":
    sys.exit(main())
