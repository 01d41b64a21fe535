"""The command line: each command parses, calls one public function and prints."""

# Each module adds its commands to the app, in this order.
from finops.cli import bill, books, owners, reports
from finops.cli.terminal import app, main

__all__ = ["app", "bill", "books", "main", "owners", "reports"]
