"""Everything this package raises.

FinopsError
├── SourceNotFound    no bill, project or warehouse at that path
├── BadSource         a bill file or manifest that can't be read
├── MissingColumns    a bill without a column that its cost depends on
├── BadInput          a mapping, business or settings file with a wrong line
├── CheckFailed       a promise in checks/ is broken
├── WarehouseBusy     another process is writing this warehouse
└── NotDelivered      another system did not take an alert
"""

from collections.abc import Mapping


class FinopsError(Exception):
    """Base of all errors: one clear line that says what, where and what to do."""


class SourceNotFound(FinopsError):
    """No bill, project or warehouse at that path."""


class BadSource(FinopsError):
    """A bill file or manifest can't be read, or holds values that don't parse."""


class MissingColumns(FinopsError):
    """A bill lacks a column that its cost depends on."""

    def __init__(self, source: str, missing: list[str], available: list[str]) -> None:
        """Name the missing columns, what is there, and the likely cause."""
        some = ", ".join(available[:6]) + (", …" if len(available) > 6 else "")
        super().__init__(
            f"{source} has no {', '.join(missing)}. It has {some}. Is it a Cost and Usage Report?"
        )


class BadInput(FinopsError):
    """A mapping, business or settings file has a line that can't be used."""


class CheckFailed(FinopsError):
    """A promise in checks/ is broken, in `periods`: by month, the names of its promises."""

    def __init__(self, message: str, periods: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.periods = dict(periods or {})


class WarehouseBusy(FinopsError):
    """Another process is writing this warehouse."""


class NotDelivered(FinopsError):
    """Another system did not take an alert; whether to try `again`, and after how long."""

    def __init__(self, message: str, *, again: bool, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.again = again
        self.wait_seconds = wait_seconds
