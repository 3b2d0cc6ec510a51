"""A column of secrets: by name, each sealed. Rotation finds all such columns by this class."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models


class SecretsField(models.JSONField):
    """A JSON object of names and sealed secrets; what is stored in it is never plain text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin empty, and stay out of all forms."""
        super().__init__(*args, **{"default": dict, "db_default": {}, "blank": True, "editable": False, **kwargs})


def columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column of secrets, as model and field name."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SecretsField):
                yield model, field.name
