"""The promises: one SQL file each, which selects the rows that break it."""
