"""Say what a closing pack says, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["kind_text", "part_text", "say"]

# Parts of the variance and kinds of documents whose word is that of a column too.
_PARTS = {"tax": "tax_part", "credits": "credits_part", "support": "support_part"}
_KINDS = {"non_current": "non_current_moved", "invoiced": "invoiced_kind"}


# A text of the pack by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, "close")


def part_text(part: str, language: str) -> str:
    """Return what a part of the variance is called."""
    return say(_PARTS.get(part, part), language)


def kind_text(kind: str, language: str) -> str:
    """Return what a kind of document is called."""
    return say(_KINDS.get(kind, kind), language)
