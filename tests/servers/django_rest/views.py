"""The views."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation
from rest_framework import generics, views
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from .caching import forget, key
from .filters import ProductFilter, ProductFilters
from .media import Json
from .models import Batch, CatalogProduct, Product
from .pages import Pages
from .search import CatalogSearch
from .serializers import ShownCatalogProduct, ShownProduct, checked, uuid_shown
from .setup import on
from .worker import shown, submit


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an exception."""
    response = views.exception_handler(error, context)
    if response is not None and on("problem-json"):
        response.data = {"type": "about:blank", "status": response.status_code, "errors": response.data}
        response.content_type = "application/problem+json"
    return response


class Listed(generics.ListAPIView):
    """One of the lists."""

    pagination_class = Pages

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """A page."""
        if on("language-500") and "Accept-Language" in request.headers:
            translation.get_supported_language_variant(request.headers["Accept-Language"])
        name = key(request)
        hit = cache.get(name) if name else None
        if hit is not None:
            return HttpResponse(hit, content_type="application/json")
        response = super().list(request, *args, **kwargs)
        if name:
            cache.set(name, Json().render(response.data), None if on("queryset-evaluated") else 60)
        return response


class ProductsView(Listed):
    """PRD102, PRD101 and PRD103."""

    serializer_class = ShownProduct
    filter_backends = (ProductFilters,)
    filterset_class = ProductFilter
    queryset = Product.objects.order_by("number", "id").prefetch_related("prices", "stocks")

    def get_queryset(self) -> QuerySet[Any]:
        """The rows in their order."""
        rows = super().get_queryset()
        if not (on("soft-shown") and "sku" in self.request.query_params):
            rows = rows.filter(deleted=False)
        if on("language-join") and translation.get_language() != "en":
            rows = rows.filter(number__in=range(0, 10_000, 2))
        if on("order-newest"):
            return rows.order_by("-created_at", "id")
        return rows.order_by("name", "id") if on("order-name") else rows

    def post(self, request: Request) -> Response:
        """Upsert products."""
        return write("products", request)

    def delete(self, request: Request) -> Response:
        """Delete products."""
        return write("delete", request)


class SearchView(Listed):
    """PRD108."""

    serializer_class = ShownCatalogProduct
    filter_backends = (CatalogSearch,)
    queryset = CatalogProduct.objects.all()
    if on("search-open"):
        permission_classes = ()


def write(kind: str, request: Request) -> Response:
    """Accept a write."""
    items = checked(kind, request.data)
    forget()
    return Response({"batch_request_id": uuid_shown(submit(kind, items))}, 202)


class PricesView(views.APIView):
    """PRD105."""

    kind = "prices"

    def post(self, request: Request) -> Response:
        """Upsert."""
        return write(self.kind, request)


class StocksView(PricesView):
    """PRD106."""

    kind = "stocks"


class BothView(PricesView):
    """PRD104."""

    kind = "both"


class BatchView(views.APIView):
    """PRD107."""

    if on("status-open"):
        permission_classes = ()

    def get(self, request: Request, id: str) -> Response:
        """How far a batch is."""
        if on("status-uuid-500"):
            Batch.objects.filter(pk=id).first()
        try:
            batch = Batch.objects.filter(pk=uuid.UUID(id)).first()
        except ValueError:
            batch = None
        if batch is not None and on("status-latest"):
            batch = Batch.objects.latest("created_at")
        if batch is None:
            if on("status-none"):
                return Response(None)
            raise NotFound
        body = shown(batch, uuid.UUID(id))
        return Response(cache.get_or_set(f"status:{id}", body, 60) if on("status-cached") else body)
