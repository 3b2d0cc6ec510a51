"""What the engine and its tables cost, measured: `make bench` (docs/performance.md)."""
