"""Estimate what a month will end at, and the twelve after it, with how far that can be trusted."""
