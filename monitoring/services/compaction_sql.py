"""The statements that compact a month of states: a run of equal checks becomes one row with their number."""

# Checks that may become part of a run: current, no correction, known by their own beginning. One that came within ten
# minutes is `live` and its delay is kept in whole minutes, so that what was known when can still be told; the others of
# a run were all recorded at one moment.
MEMBERS = """
DROP TABLE IF EXISTS compaction_member, compaction_run;
CREATE TEMPORARY TABLE compaction_member ON COMMIT DROP AS
WITH eligible AS (
    SELECT id, indicator_id, origin, scope, start, "end", state, reference, recorded_at, "end" - start AS length,
        CASE WHEN recorded_at - "end" <= interval '10 minutes'
            THEN ceil(extract(epoch FROM recorded_at - "end") / 60)::int END AS delay
    FROM {month}
    WHERE superseded_at IS NULL AND NOT override AND "end" IS NOT NULL AND checks = 1
        AND key = extract(epoch FROM start)::bigint || '|' || scope
), marked AS (
    SELECT *, NOT coalesce(
        lag("end") OVER stream = start AND lag(state) OVER stream = state AND lag(length) OVER stream = length
        AND lag(reference) OVER stream = reference AND lag(id) OVER stream < id
        AND CASE WHEN delay IS NULL THEN lag(recorded_at) OVER stream = recorded_at AND lag(delay) OVER stream IS NULL
            ELSE lag(delay) OVER stream = delay END, false) AS begins
    FROM eligible WINDOW stream AS (PARTITION BY indicator_id, origin, scope ORDER BY start, id)
)
SELECT *, sum(begins::int) OVER (PARTITION BY indicator_id, origin, scope ORDER BY start, id) AS run FROM marked
"""

RUNS = """
CREATE TEMPORARY TABLE compaction_run ON COMMIT DROP AS
SELECT indicator_id, origin, scope, run, min(start) AS start, max("end") AS "end", min(state) AS state,
    min(reference) AS reference, count(*)::int AS checks, min(id) AS first_id, max(id) AS last_id,
    CASE WHEN min(delay) IS NULL THEN min(recorded_at)
        ELSE min("end") + make_interval(mins => min(delay)) END AS recorded_at,
    CASE WHEN min(delay) IS NULL THEN max(recorded_at)
        ELSE max("end") + make_interval(mins => min(delay)) END AS recorded_until
FROM compaction_member GROUP BY indicator_id, origin, scope, run HAVING count(*) > 1
"""

# A fact of the same place that was recorded between the checks of a run, and about the same time, must keep its turn.
CROSSED = """
DELETE FROM compaction_run AS run WHERE EXISTS (
    SELECT FROM monitoring_fact AS other
    WHERE other.indicator_id = run.indicator_id AND other.scope = run.scope AND other.superseded_at IS NULL
        AND other.id > run.first_id AND other.id < run.last_id
        AND other.start < run."end" AND coalesce(other."end", 'infinity') > run.start
        AND NOT (other.origin = run.origin AND other.state = run.state
            AND other.start >= run.start AND other."end" <= run."end")
)
"""

MAKE = "CREATE TABLE {month}_new (LIKE monitoring_fact INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)"

_COLUMNS = (
    'id, indicator_id, start, "end", state, scope, origin, key, reference, override, batch_id, recorded_at, checks,'
    " recorded_until, superseded_at"
)
FILL = f"""
INSERT INTO {{month}}_new ({_COLUMNS})
SELECT {_COLUMNS} FROM {{month}} AS fact WHERE NOT EXISTS (
    SELECT FROM compaction_member AS member JOIN compaction_run USING (indicator_id, origin, scope, run)
    WHERE member.id = fact.id
)
UNION ALL
SELECT last_id, run.indicator_id, run.start, run."end", run.state, run.scope, run.origin,
    extract(epoch FROM run.start)::bigint || '/' || extract(epoch FROM run."end")::bigint || '|' || run.scope,
    run.reference, false, last.batch_id, run.recorded_at, run.checks, run.recorded_until, NULL
FROM compaction_run AS run JOIN {{month}} AS last ON last.id = run.last_id
ORDER BY 2, 3
"""

# What a month holds: if it is otherwise when the new table is to take its place, the new one is thrown away.
STATE = "SELECT count(*), coalesce(max(id), 0), count(superseded_at) FROM {month}"

SWAP = """
ALTER TABLE monitoring_fact DETACH PARTITION {month};
DROP TABLE {month};
ALTER TABLE {month}_new RENAME TO {month};
ALTER TABLE monitoring_fact ATTACH PARTITION {month} FOR VALUES FROM ('{start}') TO ('{end}');
"""
