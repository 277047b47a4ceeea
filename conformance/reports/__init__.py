"""Reports: one stream of events, and every format a pure fold of it.

`stream` writes events as they happen, `fold` makes the report of them, `files` reads and writes both,
and each format is one function from a report to text.
"""
