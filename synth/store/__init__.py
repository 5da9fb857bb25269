"""The on-disk format: what is in a folder or a database, how it is written, found again and read."""
