"""One file for each thing a citizen can say. A handler decides and answers; it works on any channel."""
