"""Show cost to people: charts, one page for the month, the same page in a terminal."""
