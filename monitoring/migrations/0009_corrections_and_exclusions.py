"""Corrections and exclusions that two people decide on, restatements of final figures, and evidence."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A decision stays as it was taken: the only step left after it is that an approved exclusion is revoked.
DECIDED = """
CREATE FUNCTION monitoring_decided_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later text[] := ARRAY['state', 'revoked_at', 'revoked_by_id', 'revocation'];
BEGIN
    IF OLD.state = 'proposed' AND TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'approved' AND NEW.state = 'revoked'
            AND (to_jsonb(NEW) - later) = (to_jsonb(OLD) - later) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % is decided and never changes', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END
$$
"""
ISSUED = """
CREATE FUNCTION monitoring_issued_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'issued' OR TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'restatement % is issued and never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
KEPT = """
CREATE FUNCTION monitoring_evidence_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence % is kept as it is', OLD.id USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGERS = (
    ("monitoring_correction", "monitoring_decided_frozen"),
    ("monitoring_exclusion", "monitoring_decided_frozen"),
    ("monitoring_restatement", "monitoring_issued_frozen"),
    ("monitoring_evidence", "monitoring_evidence_kept"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_signed_version_frozen"),
        ("monitoring", "0008_measured_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("uploaded_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Evidence",
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waiting for a decision"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("revoked", "revoked"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="Reason")),
                ("evidence", models.TextField(verbose_name="Evidence")),
                ("link", models.URLField(blank=True, max_length=500, verbose_name="Link")),
                ("note", models.TextField(blank=True, verbose_name="Internal note")),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision", models.TextField(blank=True)),
                ("effects", models.JSONField(blank=True, default=list)),
                ("rows", models.JSONField()),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.factbatch",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="agreements.indicator",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="agreements.objective",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "Correction",
                "ordering": ["-proposed_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["proposed_at"], name="correction_waiting"
                    ),
                    models.Index(fields=["indicator", "start"], name="correction_by_indicator"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["approved", "revoked"]),
                            ("proposed_by", models.F("decided_by")),
                            _negated=True,
                        ),
                        name="correction_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("start"))), name="correction_ends_after_start"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waiting for a decision"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("revoked", "revoked"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="Reason")),
                ("evidence", models.TextField(verbose_name="Evidence")),
                ("link", models.URLField(blank=True, max_length=500, verbose_name="Link")),
                ("note", models.TextField(blank=True, verbose_name="Internal note")),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision", models.TextField(blank=True)),
                ("effects", models.JSONField(blank=True, default=list)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("maintenance", "planned maintenance"),
                            ("disruption", "agreed disruption"),
                            ("force_majeure", "force majeure"),
                            ("customer", "caused by the customer"),
                            ("other", "another reason"),
                        ],
                        max_length=13,
                        verbose_name="Kind",
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revocation", models.TextField(blank=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.evidence",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="agreements.objective",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exclusions",
                        to="agreements.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "Exclusion",
                "ordering": ["-proposed_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["proposed_at"], name="exclusion_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("agreement__isnull", False), ("state__in", ["approved", "revoked"])),
                        fields=["agreement", "start"],
                        name="exclusion_of_agreement",
                    ),
                    models.Index(
                        condition=models.Q(("service__isnull", False), ("state__in", ["approved", "revoked"])),
                        fields=["service", "start"],
                        name="exclusion_of_service",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["approved", "revoked"]),
                            ("proposed_by", models.F("decided_by")),
                            _negated=True,
                        ),
                        name="exclusion_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("start"))), name="exclusion_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("agreement__isnull", True), ("service__isnull", True), _connector="XOR"),
                        name="exclusion_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("objective__isnull", True), ("agreement__isnull", False), _connector="OR"),
                        name="exclusion_objective_of_agreement",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period_start", models.DateTimeField()),
                ("period_end", models.DateTimeField()),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for a decision"),
                            ("issued", "issued"),
                            ("declined", "declined"),
                            ("lapsed", "no longer needed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("old", models.JSONField()),
                ("new", models.JSONField()),
                ("credit_difference", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("causes", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision", models.TextField(blank=True, verbose_name="Why")),
                ("told", models.JSONField(blank=True, default=list)),
                (
                    "after",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restated_by",
                        to="monitoring.periodresult",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restatements",
                        to="monitoring.periodresult",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restatements",
                        to="agreements.objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "Restatement",
                "ordering": ["-found_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["found_at"], name="restatement_waiting"
                    ),
                    models.Index(fields=["objective", "period_start"], name="restatement_of_period"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("before",), name="restatement_waiting_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number__isnull", False)),
                        fields=("objective", "period_start", "number"),
                        name="restatement_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True),
                            models.Q(("after__isnull", False), ("number__isnull", False)),
                            _connector="OR",
                        ),
                        name="restatement_issued_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(DECIDED, "DROP FUNCTION monitoring_decided_frozen()"),
        migrations.RunSQL(ISSUED, "DROP FUNCTION monitoring_issued_frozen()"),
        migrations.RunSQL(KEPT, "DROP FUNCTION monitoring_evidence_kept()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER {table}_frozen ON {table}",
            )
            for table, function in TRIGGERS
        ),
    ]
