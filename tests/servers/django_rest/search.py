"""The search of the catalog, with the framework's own backend."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import SearchFilter

from .setup import on


class CatalogSearch(SearchFilter):
    """PRD108's search."""

    search_param = "query"

    def get_search_terms(self, request: Any) -> list[str]:
        """The words that are searched for."""
        text = request.query_params.get("query")
        if text is None:
            if on("search-missing-all"):
                return []
            raise ValidationError({"query": ["This parameter is required."]})
        return [text] if on("search-whole") or on("search-prefix") else super().get_search_terms(request)

    def get_search_fields(self, view: Any, request: Any) -> list[str]:
        """What is searched in."""
        if on("search-sku"):
            return ["sku"]
        fields = ["name", "base_code", "sku"]
        if on("search-exact-case"):
            return [f"{field}__contains" for field in fields]
        return [f"^{field}" for field in fields] if on("search-prefix") else fields

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows of the catalog that are found."""
        terms = self.get_search_terms(request)
        if on("search-everything"):
            return queryset
        if on("search-any"):
            found = Q(pk__in=[])
            for term in dict.fromkeys(terms):
                for field in ("name", "base_code", "sku"):
                    found |= Q(**{f"{field}__icontains": term})
            return queryset.filter(found)
        return super().filter_queryset(request, queryset, view)
