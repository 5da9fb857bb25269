"""What is decided before the first draw: rows, order, families, blocks, memory. Pure, comparable, printable."""
