"""What the pages of corrections and exclusions show: steps, figures before and after, how much of them is one's own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.selectors import objectives_visible
from monitoring.figures.numbers import figure_text, target_text
from monitoring.figures.objective import period_label
from monitoring.models import Proposal, ProposalState
from slmo.accounts.models import User
from slmo.core.units import Window
from slmo.web import words

EFFECTS_SHOWN = 60
Rehearsal = Callable[[], tuple[list[dict[str, Any]], int]]


def steps_of(proposal: Proposal) -> list[dict[str, Any]]:
    """Return the steps of a proposal: proposed, decided, and revoked where it was."""
    named = {
        ProposalState.PROPOSED: _("Approved or declined"),
        ProposalState.APPROVED: _("Approved"),
        ProposalState.REVOKED: _("Approved"),
        ProposalState.DECLINED: _("Declined"),
        ProposalState.WITHDRAWN: _("Withdrawn"),
    }
    proposed = {"label": _("Proposed"), "state": "done", "note": _who(proposal.proposed_by, proposal.proposed_at)}
    decided = {"label": named[ProposalState(proposal.state)], "state": "current" if proposal.waits else "done"}
    if proposal.decided_at:
        decided["note"] = _who(proposal.decided_by, proposal.decided_at)
    steps = [proposed, decided]
    if proposal.state == ProposalState.REVOKED:
        revoked_at, revoked_by = getattr(proposal, "revoked_at", None), getattr(proposal, "revoked_by", None)
        steps.append({"label": _("Revoked"), "state": "done", "note": _who(revoked_by, revoked_at)})
    return steps


def _who(person: User | None, at: datetime | None) -> str:
    """Return who took a step, and when."""
    return f"{person or 'SLMO'}, {words.when(at)}"


def effects_shown(user: User, effects: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the changed figures as a table; those of agreements that the person may not know of are left out."""
    known = set(
        objectives_visible(user)
        .order_by()
        .filter(pk__in={one["objective_id"] for one in effects})
        .values_list("pk", flat=True)
    )
    seen = [one for one in effects if one["objective_id"] in known]
    return {
        "effects": [_effect(one) for one in seen[:EFFECTS_SHOWN]],
        "effects_more": max(0, len(seen) - EFFECTS_SHOWN),
        "finals": sum(one["final"] for one in seen),
        "figures": len(seen),
    }


def rehearsed(user: User, rehearse: Rehearsal) -> dict[str, Any]:
    """Return what would change as `effects_shown` does, or why that cannot be told at this moment."""
    try:
        effects, left_out = rehearse()
    except OperationalError:
        return {"unrehearsed": _("The figures are being computed at this moment. Ask again in a little while.")}
    except ValidationError as error:
        return {"unrehearsed": " ".join(error.messages)}
    return {**effects_shown(user, effects), "left_out": left_out}


def _effect(one: dict[str, Any]) -> dict[str, Any]:
    """Return one changed period as the table shows it."""
    zone = ZoneInfo(one["zone"])
    start, end = (datetime.fromisoformat(one[name]) for name in ("start", "end"))
    before, after = (_side(one[name]) for name in ("before", "after"))
    return {
        **one,
        "period": period_label(start, end, zone),
        "key": start.astimezone(zone).date().isoformat(),
        "before": before,
        "after": after,
        "credits": bool(before["credit"] or after["credit"]) and before["credit"] != after["credit"],
        "breach_words": _breach_words(before["breach"], after["breach"]),
    }


def _side(figures: dict[str, Any] | None) -> dict[str, Any]:
    """Return the figures of one side as texts."""
    if figures is None:
        return {"verdict": "no_data", "figure": words.DASH, "credit": "", "breach": "", "id": None}
    amount = figures["credit_amount"]
    return {
        "verdict": figures["verdict"],
        "figure": figure_shown(figures),
        "credit": "" if amount is None else words.number(amount, 2),
        "breach": figures["breach"],
        "id": figures["id"],
    }


def figure_shown(figures: dict[str, Any]) -> str:
    """Return kept figures as one figure: a percentage cut off against the provider, or the value."""
    return figure_text(figures["achieved"], figures["target"], figures.get("value") or "") or words.DASH


def target_shown(figures: dict[str, Any]) -> str:
    """Return the target of kept figures."""
    return target_text(figures["target"])


def _breach_words(before: str, after: str) -> str:
    """Return what becomes of the period's breach, if anything does."""
    if before and not after:
        return _("The breach is withdrawn.")
    if after and not before:
        return _("A breach is opened.")
    return ""


def span_shown(start: datetime, end: datetime) -> str:
    """Return a span of time as lists show it, with its length."""
    length = Window(int(start.timestamp()), int(end.timestamp())).seconds
    one_day = timezone.localtime(start).date() == timezone.localtime(end).date()
    until = words.time_of_day(end) if one_day else words.when(end)
    return f"{words.when(start)} – {until} ({words.duration(length)})"
