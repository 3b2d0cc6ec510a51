"""Changes of state in the governance application: one verb each."""
