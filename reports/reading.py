"""A report's content as its page shows it: texts in the reader's language around figures that never change."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.kinds import Figure, kind_figure
from monitoring.figures.numbers import figure_text, target_text
from monitoring.models import Cause
from reports.models import Report
from reports.months import month_parse
from slmo.web import words
from slmo.web.signs import sign_of

BY_SECONDS = ("availability", "outages")
TOLD_AT_LENGTH = 6  # objectives; a longer report tells at length only of those that lost time
DAY_ORDER = ((2, "down"), (3, "degraded"), (4, "unknown"))  # positions in a day of the content, worst first


def read_report(report: Report) -> dict[str, Any]:
    """Return what the page shows, from the stored content and nothing else."""
    content = report.content
    month = month_parse(content["month"]) if content else report.month
    entries = [read_entry(entry) for entry in content.get("objectives", ())]
    return {
        "month": month,
        "counts": content.get("counts", {}),
        "summary": summary_of(content, month),
        "credits": [credit_sentence(credit) for credit in content.get("credits", ())],
        "sections": _sections(entries, catalogue=content.get("customer") is None),
        "paragraphs": [text for text in report.letter.split("\n\n") if text.strip()],
        "missed": [entry for entry in entries if entry["verdict"] == "breached"],
    }


def summary_of(content: Mapping[str, Any], month: date) -> str:
    """Return the sentence with which the report begins."""
    counts = content.get("counts", {})
    judged, missed = counts.get("judged", 0), counts.get("breached", 0)
    name = words.month(month)
    if not judged:
        return _("In %(month)s nothing could be judged.") % {"month": name}
    if not missed and judged == counts.get("met", 0):
        return ngettext(
            "In %(month)s the one target that could be judged was met.",
            "In %(month)s all %(judged)d targets that could be judged were met.",
            judged,
        ) % {"month": name, "judged": judged}
    return ngettext(
        "In %(month)s %(missed)d of %(judged)d target that could be judged was missed.",
        "In %(month)s %(missed)d of %(judged)d targets that could be judged were missed.",
        judged,
    ) % {"month": name, "judged": judged, "missed": missed}


def credit_sentence(credit: Mapping[str, Any]) -> str:
    """Say what is owed, in which direction."""
    values = {"amount": words.number(Fraction(credit["amount"] or 0), 2), "currency": credit["currency"]}
    if credit["received"]:
        return _("By the contracts, suppliers owe service credits of %(amount)s %(currency)s.") % values
    return _("By the agreements, service credits of %(amount)s %(currency)s are due.") % values


def read_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return one objective as the page shows it."""
    return {
        **entry,
        "percent": figure_text(entry["achieved"], entry["target"], entry.get("value", "")),
        "target_text": target_text(entry["target"]),
        "sentence": entry_sentence(entry),
        "strip": [_day(day) for day in entry["days"]] if entry.get("kind", "availability") in BY_SECONDS else [],
        "counted": counted_line(entry),
        "squares": [_square(line) for line in entry["history"]],
        "outage_lines": [_outage(outage, entry["zone"]) for outage in entry["outages"]],
        "more_outages": max(0, entry["outage_count"] - len(entry["outages"])),
        "cause": Cause(entry["breach"]["cause"]).label if entry["breach"] and entry["breach"]["cause"] else "",
        "credit_text": _credit(entry["credit"]),
    }


def entry_sentence(entry: Mapping[str, Any]) -> str:
    """Say what was delivered against what was promised."""
    if entry.get("kind", "availability") != "availability":
        return kind_sentence(entry)
    values = {
        "service": entry["service"]["name"],
        "percent": figure_text(entry["achieved"], entry["target"]),
        "target": target_text(entry["target"]),
        "down": words.duration_words(entry["consumed"]),
        "allowed": words.duration_words(entry["allowed"]),
        "over": words.duration_words(_over(entry)),
    }
    return _entry_sentence(entry["verdict"], lost=bool(Fraction(entry["consumed"] or 0))) % values


