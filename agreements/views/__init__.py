"""Pages of the agreements application."""
