"""Two processes of the operating system on one database, at once: whatever the moment at which they meet, the outcome is the same."""
