"""The tests read like the specification."""
