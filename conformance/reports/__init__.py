"""Reports: one stream of events, and every format a pure fold of it.

`stream` writes what happens while it happens, `fold` makes the report of it, `files` reads and writes both,
and each format is one function from a report to text.
"""
