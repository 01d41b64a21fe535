"""The command line: each command parses, calls one public function and prints.

A command imports what it uses when it runs, so that help and wrong usage answer at once.
"""

# Each module adds its commands to the app, in this order.
from finops.cli import bill, books, owners, reports
from finops.cli.terminal import app, main

__all__ = ["app", "bill", "books", "main", "owners", "reports"]
