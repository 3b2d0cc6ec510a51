"""From an agreement to OpenSLO (docs/openslo.md, Writing)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import yaml

from slmo.core.openslo.notes import Note, Notes
from slmo.core.openslo.periods import seconds_text, window_of
from slmo.core.openslo.words import LABEL, LONGEST_DISPLAY_NAME, OPERATORS, name_of
from slmo.core.periods import rolling_seconds
from slmo.core.terms.conditions import CONDITIONS
from slmo.core.terms.model import Agreement, Target
from slmo.core.terms.targets import parse_target
from slmo.core.units import DAY, parse_duration

API = "openslo/v1"
_LETTERS = {sign: word for word, sign in OPERATORS.items()}
_CARRIED = ("name", "title", "indicator", "target", "period", "slice", "good_when", "reduce", "method")
_COUNTED = {  # indicators that are exported as a ratio: what is good of what
    "ratio": ("good events", "all events"),
    "availability": ("good seconds", "counted seconds"),
    "tasks": ("tasks within the limit", "counted tasks"),
}


def openslo_write(agreement: Agreement) -> tuple[list[dict[str, Any]], list[Note]]:
    """Return a Service and an SLO for each objective of the latest version, and notes on what they cannot say."""
    notes: list[Note] = []
    version = next(one for one in reversed(agreement.versions) if one.ending is None)
    document = version.document
    _spec_notes(document["spec"], Notes(notes, f"Agreement {agreement.name}"), len(agreement.versions))
    service = _label(agreement.service or agreement.name, Notes(notes, "Service"))
    written = [_object("Service", service, agreement.title, {}, Notes(notes, "Service"))]
    names: set[str] = set()
    for terms in document["spec"]["objectives"]:
        said = Notes(notes, f"Objective {terms['name']}")
        indicator, objective, method = _parts(terms, version.objectives[terms["name"]].target, said)
        if indicator is None:
            continue
        name = _unique(_label(terms["name"], said), names)
        spec = {
            "service": service,
            "indicator": {"metadata": {"name": name}, "spec": indicator},
            "budgetingMethod": method,
            "timeWindow": [window_of(terms["period"], agreement.timezone, agreement.anchor)],
            "objectives": [objective],
        }
        written.append(_object("SLO", name, terms.get("title", ""), spec, said))
    return written, notes


def _spec_notes(spec: Mapping[str, Any], notes: Notes, versions: int) -> None:
    if versions > 1:
        notes.left_out("", f"{versions - 1} earlier versions: OpenSLO has no dates from which terms hold")
    for key in ("type", "provider", "customer", "currency", "calendars", "exclusions", "effective", *CONDITIONS):
        if spec.get(key):
            notes.left_out(f"spec.{key}", "OpenSLO has no place for it")


def _object(kind: str, name: str, title: str, spec: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    metadata = {"name": name}
    if title and title != name:
        metadata["displayName"] = title[:LONGEST_DISPLAY_NAME]
        if len(title) > LONGEST_DISPLAY_NAME:
            notes.changed("title", f"cut to {LONGEST_DISPLAY_NAME} characters")
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _label(name: str, notes: Notes) -> str:
    if LABEL.fullmatch(name):
        return name
    label = name_of(name) or "service"
    notes.changed("name", f'"{name}" is written as {label}')
    return label


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[:58]}-{number}"
    taken.add(found)
    return found


def _parts(
    terms: Mapping[str, Any], target: Target | None, notes: Notes
) -> tuple[dict[str, Any] | None, dict[str, Any], str]:
    """Return the spec of the indicator (None, with a note, if there is none), the objective and the method."""
    kind, method = terms["indicator"], "Timeslices" if terms["indicator"] == "slices" else "Occurrences"
    indicator: dict[str, Any] | None = None
    objective: dict[str, Any] = {}
    if (rolling_seconds(terms["period"]) or 0) % 60:
        notes.left_out("period", "OpenSLO counts in whole minutes")
    elif target is None or kind == "outages":
        notes.left_out("", f"OpenSLO has no indicator like {kind}")
    elif kind == "value":
        indicator, objective = _value(terms, target, notes)
    elif target.value >= 1:
        notes.left_out("target", "OpenSLO demands a target below 100 %")
    else:
        indicator, objective = _slices(terms, notes) if kind == "slices" else _counted(kind, notes)
        objective["targetPercent"] = _decimal(target.value * 100)
        if target.op == ">":
            notes.changed("target", "more than a share becomes at least that share")
    if indicator is not None:
        for key in terms:
            if key not in _CARRIED:
                notes.left_out(key, "OpenSLO has no place for it")
    return indicator, objective, method


def _metric(what: str) -> dict[str, Any]:
    return {"metricSource": {"type": "slmo", "spec": {"facts": what}}}


def _counted(kind: str, notes: Notes) -> tuple[dict[str, Any], dict[str, Any]]:
    good, total = _COUNTED[kind]
    if kind != "ratio":
        notes.changed("indicator", f"{kind} becomes a ratio of {good} to {total}")
    return {"ratioMetric": {"counter": False, "good": _metric(good), "total": _metric(total)}}, {}


def _value(terms: Mapping[str, Any], target: Target, notes: Notes) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return a percentile as a share of samples within its limit: the p-th is at most v where p % of them are."""
    reduce = str(terms["reduce"])
    if not reduce.startswith("p") or target.op not in ("<=", "<") or terms.get("method") == "linear":
        notes.left_out("reduce", f"OpenSLO counts samples within a limit; it has no {reduce} {target.op}")
        return None, {}
    share = Fraction(reduce[1:])
    if share >= 100:
        notes.left_out("reduce", "OpenSLO demands a target below 100 %")
        return None, {}
    objective = {"op": _LETTERS[target.op], "value": _decimal(target.value), "targetPercent": _decimal(share)}
    return {"thresholdMetric": _metric("samples")}, objective


