"""The only room that says SQL: the store, the log, the merge, migrations, search and the queries of the tables."""
