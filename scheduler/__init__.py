"""What happens by itself: delivery of notices, and one file for each job."""
