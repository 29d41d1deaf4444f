"""Yardsticks: what the service does beside its limits and peers, measured in one run. Reports, not tests."""
