"""Errors of sources, of probe points' lanes and of messages, kept so that each reader is told them in their language.

Rows from before, and those that an older portal writes beside a newer one, have no parts: they are told as they stand.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0022_two_measurements")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="last_error_parts",
            field=models.JSONField(blank=True, editable=False, help_text="To tell it in a language.", null=True),
        ),
        migrations.AddField(
            model_name="probelane",
            name="last_error_parts",
            field=models.JSONField(blank=True, editable=False, help_text="To tell it in a language.", null=True),
        ),
        migrations.AddField(
            model_name="pushdelivery",
            name="error_parts",
            field=models.JSONField(
                blank=True, editable=False, help_text="To tell the first error of the answer in a language.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="last_error",
            field=models.TextField(blank=True, help_text="In English."),
        ),
        migrations.AlterField(
            model_name="probelane",
            name="last_error",
            field=models.TextField(blank=True, help_text="In English."),
        ),
    ]
