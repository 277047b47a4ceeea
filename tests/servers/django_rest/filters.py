"""The filters of the products, with django-filter."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from .attributes import attribute_filters
from .models import Product
from .setup import on

FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


class TextField(forms.CharField):
    """A text as it was sent; an empty one is one, too."""

    def to_python(self, value: Any) -> str | None:
        """The text, or none where the parameter is missing."""
        if on("empty-refused") and value == "":
            raise forms.ValidationError("empty")
        if on("empty-ignored") and value == "":
            return None
        return value.strip() if value is not None and self.strip else value


class UuidField(forms.Field):
    """A uuid."""

    def to_python(self, value: Any) -> Any:
        """The uuid, or none where the parameter is missing."""
        return None if value is None else parsed(value)


class UuidsField(forms.Field):
    """Uuids with commas between them."""

    def to_python(self, value: Any) -> Any:
        """The uuids, or none where the parameter is missing."""
        if value is None:
            return None
        if on("in-blank-500"):
            return [
                uuid.UUID(part.strip()) if part.strip() == "" else parsed(part.strip()) for part in value.split(",")
            ]
        if on("in-getlist"):
            return [parsed(value)]
        found = [parsed(part.strip()) for part in value.split(",")]
        if on("in-text"):
            return [one for one, part in zip(found, value.split(","), strict=True) if str(one) == part.strip()]
        return found


def parsed(value: str) -> uuid.UUID:
    """A uuid in any of its spellings."""
    try:
        return uuid.UUID(value)
    except ValueError:
        raise forms.ValidationError("not a uuid") from None


class BooleanField(forms.Field):
    """true or false."""

    def to_python(self, value: Any) -> bool | None:
        """The boolean, or none where the parameter is missing."""
        if value is None:
            return None
        if on("boolean-python"):
            return bool(value)
        yes, no = ["true"], ["false"]
        if on("lenient-booleans"):
            yes, no = [*yes, "1", "yes", "on", "t"], [*no, "0", "no", "off", "f"]
        if value.lower() in yes or value.lower() in no:
            return value.lower() in yes
        if on("boolean-unknown"):
            return None
        raise forms.ValidationError("not a boolean")


class Instant(NamedTuple):
    """A date-time, and whether digits follow that a column doesn't keep."""

    at: datetime
    further: bool


class InstantField(forms.Field):
    """A date-time of RFC 3339."""

    def to_python(self, value: Any) -> Instant | None:
        """The date-time, or none where the parameter is missing."""
        if value is None:
            return None
        match = FORM.fullmatch(value)
        if not match or (on("input-formats") and not value.endswith("Z")):
            raise forms.ValidationError("not a date-time")
        *numbers, digits, zone = match.groups()
        digits = digits or ""
        try:
            at = datetime(*(int(number or 0) for number in numbers), int(digits[:6].ljust(6, "0")), tzinfo=_zone(zone))
        except ValueError:
            raise forms.ValidationError("not a date-time") from None
        if on("offset-dropped"):
            at = at.replace(tzinfo=UTC)
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            if on("calendar-overflow"):
                raise
            at = (datetime.min if at.year == 1 else datetime.max).replace(tzinfo=UTC)
        return Instant(at, digits[6:].strip("0") != "" and not on("digits-cut"))


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


class TextFilter(filters.CharFilter):
    """One that filters on the empty text, too."""

    field_class = TextField

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """The rows for which the lookup holds."""
        if value is None:
            return qs
        if on("percent-format") and "%" in value:
            raise ValueError("unsupported format character")
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value})


class UuidFilter(filters.Filter):
    """On the category."""

    field_class = UuidField

    def filter(self, qs: QuerySet[Any], value: uuid.UUID | None) -> QuerySet[Any]:
        """The rows of the category."""
        if value is None:
            return qs
        if on("choice-400") and not Product.objects.filter(category=value).exists():
            raise ValidationError({"category": ["Select a valid choice."]})
        if on("uuid-text") and self.parent.data["category"] != str(value):
            return qs.none()
        return qs.filter(category=value)


class UuidsFilter(filters.Filter):
    """On several categories."""

    field_class = UuidsField

    def filter(self, qs: QuerySet[Any], value: list[uuid.UUID] | None) -> QuerySet[Any]:
        """The rows of the categories."""
        if value is None:
            return qs
        if on("in-first"):
            value = value[:1]
        if on("in-unknown-400") and any(not Product.objects.filter(category=one).exists() for one in value):
            raise ValidationError({"category__in": ["Select a valid choice."]})
        if on("in-and"):
            for one in value:
                qs = qs.filter(category=one)
        if on("in-union-all"):
            self.parent.doubled = [one for one in value if value.count(one) > 1]
        return qs.filter(category__in=value)


