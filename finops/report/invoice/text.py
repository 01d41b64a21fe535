"""The words of the invoice check, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["say"]


# A text of the check by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, "invoice")
