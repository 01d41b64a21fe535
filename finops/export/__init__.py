"""Send what was found to where people read it: Slack and other systems."""
