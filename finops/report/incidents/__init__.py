"""Lay incidents out: their sentences, charts and sections of a page."""
