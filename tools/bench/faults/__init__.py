"""What tests and measurements break on purpose: a database server of their own, and hosts that are cut off."""
