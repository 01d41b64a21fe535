"""Rules that find what a bill charges too much or too little: one query each."""
