"""Changes of state in the monitoring application: one verb each."""
