"""The detection matrix: every fault against the clauses that turned red."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.laws import LAWS
from conformance.selftest.trial import Judged, Trial
from spec import Contract

FORMAT = 1

OWN, OTHER, SURVIVED = "✓", "o", "✗"
"""Found by the clause that the fault breaks, by another one only, by none."""


@dataclass(frozen=True)
class Matrix:
    """The results of a self-test."""

    contract: Contract
    judged: Sequence[Judged]
    strict: bool
    seconds: float

    @property
    def trials(self) -> list[Trial]:
        """Every fault that was tried."""
        return [trial for judged in self.judged for trial in judged.trials]

    @property
    def survivors(self) -> list[Trial]:
        """Faults that turned no clause red."""
        return [trial for trial in self.trials if not trial.found]

    @property
    def unproven(self) -> list[Judged]:
        """Clauses that have faults, none of which turned that clause red."""
        return [j for j in self.judged if j.trials and not any(t.found_by_own for t in j.trials)]

    @property
    def faultless(self) -> list[Judged]:
        """Clauses without a fault: nothing shows that they can fail."""
        return [j for j in self.judged if not j.trials]

    @property
    def lawless(self) -> list[Judged]:
        """Clauses of a kind that no law checks."""
        without = {clause.id for clause in self.contract.clauses if clause.kind not in LAWS}
        return [j for j in self.judged if j.clause in without]

    @property
    def false_alarms(self) -> list[Judged]:
        """Clauses that are red or have an error on the honest sandbox."""
        return [j for j in self.judged if j.honest == "error" or (j.honest == "violated" and self._counts(j))]

    @property
    def exit_code(self) -> int:
        """0 when every clause has a law and faults that it finds, and the honest sandbox is green; else 1."""
        return int(bool(self.survivors or self.unproven or self.faultless or self.lawless or self.false_alarms))

    def _counts(self, judged: Judged) -> bool:
        clause = self.contract.clause(judged.clause)
        return self.strict or clause is None or clause.level == "documented"


def mark(trial: Trial) -> str:
    """One fault as one character."""
    if trial.found_by_own:
        return OWN
    return OTHER if trial.found else SURVIVED


def lines(matrix: Matrix) -> list[str]:
    """The matrix for a terminal: a line for each clause with a mark for each of its faults, then the problems."""
    width = max((len(j.clause) for j in matrix.judged), default=0)
    shown = []
    for judged in matrix.judged:
        marks = "".join(mark(trial) for trial in judged.trials) or "no fault"
        also = len({id for trial in judged.trials for id in trial.red} - {judged.clause})
        notes = [f"also red: {also}"] if also else []
        notes += [judged.honest] if judged.honest != "held" else []
        shown.append(f"{judged.clause:<{width}}  {marks}  {'; '.join(notes)}".rstrip())
    return [*shown, "", *_amiss(matrix), _total(matrix)]


def _amiss(matrix: Matrix) -> Iterable[str]:
    for trial in matrix.trials:
        if not trial.found:
            yield f"{SURVIVED} {trial.fault} survives {trial.tried} clauses; its own: {trial.why_not}"
        elif not trial.found_by_own:
            yield f"{OTHER} {trial.fault} is found by {_some(trial.red)} only; its own: {trial.why_not}"
    for judged in matrix.unproven:
        yield f"{SURVIVED} {judged.clause}: none of its faults turns it red"
    for judged in matrix.faultless:
        yield f"{SURVIVED} {judged.clause} has no fault"
    for judged in matrix.lawless:
        yield f"{SURVIVED} {judged.clause} has no law"
    for judged in matrix.false_alarms:
        yield f"{SURVIVED} {judged.clause} on the honest sandbox: {judged.honest} {judged.reason}".rstrip()


def _some(ids: Sequence[str], most: int = 3) -> str:
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")


def _total(matrix: Matrix) -> str:
    trials = matrix.trials
    own = sum(trial.found_by_own for trial in trials)
    other = sum(trial.found for trial in trials) - own
    return (
        f"{own + other} of {len(trials)} faults found ({own} by the clause that they break, {other} by another), "
        f"{len(matrix.judged)} clauses, {len(matrix.faultless)} without a fault, "
        f"{len(matrix.false_alarms)} red on the honest sandbox; "
        f"{sum(trial.requests for trial in trials)} requests, {matrix.seconds:.0f} s"
    )


def as_json(matrix: Matrix) -> dict[str, Any]:
    """The matrix as plain data, for selftest.json."""
    return {
        "format": FORMAT,
        "document": {"file": matrix.contract.file, "sha256": matrix.contract.sha256},
        "strict": matrix.strict,
        "exit_code": matrix.exit_code,
        "seconds": round(matrix.seconds, 1),
        "faults": {
            "total": len(matrix.trials),
            "found": sum(trial.found for trial in matrix.trials),
            "found_by_own": sum(trial.found_by_own for trial in matrix.trials),
        },
        "survivors": [trial.fault for trial in matrix.survivors],
        "unproven": [judged.clause for judged in matrix.unproven],
        "without_law": [judged.clause for judged in matrix.lawless],
        "without_fault": [judged.clause for judged in matrix.faultless],
        "false_alarms": [judged.clause for judged in matrix.false_alarms],
        "clauses": [
            {
                "id": judged.clause,
                "honest": judged.honest,
                **({"reason": judged.reason} if judged.reason else {}),
                "faults": [
                    {
                        "id": trial.fault,
                        "found": trial.found,
                        "red": list(trial.red),
                        "tried": trial.tried,
                        "requests": trial.requests,
                        "seconds": trial.seconds,
                        **({"why_not": trial.why_not} if trial.why_not else {}),
                    }
                    for trial in judged.trials
                ],
            }
            for judged in matrix.judged
        ],
    }
