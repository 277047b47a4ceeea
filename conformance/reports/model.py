"""The parts of report.json, by the names that they have there.

Reports are read and validated by these definitions. `python -m conformance.reports.schema` makes
report.schema.json from them, for other languages.
"""

from typing import Annotated, Literal, NotRequired, TypedDict, get_args

from msgspec import Meta

from conformance.oracle.budget import Effort
from conformance.verdict import Code, Verdict
from spec.model import BasisKind

FORMAT: Literal[1] = 1
"""Version of report.json and of the stream."""

Count = Annotated[int, Meta(ge=0)]
Number = Annotated[float, Meta(ge=0)]
Position = Annotated[int, Meta(ge=1)]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(\+\d{2}:\d{2}|Z)$",
        description="A moment with its offset, to the millisecond.",
    ),
]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]

GapState = Literal["used", "unused", "elsewhere"]

WaiverState = Literal["used", "untried", "elsewhere", "expired", "stale", "unknown"]
FAILING: tuple[WaiverState, ...] = ("expired", "stale", "unknown")
"""States that fail a run: the waiver excuses nothing, though somebody relies on it."""


class Tool(TypedDict):
    """What made the report."""

    name: str
    version: str


class Document(TypedDict):
    """What the target was checked against."""

    title: str
    version: str
    file: str
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Of the document's bytes.")]


class Operation(TypedDict):
    """One operation of the document, in the document's order."""

    code: str
    method: str
    path: str
    summary: str


class Place(TypedDict):
    """Where a clause stands in the document: 1-based."""

    file: str
    line: Position
    column: Position


class Settings(TypedDict):
    """The options that decide what a run sends and how it judges the responses."""

    writes: bool
    strict: bool
    only: list[str]
    skip: list[str]
    shard: Annotated[
        Annotated[str, Meta(pattern=r"^[1-9]\d*/[1-9]\d*$")] | None,
        Meta(description="The part of a run that is split over machines, such as 2/3; null for a whole run."),
    ]
    rate: Number | None
    max_requests: Count | None
    max_time: Number | None
    effort: NotRequired[Annotated[Effort, Meta(description="Reports of earlier versions have none.")]]
    require_exercised: NotRequired[
        Annotated[
            Number,
            Meta(
                description="Percent of the selected clauses; with more gaps than that leaves, a run is inconclusive."
            ),
        ]
    ]


class Gap(TypedDict):
    """One line of the gaps file: clauses that a target can't exercise, as everybody knows."""

    clause: str
    reason: str
    target: NotRequired[str]


class ExpectedGap(Gap):
    """An expected gap, and what became of it in this run."""

    state: GapState
    clauses: Annotated[list[str], Meta(description="Ids of the clauses that it expects, and that weren't exercised.")]


class Cause(TypedDict):
    """One mistake of the target, and every clause that it shows in."""

    headline: Annotated[str, Meta(description="What is wrong, in one sentence.")]
    clause: Annotated[str, Meta(description="The id of the violation to look at first.")]
    also: Annotated[list[str], Meta(description="Ids of other violations of the same cause.")]
    blocked: Annotated[list[str], Meta(description="Ids of clauses that weren't exercised because of it.")]


class Exercise(TypedDict):
    """How much of what a run selected it exercised."""

    selected: Annotated[Count, Meta(description="Clauses that the run was to try, whatever became of them.")]
    exercised: Annotated[Count, Meta(description="Of these, held or violated.")]
    gaps: Annotated[
        list[str],
        Meta(
            description="Of these, not exercised although they could be: they rest on something that is broken, or an "
            "earlier run exercised them. Expected gaps aren't among them."
        ),
    ]
    enough: Annotated[bool, Meta(description="False when there are more gaps than the run allows: inconclusive.")]


class Waiver(TypedDict):
    """One line of the waivers file."""

    clause: str
    reason: str
    owner: str
    expires: Date
    target: NotRequired[str]
    issue: NotRequired[str]


