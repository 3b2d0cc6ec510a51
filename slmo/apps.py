"""The project's own AppConfig: it binds the Celery application when Django starts."""

from django.apps import AppConfig


class SlmoConfig(AppConfig):
    """Load `slmo.celery` with Django, so that `slmo/__init__.py` stays empty and the engine free of Django."""

    name = "slmo"
    label = "slmo"

    def ready(self) -> None:
        """Bind the Celery application as the current one."""
        from slmo import celery

        celery.app.set_default()
