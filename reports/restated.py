"""Published reports whose figures were restated since, and what a restated report says of the one before it."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitoring.models import PeriodResult, Restatement, RestatementState
from reports.models import Report, ReportState


def results_of(report: Report) -> list[int]:
    """Return the results that a report shows."""
    return [entry["result"] for entry in report.content.get("objectives", ())]


def is_outdated(report: Report) -> bool:
    """Tell whether a published report shows a figure that was restated since."""
    return PeriodResult.objects.filter(pk__in=results_of(report), current=False).exists()


def restatements_since(report: Report) -> list[Restatement]:
    """Return the restatements of figures that a report shows, in the order of the report; with what led to them."""
    shown = {pk: place for place, pk in enumerate(results_of(report))}
    rows = Restatement.objects.filter(before__in=shown, state=RestatementState.ISSUED)
    rows = rows.select_related("objective__agreement__service")
    return sorted(rows, key=lambda row: shown[row.before_id])


def previous_of(report: Report) -> Report | None:
    """Return the issue that a report replaces."""
    issues = Report.objects.filter(month=report.month, provider=report.provider_id, customer=report.customer_id)
    return issues.filter(number__lt=report.number, state=ReportState.PUBLISHED).order_by("-number").first()


def restates_content(report: Report, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a restated report says of the issue before it: which figures differ; nothing for a first issue."""
    before = previous_of(report)
    if before is None:
        return {}
    now = {(entry["agreement"]["slug"], entry["objective"], entry["start"]): entry for entry in content["objectives"]}
    changed = [
        _changed(entry, now[key])
        for entry in before.content.get("objectives", ())
        if (key := (entry["agreement"]["slug"], entry["objective"], entry["start"])) in now
        and now[key]["result"] != entry["result"]
    ]
    return {
        "restates": {
            "number": before.number,
            "published_at": before.published_at.isoformat() if before.published_at else None,
            "digest": before.digest,
            "figures": changed,
        }
    }


def _changed(was: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return one figure as it was published, and as it is restated."""
    names = ("result", "achieved", "value", "target", "verdict", "good", "total", "credit")
    return {
        "service": entry["service"]["name"],
        "objective": entry["objective"],
        "agreement": entry["agreement"]["title"],
        "was": {name: was.get(name) for name in names},
        "now": {name: entry.get(name) for name in names},
        "reason": _reason(entry["result"]),
    }


def _reason(result: int) -> str:
    """Return why a result was restated, in the words of whoever restated it."""
    return Restatement.objects.filter(after=result).values_list("decision", flat=True).first() or ""


def reports_outdated(befores: Iterable[int]) -> list[Report]:
    """Return the latest issues of published reports that show any of these replaced results."""
    found: dict[tuple[Any, ...], Report] = {}
    for result in befores:
        shown = Report.objects.filter(content__contains={"objectives": [{"result": result}]})
        for report in shown.filter(state=ReportState.PUBLISHED).select_related("provider", "customer"):
            found[report.month, report.provider_id, report.customer_id, report.number] = report
    return [report for report in found.values() if not _followed(report)]


def _followed(report: Report) -> bool:
    """Tell whether there is a later issue of a report already."""
    issues = Report.objects.filter(month=report.month, provider=report.provider_id, customer=report.customer_id)
    return issues.filter(number__gt=report.number).exists()
