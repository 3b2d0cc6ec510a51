"""Write an entry."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Model

from slmo.accounts.models import Organisation, User
from slmo.audit.canonical import canonical_json
from slmo.audit.models import Entry


class Subject(NamedTuple):
    """What an entry is about: kind of thing (`agreements.version`), its key and its name at this time."""

    type: str
    id: str
    label: str


def subject_of(thing: Model | Subject) -> Subject:
    """Return the subject for a saved row, named as it is called now."""
    if isinstance(thing, Subject):
        return thing
    return Subject(thing._meta.label_lower, str(thing.pk), str(thing))


def record(
    *,
    actor: User | None,
    action: str,
    subject: Model | Subject,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    organisations: Iterable[Organisation] = (),
    now: datetime,
    system: str = "SLMO",
) -> Entry:
    """Write one entry in the caller's transaction and return it; it is chained when that commits.

    `before` and `after` hold the fields that changed. `organisations` are those whose readers may see the entry.
    Where the portal acts by itself, `actor` is None and `system` names the part that acted.
    """
    about = subject_of(subject)
    entry = Entry(
        at=now.astimezone(UTC),
        actor_id=actor.pk if actor else None,
        actor_name=(str(actor) if actor else system)[:200],
        action=action,
        subject_type=about.type,
        subject_id=about.id,
        subject_label=about.label[:300],
        organisation_ids=sorted({organisation.pk for organisation in organisations}),
    )
    entry.content = canonical_json({**columns(entry), "before": _fields(before), "after": _fields(after)})
    entry.save(force_insert=True)
    return entry


def columns(entry: Entry) -> dict[str, Any]:
    """Return the columns that `content` repeats, as JSON values."""
    return {
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_label": entry.subject_label,
        "organisation_ids": list(entry.organisation_ids),
    }


def _fields(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the fields as a plain dictionary, or None where there are none."""
    return None if values is None else dict(values)
