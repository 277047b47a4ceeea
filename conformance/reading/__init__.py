"""What a run knows of a list: a sample of its rows, its pages and limits, and the preflight of a target."""
