"""What the pages about a figure show, computed from rows and from the engine; no requests, no HTML."""
