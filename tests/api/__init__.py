"""What other systems use: JSON under `/api/v1`."""
