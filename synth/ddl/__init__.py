"""CREATE TABLE and what belongs to it."""
