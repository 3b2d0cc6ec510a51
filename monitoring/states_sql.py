"""The statements that read facts for the engine: what reaches into a window, and what held when it began."""

# Facts that hold at all; %(known_at)s asks what was known then.
CURRENT = "superseded_at IS NULL"
KNOWN_AT = "recorded_at <= %(known_at)s AND (superseded_at IS NULL OR superseded_at > %(known_at)s)"

COLUMNS = 'id, extract(epoch FROM start)::bigint, extract(epoch FROM "end")::bigint, state, scope, origin, override'

# Intervals that overlap the window; changes inside it; and the last change of each stream at or before its start.
# `stream` finds the streams by jumping from one to the next in the index fact_stream.
WINDOW = """
WITH RECURSIVE fact AS NOT MATERIALIZED (
    SELECT * FROM monitoring_fact WHERE indicator_id = %(indicator)s AND {holds}
), stream AS (
    (SELECT origin, scope FROM fact WHERE "end" IS NULL ORDER BY origin, scope LIMIT 1)
    UNION ALL
    SELECT following.origin, following.scope FROM stream, LATERAL (
        SELECT origin, scope FROM fact
        WHERE "end" IS NULL AND (origin, scope) > (stream.origin, stream.scope) ORDER BY origin, scope LIMIT 1
    ) AS following
)
SELECT {columns} FROM fact WHERE "end" > %(since)s AND start < %(until)s
UNION ALL
SELECT {columns} FROM fact WHERE "end" IS NULL AND start > %(since)s AND start < %(until)s
UNION ALL
SELECT latest.* FROM stream, LATERAL (
    SELECT {columns} FROM fact
    WHERE "end" IS NULL AND fact.origin = stream.origin AND fact.scope = stream.scope AND start <= %(since)s
    ORDER BY start DESC, id DESC LIMIT 1
) AS latest
ORDER BY 1
"""

# Every scope that the facts name, and since when: the engine unites all of them, whether or not they have a fact
# inside the window that is looked at. It jumps from scope to scope in the index fact_scopes.
SCOPES = """
WITH RECURSIVE fact AS NOT MATERIALIZED (
    SELECT scope, start FROM monitoring_fact WHERE indicator_id = %(indicator)s AND {holds} AND scope <> ''
), named AS (
    (SELECT scope, start FROM fact ORDER BY scope, start LIMIT 1)
    UNION ALL
    SELECT following.scope, following.start FROM named, LATERAL (
        SELECT scope, start FROM fact WHERE scope > named.scope ORDER BY scope, start LIMIT 1
    ) AS following
)
SELECT scope, extract(epoch FROM start)::bigint FROM named
"""
