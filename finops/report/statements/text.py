"""The words of statements, in English and Korean."""

from collections.abc import Callable
from functools import partial

from finops.definitions import before_tax
from finops.languages import say as say_of
from finops.languages import texts
from finops.text import plain

__all__ = ["Say", "say", "term", "words_of"]

Say = Callable[..., str]


def say(key: str, language: str, **values: str) -> str:
    """Return a text of a statement in `en` or `ko`, with its values and what cost it is of."""
    return say_of("statement", key, language, before_tax=before_tax(language), **values)


def words_of(language: str) -> Say:
    """Return `say` in one language."""
    return partial(say, language=language)


def term(text: str, language: str) -> str:
    """Return a word of our own tables in `language`; a driver's name of the company as it is."""
    return texts("term", language).get(text) or plain(text, 40).replace("_", " ")
