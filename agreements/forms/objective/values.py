"""An objective of a document as the values of flat fields, and back (docs/formats.md, agreement.yaml)."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from agreements.forms.fields import (
    PERCENT,
    SECONDS,
    duration_write,
    limit_plain,
    limit_split,
    listed,
    number_json,
    number_text,
)
from agreements.forms.fields import (
    PLAIN as NUMBER,
)
from slmo.core.errors import EngineError
from slmo.core.terms.targets import parse_quantity
from slmo.core.terms.workload import SUSPENDED
from slmo.core.units import exact_decimal

Values = dict[str, Any]
PERCENTILE = "percentile"
SHARES = ("availability", "ratio", "slices", "tasks")  # kinds whose figure is a share
# Terms that stand in the document as they are typed, each with what it says when it is left out.
PLAIN: Mapping[str, Any] = {
    "target": "",
    "period": "",
    "hours": "24x7",
    "slice": "",
    "good_when": "",
    "method": "nearest-rank",
    "clock": "",
    "counts_in": "opened",
    "repriority": "whole",
    "at_least": "",
    "unite": "worst",
    "minimum_outage": "",
    "whole_minutes": False,
    "maintenance": "excluded",
    "no_traffic": "no_data",
    "amendment": "split",
}
LIMITS = ("target", "slice", "good_when", "at_least", "minimum_outage")  # of these, texts that fields write alike
UNKNOWN = {"counts_as": "unknown_counts_as", "last_for": "unknown_last_for", "indeterminate_above": "unknown_above"}
WORKLOAD = {"objective": "workload_objective", "limit": "workload_limit", "per": "workload_per"}
MEASUREMENT = {"rules": "measurement_rules", "silent": "measurement_silent", "notice_above": "measurement_notice"}
CREDIT_TEXTS = {"of": "credits_of", "source": "credits_source", "rounding": "credits_rounding"}
CREDIT_SUMS = ("charge", "cap_month", "cap_year", "minimum")


def values_of(objective: Mapping[str, Any]) -> Values:
    """Return what the fields show of an objective; rows of limits and tiers are lists of mappings."""
    found: Values = {key: objective[key] for key in PLAIN if objective.get(key) is not None}
    found |= {key: limit_plain(str(found[key])) for key in LIMITS if key in found}
    found |= {"name": objective.get("name", ""), "title": objective.get("title", "")}
    found["scope"] = ", ".join(_list(objective.get("scope")))
    found |= _reduce_values(objective.get("reduce")) | _degraded_values(objective.get("degraded"))
    rule = objective.get("unknown") or {}
    found |= {field: _share(rule[key]) for key, field in UNKNOWN.items() if rule.get(key) is not None}
    found |= {"unknown_last_for": limit_plain(str(rule["last_for"]))} if rule.get("last_for") else {}
    found |= _workload_values(objective.get("workload") or {})
    found |= _measurement_values(objective.get("measurement") or {}, objective.get("indicator"))
    found["limits"] = list(_limit_values(objective.get("limit"), _list(objective.get("priority"))))
    return found | _credit_values(objective.get("credits") or {}, unit_of(objective))


def objective_of(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the objective that the cleaned fields say; what says the same as leaving it out is left out."""
    found: dict[str, Any] = {"name": values["name"], "indicator": kind}
    if values.get("title"):
        found["title"] = values["title"]
    found |= {key: values[key] for key, usual in PLAIN.items() if values.get(key) not in (None, "", usual)}
    if scope := listed(values.get("scope") or ""):
        found["scope"] = scope
    found |= _reduce_of(values) | _degraded_of(values) | _limits_of(values.get("limits") or [])
    rule = {key: values[field] for key, field in UNKNOWN.items() if values.get(field)}
    if rule.get("counts_as") == "excluded" and len(rule) == 1:
        rule = {}
    found |= {"unknown": rule} if rule else {}
    return found | _workload_of(values) | _measurement_of(values) | _credits_of(values, unit_of(found))


