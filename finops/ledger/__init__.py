"""Every delivery of the bill: what it held, what the next one changed, what was known when."""
