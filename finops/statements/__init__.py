"""What each team pays for a month, and what was kept of it."""
