"""The statements of `facts_record`, in the order in which they run; the same for every kind of facts."""

from functools import cache
from typing import NamedTuple

from monitoring.kinds import KINDS, FactKind

_TEXTS = ("scope", "key", "reference")


class Statements(NamedTuple):
    """What is asked of the database for one kind: to stage, copy, compare, supersede, insert, and tell the span."""

    stage: str
    copy: str
    compare: str
    supersede: str
    insert: str
    span: str


# Temporary tables last for the transaction only; a second delivery in the same transaction finds them empty.
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS {stage} (
    number integer, {staged}, scope text, key text, reference text, override boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS {change} ON COMMIT DROP AS
SELECT 0 AS number, 0::bigint AS known, {columns}, scope, key, reference, override FROM {table} WHERE false;
TRUNCATE {stage}, {change};
"""

_COPY = "COPY {stage} FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({texts}))"

# What differs from the current row of its key; of several rows of one key the last that arrived holds.
_COMPARE = """
WITH last AS (
    SELECT DISTINCT ON (key) number, {made}, scope, key, reference, override FROM {stage} ORDER BY key, number DESC
)
INSERT INTO {change} (number, known, {columns}, scope, key, reference, override)
SELECT last.number, known.id, {last_columns}, last.scope, last.key, last.reference, last.override
FROM last LEFT JOIN {table} AS known
    ON known.indicator_id = %(indicator)s AND known.origin = %(origin)s AND known.key = last.key
        AND known.superseded_at IS NULL
WHERE known.id IS NULL
    OR ({known_columns}, known.scope, known.reference, known.override)
        IS DISTINCT FROM ({last_columns}, last.scope, last.reference, last.override);
ANALYZE {change};
"""

_SUPERSEDE = """
UPDATE {table} SET superseded_at = greatest(%(now)s, recorded_at) FROM {change} WHERE {table}.id = {change}.known
"""

# In the order of arrival, so that of two rows for one instant the later one has the higher number.
_INSERT = """
INSERT INTO {table} (indicator_id, {columns}, scope, origin, key, reference, override, batch_id, recorded_at)
SELECT %(indicator)s, {columns}, scope, %(origin)s, key, reference, override, %(batch)s, %(now)s
FROM {change} ORDER BY number
"""

# From when to when something is now otherwise; NULL: up to the present.
_SPAN = """
SELECT min(begins), CASE WHEN bool_or(ends IS NULL) THEN NULL ELSE max(ends) END
FROM (
    SELECT {begins} AS begins, {ends} AS ends FROM {change} AS fact
    UNION ALL
    SELECT {begins}, {ends} FROM {table} AS fact WHERE id IN (SELECT known FROM {change}){kin}
) AS touched
"""

_KIN = """
    UNION ALL
    SELECT {begins}, {ends} FROM {table} AS fact
    WHERE indicator_id = %(indicator)s AND superseded_at IS NULL AND {kin} IN (
        SELECT {kin} FROM {change} UNION SELECT {kin} FROM {table} WHERE id IN (SELECT known FROM {change})
    )"""

# The same for states: a change reaches to the next change of its stream, and without one to the present. Where a scope
# is named for the first time, or no longer, everything is otherwise, because the scopes that the facts name are united
# in every second.
_SPAN_OF_STATES = """
WITH touched AS (
    SELECT start, "end", scope FROM {change}
    UNION ALL
    SELECT start, "end", scope FROM {table} WHERE id IN (SELECT known FROM {change})
), reach AS (
    SELECT "end" FROM touched WHERE "end" IS NOT NULL
    UNION ALL
    SELECT following.start
    FROM (SELECT scope, max(start) AS start FROM touched WHERE "end" IS NULL GROUP BY scope) AS latest
    LEFT JOIN LATERAL (
        SELECT min(fact.start) AS start FROM {table} AS fact
        WHERE fact.indicator_id = %(indicator)s AND fact.origin = %(origin)s AND fact.scope = latest.scope
            AND fact."end" IS NULL AND fact.superseded_at IS NULL AND fact.start > latest.start
    ) AS following ON true
), named AS (
    SELECT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT scope FROM touched WHERE scope <> '') AS one
        WHERE NOT EXISTS (
            SELECT 1 FROM {table} AS fact
            WHERE fact.indicator_id = %(indicator)s AND fact.scope = one.scope AND fact.superseded_at IS NULL
                AND fact.batch_id <> %(batch)s AND fact.scope <> ''
        )
    ) AS changed
)
SELECT
    CASE WHEN changed THEN least((SELECT min(start) FROM touched), (SELECT min(start) FROM {table}
            WHERE indicator_id = %(indicator)s AND superseded_at IS NULL))
        ELSE (SELECT min(start) FROM touched) END,
    CASE WHEN changed THEN NULL
        ELSE (SELECT CASE WHEN bool_or("end" IS NULL) THEN NULL ELSE max("end") END FROM reach) END
FROM named
"""


def _quoted(name: str) -> str:
    """Return a column's name as SQL takes it, whatever words it has."""
    return f'"{name}"'


@cache
def statements_of(name: str) -> Statements:
    """Return the statements for the kind of this name."""
    kind: FactKind = KINDS[name]
    names = [_quoted(column.name) for column in kind.columns]
    made = [f"{column.made.format(_quoted(column.name))} AS {_quoted(column.name)}" for column in kind.columns]
    parts: dict[str, str] = {
        "table": kind.model._meta.db_table,
        "stage": f"{name}_stage",
        "change": f"{name}_change",
        "columns": ", ".join(names),
        "last_columns": ", ".join(f"last.{one}" for one in names),
        "known_columns": ", ".join(f"known.{one}" for one in names),
        "staged": ", ".join(f"{_quoted(column.name)} {column.staged}" for column in kind.columns),
        "made": ", ".join(made),
        "texts": ", ".join(map(_quoted, (*kind.texts, *_TEXTS))),
        "begins": kind.begins,
        "ends": kind.ends,
    }
    parts["kin"] = _KIN.format(**parts, kin=kind.kin) if kind.kin else ""
    span = _SPAN_OF_STATES if name == "states" else _SPAN
    return Statements(*(text.format(**parts) for text in (_STAGE, _COPY, _COMPARE, _SUPERSEDE, _INSERT, span)))
