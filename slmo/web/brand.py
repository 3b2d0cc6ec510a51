"""What the portal calls itself."""

BRAND = {"name": "SLMO"}
