"""The statements that read facts for the engine: what reaches into a window, and what held when it began.

The table has a part for each month, so every statement says from when to when facts can begin that it is about: what
is kept beside the facts (models/stream.py) tells the longest interval and the last change of each stream.
"""

# Facts that hold at all; %(known_at)s asks what was known then.
CURRENT = "superseded_at IS NULL"
KNOWN_AT = "recorded_at <= %(known_at)s AND (superseded_at IS NULL OR superseded_at > %(known_at)s)"

# A run of checks was learned bit by bit: it reaches to the end of the last check that was known.
_END_KNOWN = """
CASE WHEN checks > 1 AND recorded_until > %(known_at)s THEN start + ("end" - start) / checks * least(checks,
    1 + floor(extract(epoch FROM %(known_at)s::timestamptz - recorded_at) * checks / extract(epoch FROM "end" - start)))
ELSE "end" END"""
_COLUMNS = "id, extract(epoch FROM start)::bigint, extract(epoch FROM {end})::bigint, state, scope, origin, override"
COLUMNS = _COLUMNS.format(end='"end"')
COLUMNS_KNOWN = _COLUMNS.format(end=_END_KNOWN)

# Intervals that overlap the window; changes inside it; and the last change of each stream at or before its start, which
# lies between %(low)s and %(high)s.
REACHING = """
SELECT {columns} FROM monitoring_fact WHERE indicator_id = %(indicator)s AND {holds}
    AND "end" > %(since)s AND start > %(reach)s AND start < %(until)s
UNION ALL
SELECT {columns} FROM monitoring_fact WHERE indicator_id = %(indicator)s AND {holds}
    AND "end" IS NULL AND start > %(since)s AND start < %(until)s
UNION ALL
SELECT latest.* FROM unnest(%(origins)s::text[], %(scopes)s::text[]) AS stream (origin, scope), LATERAL (
    SELECT {columns} FROM monitoring_fact AS fact WHERE indicator_id = %(indicator)s AND {holds}
        AND "end" IS NULL AND fact.origin = stream.origin AND fact.scope = stream.scope
        AND start >= %(low)s AND start <= %(high)s
    ORDER BY start DESC, id DESC LIMIT 1
) AS latest
"""
WINDOW = f"{REACHING}ORDER BY 1\n"

# Every scope that the facts named at a moment, and since when: the engine unites all of them, whether or not they have
# a fact inside the window that is looked at.
SCOPES_KNOWN = """
SELECT scope, extract(epoch FROM min(start))::bigint FROM monitoring_fact
WHERE indicator_id = %(indicator)s AND {holds} AND scope <> '' GROUP BY scope
"""
