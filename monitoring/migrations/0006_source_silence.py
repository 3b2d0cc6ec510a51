"""Remember from when a source is asked, and that people were told of its silence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0005_ledger_edges")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="asked_since",
            field=models.DateTimeField(blank=True, help_text="Set up, changed or put into use then.", null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="silence_told_at",
            field=models.DateTimeField(blank=True, help_text="People were told of this silence then.", null=True),
        ),
        migrations.RunSQL("UPDATE monitoring_source SET asked_since = now()", migrations.RunSQL.noop),
    ]
