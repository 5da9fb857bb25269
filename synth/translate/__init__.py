"""SQL of a spec in the words of each database."""
