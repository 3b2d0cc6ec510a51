"""Planned disruptions as they are negotiated under each agreement."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_users_and_organisations"),
        ("agreements", "0008_indicator_comparable_since"),
        ("monitoring", "0016_probe_points"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="What is planned")),
                ("reason", models.TextField(verbose_name="Reason")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announcements",
                        to="accounts.organisation",
                    ),
                ),
                ("services", models.ManyToManyField(related_name="announcements", to="agreements.service")),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Disruption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for consent"),
                            ("agreed", "agreed"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("called_off", "called off"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                (
                    "turn",
                    models.CharField(
                        choices=[("provider", "provider"), ("customer", "customer")], default="customer", max_length=8
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disruptions",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disruptions",
                        to="monitoring.announcement",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("exclusions", models.ManyToManyField(related_name="disruptions", to="monitoring.exclusion")),
            ],
            options={
                "verbose_name": "Planned disruption",
                "ordering": ["-announcement__created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DisruptionMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=10)),
                ("side", models.CharField(choices=[("provider", "provider"), ("customer", "customer")], max_length=8)),
                ("name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("word", models.TextField(blank=True)),
                (
                    "disruption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="monitoring.disruption"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["disruption_id", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DisruptionWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                (
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="windows",
                        to="monitoring.disruptionmove",
                    ),
                ),
            ],
            options={
                "ordering": ["move_id", "start"],
            },
        ),
        migrations.AddIndex(
            model_name="disruption",
            index=models.Index(condition=models.Q(("state", "asked")), fields=["agreement"], name="disruption_waiting"),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.UniqueConstraint(
                fields=("announcement", "agreement"), name="disruption_once_an_agreement"
            ),
        ),
        migrations.AddConstraint(
            model_name="disruptionwindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="disruption_ends_after_start"
            ),
        ),
    ]
