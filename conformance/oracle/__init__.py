"""What a lookup means, the mutants of that meaning, and the values that kill them. Knows no server."""
