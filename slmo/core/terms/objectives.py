"""Reading `spec.objectives`: which terms each indicator has, and which contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from slmo.core.calendar import Calendar
from slmo.core.errors import TermError, did_you_mean
from slmo.core.periods import EXPECTED as PERIOD_EXPECTED
from slmo.core.periods import period_check
from slmo.core.terms.alerts import alerts_read
from slmo.core.terms.credits import credits_read
from slmo.core.terms.measurement import measurement_read
from slmo.core.terms.model import ObjectiveTerms, UnknownRule
from slmo.core.terms.own import OWN
from slmo.core.terms.reader import Reader, Word, share_of, text_check
from slmo.core.terms.targets import parse_target, target_read
from slmo.core.terms.workload import workload_read
from slmo.core.units import parse_duration

__all__ = ["INDICATORS", "objective_read", "parse_target"]

_COMMON = (
    "name", "title", "indicator", "target", "period", "hours", "maintenance", "amendment", "credits", "scope",
    "workload",
)  # fmt: skip
_STATES = ("unite", "degraded", "unknown", "minimum_outage", "whole_minutes", "measurement")
_SHARED = {  # what several indicators have; tickets and statements are told by one party, and nobody measures them
    "availability": _STATES, "outages": _STATES, "ratio": ("unknown", "measurement"),
    "slices": ("unknown", "measurement"), "value": ("measurement",),
}  # fmt: skip
_BURNING = ("availability", "ratio", "slices", "tasks")  # judged by a share, so that a budget can burn
INDICATORS = {  # the terms that each indicator has besides the common ones
    name: (*_SHARED.get(name, ()), *kind.keys, *(("alerts",) if name in _BURNING else ())) for name, kind in OWN.items()
}
_KEYS = {indicator: frozenset((*_COMMON, *terms)) for indicator, terms in INDICATORS.items()}
_COUNTS_AS = {"ratio": ("excluded",)}
_USUAL, _UP, _DOWN = UnknownRule(), Fraction(1), Fraction(0)


def objective_read(value: object, path: str, calendars: Mapping[str, Calendar]) -> ObjectiveTerms:
    """Return the terms of one objective; raise TermError for what is unknown or contradicts another term."""
    reader = Reader(value, path)
    name = reader.text("name")
    indicator = reader.choice("indicator", INDICATORS)
    _keys_check(reader, indicator)
    target = target_read(reader, indicator)
    period = reader.parsed("period", period_check, expected=PERIOD_EXPECTED)
    return ObjectiveTerms(
        name=name,
        title=reader.text("title", "") or name,
        indicator=indicator,
        target=target,
        period=period,
        hours=_hours(reader, calendars),
        scope=_scope(reader),
        unite=reader.choice("unite", ("worst", "best"), "worst"),
        degraded=_degraded(reader),
        unknown=_unknown(reader, indicator),
        minimum_outage=reader.parsed("minimum_outage", parse_duration, 0, "a duration such as 60s"),
        whole_minutes=reader.flag("whole_minutes", False),
        maintenance=reader.choice("maintenance", ("excluded", "counted"), "excluded"),
        amendment=reader.choice("amendment", ("split", "start-of-period"), "split"),
        credits=credits_read(reader, indicator),
        alerts=alerts_read(reader, period),
        workload=workload_read(reader, name, indicator),
        measurement=measurement_read(reader, indicator),
        own=OWN[indicator].read(reader),
        written={key: reader.value[key] for key in OWN[indicator].keys if reader.has(key)},
    )


def _keys_check(reader: Reader, indicator: str) -> None:
    own = _KEYS[indicator]
    if own.issuperset(reader.value):
        return
    for key in reader.value:
        if key not in own and any(key in terms for terms in INDICATORS.values()):
            raise TermError(reader.at(key), Word(key), f"no such term, because the indicator is {indicator}")
    reader.known(*_COMMON, *INDICATORS[indicator])


def _hours(reader: Reader, calendars: Mapping[str, Calendar]) -> str | None:
    if not reader.has("hours") or reader.value["hours"] == "24x7":
        return None
    name = reader.text("hours")
    if name not in calendars:
        known = ", ".join(calendars) or "none is given"
        raise TermError(
            reader.at("hours"), name, f"a calendar of this document ({known}){did_you_mean(name, calendars)}"
        )
    return name


def _scope(reader: Reader) -> tuple[str, ...]:
    value = reader.value.get("scope")
    if value is None:
        return ()
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not listed:
        raise TermError(reader.at("scope"), value, "a list of scopes; leave it out for all facts")
    scopes = tuple(text_check(one, f"{reader.at('scope')}[{n}]") for n, one in enumerate(listed))
    if len(set(scopes)) < len(scopes):
        raise TermError(reader.at("scope"), value, "each scope once")
    return scopes


def _degraded(reader: Reader) -> Fraction:
    value = reader.value.get("degraded", "up")
    if value in ("up", "down"):
        return _UP if value == "up" else _DOWN
    try:
        return share_of(value, reader.at("degraded"))
    except TermError as error:
        raise TermError(reader.at("degraded"), value, "up, down, or a weight from 0 to 1 such as 0.5") from error


def _unknown(reader: Reader, indicator: str) -> UnknownRule:
    if not reader.has("unknown"):
        return _USUAL
    rule = Reader(reader.value["unknown"], reader.at("unknown"))
    if indicator in ("ratio", "slices") and rule.has("last_for"):
        expected = f"no such term, because the indicator is {indicator}"
        raise TermError(rule.at("last_for"), Word("last_for"), expected)
    rule.known("counts_as", "last_for", "indeterminate_above")
    choices = _COUNTS_AS.get(indicator, ("up", "down", "excluded"))
    return UnknownRule(
        counts_as=rule.choice("counts_as", choices, "excluded"),
        last_for=rule.parsed("last_for", parse_duration, 0, "a duration such as 5m"),
        indeterminate_above=rule.share("indeterminate_above", None),
    )
