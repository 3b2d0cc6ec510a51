"""What a restated report says of the issue before it, as its page shows it: from the stored content alone."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from monitoring.figures.numbers import figure_text
from reports.models import Report
from slmo.web import words


def restates_shown(report: Report) -> dict[str, Any] | None:
    """Return number and day of the issue that a report replaces, with the figures that differ; None for a first."""
    restates = report.content.get("restates")
    if not restates:
        return None
    published = restates["published_at"]
    return {
        **restates,
        "published_at": datetime.fromisoformat(published) if published else None,
        "figures": [_figure(one) for one in restates["figures"]],
    }


def _figure(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return one restated figure in words."""
    return {**one, "was_text": _text(one["was"]), "now_text": _text(one["now"]), "credit": _credit(one)}


def _text(figures: Mapping[str, Any]) -> str:
    """Return a figure as a percentage cut off against the provider."""
    return figure_text(figures["achieved"], figures["target"], figures.get("value") or "") or words.DASH


def _credit(one: Mapping[str, Any]) -> str:
    """Return by how much the service credit differs, with its sign and currency; nothing where it does not."""
    amounts = [Fraction((one[side]["credit"] or {}).get("amount") or 0) for side in ("was", "now")]
    difference = amounts[1] - amounts[0]
    if not difference:
        return ""
    currency = (one["now"]["credit"] or one["was"]["credit"] or {}).get("currency", "")
    sign = "+" if difference > 0 else ""
    return f"{sign}{words.number(difference, 2)} {currency}".strip()
