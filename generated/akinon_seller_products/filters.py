"""Conditions on the rows of lists: one lookup of one field each, joined by `&`.

Generated from openapi.yaml (Akinon Seller Center Products API 1.0.0); not to be edited: _patch.py is yours.
"""

import datetime
import uuid
from collections.abc import Iterable
from typing import Literal

from ._runtime.filters import Fields, Keyed, Lookup


class GetProductsName(Fields):
    exact = Lookup[Literal["get_products"], str]("get_products", "name")
    """Filter by exact value of the name field."""
    contains = Lookup[Literal["get_products"], str]("get_products", "name__contains")
    """Filter by values in the name field that contain the specified string (case-sensitive)."""
    icontains = Lookup[Literal["get_products"], str]("get_products", "name__icontains")
    """Filter by values in the name field that contain the specified string (case-insensitive)."""


class GetProductsBaseCode(Fields):
    exact = Lookup[Literal["get_products"], str]("get_products", "base_code")
    """Filter by exact value of the base_code field."""
    contains = Lookup[Literal["get_products"], str]("get_products", "base_code__contains")
    """Filter by values in the base_code field that contain the specified string (case-sensitive)."""
    icontains = Lookup[Literal["get_products"], str]("get_products", "base_code__icontains")
    """Filter by values in the base_code field that contain the specified string (case-insensitive)."""


class GetProductsSku(Fields):
    exact = Lookup[Literal["get_products"], str]("get_products", "sku")
    """Filter by exact value of the sku field."""
    contains = Lookup[Literal["get_products"], str]("get_products", "sku__contains")
    """Filter by values in the sku field that contain the specified string (case-sensitive)."""
    icontains = Lookup[Literal["get_products"], str]("get_products", "sku__icontains")
    """Filter by values in the sku field that contain the specified string (case-insensitive)."""


class GetProductsCategory(Fields):
    exact = Lookup[Literal["get_products"], uuid.UUID]("get_products", "category")
    """Filter by exact value of the category field."""
    in_ = Lookup[Literal["get_products"], Iterable[uuid.UUID]]("get_products", "category__in")
    """Filter by category field using a comma-separated list (CSV format)."""


class GetProductsAttribute(Fields):
    def __init__(self, key: str) -> None:
        self.exact = Lookup[Literal["get_products"], str]("get_products", "attribute", f"attribute__{key}")
        """Filter by exact value of the attribute with the specified key."""
        self.iexact = Lookup[Literal["get_products"], str]("get_products", "attribute", f"attribute__{key}__iexact")
        """Filter by exact (case-insensitive) value of the attribute with the specified key."""
        self.contains = Lookup[Literal["get_products"], str]("get_products", "attribute", f"attribute__{key}__contains")
        """Filter by values in the attribute with the specified key that contain the specified string
        (case-sensitive)."""
        self.icontains = Lookup[Literal["get_products"], str](
            "get_products", "attribute", f"attribute__{key}__icontains"
        )
        """Filter by values in the attribute with the specified key that contain the specified string
        (case-insensitive)."""
        self.startswith = Lookup[Literal["get_products"], str](
            "get_products", "attribute", f"attribute__{key}__startswith"
        )
        """Filter by values in the attribute with the specified key that start with the specified string."""
        self.istartswith = Lookup[Literal["get_products"], str](
            "get_products", "attribute", f"attribute__{key}__istartswith"
        )
        """Filter by values in the attribute with the specified key that start with the specified string
        (case-insensitive)."""
        self.endswith = Lookup[Literal["get_products"], str]("get_products", "attribute", f"attribute__{key}__endswith")
        """Filter by values in the attribute with the specified key that end with the specified string."""
        self.iendswith = Lookup[Literal["get_products"], str](
            "get_products", "attribute", f"attribute__{key}__iendswith"
        )
        """Filter by values in the attribute with the specified key that end with the specified string
        (case-insensitive)."""


class GetProductsApproved(Fields):
    exact = Lookup[Literal["get_products"], bool]("get_products", "approved")
    """Indicates whether the product is approved."""


class GetProductsUpdatedAt(Fields):
    exact = Lookup[Literal["get_products"], datetime.datetime]("get_products", "updated_at")
    """Filters data where the "updated_at" field is exactly equal to a specified value."""
    gt = Lookup[Literal["get_products"], datetime.datetime]("get_products", "updated_at__gt")
    """Filters data where the "updated_at" field is greater than a specified value."""
    gte = Lookup[Literal["get_products"], datetime.datetime]("get_products", "updated_at__gte")
    """Filters data where the "updated_at" field is greater than or equal to a specified value."""
    lt = Lookup[Literal["get_products"], datetime.datetime]("get_products", "updated_at__lt")
    """Filters data where the "updated_at" field is less than a specified value."""
    lte = Lookup[Literal["get_products"], datetime.datetime]("get_products", "updated_at__lte")
    """Filters data where the "updated_at" field is less than or equal to a specified value."""


class GetProductsCreatedAt(Fields):
    exact = Lookup[Literal["get_products"], datetime.datetime]("get_products", "created_at")
    """Filters data where the "created_at" field is exactly equal to a specified value."""
    gt = Lookup[Literal["get_products"], datetime.datetime]("get_products", "created_at__gt")
    """Filters data where the "created_at" field is greater than a specified value."""
    gte = Lookup[Literal["get_products"], datetime.datetime]("get_products", "created_at__gte")
    """Filters data where the "created_at" field is greater than or equal to a specified value."""
    lt = Lookup[Literal["get_products"], datetime.datetime]("get_products", "created_at__lt")
    """Filters data where the "created_at" field is less than a specified value."""
    lte = Lookup[Literal["get_products"], datetime.datetime]("get_products", "created_at__lte")
    """Filters data where the "created_at" field is less than or equal to a specified value."""


class GetProductsFields(Fields):
    """The fields that `get_products` can be filtered on."""

    name = GetProductsName()
    base_code = GetProductsBaseCode()
    sku = GetProductsSku()
    category = GetProductsCategory()
    attribute = Keyed(GetProductsAttribute, "[^\\s_\\x00-\\x1f]+(_[^\\s_\\x00-\\x1f]+)*")
    approved = GetProductsApproved()
    updated_at = GetProductsUpdatedAt()
    created_at = GetProductsCreatedAt()


F = GetProductsFields()

__all__ = [
    "F",
]
