"""SQL as users write it: expressions in columns, SELECTs of derived tables, rules. Parsing by sqlglot."""
