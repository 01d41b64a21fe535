"""Compare what AWS invoiced with the bill, and the bill with AWS's own rules."""
