"""The rows of the benchmark, put into a database of its own by COPY."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from agreements.models import Agreement, Indicator, Objective, Service, Version, VersionState
from agreements.services.signature import digest_join
from monitoring.instants import instant_of
from monitoring.models import FactBatch
from monitoring.months import months_between, months_make
from slmo.accounts.models import Assignment, Organisation, Role, User
from slmo.core.terms import document_digest
from slmo.core.units import Window

from .terms import ZONES, document

YEAR = 2025
BEGUN = datetime(YEAR, 1, 1, tzinfo=UTC)
NOW = datetime(YEAR + 1, 2, 1, tzinfo=UTC)
WINDOW = Window(instant_of(BEGUN + timedelta(days=1)), instant_of(datetime(YEAR, 12, 31, tzinfo=UTC)))
NOW_AT = instant_of(NOW)
AN_AGREEMENT = 100  # objectives in each
CHANGES = 200
_LENGTH = 360 * 86_400

# One change in every stretch of `step` seconds, at a second that looks like chance and is always the same.
FACTS = """
INSERT INTO monitoring_fact
    (indicator_id, start, state, scope, origin, key, reference, override, batch_id, recorded_at)
SELECT asked.id, moment, 2 * mod(number, 2), '', 'bench', extract(epoch FROM moment)::bigint::text, '', false, batch,
    moment
FROM unnest(%(indicators)s, %(batches)s) AS asked (id, batch), generate_series(0, %(changes)s - 1) AS number,
    LATERAL (SELECT %(begun)s + make_interval(
        secs => number * %(step)s + mod(hashint8(asked.id * 1000 + number)::bigint + 2147483648, %(step)s)
    ) AS moment) AS timed
ORDER BY asked.id, number
"""
STREAMS = """
INSERT INTO monitoring_stream
    (kind, indicator_id, origin, scope, first, last, last_change, longest, highest, recorded_at)
SELECT 'states', indicator_id, origin, scope, min(start), max(start), max(start) FILTER (WHERE "end" IS NULL),
    coalesce(max("end" - start), interval '0'), max(id), max(recorded_at)
