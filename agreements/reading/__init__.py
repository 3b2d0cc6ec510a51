"""Read terms aloud: from the engine's values to sentences, pictures and differences. Pure functions, no database."""
