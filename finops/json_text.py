"""Read JSON that others wrote: whatever it holds, an error says where."""

import json
from decimal import Decimal
from typing import Any

__all__ = ["BadJson", "read_json"]


class BadJson(ValueError):
    """Text is no JSON, or none that can be read; `line` says where."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def read_json(text: str | bytes) -> Any:
    """Return what the text holds, with fractions as Decimal. Raises BadJson."""
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise BadJson(error.msg, error.lineno) from error
    except RecursionError:
        raise BadJson("it is nested too deep") from None
    # Bytes that are no text, or a number of thousands of digits.
    except ValueError as error:
        raise BadJson(str(error)) from error
