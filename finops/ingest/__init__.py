"""Load AWS bills: one folder of Parquet per delivery, one row per charge."""
