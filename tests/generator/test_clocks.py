"""What depends on time, on a clock that the tests turn: waiting for batches, deadlines, bulk writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

import pytest
from akinon_seller_products import (
    APITimeoutError,
    BatchTimeoutError,
    BulkTimeoutError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    ReadTimeoutError,
    ServiceUnavailableError,
    Timeout,
    operations,
)
from akinon_seller_products._runtime.batches import BaseBatch
from akinon_seller_products._runtime.bulk import Bulk
from akinon_seller_products._runtime.bulk_options import BulkOptions
from akinon_seller_products._runtime.call import Settings
from akinon_seller_products._runtime.credentials import Credentials
from akinon_seller_products._runtime.errors import Answer
from akinon_seller_products._runtime.flow import Request, Send, Sleep, iterate, pulling, run
from akinon_seller_products._runtime.journal import Journal, Target
from akinon_seller_products._runtime.session import Session, value

from .raw import TICKET, batch


class World:
    """A server and a clock: each attempt takes a second, or as long as it may where the server is silent."""

    def __init__(self, *answers: Answer | None, last: Answer | None = None) -> None:
        self.now = 0.0
        self.sent: list[tuple[float, Request]] = []
        self._answers = list(answers)
        self._last = last

    def __call__(self, effect: Send | Sleep) -> Answer | None:
        if isinstance(effect, Sleep):
            self.now += effect.seconds
            return None
        request = effect.request
        self.sent.append((self.now, request))
        answer = self._answers.pop(0) if self._answers else self._last
        if answer is None:
            self.now += request.timeout.total
            raise ReadTimeoutError("no complete answer")
        self.now += min(1.0, request.timeout.total)
        return answer

    def clock(self) -> float:
        return self.now

    def session(self, **settings: Any) -> Session:
        made = Settings("http://x", "test", clock=self.clock, **settings)
        return Session(made, Credentials({"ApiKey": operations.API.schemes["ApiKey"]}, {"ApiKey": "key"}, "X"))


def counts(*counts: Any, id: str = TICKET) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps({**batch(*counts), "id": id}).encode())


def plain(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, b"{}")


GOING = counts(2, 0)
LAST: dict[str, Answer | None] = {
    "it goes on": GOING,
    "it is silent": None,
    "it refuses for long": plain(429, retry_after="7200"),
    "it refuses for a while": plain(503, retry_after="5"),
    "it counts nothing": counts(-1, 0),
}


@pytest.mark.parametrize("timeout", [0.0, 0.05, 3.0, 8.0, 9.5])
@pytest.mark.parametrize("last", LAST)
def test_a_wait_ends_in_time_and_with_a_checkpoint_whatever_is_going_on(last: str, timeout: float) -> None:
    world = World(GOING, last=LAST[last])
    handle = BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2)
    with pytest.raises(BatchTimeoutError, match=f"isn't over after {timeout:g} s") as caught:
        run(handle.waiting(timeout, 0.2), world)
    assert json.loads(caught.value.checkpoint) == {"batch": TICKET, "rows": 2}
    assert world.now <= timeout + 0.01


def test_a_failure_before_the_time_out_is_raised_as_it_is() -> None:
    world = World(last=plain(500))
    handle = BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2)
    with pytest.raises(InternalServerError) as caught:
        run(handle.waiting(600, 0.2), world)
    assert caught.value.attempts == 3


def test_a_batch_that_is_not_known_soon_after_it_was_taken_is_not_known_yet() -> None:
    world = World(plain(404), plain(404), GOING, last=counts(2, 2))
    result = run(BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2).waiting(600, 0.2), world)
    assert result.ok
    world = World(last=plain(404))
    with pytest.raises(NotFoundError):
        run(BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2).waiting(600, 0.2), world)
    assert 10 < world.now < 20
    world = World(last=plain(404))
    with pytest.raises(BatchTimeoutError):
        run(BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2).waiting(5, 0.2), world)
    world = World(GOING, plain(404), last=counts(2, 2))
    with pytest.raises(NotFoundError):
        run(BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2).waiting(600, 0.2), world)


def test_a_wait_does_as_it_is_asked_to_by_retry_after() -> None:
    world = World(plain(429, retry_after="90"), last=counts(2, 2))
    assert run(BaseBatch[Any](world.session(), operations.POLLING, TICKET, 2).waiting(600, 0.2), world).ok
    assert [at for at, _ in world.sent] == [0.0, 91.0]


@pytest.mark.parametrize(
    ("answer", "kind"), [(plain(503), ServiceUnavailableError), (None, APITimeoutError), (plain(429), RateLimitError)]
)
@pytest.mark.parametrize("deadline", [0.4, 1.0, 5.0])
def test_a_deadline_bounds_all_attempts_and_the_waits_between_them(
    answer: Answer | None, kind: type[Exception], deadline: float
) -> None:
    ways: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({"deadline": deadline}, {}),
        ({}, {"deadline": deadline}),
    )
    for settings, options in ways:
        world = World(last=answer)
        call = world.session(**settings).call(operations.GET_PRODUCTS, {}, cast(Any, {"max_retries": 9, **options}))
        with pytest.raises(kind):
            run(value(call), world)
        assert world.now <= deadline + 0.01
        assert all(request.timeout.total <= deadline for _, request in world.sent)
        assert all(request.on_time for _, request in world.sent)


def test_a_timeout_bounds_each_attempt() -> None:
    world = World(last=None)
    session = world.session(timeout=Timeout.of(2.0))
    with pytest.raises(ReadTimeoutError):
        run(value(session.call(operations.GET_PRODUCTS, {}, {})), world)
    assert [request.timeout.total for _, request in world.sent] == [2.0, 2.0, 2.0]


def bulk(world: World, rows: Iterable[Any], **options: Any) -> Any:
    session, write = world.session(), operations.UPSERT_STOCKS_WRITE
    journal = Journal(None, "x", 1, Target.of(session, write.operation, {}, "network"))
    made = Bulk(session, write, BulkOptions(chunk_size=1, in_flight=1, **options), {}, journal)
    return iterate(made.stream(), world, pulling(rows))


STOCK = {"stock_list": TICKET, "stock": "1"}


def test_the_deadline_of_a_bulk_write_accounts_for_what_was_sent() -> None:
    taken = Answer(202, {"content-type": "application/json"}, json.dumps({"batch_request_id": TICKET}).encode())
    world = World(taken, counts(1, 1), taken, last=counts(1, 0))
    outcomes: list[Any] = []

    def collect() -> None:
        outcomes.extend(iter(lambda: next(run_, None), None))

    run_ = bulk(world, ({"sku": f"s{n}", **STOCK} for n in range(9)), deadline=10.0)
    with pytest.raises(BulkTimeoutError, match="the deadline of 10 s passed after 2 rows"):
        collect()
    assert [outcome.state for outcome in outcomes] == ["succeeded", "unknown"]
    assert "isn't over" in outcomes[1].error
    assert world.now <= 10.01
    assert sum(request.method == "POST" for _, request in world.sent) == 2


def test_a_bulk_write_that_is_late_before_it_begins_sends_nothing_more() -> None:
    world = World(last=None)
    run_ = bulk(world, [{"sku": "a", **STOCK}, {"sku": "b", **STOCK}], deadline=0.5)
    assert next(run_).state == "unknown"
    with pytest.raises(BulkTimeoutError):
        next(run_)
    assert len(world.sent) == 1
