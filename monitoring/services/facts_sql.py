"""The statements of `deliveries_record`, in the order in which they run; the same for every kind of facts."""

from functools import cache
from typing import NamedTuple

from monitoring.kinds import KINDS, FactKind

_TEXTS = ("scope", "key", "reference")


class Statements(NamedTuple):
    """What is asked of the database for one kind: to stage and copy rows, find known ones, supersede, and insert."""

    stage: str
    copy: str
    known: str
    supersede: str
    insert: str
    kin: str
    named: str
    unnamed: str


# The table lasts as long as the session and is empty after each transaction, so that deliveries do not make tables.
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS {stage} (
    delivery integer, number integer, place bigint, {staged}, scope text, key text, reference text, override boolean
) ON COMMIT DELETE ROWS;
DELETE FROM {stage};
"""

_COPY = "COPY {stage} FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({texts}))"

# What the deliveries are about: their number, indicator, origin and batch.
_DELIVERED = """
unnest(%(deliveries)s::int[], %(indicators)s::bigint[], %(origins)s::text[], %(batches)s::bigint[])
    AS delivered (number, indicator, origin, batch)
"""

# The current row of each key that has one, and whether it says the same. What is known in the time between is read
# once and joined by hashing: a month without statistics yet leads a plan of look-ups astray.
_KNOWN = """
SELECT staged.number, fact.id, fact."{first}", ({columns}, fact.scope, fact.reference, fact.override)
        IS NOT DISTINCT FROM ({made}, staged.scope, staged.reference, staged.override),
    fact.scope, extract(epoch FROM {begins})::bigint, extract(epoch FROM {ends})::bigint, {changes}
FROM {stage} AS staged JOIN {delivered} ON delivered.number = staged.delivery
JOIN {table} AS fact ON fact.indicator_id = delivered.indicator AND fact.origin = delivered.origin
    AND fact.key = staged.key
WHERE fact.indicator_id = ANY(%(indicators)s::bigint[]) AND fact.superseded_at IS NULL {between}
"""
_BETWEEN = """AND fact."{first}" BETWEEN %(low)s AND %(high)s"""

# Checks that lie in a run (services/compaction.py): one that says the same is known; one that says otherwise is a
# correction of it, which wins over the run.
RUNS_MET = f"""
WITH met AS (
    SELECT staged.number, bool_or(run.state = staged.state AND run.reference = staged.reference
        AND to_timestamp(staged.start) >= run.start AND to_timestamp(staged."end") <= run."end") AS same
    FROM states_staged AS staged JOIN {_DELIVERED} ON delivered.number = staged.delivery
    JOIN monitoring_fact AS run ON run.indicator_id = delivered.indicator AND run.origin = delivered.origin
        AND run.scope = staged.scope AND run.start < to_timestamp(staged."end")
        AND run."end" > to_timestamp(staged.start)
    WHERE run.indicator_id = ANY(%(indicators)s::bigint[]) AND run.superseded_at IS NULL AND run.checks > 1
        AND run.start < %(high)s::timestamptz + interval '1 day' AND run."end" > %(low)s
    GROUP BY staged.number
), corrected AS (
    UPDATE states_staged AS staged SET override = true FROM met
    WHERE met.number = staged.number AND NOT met.same AND staged."end" IS NOT NULL
)
SELECT number FROM met WHERE same
"""

_SUPERSEDE = """
UPDATE {table} AS fact SET superseded_at = greatest(%(now)s, recorded_at)
FROM unnest(%(ids)s::bigint[], %(places)s::timestamptz[]) AS known (id, place)
WHERE fact.id = known.id AND fact."{first}" = known.place
"""

# In the order of arrival, so that of two rows for one instant the later one has the higher number.
_INSERT = """
{months}
WITH made AS (
    INSERT INTO {table} (indicator_id, {names}, scope, origin, key, reference, override, batch_id, recorded_at)
    SELECT delivered.indicator, {made}, scope, delivered.origin, key, reference, override, delivered.batch, %(now)s
    FROM {stage} AS staged JOIN {delivered} ON delivered.number = staged.delivery
    WHERE NOT staged.number = ANY(%(same)s::int[]) ORDER BY staged.number
    RETURNING indicator_id, origin, scope, id
)
SELECT indicator_id, origin, scope, max(id) FROM made GROUP BY 1, 2, 3
"""
_MONTHS = "SELECT monitoring_month_make('{table}', one) FROM unnest(%(months)s::timestamptz[]) AS one;"

# How far the other rows reach that tell of the same things as those of the delivery.
_KIN = """
SELECT extract(epoch FROM min({begins}))::bigint,
    CASE WHEN bool_or({ends} IS NULL) THEN NULL ELSE extract(epoch FROM max({ends}))::bigint END
