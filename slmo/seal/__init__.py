"""The sealed paper of an agreement: made, sealed and checked; values in, values out, without Django or database."""
