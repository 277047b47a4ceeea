"""The report as data: the parts of report.json, under the names that they have there.

conformance/reports/report.schema.json describes the same for other languages; a test holds the two together.
"""

from typing import Literal, NotRequired, TypedDict

from conformance.verdict import Verdict

FORMAT = 1
"""Version of report.json and of the stream."""

WaiverState = Literal["used", "untried", "elsewhere", "expired", "stale", "unknown"]
FAILING: tuple[WaiverState, ...] = ("expired", "stale", "unknown")
"""The states in which a waiver fails a run: it excuses nothing, and somebody believes that it does."""


class Tool(TypedDict):
    """What made the report."""

    name: str
    version: str


class Document(TypedDict):
    """What the target was held against."""

    title: str
    version: str
    file: str
    sha256: str


class Operation(TypedDict):
    """One operation of the document, in the document's order."""

    code: str
    method: str
    path: str
    summary: str


class Place(TypedDict):
    """Where a clause stands in the document: 1-based."""

    file: str
    line: int
    column: int


class Settings(TypedDict):
    """The options of a run, as far as they decide what it sends and how it is judged."""

    writes: bool
    strict: bool
    only: list[str]
    skip: list[str]
    shard: str | None
    rate: float | None
    max_requests: int | None
    max_time: float | None


class Waiver(TypedDict):
    """One line of the waivers file."""

    clause: str
    reason: str
    owner: str
    expires: str
    target: NotRequired[str]
    issue: NotRequired[str]


class Waived(Waiver):
    """A waiver, and what became of it in this run."""

    state: WaiverState
    clauses: list[str]


class Statement(TypedDict):
    """What a clause says, whatever the target does."""

    id: str
    level: Literal["documented", "inferred"]
    operation: str
    family: str
    requirement: str
    source: str
    location: Place
    writes: bool


class Example(TypedDict):
    """A violation that anybody can see again."""

    expected: str
    observed: str
    requests: list[str]
    answers: list[str]
    replays: int


class Judgement(TypedDict):
    """What became of a clause."""

    verdict: Verdict
    witnesses: int
    requests: int
    seconds: float
    reason: NotRequired[str]
    untold: NotRequired[list[str]]
    counterexample: NotRequired[Example]


class Clause(Statement, Judgement):
    """A clause with its verdict."""

    waiver: NotRequired[Waiver]


class Spread(TypedDict):
    """How a set of times is spread, in milliseconds."""

    min: float
    median: float
    p95: float
    max: float


class Timing(TypedDict):
    """The answers of one operation."""

    answers: dict[str, int]
    milliseconds: Spread
    histogram: list[int]


class Requests(TypedDict):
    """What was sent; more than there are answers where a request was tried again."""

    total: int
    by_operation: dict[str, int]


class Report(TypedDict):
    """One run."""

    format: int
    tool: Tool
    document: Document
    target: str
    embedded: bool
    seed: int
    strict: bool
    settings: Settings
    started: str
    finished: str | None
    complete: bool
    stopped: str | None
    notes: list[str]
    answer: str
    exit_code: int
    verdicts: dict[Verdict, int]
    requests: Requests
    histogram_bounds: list[int]
    timings: dict[str, Timing]
    operations: list[Operation]
    waivers: list[Waived]
    clauses: list[Clause]


class Header(TypedDict):
    """The first event: everything that is known before the first request."""

    event: Literal["header"]
    format: int
    tool: Tool
    document: Document
    target: str
    embedded: bool
    seed: int
    settings: Settings
    started: str
    operations: list[Operation]
    waivers: list[Waiver]
    clauses: list[Statement]


class Concluded(Judgement):
    """A clause has its verdict."""

    event: Literal["concluded"]
    clause: str


class Answered(TypedDict):
    """Answers since the last such event: status and milliseconds of each, by operation."""

    event: Literal["answered"]
    answers: dict[str, list[tuple[int, float]]]


class Footer(TypedDict):
    """The last event. A stream without it was cut."""

    event: Literal["footer"]
    finished: str
    stopped: str | None
    notes: list[str]
    requests: dict[str, int]


Event = Header | Concluded | Answered | Footer