FROM {table} AS fact WHERE indicator_id = %(indicator)s AND (superseded_at IS NULL OR id = ANY(%(ids)s)) AND {kin} IN (
    SELECT {kin} FROM {stage} WHERE delivery = %(delivery)s AND NOT number = ANY(%(same)s::int[])
    UNION SELECT {kin} FROM {table} WHERE id = ANY(%(ids)s)
)
"""

_NAMED = """
INSERT INTO monitoring_factname (kind, indicator_id, origin, key, at)
SELECT '{name}', delivered.indicator, delivered.origin, key, to_timestamp(staged."{first}")
FROM {stage} AS staged JOIN {delivered} ON delivered.number = staged.delivery
WHERE NOT staged.number = ANY(%(same)s::int[]) AND place IS DISTINCT FROM staged."{first}"
ON CONFLICT (indicator_id, kind, origin, key) DO UPDATE SET at = excluded.at
"""
# A name that was taken over by a key that tells its own place.
_UNNAMED = """
DELETE FROM monitoring_factname AS named USING {stage} AS staged JOIN {delivered} ON delivered.number = staged.delivery
WHERE named.indicator_id = delivered.indicator AND named.kind = '{name}' AND named.origin = delivered.origin
    AND named.key = staged.key AND staged.place = staged."{first}" AND NOT staged.number = ANY(%(same)s::int[])
"""


def _quoted(name: str) -> str:
    """Return a column's name as SQL takes it, whatever words it has."""
    return f'"{name}"'


@cache
def statements_of(name: str) -> Statements:
    """Return the statements for the kind of this name."""
    kind: FactKind = KINDS[name]
    columns = [_quoted(column.name) for column in kind.columns]
    known = ", ".join(f"fact.{column}" for column in columns)
    parts: dict[str, str] = {
        "name": name,
        "table": kind.model._meta.db_table,
        "stage": f"{name}_staged",
        "first": kind.first,
        "columns": ", ".join(columns),
        "staged": ", ".join(f"{_quoted(column.name)} {column.staged}" for column in kind.columns),
        "made": ", ".join(column.made.format(f"staged.{_quoted(column.name)}") for column in kind.columns),
        "texts": ", ".join(map(_quoted, (*kind.texts, *_TEXTS))),
        "begins": kind.begins,
        "ends": kind.ends,
        "changes": 'fact."end" IS NULL' if name == "states" else "false",
        "kin": kind.kin,
        "delivered": _DELIVERED,
    }
    between = _BETWEEN.format(**parts) if kind.monthly else ""
    return Statements(
        stage=_STAGE.format(**parts),
        copy=_COPY.format(**parts),
        known=_KNOWN.format(**parts | {"columns": known}, between=between),
        supersede=_SUPERSEDE.format(**parts),
        insert=_INSERT.format(**parts, names=parts["columns"], months=_MONTHS.format(**parts) if kind.monthly else ""),
        kin=_KIN.format(**parts),
        named=_NAMED.format(**parts),
        unnamed=_UNNAMED.format(**parts),
    )
