"""Table models: rows in, roles out; a model never queries."""
