"""What a dataset is, for people: its tables and columns in their words, and how they hang together."""
