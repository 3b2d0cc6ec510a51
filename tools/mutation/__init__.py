"""Break the engine line by line, and see that its tests notice."""
