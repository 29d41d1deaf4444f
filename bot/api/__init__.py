"""What other systems use: JSON under `/api/v1`, keys with scopes, problem+json."""
