"""The heart: makes one block of one family from the plan and the resident parent columns, and nothing else."""
