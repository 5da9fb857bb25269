"""PostgreSQL: a server of the user's, or the one that comes along."""
