"""What is built, as SQL: a folder is a schema, a file a table."""