class Waived(Waiver):
    """A waiver, and its state in this run."""

    state: WaiverState
    clauses: Annotated[list[str], Meta(description="Ids of the violations that it excuses.")]


class Basis(TypedDict):
    """What a clause follows from."""

    kind: Annotated[
        str,
        Meta(
            description="sentence: the document says it. type, bound, default, example, declaration: it stands at the "
            "clause's location. term: what a word plainly means. standard: with its section. decision: it is ours.",
            examples=list(get_args(BasisKind)),
        ),
    ]
    text: str


class Statement(TypedDict):
    """What a clause requires. It doesn't depend on the target."""

    id: str
    level: Annotated[
        Literal["documented", "inferred"],
        Meta(description="Whether the page says it. Inferred clauses decide the exit code only with --strict."),
    ]
    operation: str
    family: str
    requirement: Annotated[str, Meta(description="What must hold, in one sentence.")]
    source: Annotated[str, Meta(description="The page's own sentence, or the reason for our decision.")]
    basis: NotRequired[Annotated[Basis, Meta(description="Reports of earlier versions have none.")]]
    location: Place
    writes: Annotated[bool, Meta(description="True when exercising it changes data on the target.")]
    exercised_at: NotRequired[
        Annotated[Moment, Meta(description="The start of the last earlier run (--history) that exercised it.")]
    ]


class Recorded(TypedDict):
    """One request and its response in full; the key's place holds the name of its variable."""

    operation: str
    method: str
    url: str
    request_headers: list[tuple[str, str]]
    sent: NotRequired[Annotated[str, Meta(description="File of the report folder that holds the request's body.")]]
    sent_at: NotRequired[Moment]
    milliseconds: Number
    status: int
    response_headers: Annotated[
        list[tuple[str, str]], Meta(description="Among them Date and the server's id of the request, where it has one.")
    ]
    received: NotRequired[
        Annotated[
            str, Meta(description="File of the report folder that holds the response's body, compressed with gzip.")
        ]
    ]


class Example(TypedDict):
    """The smallest chain of requests found that shows a violation."""

    expected: str
    observed: str
    requests: Annotated[
        list[str],
        Meta(
            description="curl lines for a POSIX shell in the report folder, in order; they read the key from an "
            "environment variable."
        ),
    ]
    answers: Annotated[
        list[str],
        Meta(description="The response to each: status and body. Of a long list, the rows that the texts name."),
    ]
    replays: Annotated[Count, Meta(description="How often it was reproduced before it was reported.")]
    symptom: NotRequired[
        Annotated[str, Meta(description="What is wrong, where the same mistake shows in many clauses: missing-rows.")]
    ]
    exchanges: NotRequired[
        Annotated[
            list[Recorded],
            Meta(description="The same requests and responses in full. Reports of earlier versions have none."),
        ]
    ]


class Judgement(TypedDict):
    """The result for a clause."""

    verdict: Annotated[
        Verdict,
        Meta(
            description="held: right in every case in which a wrong server would have differed. violated: wrong, and "
            "reproduced. not-exercised: no such case; `reason` says what was missing. skipped: switched off or not "
            "permitted. error: it could not be judged."
        ),
    ]
    witnesses: Annotated[
        Count, Meta(description="Discriminating cases: a wrong server would have answered differently.")
    ]
    requests: Annotated[
        Count, Meta(description="Requests sent for the clause. Responses that were known already don't count.")
    ]
    seconds: Number
    reason: NotRequired[Annotated[str, Meta(description="Why the verdict is neither held nor violated.")]]
    reason_code: NotRequired[
        Annotated[
            str,
            Meta(
                description="The kind of reason, for programs. "
                "Reports of earlier versions have none; later versions may have more of them.",
                examples=list(get_args(Code)),
            ),
        ]
    ]
    blocked_by: NotRequired[
        Annotated[str, Meta(description="For blocked-by: the id of the broken clause on which this one rests.")]
    ]
    untold: NotRequired[
        Annotated[
            list[str], Meta(description="Survivors: mutants that the data couldn't distinguish from the right meaning.")
        ]
    ]
    counterexample: NotRequired[Example]


