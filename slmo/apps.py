"""The project's own AppConfig: it binds the Celery application, and what sessions begin with, when Django starts."""

from django.apps import AppConfig


class SlmoConfig(AppConfig):
    """Load `slmo.celery` with Django, so that `slmo/__init__.py` stays empty and the engine free of Django."""

    name = "slmo"
    label = "slmo"

    def ready(self) -> None:
        """Bind the Celery application as the current one."""
        from slmo import celery, sessions  # noqa: F401  # sessions begin as it says from here on

        celery.app.set_default()
