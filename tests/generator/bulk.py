"""A server that takes batches, and rows for it: what the tests of bulk writes share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from akinon_seller_products import models

from .conftest import Driver
from .raw import Peer, batch

Drive = Callable[..., Driver]


class Backend:
    """Takes batches; rows whose SKU begins with BAD fail. `refuse` may answer a write in another way."""

    def __init__(self, refuse: Callable[[Peer, list[str]], bool] = lambda peer, skus: False) -> None:
        self.taken: list[list[str]] = []
        self._refuse = refuse

    def __call__(self, peer: Peer) -> None:
        if peer.head.startswith("GET"):
            skus = self.taken[int(peer.target.rpartition("/")[2].rpartition("-")[2])]
            failed = sum(sku.startswith("BAD") for sku in skus)
            peer.answer(batch(len(skus), len(skus) - failed, failed, peer.target.rpartition("/")[2]))
            return
        skus = [row["sku"] for row in json.loads(peer.body)]
        if not self._refuse(peer, skus):
            self.taken.append(skus)
            peer.answer({"batch_request_id": f"00000000-0000-0000-0000-{len(self.taken) - 1:012}"}, 202)


def stocks(skus: list[str]) -> Iterator[models.StockUpsert]:
    for sku in skus:
        yield models.StockUpsert.model_validate(
            {"sku": sku, "stock_list": "4c7c6e4e-2655-4e9b-8012-69395b40b0cf", "stock": "1"}
        )


def states(outcomes: list[Any]) -> str:
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    return "".join(outcome.state[0] for outcome in outcomes)


def posts(made: Any) -> int:
    return sum(peer.head.startswith("POST") for peer in made.seen)
