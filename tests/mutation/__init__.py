"""Mutation testing of the project's own code: `make mutants`."""
