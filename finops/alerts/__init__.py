"""Send what was found to people and their tools."""
