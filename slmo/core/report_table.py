"""The report as a table for people; every figure is cut against the provider, with the seconds beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from slmo.core.kinds import KINDS
from slmo.core.result import PeriodResult, number, value_text
from slmo.core.terms import Agreement, Target
from slmo.core.units import exact_decimal, format_instant, truncate
from slmo.core.volume import Load

PLACES = 4
COLUMNS = (
    "objective",
    "from",
    "to",
    "version",
    "verdict",
    "achieved",
    "target",
    "good / total",
    "budget left",
    "credit",
)


def report_table(
    agreement: Agreement, results: Sequence[PeriodResult], as_of: int, with_partition: bool = False
) -> str:
    """Return the report: a heading, one line for each period, and with `with_partition` its spans below it."""
    zone = agreement.timezone
    title = agreement.name if agreement.title == agreement.name else f"{agreement.name}: {agreement.title}"
    rows = [COLUMNS, *(_row(agreement, result) for result in results)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    lines = [f"{title} ({zone}), as of {format_instant(as_of, zone)}", ""]
    for row, result in zip(rows, [None, *results], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if result is not None and result.load is not None and result.load.exceeded:
            lines.append(f"    {load_text(result.load)}")
        if with_partition and result is not None:
            lines += _spans(result, zone)
    return "\n".join(lines) + "\n"


def _spans(result: PeriodResult, zone: str) -> Iterator[str]:
    for start, end, one in result.partition.intervals() if result.partition else ():
        yield f"    {format_instant(start, zone)}  {format_instant(end, zone)}  {one.value:<12}  {end - start} s"


def _row(agreement: Agreement, result: PeriodResult) -> tuple[str, ...]:
    version = next((one for one in agreement.versions if one.id == result.version), None)
    terms = version.objectives[result.objective] if version else None
    return (
        result.objective,
        _local(result.window.start, agreement.timezone),
        _local(result.window.end, agreement.timezone),
        result.version or "-",
        result.verdict.value,
        _figure(result),
        target_text(result.target) if terms and result.target else "-",
        f"{number(result.good)} / {number(Fraction(result.total))} {KINDS[result.indicator].unit}".rstrip(),
        "-" if result.budget is None else f"{_decimal(result.budget.remaining)} {KINDS[result.indicator].unit}",
        "-" if result.credit is None else f"{result.credit.amount} {agreement.currency}".strip(),
    )


def load_text(load: Load) -> str:
    """Return what came beyond a workload limit, and what followed from it."""
    beyond = f"judged by {load.terms.beyond.text}" if load.terms.beyond else "suspended"
    spans = "" if load.terms.per == "period" else f" in {load.exceeded} x 1 {load.terms.per}"
    came = exact_decimal(load.volume)
    return f"workload of {load.terms.objective}: {came}, limit {load.terms.limit.text} exceeded{spans}, {beyond}"


def _figure(result: PeriodResult) -> str:
    if result.figure is None:
        return "-"
    if not result.has_value:
        return f"{truncate(result.figure * 100, PLACES)} %"
    if result.target is not None and result.target.unit == "%":
        return f"{value_text(result.figure * 100, result.target, PLACES)} %"
    unit = " s" if result.target is not None and result.target.unit == "seconds" else ""
    return value_text(result.figure, result.target, PLACES) + unit


def _decimal(value: Fraction) -> str:
    text = exact_decimal(value)
    return text if len(text) < 16 else truncate(value, 3)


def _local(instant: int, zone: str) -> str:
    text = format_instant(instant, zone)
    return text[:10] if text[11:19] == "00:00:00" else text


def target_text(target: Target) -> str:
    """Return a target as it is written in an agreement."""
    return target.text
