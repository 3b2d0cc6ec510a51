"""Pages of the reports application."""
