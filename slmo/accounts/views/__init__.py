"""Pages of the accounts application."""
