"""Say things in the languages that reports are written in."""

from collections.abc import Mapping

from finops.errors import BadInput

__all__ = ["LANGUAGES", "place_of", "say"]

LANGUAGES = ("en", "ko")


def place_of(language: str) -> int:
    """Return where a text stands among its languages. Raises BadInput for one that has none."""
    if language not in LANGUAGES:
        raise BadInput(f"{language!r} is no language of reports: {', '.join(LANGUAGES)}.")
    return LANGUAGES.index(language)


def say(
    texts: Mapping[str, tuple[str, str]], key: str, language: str, *values: str, **named: str
) -> str:
    """Return a text of `texts` in `language`, with its values filled in."""
    text = texts[key][place_of(language)]
    return text.format(*values, **named) if values or named else text
