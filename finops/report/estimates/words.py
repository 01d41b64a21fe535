"""The words of an estimate, in English and Korean."""

from functools import partial

from finops.languages import say as say_of

__all__ = ["say"]


# A text of an estimate by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, "estimate")
