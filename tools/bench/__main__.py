"""`make bench`: start the servers, fill a database of its own, print one line of JSON a measurement.

ARGS="--scale 0.1" takes a tenth of the data; what is slower than its target makes the exit status 1 only with
`--strict`, because a busy machine measures itself.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from slmo.embedded.passing import servers_ensure
from slmo.embedded.refusal import Refusal


def main() -> int:
    """Run all measurements and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what the engine and its tables cost.")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the specified amount of data")
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    asked = parser.parse_args()
    os.environ.setdefault("SECRET_KEY", "for the benchmark only")
    os.environ["DJANGO_SETTINGS_MODULE"] = "slmo.settings"
    try:
        servers_ensure()
    except Refusal as refusal:
        print(f"SLMO: {refusal}", file=sys.stderr)
        return 1
    return in_own_database(asked.scale, asked.strict)


def in_own_database(scale: float, strict: bool) -> int:
    """Measure in a database that is made for it and dropped afterwards."""
    import django

    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    missed = 0
    try:
        for line, ok in lines(scale):
            print(line, flush=True)
            missed += not ok
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return int(strict and missed > 0)


def lines(scale: float) -> Iterator[tuple[str, bool]]:
    """Yield each measurement as a line of JSON, and whether it met its target."""
    from . import intake  # its models ask for settings
    from .runs import measurements

    for one in chain(measurements(scale), intake.measured(scale)):
        yield one.line(), one.ok


if __name__ == "__main__":
    sys.exit(main())
