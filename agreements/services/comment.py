"""What is said beside the clauses: comments that both sides read, and notes that one side keeps to itself."""

import hashlib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Comment, PrivateNote, Version
from agreements.services.negotiation import negotiation_of, negotiation_touch
from agreements.services.news import comment_news
from agreements.services.positions_kept import clauses_open_to, round_of
from agreements.services.version import version_lock, version_step
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import Subject, record

LONGEST = 4000  # signs of a comment or note


@transaction.atomic
def comment_write(
    *, version: Version, clause: str, side: str, text: str, thread: Comment | None = None, actor: User, now: datetime
) -> Comment:
    """Write a comment on a clause of the proposal on the table, or a reply in a thread, which opens it again.

    Raises Denied, Refused, or ValidationError by field.
    """
    version = version_lock(version)
    require(actor, "comment_write", version.agreement.organisation_of(side))
    version_step(version, "comment")
    negotiation = negotiation_of(version, now)
    if thread is not None:
        clause = _thread_reopen(thread, negotiation.pk)
    elif clause not in clauses_open_to(round_of(version)):
        raise Refused(_("The proposal has no clause “%(clause)s”.") % {"clause": clause[:80]})
    comment = Comment.objects.create(
        negotiation=negotiation, version=version, clause=clause, thread=thread, side=side,
        author=actor, author_name=str(actor), text=text_clean(text), at=now,
    )  # fmt: skip
    negotiation_touch(negotiation)
    _record(version, "comment_write", {"clause": clause, "text": comment.text}, actor, now)
    comment_news(comment=comment, now=now)
    return comment


@transaction.atomic
def comment_resolve(*, comment: Comment, side: str, actor: User, now: datetime) -> Comment:
    """Mark a thread as settled; either side may, and a reply opens it again. Raises Denied or Refused."""
    version = version_lock(comment.version)
    require(actor, "comment_write", version.agreement.organisation_of(side))
    comment = Comment.objects.select_for_update(of=("self",)).select_related("negotiation").get(pk=comment.pk)
    if comment.thread_id is not None or comment.resolved_at is not None:
        raise Refused(_("This thread is already settled, or the comment is a reply in one."))
    if comment.negotiation.closed_at is not None:
        raise Refused(_("This negotiation is over."))
    comment.resolved_at, comment.resolved_by = now, str(actor)
    comment.save(update_fields=["resolved_at", "resolved_by"])
    negotiation_touch(comment.negotiation)
    _record(version, "comment_resolve", {"clause": comment.clause}, actor, now)
    return comment


@transaction.atomic
def note_write(*, version: Version, clause: str, side: str, text: str, actor: User, now: datetime) -> PrivateNote:
    """Keep a note beside a clause for the people of one side alone.

    The audit entry holds the digest of the note, for readers of that side. Raises Denied, Refused, or ValidationError.
    """
    version = version_lock(version)
    organisation = version.agreement.organisation_of(side)
    require(actor, "note_write", organisation)
    version_step(version, "note")
    negotiation = negotiation_of(version, now)
    note = PrivateNote.objects.create(
        negotiation=negotiation, side=side, clause=clause[:120], author=actor, author_name=str(actor),
        text=text_clean(text), at=now,
    )  # fmt: skip
    negotiation_touch(negotiation, side)
    about = Subject("agreements.privatenote", str(note.pk), version.agreement.title)
    after = {"digest": hashlib.sha256(note.text.encode()).hexdigest()}
    record(actor=actor, action="note_write", subject=about, after=after, organisations=[organisation], now=now)
    return note


def text_clean(text: str) -> str:
    """Return a comment's text without white space around it; raises ValidationError where it is empty or too long."""
    text = "".join(sign for sign in text.replace("\r\n", "\n") if sign in "\n\t" or ord(sign) >= 0x20).strip()
    if not text:
        raise ValidationError({"text": _("Write something first.")})
    if len(text) > LONGEST:
        raise ValidationError({"text": _("At most %(count)d signs, please.") % {"count": LONGEST}})
    return text


def _thread_reopen(thread: Comment, negotiation: int) -> str:
    """Open a thread of this negotiation again and return its clause; raises Refused for another one."""
    if thread.negotiation_id != negotiation or thread.thread_id is not None:
        raise Refused(_("This is no thread of this negotiation."))
    if thread.resolved_at is not None:
        thread.resolved_at, thread.resolved_by = None, ""
        thread.save(update_fields=["resolved_at", "resolved_by"])
    return thread.clause


def _record(version: Version, action: str, after: dict[str, str], actor: User, now: datetime) -> None:
    """Write the audit entry of what both sides read."""
    parties = [version.agreement.provider, version.agreement.customer]
    record(actor=actor, action=action, subject=version, after=after, organisations=parties, now=now)
