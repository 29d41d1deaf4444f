"""What the city keeps, and the rules it keeps it by: flows -> the systems -> identity -> post -> base."""
