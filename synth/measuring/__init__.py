"""What rows look like, in numbers: one table's columns measured by SQL, and how far apart two measures are."""
