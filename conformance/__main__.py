"""`python -m conformance`: test a server against the contract."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir

import spec
from conformance.commands.options import Usage, parse
from conformance.commands.run import conform
from conformance.commands.terminal import complain
from conformance.reading.preflight import WrongTarget
from conformance.reports.files import UnreadableReport
from conformance.reports.waivers import WaiversError

COMMANDS = {
    "compare": "conformance.commands.compare",
    "explain": "conformance.commands.explain",
    "merge": "conformance.commands.merge",
    "replay": "conformance.commands.replay",
    "report": "conformance.commands.report",
    "selftest": "conformance.selftest",
}
"""What else than a run can be asked for: each module has a `main` that is given the rest of the arguments."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 conforms, 1 violations, 2 usage, unreachable or nothing could be exercised."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in COMMANDS:
            command: Callable[[list[str]], int] = import_module(COMMANDS[arguments[0]]).main
            return command(arguments[1:])
        # Hypothesis keeps files of its own; they don't belong into the folder that somebody works in.
        set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "seller-center-contract-hypothesis")
        with ending_on_sigterm():
            return conform(parse(arguments))
    except (spec.SpecError, Usage, WrongTarget, WaiversError, UnreadableReport) as error:
        complain(str(error))
    except KeyboardInterrupt:
        complain("Interrupted before anything was judged.")
    except BrokenPipeError:
        # Whoever read the output has seen enough; without this, Python complains once more on its way out.
        sys.stdout = None
    except OSError as error:
        complain(f"{error.filename or 'the report'}: {error.strerror}")
    return 2


@contextlib.contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """A SIGTERM ends the run as Ctrl-C does: with a report that says so."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, which is the only one that signals reach
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
