"""Lay an estimate out: charts, sentences, and a page in a terminal."""
