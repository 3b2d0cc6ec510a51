"""The negotiation: whose turn it is, rounds, positions, comments, private notes, and revisions of drafts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0004_signing_authority"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="agreed_at",
            field=models.DateTimeField(blank=True, help_text="When both sides had accepted every clause.", null=True),
        ),
        migrations.AddField(
            model_name="version",
            name="answers",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="counters",
                to="agreements.version",
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("proposed", "proposed"),
                    ("countered", "countered"),
                    ("signed", "signed"),
                    ("withdrawn", "withdrawn"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Negotiation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_side",
                    models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "turn",
                    models.CharField(
                        blank=True,
                        choices=[("provider", "provider"), ("customer", "customer"), ("both", "both sides")],
                        max_length=8,
                    ),
                ),
                ("turn_since", models.DateTimeField(blank=True, null=True)),
                ("turn_until", models.DateTimeField(blank=True, null=True)),
                ("provider_changes", models.PositiveIntegerField(db_default=0, default=0)),
                ("customer_changes", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="negotiations",
                        to="agreements.agreement",
                    ),
                ),
            ],
            options={
                "verbose_name": "Negotiation",
                "ordering": ["agreement_id", "opened_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clause", models.CharField(max_length=120)),
                ("side", models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8)),
                ("author_name", models.CharField(max_length=200)),
                ("text", models.TextField(verbose_name="Comment")),
                ("at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_by", models.CharField(blank=True, max_length=200)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="agreements.comment",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="agreements.version"
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="agreements.negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "Comment",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="version",
            name="negotiation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="agreements.negotiation",
            ),
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8)),
                ("clause", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                (
                    "stand",
                    models.CharField(choices=[("accepted", "accepted"), ("objected", "objected to")], max_length=8),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="positions", to="agreements.version"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PrivateNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8)),
                ("clause", models.CharField(max_length=120)),
                ("author_name", models.CharField(max_length=200)),
                ("text", models.TextField(verbose_name="Private note")),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="private_notes",
                        to="agreements.negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "Private note",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                ("document", models.JSONField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="agreements.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("proposal", "proposal"), ("counter", "counter-proposal")], max_length=8),
                ),
                ("side", models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("answer_until", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                ("note", models.TextField(blank=True)),
                ("clauses", models.JSONField(default=dict)),
                ("changed", models.JSONField(default=list)),
                (
                    "answers",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agreements.round",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rounds", to="agreements.negotiation"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rounds", to="agreements.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "Round",
                "ordering": ["negotiation_id", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="negotiation",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["agreement", "turn_until"],
                name="negotiation_open",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["negotiation", "clause", "at"], name="comment_of_clause"),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(fields=("version", "side", "clause"), name="position_once"),
        ),
        migrations.AddIndex(
            model_name="privatenote",
            index=models.Index(fields=["negotiation", "side", "clause"], name="note_of_side"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["version", "at"], name="revision_of_version"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(fields=("negotiation", "number"), name="round_number_once"),
        ),
    ]
