"""Pages of the monitoring application."""
