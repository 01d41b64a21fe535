"""Cost that nothing known explains, told as incidents: found, merged, explained and kept."""
