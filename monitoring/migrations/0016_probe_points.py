"""Probe points, what is due at each, and what each saw."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0015_facts_by_month"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProbePoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="Short name")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "seen_at",
                    models.DateTimeField(blank=True, help_text="A worker there did something then.", null=True),
                ),
            ],
            options={
                "verbose_name": "Probe point",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ProbeObservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateTimeField()),
                (
                    "state",
                    models.PositiveSmallIntegerField(choices=[(0, "up"), (1, "degraded"), (2, "down"), (3, "unknown")]),
                ),
                ("seen", models.CharField(blank=True, max_length=200)),
                ("value", models.DecimalField(decimal_places=15, max_digits=38, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="observations", to="monitoring.source"
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="monitoring.probepoint"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "start", "point"), name="observation_once")],
            },
        ),
        migrations.CreateModel(
            name="ProbeLane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lanes", to="monitoring.source"
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lanes", to="monitoring.probepoint"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["next_due_at"], name="lane_due")],
                "constraints": [models.UniqueConstraint(fields=("source", "point"), name="lane_once")],
            },
        ),
    ]
