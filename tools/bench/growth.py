"""What a month of one-minute checks takes: bytes a check on the disk, time, and the most disk and memory meanwhile.

Checks are written day by day and compacted after each part, so that there is never more than one part of them in rows.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from agreements.models import Indicator, Service
from monitoring.models import Fact
from monitoring.months import Month, months_make, months_of
from monitoring.services.compaction import month_compact

from .measure import Measurement, under
from .world import BEGUN, NOW, world_make

DAYS = 31
A_DAY = 1440  # one-minute checks
PARTS = (25, 50, 100)  # objectives, all together
A_CHECK = 310 * 2.5  # bytes that are free before a part is begun: its rows with indexes, and what compaction sorts
STEP = 0.5  # seconds between two looks at the disk
BEGINS = BEGUN.replace(year=BEGUN.year - 3, month=3)  # a month that no other measurement has facts in

# Checks of a minute, down for ten minutes every two days or so, recorded two seconds after each.
_CHECKS = """
INSERT INTO monitoring_fact
    (indicator_id, start, "end", state, scope, origin, key, reference, override, batch_id, recorded_at)
SELECT one.id, at, at + interval '1 minute', CASE WHEN (minute + one.id * 37) %% 2903 < 10 THEN 2 ELSE 0 END, '',
    'bench', extract(epoch FROM at)::bigint || '|', '', false, one.id, at + interval '62 seconds'
FROM generate_series(%(first)s, %(first)s + %(minutes)s - 1) AS minute, unnest(%(indicators)s::bigint[]) AS one (id),
    LATERAL (SELECT %(begun)s::timestamptz + make_interval(mins => minute) AS at) AS timed
ORDER BY minute, one.id
"""


class NoRoom(Exception):
    """The disk is too small for what is to be measured; the text says how much is needed."""


class Peak:
    """The most that was taken from the disk of the servers since the beginning, in bytes; looked at now and then."""

    def __init__(self) -> None:
        """Begin now."""
        self.folder = tempfile.gettempdir()  # where servers that are thrown away have their data
        self.begun = self.most = shutil.disk_usage(self.folder).used

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the disk for the length of the block."""
        stop = threading.Event()

        def look() -> None:
            while not stop.wait(STEP):
                self.most = max(self.most, shutil.disk_usage(self.folder).used)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def room_check(self, checks: int) -> None:
        """Raise NoRoom where so many checks would not find room."""
        free, needed = shutil.disk_usage(self.folder).free, checks * A_CHECK
        if free < needed:
            raise NoRoom(f"{needed / 1e9:.0f} GB must be free in {self.folder}, and {free / 1e9:.0f} GB are.")


def measured(scale: float) -> Iterator[Measurement]:
    """Yield bytes a check before and after compaction, for growing numbers of objectives; a scale of 10 is a thousand.

    Raises NoRoom before anything is written that the disk cannot hold.
    """
    service = Service.objects.create(slug="growth", name="Growth", organisation=world_make().provider, created_at=NOW)
    months_make("monitoring_fact", [BEGINS])
    done = 0
    for total in (max(2, round(part * scale)) for part in PARTS):
        yield _part(service, done, total)
        done = total


def _part(service: Service, done: int, total: int) -> Measurement:
    """Add the month of further objectives, compact it, and return what a check takes of all."""
    peak, checks = Peak(), (total - done) * DAYS * A_DAY
    peak.room_check(checks)
    fresh = [
        one.pk
        for one in Indicator.objects.bulk_create(
            Indicator(service=service, slug=f"grow{n}", name=f"grow{n}") for n in range(done, total)
        )
    ]
    with peak.watched():
        wrote = _timed(lambda: _checks_write(fresh))
        before = _month()
        compacted: list[Any] = []
        squeezed = _timed(lambda: compacted.append(month_compact(before, now=NOW)))
    after, (was, left) = _month(), compacted[0].rows
    each = round(after.size / (total * DAYS * A_DAY), 2)
    name = (
        f"growth: {total} objectives of one-minute checks over 31 days, after compaction ({checks} checks written in"
        f" {wrote} s, compacted in {squeezed} s, {was} to {left} rows, at most {(peak.most - peak.begun) / 1e9:.2f} GB"
        f" of disk and {_memory()} MiB of the database session meanwhile)"
    )
    return under(name, each, 5, round(before.size / checks, 1), "bytes a check")


def _checks_write(indicators: list[int]) -> None:
    """Write the month of these objectives day by day, each in a transaction of its own."""
    for day in range(DAYS):
        values: dict[str, Any] = {"first": day * A_DAY, "minutes": A_DAY, "indicators": indicators, "begun": BEGINS}
        with connection.cursor() as cursor:
            cursor.execute(_CHECKS, values)


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 1)


def _month() -> Month:
    return next(one for one in months_of(Fact) if one.start == BEGINS)


def _memory() -> int:
    """Return the most memory that the database session had, with what it shares, in MiB; 0 where it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
