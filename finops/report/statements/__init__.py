"""Tell each team what it pays, and executives what the company does, as pages and workbooks."""
