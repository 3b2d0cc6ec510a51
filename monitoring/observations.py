"""What the probe points of a source saw, for the fetch that makes facts of it."""

from datetime import timedelta

from monitoring.borrowed import connection_borrowed
from monitoring.connectors.probing import OBSERVED, Observed
from monitoring.instants import instant_of
from monitoring.models import Source

LATE = 3  # intervals for which a point's look may come after the source's fetch


def observations_of(source: Source) -> dict[str, list[Observed]]:
    """Return what a source's points saw since its last success, as its configuration brings it to the fetch."""
    if not source.config.get("points"):
        return {}
    since = source.last_success_at or source.asked_since
    rows = source.observations.select_related("point").order_by("start", "point__slug")
    if since is not None:
        rows = rows.filter(start__gte=since - timedelta(seconds=LATE * source.interval))
    with connection_borrowed():
        return {OBSERVED: [Observed(instant_of(o.start), o.point.slug, o.state, o.seen, o.value) for o in rows]}
