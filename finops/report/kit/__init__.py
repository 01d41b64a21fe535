"""What every page is made of: charts, tables, workbooks, pages and the terminal."""
