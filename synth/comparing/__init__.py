"""Two specs, or two sets of tables, compared: what is said, and what is there, differently."""
