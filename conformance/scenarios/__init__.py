"""Scenarios: what happens to rows of our own when they are written. Each runs once, and many laws judge its trace.

A scenario sends the same few batches to every operation of its kind. Its trace holds the server's responses to
each batch, and the rows after it. A replay runs the scenario again, with new keys.
"""

from conformance.scenarios.deletes import DeletesTrace
from conformance.scenarios.one_row import own_row, trace_of_one_row
from conformance.scenarios.operations import action, ownership_of, parts_of, row_writer, siblings, unused_key
from conformance.scenarios.parts import PartsTrace
from conformance.scenarios.patience import submit_patiently
from conformance.scenarios.row_traces import CreateTrace, MatchTrace, OneRowTrace, RemoveTrace, State, UpdateTrace
from conformance.scenarios.rows import RowsTrace
from conformance.scenarios.run import run_all, style_of, trace_of_writes
from conformance.scenarios.trace import EdgeCaseSteps, MixedStep, NotReached, Step, Trace

__all__ = [
    "CreateTrace",
    "DeletesTrace",
    "EdgeCaseSteps",
    "MatchTrace",
    "MixedStep",
    "NotReached",
    "OneRowTrace",
    "PartsTrace",
    "RemoveTrace",
    "RowsTrace",
    "State",
    "Step",
    "Trace",
    "UpdateTrace",
    "action",
    "own_row",
    "ownership_of",
    "parts_of",
    "row_writer",
    "run_all",
    "siblings",
    "style_of",
    "submit_patiently",
    "trace_of_one_row",
    "trace_of_writes",
    "unused_key",
]
