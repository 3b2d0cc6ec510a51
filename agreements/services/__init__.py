"""Changes of state in the agreements application: one verb each."""
