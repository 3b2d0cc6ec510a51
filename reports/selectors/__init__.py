"""Scoped reads of the reports application."""
