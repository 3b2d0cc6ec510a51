"""What may become of a period that is still running: its budget, its burn, and the probability that it is missed."""
