"""Read what moment a report is asked for."""

from datetime import UTC, date, datetime, time

from finops.errors import BadInput


def moment(as_of: str | date) -> datetime:
    """Return a date or time as a UTC time without zone; a day means its end.

    `as_of` is a date, a datetime, or the text of one in ISO form; a time without a zone is UTC.
    Raises BadInput for other text.
    """
    found = _parsed(as_of) if isinstance(as_of, str) else as_of
    if not isinstance(found, datetime):
        return datetime.combine(found, time(23, 59, 59))
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _parsed(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"as of {text!r} is no date or time. Examples: 2026-09-10, 2026-09-10T12:00:00+09:00."
        ) from None
