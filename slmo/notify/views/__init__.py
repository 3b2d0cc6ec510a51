"""Pages of the notify application."""