def kind_sentence(entry: Mapping[str, Any]) -> str:
    """Say what was delivered of an objective that is not about counted time."""
    figure = Figure(
        kind=entry["kind"], verdict=entry["verdict"], target=entry["target"], achieved=entry["achieved"],
        value=entry.get("value", ""), good=Fraction(entry["good"] or 0), total=Fraction(entry["total"] or 0),
        allowed=_exact(entry["allowed"]), consumed=_exact(entry["consumed"]), seconds=entry["seconds"],
        written=entry.get("terms", {}),
    )  # fmt: skip
    return kind_figure(figure).sentence(figure)


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def counted_line(entry: Mapping[str, Any]) -> str:
    """Say what was counted, for the foot of an entry; an empty text where nothing counts but the figure itself."""
    values = {"good": words.number(entry["good"] or 0), "total": words.number(entry["total"] or 0)}
    told = {
        "availability": _("%(good)s of %(total)s counted seconds good"),
        "ratio": _("%(good)s of %(total)s events good"),
        "slices": _("%(good)s of %(total)s slices good"),
        "value": _("%(good)s of %(total)s samples within the limit"),
        "tasks": _("%(good)s of %(total)s tasks in time"),
    }.get(entry.get("kind", "availability"), "")
    return told % values


def _entry_sentence(verdict: str, *, lost: bool) -> str:
    """Return the sentence for a verdict."""
    if verdict == "met" and not lost:
        return _("%(service)s was there for every counted second: %(percent)s, promised %(target)s.")
    return {
        "met": _(
            "%(service)s was available for %(percent)s of the counted time; %(target)s was promised. "
            "It was lost for %(down)s; %(allowed)s would have been within the promise."
        ),
        "breached": _(
            "%(service)s was available for %(percent)s of the counted time; %(target)s was promised. "
            "It was lost for %(down)s, which is %(over)s more than the promise allows."
        ),
        "indeterminate": _(
            "%(service)s was available for %(percent)s of the time that is known, but too much is unknown "
            "to judge it against the promised %(target)s."
        ),
        "no_data": _("Nothing was counted for %(service)s: there is no figure to judge."),
    }[verdict]


def _over(entry: Mapping[str, Any]) -> Fraction:
    """Return the seconds lost beyond the allowance."""
    return max(Fraction(0), Fraction(entry["consumed"] or 0) - Fraction(entry["allowed"] or 0))


def _sections(entries: Sequence[dict[str, Any]], *, catalogue: bool) -> list[dict[str, Any]]:
    """Return the entries under headings: by customer and supplier for the catalogue, else under one."""

    def heading(entry: Mapping[str, Any]) -> str:
        if not catalogue:
            return _("What was delivered")
        if entry["received"]:
            return _("Received from %(party)s") % {"party": entry["provider"]["name"]}
        return _("Delivered to %(party)s") % {"party": entry["customer"]["name"]}

    ordered = sorted(entries, key=lambda entry: (entry["received"], heading(entry)))
    brief = len(entries) > TOLD_AT_LENGTH
    return [_section(title, list(found), brief=brief) for title, found in groupby(ordered, key=heading)]


def _section(title: str, entries: Sequence[dict[str, Any]], *, brief: bool) -> dict[str, Any]:
    """Return one section; in a long report what went without any loss stands in a table below the rest."""
    quiet = [entry for entry in entries if brief and is_quiet(entry)]
    return {"title": title, "entries": [entry for entry in entries if entry not in quiet], "quiet": quiet}


def is_quiet(entry: Mapping[str, Any]) -> bool:
    """Tell whether there is nothing to say but that the promise was kept."""
    by_time = entry.get("kind", "availability") == "availability"
    return by_time and entry["verdict"] == "met" and not Fraction(entry["consumed"] or 0) and not entry["breach"]


def _day(day: Sequence[Any]) -> dict[str, str]:
    """Return one day of the strip."""
    when = words.day(date.fromisoformat(day[0]))
    for place, name in DAY_ORDER:
        if day[place]:
            return {"verdict": name, "label": f"{when}: {sign_of(name).label}, {words.duration(day[place])}"}
    return {"verdict": "up" if day[1] else "future", "label": when}


def _square(line: Mapping[str, str]) -> dict[str, str]:
    """Return one month of the history."""
    figure = figure_text(line["achieved"], line["target"], line.get("value", ""))
    label = f"{words.month(month_parse(line['month']))}: {sign_of(line['verdict']).label}"
    return {"verdict": line["verdict"], "label": f"{label}, {figure}" if figure else label}


def _outage(outage: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return one outage in words."""
    start = datetime.fromisoformat(outage["start"])
    return {
        "when": words.when(start, zone),
        "length": words.duration(outage["seconds"]),
        "references": outage["references"],
    }


def _credit(credit: Mapping[str, Any] | None) -> str:
    """Return a credit as amount and percent."""
    if not credit:
        return ""
    values = {
        "percent": words.number(Fraction(credit["percent"]), 0),
        "amount": words.number(Fraction(credit["amount"] or 0), 2),
        "currency": credit["currency"],
    }
    return _("%(percent)s %% of the charge: %(amount)s %(currency)s") % values
