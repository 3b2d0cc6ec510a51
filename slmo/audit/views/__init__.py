"""Pages of the audit application."""
