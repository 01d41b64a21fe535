"""Open, build, check and repair the warehouse of a project."""
