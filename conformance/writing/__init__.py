"""Sending a batch and polling its status, reading rows back, making the items of a write, cleaning up."""