FROM monitoring_fact WHERE indicator_id = ANY(%(indicators)s) GROUP BY indicator_id, origin, scope
"""
FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s
AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


@dataclass(frozen=True)
class Size:
    """How much there is: objectives with facts, changes of each, and objectives with results in all."""

    objectives: int
    changes: int
    listed: int

    @classmethod
    def scaled(cls, scale: float) -> "Size":
        """Return the sizes of the specification times `scale`, in whole agreements."""
        whole = max(1, round(50 * scale)) * AN_AGREEMENT
        return cls(whole, CHANGES, 2 * whole)


@dataclass
class World:
    """Who reads, and the ids of what there is to be read."""

    reader: User
    provider: Organisation
    customer: Organisation
    objectives: list[int]
    indicators: list[int]


def world_make() -> World:
    """Return a provider, a customer, and a person of the provider who may see everything."""
    provider = Organisation.objects.create(slug="bench-it", name="IT", kind="provider")
    customer = Organisation.objects.create(slug="bench-retail", name="Retail", kind="customer")
    reader = User.objects.create_user("bench@example.org", "correct horse battery", name="Bench")
    Assignment.objects.create(user=reader, organisation=provider, role=Role.LEVEL, level=5)
    return World(reader, provider, customer, [], [])


def agreements_add(world: World, objectives: int) -> None:
    """Add signed agreements with so many objectives together, each measured by an indicator of its own."""
    for _ in range(objectives // AN_AGREEMENT):
        number = len(world.objectives) // AN_AGREEMENT
        service = Service.objects.create(
            slug=f"bench-{number}", name=f"Service {number}", organisation=world.provider, created_at=BEGUN
        )
        agreement = agreement_make(world, service, document(number, AN_AGREEMENT))
        indicators = Indicator.objects.bulk_create(
            Indicator(service=service, slug=f"a{n}", name=f"a{n}") for n in range(AN_AGREEMENT)
        )
        made = Objective.objects.bulk_create(
            Objective(agreement=agreement, name=f"a{n}", indicator=one, position=n) for n, one in enumerate(indicators)
        )
        world.objectives += [one.pk for one in made]
        world.indicators += [one.pk for one in indicators]


def agreement_make(world: World, service: Service, text: dict[str, Any]) -> Agreement:
    """Return an agreement about a service, signed long ago."""
    digest = document_digest(text)
    agreement = Agreement.objects.create(
        slug=text["metadata"]["name"], title=text["metadata"]["title"], service=service, provider=world.provider,
        customer=world.customer, timezone=text["spec"]["timezone"], terms_digest=digest_join([digest]),
        created_at=BEGUN,
    )  # fmt: skip
    Version.objects.create(
        agreement=agreement, number=1, state=VersionState.SIGNED, document=text, digest=digest,
        effective_from=date.fromisoformat(text["spec"]["effective"]["from"]), drafted_at=BEGUN, changed_at=BEGUN,
        proposed_at=BEGUN, signed_at=BEGUN,
    )  # fmt: skip
    return agreement


def facts_add(indicators: Sequence[int], changes: int) -> int:
    """Add changes to the indicators, spread over the year, and return how many; they arrive in the order of time."""
    batches = FactBatch.objects.bulk_create(
        FactBatch(indicator_id=one, origin="bench", recorded_at=BEGUN, rows=changes, new=changes) for one in indicators
    )
    values = {
        "indicators": list(indicators), "batches": [one.pk for one in batches], "changes": changes,
        "begun": BEGUN, "step": _LENGTH // changes,
    }  # fmt: skip
    months_make("monitoring_fact", months_between(BEGUN, NOW))
    with filling("monitoring_fact") as cursor:
        cursor.execute(FACTS, values)
        cursor.execute(STREAMS, values)
    return len(indicators) * changes


def results_add(objectives: Sequence[int], first: int = 0) -> int:
    """Add closed results of twelve months to the objectives; `first` is the place of the first one in the world."""
    months = [[_month(zone, number) for number in range(13)] for zone in ZONES]

    def rows() -> Iterator[tuple[Any, ...]]:
        for place, objective in enumerate(objectives, first):
            bounds = months[place // AN_AGREEMENT % len(ZONES)]
            for number in range(12):
                bad = (place * 7 + number * 13) % 1400
                verdict = "breached" if bad > 720 else "met"
                share = f"{(720_000 - bad) / 720_000:.9f}"
                yield (
                    objective, bounds[number], bounds[number + 1], verdict, ">= 99.9%", share, share, share, share,
                    720_000 - bad, 720_000, "{}", 720, bad, 3, bad, "[]", "{}", "closed", 1, "t", bounds[number + 1],
                )  # fmt: skip

    columns = (
        'objective_id, start, "end", verdict, target, achieved, lower, upper, unadjusted, good, total, seconds,'
        "budget_allowed, budget_consumed, outages, longest_outage, parts, provenance,"
        "state, revision, current, assessed_at"
    )
    copy_in("monitoring_periodresult", columns, rows())
    return len(objectives) * 12


def _month(zone: str, number: int) -> str:
    """Return the beginning of a month of the year, counted from 0, as the database takes it."""
    local = datetime(YEAR + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return f"{local.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00"


def copy_in(table: str, columns: str, rows: Iterable[tuple[Any, ...]], at_once: int = 20_000) -> None:
    """Copy rows into a table."""
    with filling(table) as cursor:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join(map(str, row)))
            if len(lines) >= at_once:
                _send(cursor, table, columns, lines)
        _send(cursor, table, columns, lines)


@contextmanager
def filling(table: str) -> Iterator[Any]:
    """Give a cursor to fill a table with: keys and indexes are made once all rows are there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked would forbid it
        cursor.execute(FOREIGN_KEYS, [table])
        keys = cursor.fetchall()
        cursor.execute(INDEXES, [table])
        indexes = cursor.fetchall()
        for name, _definition in keys:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield cursor
        for _name, definition in indexes:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))  # of a table of months: on every month
        for name, definition in keys:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute(f"ANALYZE {table}" if connection.in_atomic_block else f"VACUUM (ANALYZE) {table}")


def _send(cursor: Any, table: str, columns: str, lines: list[str]) -> None:
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join([*lines, ""])))
    lines.clear()
