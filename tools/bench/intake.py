"""Facts on their way in: recorded, pushed over HTTP, asked for by probes."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agreements.models import Indicator, Service
from monitoring.collector import Collector
from monitoring.models import Fact, FactBatch, Source
from monitoring.months import months_between, months_make
from monitoring.rows import FactRow
from monitoring.services.facts import facts_record
from slmo.accounts.services.token import api_token_issue

from .measure import Measurement, ratio
from .web import answers_wait, database_url, facts_post
from .world import NOW, World, world_make

BATCH = 5000
ROUNDS = 8
BEGINS = 1_767_225_600  # 2026-01-01T00:00Z

_TEMPORARY = """
CREATE TEMPORARY TABLE bench_rows (start bigint, "end" bigint, state smallint, scope text, key text, reference text)
    ON COMMIT DROP
"""
_BASE = """
INSERT INTO monitoring_fact
    (indicator_id, start, "end", state, scope, origin, key, reference, override, batch_id, recorded_at)
SELECT %s, to_timestamp(start), to_timestamp("end"), state, scope, 'base', key, reference, false, %s, now()
FROM bench_rows ON CONFLICT DO NOTHING
"""


def measured(scale: float) -> Iterator[Measurement]:
    """Yield what intake costs: recording, pushing, probing."""
    world = world_make()
    service = Service.objects.create(slug="intake", name="Intake", organisation=world.provider, created_at=NOW)
    yield _recorded(service)
    yield _pushed(world, service, max(2, round(10 * scale)))
    yield _probed(service, max(100, round(6000 * scale)))


def _indicators(service: Service, name: str, count: int) -> list[Indicator]:
    return Indicator.objects.bulk_create(
        Indicator(service=service, slug=f"{name}{n}", name=f"{name}{n}") for n in range(count)
    )


def _rows(batch: int) -> list[FactRow]:
    starts = range(BEGINS + 60 * BATCH * batch, BEGINS + 60 * BATCH * (batch + 1), 60)
    return [FactRow(at, at + 60, 2 * (at % 420 == 0), "", f"{at}|", "") for at in starts]


def _recorded(service: Service) -> Measurement:
    """Compare facts_record with the least that the database has to do for the same rows, taking turns."""
    ours, base = _indicators(service, "record", 2)
    months_make("monitoring_fact", months_between(_moment(0), _moment(ROUNDS)))
    batch = FactBatch.objects.create(indicator=base, origin="base", recorded_at=NOW)
    took, least = [], []
    for number in range(ROUNDS):
        rows = _rows(number)
        begun = time.perf_counter()
        facts_record(indicator=ours, rows=rows, origin="bench", now=timezone.now())
        took.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        _base_record(base.pk, batch.pk, rows)
        least.append(time.perf_counter() - begun)
    rate, baseline = round(BATCH / min(took)), round(BATCH / min(least))
    found = ratio(rate, baseline)
    target = ">= 0.6 x COPY into a temporary table and INSERT ... ON CONFLICT"
    return Measurement("facts_record: batches of 5000", rate, "facts/s", baseline, found, target, (found or 0) >= 0.6)


def _moment(batch: int) -> datetime:
    return datetime.fromtimestamp(BEGINS + 60 * BATCH * batch, UTC)


def _base_record(indicator: int, batch: int, rows: Sequence[FactRow]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        text = io.StringIO()
        csv.writer(text).writerows(row[:6] for row in rows)
        text.seek(0)
        cursor.copy_expert("COPY bench_rows FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (scope, key, reference))", text)
        cursor.execute(_BASE, [indicator, batch])


def _pushed(world: World, service: Service, batches: int) -> Measurement:
    """Push batches over HTTP to two web processes from four connections; return the facts a second."""
    secret = api_token_issue(name="bench", actor=world.reader, now=timezone.now()).secret
    indicators = _indicators(service, "push", 4)
    bodies = [[_body(indicator, number) for number in range(batches)] for indicator in indicators]
    port = 18_000 + os.getpid() % 2000
    environment = {**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "slmo.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--threads", "4", "--worker-class", "gthread", "--log-level", "error"]
    server = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        answers_wait(port)
        for own in bodies:  # each process and thread has read its code before the clock starts
            assert facts_post(port, secret, own[0]) == 202
        begun = time.perf_counter()
        threads = [threading.Thread(target=_post_all, args=(port, secret, own[1:])) for own in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait(20)
    sent = 4 * (batches - 1) * BATCH
    recorded = Fact.objects.filter(indicator__in=indicators).count()
    assert recorded == sent + 4 * BATCH, (recorded, sent)
    rate = round(sent / took)
    return Measurement(
        "push API: batches of 5000, two web processes", rate, "facts/s", None, None, ">= 25000 facts/s", rate >= 25_000
    )


def _body(indicator: Indicator, number: int) -> bytes:
    facts = [
        {"start": _text(row.start), "end": _text(row.start + 60), "state": "down" if row.state else "up"}
        for row in _rows(number)
    ]
    return json.dumps({"indicator": f"intake/{indicator.slug}", "origin": "bench", "facts": facts}).encode()


def _text(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _post_all(port: int, secret: str, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        assert facts_post(port, secret, body) == 202


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # the name of the method it replaces
        """Say nothing."""


def _probed(service: Service, count: int) -> Measurement:
    """Let one collector ask `count` pages once a minute for half a minute; return how late a hundredth of them are."""
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.1/32"
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    now = timezone.now()
    url = f"http://127.0.0.1:{server.server_port}/"
    indicators = _indicators(service, "probe", count)
    Source.objects.bulk_create(
        Source(
            slug=f"probe{n}", name=f"probe{n}", kind="http", indicator=one, config={"url": url, "records": "state"},
            next_due_at=now + timedelta(seconds=5 + 60 * n / count), asked_since=now,
        )
        for n, one in enumerate(indicators)
    )  # fmt: skip
    late: list[float] = []
    collector = Collector(
        timezone.now, started=lambda source, at: late.append((at - (source.next_due_at or at)).total_seconds())
    )
    ends = time.monotonic() + 35
    collector.run(until=lambda: time.monotonic() > ends)
    server.shutdown()
    delay = round(sorted(late)[int(len(late) * 0.99)], 3) if late else 999.0
    asked = f"{len(late)} in 30 s"
    name = f"probes: {count} a minute by one process ({asked}), start delay of 99 %"
    return Measurement(name, delay, "s", None, None, "< 2 s", delay < 2 and len(late) >= 0.45 * count)
