"""What a write accepts: Pydantic's models of the items."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from .setup import on

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=on("strip-whitespace"))]


def _amount(value: Any) -> str:
    if on("amount-lax") and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        raise ValueError("not a decimal")
    return value


def _uuid(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a uuid")
    text = str(uuid.UUID(value))
    return value if on("part-text-key") else text


def _attributes(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    if on("attributes-str") and any(isinstance(v, int | float) and not isinstance(v, bool) for v in value.values()):
        raise ValueError("not a text")
    return value


Amount = Annotated[str, BeforeValidator(_amount)]
Uuid = Annotated[str, BeforeValidator(_uuid)]
Attributes = Annotated[dict[str, Any], BeforeValidator(_attributes)]


class Item(BaseModel):
    """What all items have in common."""

    model_config = ConfigDict(extra="forbid" if on("extra-forbid") else "ignore")


class PriceFields(Item):
    """The fields of a price."""

    price_list: Uuid
    currency_type: Text = "USD"
    retail_price: Amount = "0"
    price: Amount = "0"
    tax_rate: Amount = "0"


class StockFields(Item):
    """The fields of a stock."""

    stock_list: Uuid
    unit_type: Text = "qty"
    stock: Amount = "0"


class ProductItem(Item):
    """A product to update or insert."""

    name: Text
    base_code: Text = ""
    sku: Text
    category: Uuid
    product: Uuid = ""
    attributes: Attributes
    images: list[Text] = []
    videos: list[Text] = []
    prices: list[PriceFields] = []
    stocks: list[StockFields] = []
    restrict_for_others: Annotated[
        bool | None, BeforeValidator(lambda v: v if v is None or isinstance(v, bool) else 1 / 0)
    ] = None


class DeleteItem(Item):
    """A product to delete."""

    sku: Text


class PriceItem(PriceFields):
    """A price by the product's sku."""

    sku: Text


class StockItem(StockFields):
    """A stock by the product's sku."""

    sku: Text


class BothItem(PriceItem, StockItem):
    """A price and a stock."""


FORMS: dict[str, type[Item]] = {
    "products": ProductItem,
    "delete": DeleteItem,
    "prices": PriceItem,
    "stocks": StockItem,
    "both": BothItem,
}


class Invalid(Exception):
    """An item that isn't as it must be."""


def item(kind: str, given: Any) -> Item:
    """An item, checked."""
    try:
        if kind == "products" and isinstance(given, dict) and "base_code" not in given and not on("required-default"):
            raise Invalid("base_code: required")
        return FORMS[kind].model_validate(given)
    except (ValidationError, ZeroDivisionError) as error:
        raise Invalid(str(error)) from None


def checked(kind: str, body: Any, refuse: Callable[[str], Exception]) -> list[Any]:
    """The items of a body."""
    if on("body-single") and isinstance(body, dict):
        body = [body]
    if not isinstance(body, list):
        raise refuse("a list is expected")
    for given in body:
        if not isinstance(given, dict):
            raise refuse("an item is no object")
        try:
            item(kind, given)
        except Invalid as problem:
            if not on("items-one-by-one"):
                raise refuse(str(problem)) from None
    return body
