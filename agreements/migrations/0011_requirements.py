"""Service level requirements and their wishes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_users_and_organisations"),
        ("agreements", "0010_templates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                ("text", models.TextField(blank=True, verbose_name="In words")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recorded", "recorded"),
                            ("answered", "answered"),
                            ("drafted", "drafted"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="recorded",
                        max_length=10,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requirements",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="agreements.service",
                        verbose_name="Service",
                    ),
                ),
            ],
            options={
                "verbose_name": "Service level requirement",
                "ordering": ["-recorded_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=500, verbose_name="Wish")),
                (
                    "weight",
                    models.CharField(
                        choices=[("must", "must"), ("should", "should"), ("could", "could")],
                        default="must",
                        max_length=6,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("availability", "availability"),
                            ("ratio", "share of good events"),
                            ("slices", "share of good time slices"),
                            ("value", "measured value"),
                            ("tasks", "tasks in time"),
                            ("outages", "outages"),
                            ("attested", "attested by a person"),
                        ],
                        max_length=16,
                    ),
                ),
                ("target", models.CharField(blank=True, max_length=40)),
                ("limit", models.CharField(blank=True, max_length=20)),
                ("clause", models.CharField(blank=True, max_length=120)),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="agreements.requirement"
                    ),
                ),
            ],
            options={
                "ordering": ["requirement_id", "position"],
                "constraints": [models.UniqueConstraint(fields=("requirement", "position"), name="wish_position_once")],
            },
        ),
    ]
