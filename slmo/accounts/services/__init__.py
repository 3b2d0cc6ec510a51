"""Changes of state in the accounts application: one verb each."""
