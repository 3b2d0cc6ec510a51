"""Secrets of sources beside their settings, and the networks that sources may reach though they are not public."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import slmo.accounts.vault.field


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0013_task_by_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="secrets",
            field=slmo.accounts.vault.field.SecretsField(
                blank=True,
                db_default={},
                default=dict,
                editable=False,
                help_text="Settings that nobody is shown, by name, each sealed.",
            ),
        ),
        migrations.CreateModel(
            name="NetworkAllowed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="Name")),
                (
                    "network",
                    models.CharField(
                        help_text="In CIDR, as ipaddress writes it.", max_length=50, unique=True, verbose_name="Network"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="Reason")),
                ("allowed_at", models.DateTimeField()),
                (
                    "allowed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Allowed network",
                "ordering": ["name"],
            },
        ),
    ]
