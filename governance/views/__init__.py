"""Pages of the governance application."""
