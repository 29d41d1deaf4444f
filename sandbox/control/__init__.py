"""The levers of the sandbox, for the phone page and for tests: JSON under `/control`, to this machine only."""