class Clause(Statement, Judgement):
    """A clause with its verdict."""

    waiver: NotRequired[Waiver]


SHOWN = {
    "if": {"properties": {"verdict": {"const": "violated"}}},
    "then": {"required": ["counterexample"]},
}
"""A violation comes with its counterexample."""


Verdicts = TypedDict(
    "Verdicts",
    {"held": Count, "violated": Count, "not-exercised": Count, "skipped": Count, "error": Count},
)
"""The number of clauses with each verdict."""


class Spread(TypedDict):
    """The distribution of times, in milliseconds."""

    min: Number
    median: Number
    p95: Number
    max: Number


class Timing(TypedDict):
    """The responses of one operation."""

    answers: Annotated[dict[str, Count], Meta(description="Responses by status.")]
    milliseconds: Spread
    histogram: Annotated[
        list[Count], Meta(description="Responses in each class of histogram_bounds, and in one more for slower ones.")
    ]


class Requests(TypedDict):
    """Requests that were sent. A retried request counts again, so there may be fewer responses."""

    total: Count
    by_operation: dict[str, Count]


class Report(TypedDict):
    """One run."""

    format: Literal[1]
    tool: Tool
    document: Document
    target: Annotated[str, Meta(description="The base URL.")]
    embedded: Annotated[bool, Meta(description="True when the target was the sandbox that comes with the tool.")]
    seed: int
    strict: bool
    settings: Settings
    started: Moment
    finished: Moment | None
    complete: Annotated[bool, Meta(description="False when the run was stopped early; `stopped` gives the reason.")]
    stopped: str | None
    notes: Annotated[list[str], Meta(description="Messages for a person, beside the verdicts.")]
    answer: Annotated[str, Meta(description="The result in one sentence.")]
    exit_code: Literal[0, 1, 2]
    verdicts: Verdicts
    causes: NotRequired[
        Annotated[
            list[Cause],
            Meta(description="All violations that no waiver excuses, by what causes them; the deciding ones first."),
        ]
    ]
    exercise: NotRequired[Annotated[Exercise, Meta(description="Reports of earlier versions have none.")]]
    requests: Requests
    histogram_bounds: Annotated[list[Count], Meta(description="Upper ends of the classes in milliseconds.")]
    timings: dict[str, Timing]
    operations: list[Operation]
    waivers: list[Waived]
    gaps: NotRequired[list[ExpectedGap]]
    clauses: list[Annotated[Clause, Meta(extra_json_schema=SHOWN)]]


class Header(TypedDict):
    """The first event: everything that is known before the first request."""

    event: Literal["header"]
    format: Literal[1]
    tool: Tool
    document: Document
    target: Annotated[str, Meta(description="The base URL.")]
    embedded: Annotated[bool, Meta(description="True when the target was the sandbox that comes with the tool.")]
    seed: int
    settings: Settings
    started: Moment
    operations: list[Operation]
    waivers: list[Waiver]
    gaps: NotRequired[list[Gap]]
    clauses: list[Statement]


class Concluded(Judgement):
    """A clause has its verdict."""

    event: Literal["concluded"]
    clause: str


class Answered(TypedDict):
    """Responses since the last such event: status and milliseconds of each, by operation."""

    event: Literal["answered"]
    answers: dict[str, list[tuple[int, Number]]]


class Footer(TypedDict):
    """The last event. A stream without it was cut."""

    event: Literal["footer"]
    finished: Moment
    stopped: str | None
    notes: list[str]
    requests: dict[str, Count]


Event = Header | Concluded | Answered | Footer
