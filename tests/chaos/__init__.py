"""Processes killed, frozen and asked to end, databases taken away, clocks moved: what was promised holds all the same."""
