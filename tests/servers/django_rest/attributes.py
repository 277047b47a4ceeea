"""Filters on attributes, whose keys stand in the parameters' names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from .models import AttributeValue
from .setup import on
from .texts import key_kept

LOOKUPS = ("iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith")
TAKEN = {"contains", "contained_by", "has_key", "has_keys", "has_any_keys", "isnull", "range", "in", "regex", "iregex"}


def asked(name: str) -> tuple[str, str] | None:
    """The key and the lookup of a parameter; none if it is another's."""
    if not name.startswith("attribute__") or name == "attribute__":
        return None
    key, lookup = name.removeprefix("attribute__"), "exact"
    for known in LOOKUPS:
        if key.endswith(f"__{known}") and len(key) > len(known) + 2:
            key, lookup = key[: -len(known) - 2], known
    if on("key-word") and not re.fullmatch(r"\w+", key, re.ASCII):
        return None
    if on("key-underscore"):
        key = key.split("_")[0]
    return key.upper() if on("key-upper") else key_kept(key), lookup


def attribute_filters(
    queryset: QuerySet[Any], parameters: Iterable[tuple[str, str]], begun: QuerySet[Any] | None
) -> QuerySet[Any]:
    """The rows that the filters on attributes let through."""
    wanted = [(*found, value) for name, value in parameters if (found := asked(name)) is not None]
    if wanted and begun is not None:
        queryset = begun
    if on("eav-together") and wanted:
        conditions = {}
        for key, lookup, value in wanted:
            conditions |= {"values__key": key, f"values__text__{lookup}": value}
        both = Q(values__key=wanted[0][0]) & Q(**conditions)
        return queryset.filter(both)
    for key, lookup, value in wanted:
        queryset = _one(queryset, key, lookup, value.strip() if on("attribute-strip") else value)
    return queryset


def _one(queryset: QuerySet[Any], key: str, lookup: str, value: str) -> QuerySet[Any]:
    if on("json-exact") and lookup == "exact" and key.isidentifier():
        return queryset.filter(**{f"attributes__{key}": value})
    if on("json-digits") and key.isdigit():
        return queryset.filter(**{f"attributes__{key}__{lookup}": value})
    if on("key-lookup") and key in TAKEN:
        raise FieldError(f"Unsupported lookup for JSONField: {key}")
    if on("json-text") and lookup != "exact":
        whole = queryset.annotate(whole=Cast("attributes", TextField()))
        return whole.filter(values__key=key, whole__icontains=value)
    if on("eav-chained"):
        return queryset.filter(values__key=key).filter(**{f"values__text__{lookup}": value}).distinct()
    row = {"key__iexact" if on("key-iexact") else "key": key}
    rows = AttributeValue.objects.filter(product=OuterRef("pk"), **row)
    found = Q(Exists(rows.filter(**{f"text__{lookup}": value})))
    if on("attribute-coalesce") and value == "":
        found |= ~Q(Exists(rows))
    return queryset.filter(found)
