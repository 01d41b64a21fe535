"""Give every charge an owner, and split what is shared."""

# Of ten dollars that a suggestion places, nine go to the right team: a wrong owner costs more trust
# than an unowned dollar.
PRECISION = 0.9
