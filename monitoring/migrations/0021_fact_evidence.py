"""The proof of a fact that was entered by hand: a link, a file."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0020_facts_kept_for_months"),
    ]

    operations = [
        migrations.AddField(
            model_name="factbatch",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="monitoring.evidence",
                verbose_name="Evidence",
            ),
        ),
        migrations.AddField(
            model_name="factbatch",
            name="evidence_link",
            field=models.URLField(blank=True, db_default="", default="", max_length=500),
        ),
    ]
