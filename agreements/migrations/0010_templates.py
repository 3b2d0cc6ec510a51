"""Templates of an organisation of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_users_and_organisations"),
        ("agreements", "0009_sealed_paper"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="What it is for")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("SLA", "service level agreement"),
                            ("OLA", "operational level agreement"),
                            ("UC", "underpinning contract"),
                        ],
                        max_length=3,
                        verbose_name="Type",
                    ),
                ),
                ("spec", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="templates",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "Template",
                "ordering": ["title"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("organisation", "title"),
                        name="template_title_once",
                    )
                ],
            },
        ),
    ]
