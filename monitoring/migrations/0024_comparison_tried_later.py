"""When a comparison of two measurements that failed is tried again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0023_sentences_told_anew")]

    operations = [
        migrations.AddField(
            model_name="objectivestatus",
            name="compare_retry_at",
            field=models.DateTimeField(
                blank=True, help_text="No comparison before this instant, because the last one failed.", null=True
            ),
        ),
    ]
