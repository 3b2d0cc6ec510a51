"""How likely it is that a running period will be missed, as its page tells it: an estimate, labelled as one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.utils.translation import gettext as _

from monitoring.models import PeriodResult
from monitoring.outlook.past import Past, ahead_of, past_read, reading_of, so_far_of
from slmo.core.calibration import BINS, Calibration, calibration
from slmo.core.forecast import FEWEST_PERIODS, Forecast, forecast, seed_of
from slmo.core.terms import Agreement, ObjectiveTerms
from slmo.web import words
from slmo.web.charts import calibration_points

KEPT = 7 * 86_400  # seconds in the cache; the key names every number, so nothing in it grows old


@dataclass(frozen=True)
class Chance:
    """What is said about a running period, and how such words have come true; None: no period is running."""

    forecast: Forecast | None
    record: Calibration
    past: Past

    @property
    def enough(self) -> bool:
        """Tell whether there is enough past to say anything."""
        return self.past.periods >= FEWEST_PERIODS

    @property
    def lacking(self) -> int:
        """Return how many closed periods are still lacking."""
        return max(0, FEWEST_PERIODS - self.past.periods)

    @property
    def better(self) -> bool:
        """Tell whether the forecasts have been better than always saying the usual share."""
        brier, usual = self.record.brier, self.record.reference
        return brier is not None and usual is not None and brier < usual


def chance_of(
    results: Sequence[PeriodResult], running: PeriodResult | None, agreement: Agreement, terms: ObjectiveTerms
) -> Chance | None:
    """Return the forecast of the running period and the record of earlier ones; None for kinds that have none.

    `results` are all current results of the objective, oldest first. Computed once for the same numbers.
    """
    reading = reading_of(terms)
    if reading is None or not results:
        return None
    zone = ZoneInfo(agreement.timezone)
    past = past_read(results, reading, zone, running.assessed_at if running else results[-1].end)
    seed = seed_of(past.digest)
    rules = (reading.limit, seed, reading.planned)
    record = _kept("record", (past.digest, *rules), lambda: calibration(past.days, *rules[:2], planned=rules[2]))
    if running is None:
        return Chance(None, record, past)
    so_far, ahead = so_far_of(running, reading, zone), ahead_of(running, agreement, reading)
    asked = (past.digest, so_far, ahead.total.tolist(), ahead.kind.tolist(), *rules)
    said = _kept("forecast", asked, lambda: forecast(past.days, so_far, ahead, reading.limit, seed))
    return Chance(said, record, past)


def _kept(what: str, asked: Any, compute: Any) -> Any:
    """Return what was computed for these numbers before, else compute and keep it."""
    key = f"outlook:{what}:{hashlib.sha256(json.dumps(asked).encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, KEPT)
    return found


def chance_shown(chance: Chance) -> dict[str, Any]:
    """Return the forecast as the page shows it."""
    said = chance.forecast
    shown: dict[str, Any] = {"chance": chance, "fewest": FEWEST_PERIODS, **_record_shown(chance.record)}
    if said is None or said.probability is None or said.low is None or said.high is None:
        return shown
    return shown | {
        "probability": chance_text(said.probability, certain=said.certain),
        "low": chance_text(said.low, certain=True),
        "high": chance_text(said.high, certain=True),
        "tone": "breach" if said.probability >= 0.5 else "risk" if said.probability >= 0.1 else "met",
    }


def chance_text(share: float, *, certain: bool = False) -> str:
    """Return a probability in whole percent; one that is not certain is never told as 0 or 100 %."""
    whole = round(share * 100)
    if not certain and whole < 1:
        return _("under %(percent)s") % {"percent": words.percent_exact(Fraction(1, 100))}
    if not certain and whole > 99:
        return _("over %(percent)s") % {"percent": words.percent_exact(Fraction(99, 100))}
    return words.percent_exact(Fraction(whole, 100))


def _record_shown(record: Calibration) -> dict[str, Any]:
    """Return the record as a table and a chart; nothing where no forecast could have been made."""
    if record.brier is None or record.reference is None:
        return {}
    bins = [_bin(place, one) for place, one in enumerate(record.bins)]
    labels = {"said": _("said"), "happened": _("came true"), "ideal": _("as said")}
    return {
        "bins": bins,
        "brier": words.number(Fraction(record.brier).limit_denominator(10**6), 3),
        "usual": words.number(Fraction(record.reference).limit_denominator(10**6), 3),
        "replays": len(record.replayed),
        "replayed_periods": len({one.period for one in record.replayed}),
        "reliability": calibration_points([_point(one) for one in bins if one["forecasts"]], labels=labels),
    }


def _bin(place: int, found: Any) -> dict[str, Any]:
    """Return one fifth of the probabilities as the table shows it."""
    step = 100 // BINS
    label = f"{place * step} … {words.percent_exact(Fraction((place + 1) * step, 100))}"
    if found is None:
        return {"label": label, "forecasts": 0, "said": None, "happened": None}
    return {"label": label, "forecasts": found.forecasts, "said": found.predicted, "happened": found.happened}


def _point(one: dict[str, Any]) -> dict[str, Any]:
    """Return a fifth with what the chart says of it."""
    values = {
        "count": one["forecasts"],
        "said": chance_text(one["said"], certain=True),
        "happened": chance_text(one["happened"], certain=True),
    }
    return one | {"text": _("%(count)s forecasts of about %(said)s: %(happened)s came true") % values}
