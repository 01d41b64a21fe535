"""Give every charge an owner, and split what is shared."""
