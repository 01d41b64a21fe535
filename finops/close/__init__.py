"""Close a month: what the bill is for the books, what is accrued and prepaid, and the journal."""
