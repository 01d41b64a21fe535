"""Speed and quality, run by make bench."""
