"""Loading into a database: staged, proved, and put in place in one step."""
