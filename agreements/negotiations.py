"""Scoped reads of negotiations: what each side may know of rounds, turns, comments, and its own notes.

A negotiation exists for the other side once something in it was proposed. Private notes are read by side, never by
negotiation alone.
"""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from agreements.models import Agreement, Comment, Negotiation, PrivateNote, Round, Side, Version, VersionState
from agreements.selectors import sides_of, versions_visible
from slmo.accounts.models import User
from slmo.accounts.selectors import organisation_ids_of


def negotiations_visible(user: User | AnonymousUser) -> QuerySet[Negotiation]:
    """Return the negotiations at which the person's organisations sit, once they may know of them."""
    own = organisation_ids_of(user)
    proposed = Round.objects.filter(negotiation=OuterRef("pk"))
    drafted = Version.objects.filter(negotiation=OuterRef("pk"))
    mine = (
        Q(agreement__provider__in=own)
        & (Exists(proposed) | Exists(drafted.filter(drafted_side=Side.PROVIDER)))
    ) | (
        Q(agreement__customer__in=own)
        & (Exists(proposed) | Exists(drafted.filter(drafted_side=Side.CUSTOMER)))
    )  # fmt: skip
    return Negotiation.objects.filter(mine).select_related(
        "agreement__provider", "agreement__customer", "agreement__service"
    )


def negotiations_moving(user: User | AnonymousUser) -> QuerySet[Negotiation]:
    """Return the visible negotiations in which somebody has to move, with `rounds_held` and the longest wait first."""
    rows = negotiations_visible(user).filter(closed_at__isnull=True).annotate(rounds_held=Count("rounds"))
    return rows.order_by(F("turn_until").asc(nulls_last=True), "turn_since")


def negotiation_pulse(user: User | AnonymousUser, slug: str, number: int) -> Negotiation:
    """Return the negotiation of a visible version with one query; raises Negotiation.DoesNotExist."""
    own = organisation_ids_of(user)
    shown = Q(versions__rounds__isnull=False)
    for side in Side.values:
        shown |= Q(**{"versions__drafted_side": side, f"agreement__{side}__in": own})
    seated = Q(agreement__provider__in=own) | Q(agreement__customer__in=own)
    return (
        Negotiation.objects.filter(seated, agreement__slug=slug)
        .filter(shown, versions__number=number)
        .select_related("agreement")
        .distinct()
        .get()
    )


def side_seated(user: User | AnonymousUser, agreement: Agreement, wanted: str = "") -> str:
    """Return the side for which the person sits at the table; `wanted` chooses where they sit on both.

    Raises Agreement.DoesNotExist for a person who sits on none.
    """
    sides = sides_of(user, agreement)
    if not sides:
        raise Agreement.DoesNotExist(f"{user} sits on no side of {agreement}.")
    return wanted if wanted in sides else sides[0]


def rounds_of(negotiation: Negotiation) -> QuerySet[Round]:
    """Return the rounds of a visible negotiation: what was on the table is known to both sides."""
    return negotiation.rounds.select_related("version", "answers").order_by("number")


def threads_of(negotiation: Negotiation, clause: str) -> list[Comment]:
    """Return the threads on a clause with their `answers`, the oldest first, the settled ones last."""
    written = list(negotiation.comments.filter(clause=clause).select_related("version"))
    threads = [one for one in written if one.thread_id is None]
    for thread in threads:
        thread.answers = [one for one in written if one.thread_id == thread.pk]  # type: ignore[attr-defined]
    return sorted(threads, key=lambda one: one.resolved_at is not None)


def comments_open(negotiation: Negotiation) -> dict[str, int]:
    """Return how many threads are not settled, by clause."""
    rows = negotiation.comments.filter(thread__isnull=True, resolved_at__isnull=True)
    return dict(rows.order_by().values_list("clause").annotate(count=Count("pk")))


def notes_visible(user: User | AnonymousUser, negotiation: Negotiation) -> QuerySet[PrivateNote]:
    """Return the private notes of the sides on which the person sits."""
    return negotiation.private_notes.filter(side__in=sides_of(user, negotiation.agreement))


def notes_counted(user: User | AnonymousUser, negotiation: Negotiation) -> dict[str, int]:
    """Return how many private notes the person's side keeps, by clause."""
    return dict(notes_visible(user, negotiation).order_by().values_list("clause").annotate(count=Count("pk")))


def versions_comparable(user: User | AnonymousUser, version: Version) -> list[Version]:
    """Return what a version can be compared with: the visible ones of its agreement, signed or once proposed."""
    shown = versions_visible(user, version.agreement).exclude(pk=version.pk)
    known = Q(proposed_at__isnull=False) | Q(state=VersionState.SIGNED)
    return list(shown.filter(known).order_by("number"))


def version_latest(versions: Iterable[Version]) -> Version | None:
    """Return the version on which the table works now: the latest open one, else the latest of all."""
    ordered = sorted(versions, key=lambda one: one.number)
    still = [one for one in ordered if one.state in (VersionState.DRAFT, VersionState.PROPOSED)]
    found = still or ordered
    return found[-1] if found else None
