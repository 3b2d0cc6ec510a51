"""The statements of `facts_record`, in the order in which they run."""

# Temporary tables last for the transaction only; a second delivery in the same transaction finds them empty.
STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS fact_stage (
    number integer, start bigint, "end" bigint, state smallint, scope text, key text, reference text, override boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS fact_change (
    number integer, start timestamptz, "end" timestamptz, state smallint, scope text, key text, reference text,
    override boolean, known bigint, known_start timestamptz, known_end timestamptz, known_scope text
) ON COMMIT DROP;
TRUNCATE fact_stage, fact_change;
"""

COPY = "COPY fact_stage FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (scope, key, reference))"

# What differs from the current row of its key; of several rows of one key the last that arrived holds.
COMPARE = """
WITH last AS (
    SELECT DISTINCT ON (key) number, to_timestamp(start) AS start, to_timestamp("end") AS "end", state, scope, key,
        reference, override
    FROM fact_stage ORDER BY key, number DESC
)
INSERT INTO fact_change
SELECT last.*, known.id, known.start, known."end", known.scope
FROM last LEFT JOIN monitoring_fact AS known
    ON known.indicator_id = %(indicator)s AND known.origin = %(origin)s AND known.key = last.key
        AND known.superseded_at IS NULL
WHERE known.id IS NULL
    OR (known.start, known."end", known.state, known.scope, known.reference, known.override)
        IS DISTINCT FROM (last.start, last."end", last.state, last.scope, last.reference, last.override);
ANALYZE fact_change;
"""

SUPERSEDE = """
UPDATE monitoring_fact SET superseded_at = greatest(%(now)s, recorded_at)
FROM fact_change WHERE monitoring_fact.id = fact_change.known
"""

# In the order of arrival, so that of two rows for one instant the later one has the higher number.
INSERT = """
INSERT INTO monitoring_fact (indicator_id, start, "end", state, scope, origin, key, reference, override, batch_id,
    recorded_at)
SELECT %(indicator)s, start, "end", state, scope, %(origin)s, key, reference, override, %(batch)s, %(now)s
FROM fact_change ORDER BY number
"""

# From when to when something is now otherwise: a change reaches to the next change of its stream, and without one
# to the present (NULL). Where a scope is named for the first time, or no longer, everything is otherwise, because
# the scopes that the facts name are united in every second.
SPAN = """
WITH touched AS (
    SELECT start, "end", scope FROM fact_change
    UNION ALL
    SELECT known_start, known_end, known_scope FROM fact_change WHERE known IS NOT NULL
), reach AS (
    SELECT "end" FROM touched WHERE "end" IS NOT NULL
    UNION ALL
    SELECT following.start
    FROM (SELECT scope, max(start) AS start FROM touched WHERE "end" IS NULL GROUP BY scope) AS latest
    LEFT JOIN LATERAL (
        SELECT min(fact.start) AS start FROM monitoring_fact AS fact
        WHERE fact.indicator_id = %(indicator)s AND fact.origin = %(origin)s AND fact.scope = latest.scope
            AND fact."end" IS NULL AND fact.superseded_at IS NULL AND fact.start > latest.start
    ) AS following ON true
), named AS (
    SELECT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT scope FROM touched WHERE scope <> '') AS one
        WHERE NOT EXISTS (
            SELECT 1 FROM monitoring_fact AS fact
            WHERE fact.indicator_id = %(indicator)s AND fact.scope = one.scope AND fact.superseded_at IS NULL
                AND fact.batch_id <> %(batch)s AND fact.scope <> ''
        )
    ) AS changed
)
SELECT
    CASE WHEN changed THEN least((SELECT min(start) FROM touched), (SELECT min(start) FROM monitoring_fact
            WHERE indicator_id = %(indicator)s AND superseded_at IS NULL))
        ELSE (SELECT min(start) FROM touched) END,
    CASE WHEN changed THEN NULL
        ELSE (SELECT CASE WHEN bool_or("end" IS NULL) THEN NULL ELSE max("end") END FROM reach) END
FROM named
"""
