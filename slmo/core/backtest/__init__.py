"""A draft replayed on recorded facts: what it would have meant, and what decides that (docs/evidence.md)."""

from slmo.core.backtest.curve import POINTS, Point, credit_sum, curve, targets_around, terms_at
from slmo.core.backtest.document import agreement_alone, counted_beside, document_alone
from slmo.core.backtest.events import Deciding, Event, deciding
from slmo.core.backtest.replay import JUDGED, Replay, periods_back

__all__ = [
    "JUDGED",
    "POINTS",
    "Deciding",
    "Event",
    "Point",
    "Replay",
    "agreement_alone",
    "counted_beside",
    "credit_sum",
    "curve",
    "deciding",
    "document_alone",
    "periods_back",
    "targets_around",
    "terms_at",
]
