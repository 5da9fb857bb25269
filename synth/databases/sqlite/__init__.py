"""SQLite: a file with integers, floats and texts."""
