"""The paths."""

from __future__ import annotations

from django.urls import path

from .views import BatchView, BothView, PricesView, ProductsView, SearchView, StocksView

PREFIX = "api/i2/products/"

urlpatterns = [
    path(PREFIX, ProductsView.as_view()),
    path(f"{PREFIX}search/", SearchView.as_view()),
    path(f"{PREFIX}prices-and-stocks/", BothView.as_view()),
    path(f"{PREFIX}prices/", PricesView.as_view()),
    path(f"{PREFIX}stocks/", StocksView.as_view()),
    path(f"{PREFIX}batch-requests/<str:id>", BatchView.as_view()),
]
