"""Changes of state in the reports application: one verb each."""
