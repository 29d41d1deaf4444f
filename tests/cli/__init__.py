"""What an operator does from a shell, and the settings the service starts with."""
