"""Limits for signing, and signatures that never change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION agreements_signature_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM agreements_version WHERE id = OLD.version_id AND state = 'signed') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.version_id, NEW.side, NEW.signer_name, NEW.evidence, NEW.method, NEW.digest,
            NEW.signed_at) IS DISTINCT FROM (OLD.version_id, OLD.side, OLD.signer_name, OLD.evidence, OLD.method,
            OLD.digest, OLD.signed_at) THEN
        RAISE EXCEPTION 'signature % stands under a signed version and never changes', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreements_signature_frozen BEFORE UPDATE OR DELETE ON agreements_signature
    FOR EACH ROW EXECUTE FUNCTION agreements_signature_frozen();
"""
BACKWARD = """
DROP TRIGGER agreements_signature_frozen ON agreements_signature;
DROP FUNCTION agreements_signature_frozen();
"""


class Migration(migrations.Migration):
    """Say who may sign for how much, who wrote a text, how a signer was recognised; freeze signatures."""

    dependencies = [
        ("accounts", "0001_users_and_organisations"),
        ("agreements", "0003_dependency_needed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="method",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="How the signer was recognised: password, password+code, log-in, recorded.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="edited_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="AuthorityLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="From level")),
                ("currency", models.CharField(blank=True, max_length=12, verbose_name="Currency")),
                (
                    "charge_most",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Charge a year, at most"
                    ),
                ),
                (
                    "credit_most",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="Credits a year, at most"
                    ),
                ),
                (
                    "strictest",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=9,
                        null=True,
                        verbose_name="Strictest target, in per cent",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="From")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Until")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="Decided by")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authority_limits",
                        to="accounts.organisation",
                        verbose_name="Organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authority_limits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "Authority limit",
                "ordering": ["organisation_id", "-valid_from", "-pk"],
                "indexes": [models.Index(fields=["organisation", "valid_from"], name="authority_in_force")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("user__isnull", True), ("level__isnull", True), _connector="OR"),
                        name="authority_person_or_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__isnull", True), models.Q(("level__gte", 2), ("level__lte", 7)), _connector="OR"
                        ),
                        name="authority_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="authority_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
