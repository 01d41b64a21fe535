"""The command line: each command parses, calls one public function and prints."""

# Each module adds its commands to the app, in this order.
from finops.cli import bill, owners, reports
from finops.cli.terminal import app, main

__all__ = ["app", "bill", "main", "owners", "reports"]
