"""What two measurements of one objective say, side by side."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0013_customers_measurement"),
        ("monitoring", "0021_fact_evidence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                (
                    "rules",
                    models.CharField(
                        choices=[("provider", "provider"), ("customer", "customer")],
                        help_text="Whose measurement rules at its end.",
                        max_length=8,
                    ),
                ),
                ("target", models.CharField(blank=True, max_length=40)),
                ("provider", models.JSONField(default=dict)),
                ("customer", models.JSONField(default=dict)),
                ("difference", models.CharField(blank=True, max_length=80)),
                (
                    "above",
                    models.BooleanField(
                        help_text="More than the agreement lets pass; empty: it does not say.", null=True
                    ),
                ),
                ("agreed", models.PositiveBigIntegerField(help_text="Seconds of which both say the same.", null=True)),
                (
                    "provider_down",
                    models.PositiveBigIntegerField(
                        help_text="Seconds that only the provider says are lost.", null=True
                    ),
                ),
                (
                    "customer_down",
                    models.PositiveBigIntegerField(
                        help_text="Seconds that only the customer says are lost.", null=True
                    ),
                ),
                (
                    "provider_silent",
                    models.PositiveBigIntegerField(help_text="Seconds that only the customer knows of.", null=True),
                ),
                (
                    "customer_silent",
                    models.PositiveBigIntegerField(help_text="Seconds that only the provider knows of.", null=True),
                ),
                ("compared_at", models.DateTimeField()),
                (
                    "told_at",
                    models.DateTimeField(blank=True, help_text="Both parties were told of it then.", null=True),
                ),
            ],
            options={
                "verbose_name": "Difference between two measurements",
                "ordering": ["objective_id", "start"],
            },
        ),
        migrations.AddField(
            model_name="objectivestatus",
            name="compare_from",
            field=models.DateTimeField(
                blank=True,
                help_text="From here on its two measurements are to be compared; empty: they are.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="objectivestatus",
            index=models.Index(
                condition=models.Q(("compare_from__isnull", False)), fields=["compare_from"], name="status_compare"
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="objective",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="differences", to="agreements.objective"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(fields=("objective", "start"), name="difference_once_a_period"),
        ),
    ]
