"""Find results by when their periods ended, as every page asks for them. Built while the portal runs."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitoring", "0011_effects_beside_decisions")]

    operations = [
        AddIndexConcurrently(
            model_name="periodresult",
            index=models.Index(
                condition=models.Q(("current", True)), fields=["end", "objective"], name="result_by_end"
            ),
        ),
        RemoveIndexConcurrently(model_name="periodresult", name="result_by_time"),
    ]
