"""The customer's own measurement of an objective, and whose measurement an indicator is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_calendar_feed"),
        ("agreements", "0012_attachments"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="measured_by",
            field=models.ForeignKey(
                blank=True,
                help_text="The customer who measures; empty: the provider does.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measurements",
                to="accounts.organisation",
                verbose_name="Whose measurement",
            ),
        ),
        migrations.AddField(
            model_name="objective",
            name="customer_indicator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="compared_objectives",
                to="agreements.indicator",
                verbose_name="Measured by the customer",
            ),
        ),
    ]
