"""One file for each bug that was, named after it."""
