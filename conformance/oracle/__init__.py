"""What a lookup means, the mutants of that meaning, and the values that kill them. Independent of any server."""