class InstantFilter(filters.Filter):
    """On a date-time."""

    field_class = InstantField

    def filter(self, qs: QuerySet[Any], value: Instant | None) -> QuerySet[Any]:
        """The rows for which the comparison holds."""
        if value is None:
            return qs
        at, lookup = value.at if settings.USE_TZ else value.at.replace(tzinfo=None), self.lookup_expr
        field = "updated_at" if on("created-filter") else self.field_name
        if on("gte-gt") and lookup == "gte":
            lookup = "gt"
        if on("lt-lte") and lookup == "lt":
            lookup = "lte"
        if on("date-part") and lookup == "exact":
            return qs.filter(**{f"{field}__date": at.date()})
        if value.further and lookup == "exact":
            return qs.none()
        if value.further:
            lookup = {"gt": "gt", "gte": "gt", "lt": "lte", "lte": "lte"}[lookup]
        return qs.filter(**{f"{field}__{lookup}": at})


class BooleanFilter(filters.Filter):
    """On a boolean."""

    field_class = BooleanField


def exact(field: str) -> str:
    """The lookup of a filter without a suffix."""
    if on("base-code-prefix") and field == "base_code":
        return "startswith"
    return "iexact" if on("exact-iexact") else "icontains" if on("exact-icontains") else "exact"


class ProductFilter(filters.FilterSet):
    """PRD102's filters."""

    doubled: list[uuid.UUID]

    category = UuidFilter()
    category__in = UuidsFilter()
    approved = BooleanFilter(field_name="approved")

    def __init__(self, data: Any = None, *args: Any, **more: Any) -> None:
        data = data.copy()
        if not on("boolean-no-default"):
            data.setdefault("approved", "true")
        super().__init__(data, *args, **more)
        self.doubled = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that every filter lets through."""
        if on("approved-alone") and self.form.cleaned_data["approved"] is False:
            self.form.cleaned_data["approved"] = None
        if on("approved-manager"):
            queryset = queryset.filter(approved=True)
        if on("or-filters"):
            return self._either(queryset)
        begun = Product.objects.all() if on("method-forgets") else None
        queryset = super().filter_queryset(queryset)
        return attribute_filters(queryset, self.data.items(), begun)

    def _either(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        approved = super().filter_queryset(queryset.filter(pk__isnull=False))
        names = [name for name, value in self.form.cleaned_data.items() if value is not None and name != "approved"]
        found = Q(pk__in=[])
        for name in names:
            found |= Q(pk__in=self.filters[name].filter(queryset, self.form.cleaned_data[name]).values("pk"))
        extra = attribute_filters(queryset, self.data.items(), None)
        if extra is not queryset:
            found |= Q(pk__in=extra.values("pk"))
        return queryset.filter(found, approved=self.form.cleaned_data["approved"]) if found.children[1:] else approved


for _field in ("name", "base_code", "sku"):
    for _lookup in (exact(_field), "contains", "icontains"):
        _name = _field if _lookup == exact(_field) else f"{_field}__{_lookup}"
        ProductFilter.base_filters.setdefault(
            _name, TextFilter(field_name=_field, lookup_expr=_lookup, strip=on("strip"))
        )
if on("exact-icontains"):
    for _field in ("name", "base_code", "sku"):
        ProductFilter.base_filters[f"{_field}__icontains"] = TextFilter(field_name=_field, lookup_expr="icontains")
for _field in ("updated_at", "created_at"):
    for _lookup in ("exact", "gt", "gte", "lt", "lte"):
        _name = _field if _lookup == "exact" else f"{_field}__{_lookup}"
        ProductFilter.base_filters[_name] = InstantFilter(field_name=_field, lookup_expr=_lookup)


class ProductFilters(filters.DjangoFilterBackend):
    """The backend of the list."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that the query asks for."""
        filterset = self.get_filterset(request, queryset, view)
        known = {*filterset.filters, "page", "limit"}
        if on("unknown-refused"):
            for name in request.query_params:
                if name not in known and not name.startswith("attribute__"):
                    raise ValidationError({name: ["Unknown parameter."]})
        if not filterset.is_valid():
            if on("invalid-ignored"):
                return queryset
            if on("invalid-none"):
                return queryset.none()
            raise ValidationError(filterset.errors)
        found = filterset.qs
        view.doubled = filterset.doubled
        return found
