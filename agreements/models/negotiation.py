"""The negotiating table: what is being negotiated, its rounds, and where each side stands on each clause."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement, Side
from agreements.models.version import Version
from slmo.accounts.models import User

BOTH = "both"


class Turn(models.TextChoices):
    """Whose move it is; with every clause agreed it is that of both, until one of them signs."""

    PROVIDER = "provider", _("provider")
    CUSTOMER = "customer", _("customer")
    BOTH = BOTH, _("both sides")


class Negotiation(models.Model):
    """One negotiation about an agreement: from a first draft to the signatures, through any number of rounds.

    `turn` is the side that has to move, since when and until when; empty once it is over. The two counters change with
    everything that the people of that side may see, so that a page learns with one number whether it is still fresh.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="negotiations")
    opened_at = models.DateTimeField()
    opened_side = models.CharField(max_length=8, choices=Side.choices)
    closed_at = models.DateTimeField(null=True, blank=True)
    turn = models.CharField(max_length=8, choices=Turn.choices, blank=True)
    turn_since = models.DateTimeField(null=True, blank=True)
    turn_until = models.DateTimeField(null=True, blank=True)
    provider_changes = models.PositiveIntegerField(default=0, db_default=0)
    customer_changes = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["agreement_id", "opened_at", "pk"]
        indexes = [
            # Turns that are overdue, and whose move it is in the lists: only of what is still open.
            models.Index(
                fields=["agreement", "turn_until"], condition=models.Q(closed_at__isnull=True), name="negotiation_open"
            )
        ]
        verbose_name = _("Negotiation")

    def __str__(self) -> str:
        return f"{self.agreement}"

    def changes_of(self, side: str) -> int:
        """Return the counter of what the people of a side may see."""
        return self.provider_changes if side == Side.PROVIDER else self.customer_changes


class RoundKind(models.TextChoices):
    """What a round puts on the table."""

    PROPOSAL = "proposal", _("proposal")
    COUNTER = "counter", _("counter-proposal")


class Round(models.Model):
    """One proposal as it was put on the table; the database refuses to change or remove it.

    `clauses` holds the digest of each clause by its key, `changed` the keys that differ from the round (or the version
    in force) that it answers.
    """

    negotiation = models.ForeignKey(Negotiation, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=RoundKind.choices)
    version = models.ForeignKey(Version, models.CASCADE, related_name="rounds")
    side = models.CharField(max_length=8, choices=Side.choices)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    answer_until = models.DateTimeField()
    answers = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    clauses = models.JSONField(default=dict)
    changed = models.JSONField(default=list)

    class Meta:
        ordering = ["negotiation_id", "number"]
        constraints = [
            # An unbroken history: every number once, each after the one it follows.
            models.UniqueConstraint(fields=["negotiation", "number"], name="round_number_once"),
        ]
        verbose_name = pgettext_lazy("of a negotiation", "Round")

    def __str__(self) -> str:
        return f"{self.negotiation} #{self.number}"


class Stand(models.TextChoices):
    """Where a side stands on a clause of the proposal on the table."""

    ACCEPTED = "accepted", _("accepted")
    OBJECTED = "objected", _("objected to")


class Position(models.Model):
    """One side's stand on one clause of a proposal, for exactly the words with this digest."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="positions")
    side = models.CharField(max_length=8, choices=Side.choices)
    clause = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    stand = models.CharField(max_length=8, choices=Stand.choices)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "side", "clause"], name="position_once")]

    def __str__(self) -> str:
        return f"{self.version}: {self.side} {self.stand} {self.clause}"


class Comment(models.Model):
    """A remark on a clause, read by both sides; a thread is a first remark with its replies."""

    negotiation = models.ForeignKey(Negotiation, models.CASCADE, related_name="comments")
    version = models.ForeignKey(Version, models.CASCADE, related_name="comments")
    clause = models.CharField(max_length=120)
    thread = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    side = models.CharField(max_length=8, choices=Side.choices)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField(_("Comment"))
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            # The threads of one clause, in the order in which they were written.
            models.Index(fields=["negotiation", "clause", "at"], name="comment_of_clause")
        ]
        verbose_name = _("Comment")

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}"


class PrivateNote(models.Model):
    """A note that one side keeps to itself; nothing that the other side is shown is ever read from here."""

    negotiation = models.ForeignKey(Negotiation, models.CASCADE, related_name="private_notes")
    side = models.CharField(max_length=8, choices=Side.choices)
    clause = models.CharField(max_length=120)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField(_("Private note"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            # What a side keeps beside one clause.
            models.Index(fields=["negotiation", "side", "clause"], name="note_of_side")
        ]
        verbose_name = _("Private note")

    def __str__(self) -> str:
        return f"{self.side} #{self.pk}"  # never the text: names end up in logs


class Revision(models.Model):
    """A draft's text as it was saved once: what a later edit of somebody else is merged with."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="revisions")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    document = models.JSONField()

    class Meta:
        ordering = ["version_id", "pk"]
        indexes = [
            # The text from which an editor started.
            models.Index(fields=["version", "at"], name="revision_of_version")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.at:%Y-%m-%d %H:%M:%S}"
