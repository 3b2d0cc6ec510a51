"""Evidence beside a clause: what a draft would have meant on the recorded facts, and what carries it."""
