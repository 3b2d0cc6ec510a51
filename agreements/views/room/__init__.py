"""The negotiation room: its page, what is done in it, one clause's editor, and what keeps it fresh."""
