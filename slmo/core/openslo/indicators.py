"""Objectives of an SLO as objectives of an agreement: which indicator means the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from slmo.core.openslo.node import decimal_of
from slmo.core.openslo.notes import Notes
from slmo.core.openslo.periods import seconds_text
from slmo.core.openslo.words import OPERATORS, parse_duration
from slmo.core.units import DAY

Terms = dict[str, Any]


def terms_of(method: str, metrics: Mapping[str, Any], one: Mapping[str, Any], notes: Notes) -> Terms | None:
    """Return indicator, target and the indicator's own terms; None, with a note, if nothing means the same."""
    if method == "RatioTimeslices":
        notes.left_out("budgetingMethod", "no indicator takes the mean of the slices' ratios")
        return None
    ratio = metrics.get("ratioMetric")
    if ratio is not None and "raw" not in ratio:
        if "bad" in ratio:
            notes.changed("ratioMetric.bad", "facts hold good and total events: record total − bad as good")
        return _ratio(one) if method == "Occurrences" else _ratio_slices(one, notes)
    if ratio is not None:
        return _raw(method, ratio, one, notes)
    if one.get("op") is None or one.get("value") is None:
        notes.left_out("op", "a threshold needs an operator and a value")
        return None
    return _threshold(one, notes) if method == "Occurrences" else _threshold_slices(one, notes)


def target_of(one: Mapping[str, Any]) -> Decimal:
    """Return an objective's target in percent."""
    percent = decimal_of(one.get("targetPercent"))
    return percent if percent is not None else (decimal_of(one.get("target")) or Decimal(0)) * 100


def plain(number: Decimal) -> str:
    """Return a number without exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _least(percent: Decimal) -> str:
    return f">= {plain(percent)}%"


def _ratio(one: Mapping[str, Any]) -> Terms:
    return {"indicator": "ratio", "target": _least(target_of(one))}


def _slices(one: Mapping[str, Any], notes: Notes, **terms: str) -> Terms | None:
    length = parse_duration(one["timeSliceWindow"]) if one.get("timeSliceWindow") else None
    if length is None or not 1 <= length.seconds <= DAY:
        notes.left_out("timeSliceWindow", "a slice lasts from one second to one day")
        return None
    return {"indicator": "slices", "target": _least(target_of(one)), "slice": seconds_text(length.seconds), **terms}


def _ratio_slices(one: Mapping[str, Any], notes: Notes) -> Terms | None:
    return _slices(one, notes, good_when=_least((decimal_of(one["timeSliceTarget"]) or Decimal(0)) * 100))


def _raw(method: str, ratio: Mapping[str, Any], one: Mapping[str, Any], notes: Notes) -> Terms | None:
    """Return terms for ratios that come as samples: their mean, which weighs each sample alike."""
    good = ratio.get("rawType") == "success"
    if method == "Timeslices":
        notes.changed("ratioMetric.raw", "a slice's ratio is the mean of its samples")
        share = decimal_of(one["timeSliceTarget"]) or Decimal(0)
        return _slices(one, notes, good_when=f">= {plain(share)}" if good else f"<= {plain(1 - share)}")
    notes.changed("ratioMetric.raw", "the ratio is the mean of the samples, each of the same weight")
    share = target_of(one) / 100
    target = f">= {plain(share)}" if good else f"<= {plain(1 - share)}"
    return {"indicator": "value", "reduce": "mean", "target": target}


def _limit(one: Mapping[str, Any]) -> str:
    return f"{OPERATORS[one['op']]} {plain(decimal_of(one['value']) or Decimal(0))}"


def _threshold(one: Mapping[str, Any], notes: Notes) -> Terms | None:
    """Return terms that hold exactly where the share of samples within the value reaches the target.

    At least 99 % of the samples are at most v if and only if their 99th percentile (nearest rank) is at most v.
    """
    percent = target_of(one)
    if one["op"] in ("lt", "lte") and percent > 0:
        return {"indicator": "value", "reduce": f"p{plain(percent)}", "target": _limit(one)}
    said = f"record buckets of all samples and, as good, those {_limit(one)}"
    notes.changed("thresholdMetric", f"a share of samples above a value is a ratio: {said}")
    return _ratio(one)


def _threshold_slices(one: Mapping[str, Any], notes: Notes) -> Terms | None:
    share = decimal_of(one["timeSliceTarget"]) or Decimal(0)
    lower = one["op"] in ("lt", "lte")
    if share == 1:
        return _slices(one, notes, good_when=_limit(one), reduce="max" if lower else "min")
    if lower:
        return _slices(one, notes, good_when=_limit(one), reduce=f"p{plain(share * 100)}")
    notes.left_out("timeSliceTarget", "no indicator asks for a share below 1 of a slice's samples above a value")
    return None