def objective_changed(original: Mapping[str, Any], values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the objective that the fields say, with the original's own words wherever they say the same.

    So saving a form that nobody changed leaves the text as it is, letter by letter.
    """
    said, before = objective_of(values, kind), objective_of(values_of(original), kind)
    kept = {key: original[key] for key in original if key in said and said[key] == before.get(key)}
    silent = {key: original[key] for key in original if key not in said and key not in before}
    return {**said, **kept, **silent}


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _share(value: Any) -> Any:
    """Return a share written as a number, such as 0.05 or "0.05", as a percentage; other text as it is."""
    plain = isinstance(value, str) and re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", value)
    if isinstance(value, bool) or not (plain or isinstance(value, int | float)):
        return value
    return f"{number_text(round(float(value) * 100, 12))}%"


def _reduce_values(reduce: Any) -> Values:
    percentile = re.fullmatch(r"p([0-9.]+)", str(reduce or ""))
    if percentile:
        return {"reduce": PERCENTILE, "percentile": percentile[1]}
    return {"reduce": reduce} if reduce else {}


def _reduce_of(values: Mapping[str, Any]) -> dict[str, Any]:
    reduce = values.get("reduce")
    if not reduce:
        return {}
    return {"reduce": f"p{values.get('percentile') or ''}" if reduce == PERCENTILE else reduce}


def _degraded_values(degraded: Any) -> Values:
    if degraded in (None, "up", "down"):
        return {"degraded": degraded or "up"}
    return {"degraded": "weight", "degraded_weight": _share(degraded)}


def _degraded_of(values: Mapping[str, Any]) -> dict[str, Any]:
    degraded = values.get("degraded") or "up"
    if degraded == "weight":
        return {"degraded": values.get("degraded_weight") or ""}
    return {} if degraded == "up" else {"degraded": degraded}


def _workload_values(agreed: Mapping[str, Any]) -> Values:
    """Return what the fields of a workload limit show; without a target beyond it, it suspends."""
    found = {field: limit_plain(str(agreed[key])) for key, field in WORKLOAD.items() if agreed.get(key) is not None}
    beyond = str(agreed.get("beyond") or SUSPENDED)
    return found | ({} if beyond == SUSPENDED else {"workload_beyond": limit_plain(beyond)})


def _workload_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `workload`; without a limit there is none."""
    if not values.get("workload_limit"):
        return {}
    found = {key: values[field] for key, field in WORKLOAD.items() if values.get(field)}
    if found.get("per") == "period":
        del found["per"]
    return {"workload": found | ({"beyond": values["workload_beyond"]} if values.get("workload_beyond") else {})}


def _measurement_values(agreed: Mapping[str, Any], kind: Any) -> Values:
    """Return what the fields of two measurements show; without the term nothing is said."""
    found = {MEASUREMENT[key]: agreed[key] for key in ("rules", "silent") if agreed.get(key) is not None}
    above = agreed.get("notice_above")
    if above is None:
        return found
    return found | {"measurement_notice": _share(above) if kind in SHARES else limit_plain(number_text(above))}


def _measurement_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `measurement`; where nobody's measurement rules there is none."""
    if not values.get("measurement_rules"):
        return {}
    found = {key: values[field] for key, field in MEASUREMENT.items() if values.get(field)}
    if found.get("silent") == "unknown":
        del found["silent"]
    return {"measurement": found}


def _limit_values(limit: Any, priorities: list[str]) -> Iterator[Values]:
    """Yield a row for each priority with its limit; one without a priority where the limit is for all."""
    if isinstance(limit, Mapping):
        yield from ({"priority": str(name), "limit": limit_plain(str(one))} for name, one in limit.items())
    elif limit is not None:
        yield from ({"priority": name, "limit": limit_plain(str(limit))} for name in priorities or [""])


def _limits_of(rows: list[Values]) -> dict[str, Any]:
    """Return `limit` and `priority`: one limit where all rows have the same, else one for each priority."""
    limits = {row["limit"] for row in rows}
    named = [row["priority"] for row in rows if row["priority"]]
    if not rows:
        return {}
    if len(limits) == 1:
        return {"limit": limits.pop()} | ({"priority": named} if named else {})
    return {"limit": {row["priority"]: row["limit"] for row in rows}}


def unit_of(objective: Mapping[str, Any]) -> str:
    """Return the unit in which the bounds of an objective's credits are typed: that of its target."""
    unit = limit_split(str(objective.get("target") or ""))[2]
    return PERCENT if objective.get("indicator") in SHARES else unit or NUMBER


def _credit_values(agreed: Mapping[str, Any], unit: str) -> Values:
    found = {field: agreed[key] for key, field in CREDIT_TEXTS.items() if agreed.get(key)}
    found |= {f"credits_{key}": number_text(agreed[key]) for key in CREDIT_SUMS if agreed.get(key) is not None}
    found["tiers"] = [_tier_values(tier, unit) for tier in agreed.get("tiers") or []]
    return found


def _tier_values(tier: Mapping[str, Any], unit: str) -> Values:
    """Return the row of one tier, its bounds in this unit."""
    bounds = {key: _bound_typed(tier[key], unit) for key in ("below", "at_least") if tier.get(key) is not None}
    return {**bounds, "percent": number_text(tier.get("percent")).removesuffix("%")}


def _bound_typed(bound: Any, unit: str) -> str:
    """Return a tier's bound as a number of this unit; text that is none stays as it is."""
    try:
        value = parse_quantity(number_text(bound))[0]
    except EngineError:
        return str(bound)
    return exact_decimal(value * 100 if unit == PERCENT else value / SECONDS.get(unit, 1))


def _bound_written(typed: str, unit: str) -> str:
    """Return a typed number of this unit as the format writes it."""
    if unit in SECONDS:
        seconds = Fraction(typed) * SECONDS[unit]
        return duration_write(int(seconds)) if seconds.denominator == 1 else typed
    return f"{typed}%" if unit == PERCENT else typed


def _credits_of(values: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """Return `credits`; without a tier nothing is credited."""
    tiers = [
        {key: _bound_written(tier[key], unit) for key in ("at_least", "below") if tier.get(key)}
        | {"percent": number_json(tier["percent"] or "0")}
        for tier in values.get("tiers") or []
    ]
    if not tiers:
        return {}
    found: dict[str, Any] = {"of": values.get("credits_of") or "charge"}
    found |= {key: number_json(values[f"credits_{key}"]) for key in CREDIT_SUMS if values.get(f"credits_{key}")}
    found["tiers"] = tiers
    if values.get("credits_rounding") not in (None, "", "half-up"):
        found["rounding"] = values["credits_rounding"]
    if values.get("credits_source"):
        found["source"] = values["credits_source"]
    return {"credits": found}
