"""What a person can ask for on the command line, and what the terminal shows."""
