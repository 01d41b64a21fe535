"""Who owns what, and what a change of rules would move."""
