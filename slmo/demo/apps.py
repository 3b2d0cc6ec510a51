"""The demo: a real incident record, and a small provider that builds on what it is about."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Name the application, so that Django finds its commands."""

    name = "slmo.demo"
    label = "demo"
