"""Rows that were there before: read from a folder or a database, looked through, and bound to a plan as parents."""
