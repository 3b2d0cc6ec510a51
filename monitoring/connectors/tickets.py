"""Tickets of other systems as tasks: what their history of statuses and priorities means."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.fields import ConfigForm
from monitoring.connectors.tables.forms import pairs_read
from monitoring.kinds.tasks import TaskRow

OVERLAP = 600  # seconds asked for again: what was changed while it was asked, and clocks that differ
TICKETS_MOST = 5000


class Change(NamedTuple):
    """At `at`, epoch seconds, the field `what` (status or priority) went from one value to another."""

    at: int
    what: str
    before: str
    after: str


class Ticket(NamedTuple):
    """A ticket as another system tells it; `changes` in any order."""

    name: str
    opened: int
    responded: int | None
    resolved: int | None
    status: str
    priority: str
    changes: Sequence[Change]


class TicketForm(ConfigForm):
    """What the other system's words mean."""

    priorities = forms.CharField(
        label=_l("Priorities"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        max_length=2000,
        required=False,
        help_text=_l("One a line: theirs = ours, such as Highest = P1. Others keep their names."),
    )

    def clean_priorities(self) -> str:
        """Return the words; raise ValidationError for a line that is no pair."""
        pairs_read(self.cleaned_data["priorities"])
        return str(self.cleaned_data["priorities"])


def statuses_field(label: Any, help_text: Any) -> forms.CharField:
    """Return a field that lists statuses."""
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, widget=area, max_length=2000, required=False, help_text=help_text)


def task_of(ticket: Ticket, pausing: Collection[str], words: Mapping[str, str]) -> TaskRow:
    """Return a ticket as a task: its clock stands still while its status is one of `pausing`."""
    changes = sorted(ticket.changes)
    statuses = _course(changes, "status", ticket.opened, ticket.status)
    priorities = _course(changes, "priority", ticket.opened, ticket.priority)
    named = tuple((at, words.get(name.casefold(), name)[:100]) for at, name in priorities if name)
    pauses = tuple(_pauses(statuses, {word.casefold() for word in pausing}, ticket.resolved))
    responded = ticket.responded if ticket.responded is None else max(ticket.responded, ticket.opened)
    resolved = ticket.resolved if ticket.resolved is None else max(ticket.resolved, ticket.opened)
    return TaskRow(ticket.opened, responded, resolved, named, pauses, "", ticket.name, ticket.name)


def words_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Return our names of their priorities."""
    return {theirs.casefold(): ours for theirs, ours in pairs_read(str(config.get("priorities") or ""))}


def first_into(changes: Sequence[Change], statuses: Collection[str]) -> int | None:
    """Return when a ticket first came into one of the statuses; any change of status counts where none is named."""
    wanted = {word.casefold() for word in statuses}
    into = [one.at for one in changes if one.what == "status" and (not wanted or one.after.casefold() in wanted)]
    return min(into, default=None)


def last_into(changes: Sequence[Change], statuses: Collection[str], status: str) -> int | None:
    """Return when a ticket came into one of the statuses in which it still is; None where it is not in one."""
    wanted = {word.casefold() for word in statuses}
    if status.casefold() not in wanted:
        return None
    found = None
    for one in sorted(changes):
        if one.what == "status" and one.after.casefold() in wanted and one.before.casefold() not in wanted:
            found = one.at
    return found


def _course(changes: Sequence[Change], what: str, opened: int, present: str) -> list[tuple[int, str]]:
    """Return since when a field had which value, from the opening on; of several at one instant the last."""
    own = [one for one in changes if one.what == what]
    course = {opened: own[0].before if own else present}
    for one in own:
        course[max(one.at, opened)] = one.after
    found = list(course.items())
    return [pair for number, pair in enumerate(found) if not number or found[number - 1][1] != pair[1]]


def _pauses(
    statuses: Sequence[tuple[int, str]], pausing: Collection[str], resolved: int | None
) -> list[tuple[int, int | None]]:
    """Return the spans of the pausing statuses, up to the resolution."""
    pauses: list[tuple[int, int | None]] = []
    for number, (at, status) in enumerate(statuses):
        end: int | None = statuses[number + 1][0] if number + 1 < len(statuses) else None
        end = resolved if end is None or (resolved is not None and end > resolved) else end
        if status.casefold() not in pausing or (end is not None and end <= at):
            continue
        if pauses and pauses[-1][1] == at:
            pauses[-1] = (pauses[-1][0], end)
        else:
            pauses.append((at, end))
    return pauses
