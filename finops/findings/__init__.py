"""What is odd in a bill itself: one query each, which selects what it found and stops nothing."""
