"""Pages of a list."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from .models import CatalogProduct, Product
from .setup import on

NUMBER = "0*[0-9]{1,200}"
LAST = -1


class Counted(Paginator):
    """A paginator, with the mistakes of its count."""

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        rows: Any = self.object_list
        if on("count-unfiltered"):
            return int(rows.model.objects.count())
        if on("count-cached"):
            return int(cache.get_or_set(f"{rows.model.__name__}:count", lambda: super(Counted, self).count, 60))
        if on("cache-count"):
            return int(cache.get_or_set(f"count:{hash(str(rows.query))}", lambda: super(Counted, self).count, 60))
        if on("join-count") and rows.model is Product:
            return int(rows.filter(prices__isnull=False).count())
        found = super().count
        return min(found, 100) if on("count-capped") else found


class Pages(PageNumberPagination):
    """page and limit."""

    page_size = 100 if on("default-100") else 10
    page_size_query_param = "limit"
    max_page_size = 50 if on("cap-50") else None
    django_paginator_class = Counted

    def paginate_queryset(self, queryset: QuerySet[Any], request: Any, view: Any = None) -> list[Any]:
        """The rows of the page that the request asks for."""
        self.request = request
        catalog = queryset.model is CatalogProduct
        limit, number = self._limit(catalog), self._number(catalog)
        queryset = self._joined(queryset, number)
        paginator = Counted(queryset, limit, orphans=3 if on("orphans") else 0)
        if number == 0 and on("page-zero"):
            number = 1
        if number == LAST:
            number = paginator.num_pages
        if on("page-overflow"):
            list(queryset[(number - 1) * limit :][:1])
        if on("get-page") or (on("page-past-last") and number > paginator.num_pages):
            self.page = paginator.get_page(number)
        elif number > paginator.num_pages:
            if not on("past-end-empty"):
                raise NotFound("Invalid page.")
            self.page = paginator.page(paginator.num_pages)
            self.past = number
            return []
        else:
            self.page = paginator.page(number)
        if on("cap-shifts") and limit > 20:
            return list(self.page)[:20]
        if on("keyset") and number > 1:
            return self._after(queryset, limit, number)
        rows = list(self.page)
        doubled = set(getattr(view, "doubled", []))
        return [row for row in rows for _ in range(1 + (row.category in doubled))]

    def _limit(self, catalog: bool) -> int:
        given = self.request.query_params.get("limit")
        if given is None or (catalog and on("search-limit")):
            return self.page_size
        if re.fullmatch(NUMBER, given) and int(given) > 0:
            if on("limit-refused") and int(given) > 100:
                raise ValidationError({"limit": ["Ensure this value is less than or equal to 100."]})
            return min(int(given), self.max_page_size or int(given))
        if on("limit-fallback"):
            return self.page_size
        raise ValidationError({"limit": ["A valid positive integer is required."]})

    def _number(self, catalog: bool) -> int:
        given = self.request.query_params.get("page")
        if given is None or (catalog and on("search-page")):
            return 1
        if on("page-int"):
            given = re.sub(r"\s*([0-9]+(_[0-9]+)*)\s*", lambda match: match[1].replace("_", ""), given)
        if re.fullmatch(NUMBER, given) and (int(given) > 0 or on("page-zero") or on("get-page")):
            return int(given)
        if on("get-page"):
            return 1
        if on("page-last") and given == "last":
            return LAST
        raise NotFound("Invalid page.")

    def _joined(self, queryset: QuerySet[Any], number: int) -> QuerySet[Any]:
        if on("no-ordering"):
            return queryset.order_by("number") if number % 2 else queryset.order_by("base_code", "-number")
        if on("order-random"):
            return queryset.order_by("?")
        if on("order-ties"):
            return queryset.order_by("category", "number" if number % 2 else "-number")
        if on("keyset"):
            return queryset.order_by("created_at", "id")
        if queryset.model is Product:
            if on("order-related"):
                queryset = queryset.order_by("prices__price", "id")
            if on("inner-join"):
                queryset = queryset.filter(stocks__isnull=False).distinct()
        if on("window"):
            queryset = queryset.filter(pk__in=list(queryset.values_list("pk", flat=True)[:100]))
        return queryset

    def _after(self, queryset: QuerySet[Any], limit: int, number: int) -> list[Any]:
        rows = list(queryset)
        for _ in range(number - 1):
            last = rows[:limit][-1].created_at if rows else None
            rows = [row for row in rows if row.created_at > last]
        return rows[:limit]

    def get_next_link(self) -> str | None:
        """The link to the next page."""
        if getattr(self, "past", None):
            return None
        number, last = self.page.number, self.page.paginator.num_pages
        if number > last or (number == last and not on("next-wrong-last")):
            return None
        return self._link(number + 1)

    def get_previous_link(self) -> str | None:
        """The link to the previous page."""
        if on("previous-null"):
            return None
        if getattr(self, "past", None):
            return self._link(self.page.number)
        return self._link(self.page.number - 1) if self.page.number > 1 else None

    def _link(self, number: int) -> str:
        request = self.request
        query = request.query_params.copy()
        query["page"] = str(number)
        base = request.path if on("links-relative") else request.build_absolute_uri(request.path)
        if on("next-by-hand"):
            return f"{base}?page={number}&limit={self.page.paginator.per_page}"
        if on("next-dict"):
            return f"{base}?{urlencode(dict(query.lists()))}"
        if on("next-unquoted"):
            return f"{base}?" + "&".join(f"{name}={value}" for name, value in query.items())
        if on("next-drops-limit"):
            query.pop("limit", None)
        return f"{base}?{query.urlencode()}"

    def get_paginated_response(self, data: Any) -> Response:
        """The page."""
        body = {"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data}
        return Response({"count": self.page.paginator.count, **body})