def _slices(terms: Mapping[str, Any], notes: Notes) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    good, seconds = parse_target(str(terms["good_when"])), parse_duration(str(terms["slice"]))
    if seconds % 60:
        notes.left_out("slice", "OpenSLO counts in whole minutes")
        return None, {}
    window = {"timeSliceWindow": seconds_text(seconds) if seconds < DAY else "1d"}
    if good.unit == "%":
        if good.op != ">=" or not 0 < good.value <= 1:
            notes.left_out("good_when", "a slice's ratio has to be at least a share above 0")
            return None, {}
        indicator, _ = _counted("ratio", notes)
        return indicator, {"timeSliceTarget": _decimal(good.value), **window}
    return _value_slices(str(terms.get("reduce", "mean")), good, window, notes)


def _value_slices(
    reduce: str, good: Target, window: dict[str, Any], notes: Notes
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return slices of samples: all of them, or for a percentile its share, have to keep the limit."""
    below = good.op in ("<=", "<")
    share = Fraction(1)
    if reduce.startswith("p") and below:
        share = Fraction(reduce[1:]) / 100
    elif reduce != ("max" if below else "min"):
        notes.changed("reduce", f"OpenSLO has no {reduce} of a slice: every sample has to keep the limit")
    objective = {"op": _LETTERS[good.op], "value": _decimal(good.value), "timeSliceTarget": _decimal(share), **window}
    return {"thresholdMetric": _metric("samples")}, objective


def _decimal(value: Fraction) -> Decimal:
    """Return an exact decimal, at most thirty digits."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).normalize() + 0


class _Dumper(yaml.SafeDumper):
    """Write exact numbers as they are."""


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _number)


def openslo_text(documents: Sequence[Mapping[str, Any]]) -> str:
    """Return documents as one YAML file, each after `---`."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, explicit_start=True, width=120)
