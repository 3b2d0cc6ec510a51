"""Give the drafts and proposals that are open already their negotiation, revision, round and positions."""

from datetime import timedelta
from typing import Any

from django.db import migrations

from agreements.services.document_clauses import clauses_changed, digests_of

OTHER = {"provider": "customer", "customer": "provider"}


def forward(apps: Any, schema_editor: Any) -> None:
    """Open a negotiation for each open version that has none."""
    versions = apps.get_model("agreements", "Version").objects.filter(negotiation=None)
    for version in versions.filter(state__in=["draft", "proposed"]).select_related("base"):
        draft, since = version.state == "draft", version.proposed_at or version.changed_at
        negotiation = apps.get_model("agreements", "Negotiation").objects.create(
            agreement_id=version.agreement_id,
            opened_at=version.drafted_at,
            opened_side=version.drafted_side,
            turn=version.drafted_side if draft else OTHER[version.drafted_side],
            turn_since=since,
            turn_until=None if draft else since + timedelta(days=7),
        )
        version.negotiation = negotiation
        version.save(update_fields=["negotiation"])
        apps.get_model("agreements", "Revision").objects.create(
            version=version, at=version.changed_at, by_name="SLMO", note=version.note, document=version.document
        )
        if not draft:
            round_write(apps, version, negotiation, since)


def round_write(apps: Any, version: Any, negotiation: Any, since: Any) -> None:
    """Write a proposal's round, which its own side accepts."""
    digests = digests_of(version.document)
    before = digests_of(version.base.document) if version.base and version.base.state == "signed" else {}
    apps.get_model("agreements", "Round").objects.create(
        negotiation=negotiation,
        number=1,
        kind="proposal",
        version=version,
        side=version.drafted_side,
        by_name="SLMO",
        at=since,
        answer_until=negotiation.turn_until,
        digest=version.digest,
        note=version.note,
        clauses=digests,
        changed=clauses_changed(before, digests),
    )
    position = apps.get_model("agreements", "Position")
    for clause, digest in digests.items():
        sides = {version.drafted_side, *(("provider", "customer") if before.get(clause) == digest else ())}
        for side in sides:
            position.objects.create(
                version=version, side=side, clause=clause, digest=digest, stand="accepted", at=since
            )  # fmt: skip


def backward(apps: Any, schema_editor: Any) -> None:
    """Leave the rows to the tables' own end."""


class Migration(migrations.Migration):
    """Bring what is under way to the table."""

    dependencies = [("agreements", "0006_round_frozen")]
    operations = [migrations.RunPython(forward, backward)]
