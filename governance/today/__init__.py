"""What the first screen shows: what waits, what changed, where everything stands, what comes."""
