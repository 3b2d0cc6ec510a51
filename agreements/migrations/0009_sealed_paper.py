"""Sealed papers, which the database keeps as they were made."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION agreements_paper_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sealed paper % never changes', OLD.id USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER agreements_paper_frozen BEFORE UPDATE OR DELETE ON agreements_sealedpaper
    FOR EACH ROW EXECUTE FUNCTION agreements_paper_frozen();
"""
BACKWARD = """
DROP TRIGGER agreements_paper_frozen ON agreements_sealedpaper;
DROP FUNCTION agreements_paper_frozen();
"""


class Migration(migrations.Migration):
    """Keep each signed version as a sealed PDF."""

    dependencies = [
        ("agreements", "0008_indicator_comparable_since"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealedPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("en", "English"), ("ru", "Russian")], max_length=8)),
                ("pdf", models.BinaryField()),
                (
                    "pdf_sha256",
                    models.CharField(db_index=True, help_text="Of the file; /verify/ finds it by this.", max_length=64),
                ),
                ("certificate", models.TextField(help_text="The certificate of the seal, in PEM.")),
                ("fingerprint", models.CharField(help_text="SHA-256 of the certificate.", max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="agreements.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "Sealed paper",
                "ordering": ["version_id", "language"],
                "constraints": [models.UniqueConstraint(fields=("version", "language"), name="paper_once_a_language")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
