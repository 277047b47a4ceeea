"""The commands of the command line, and the output on the terminal."""
